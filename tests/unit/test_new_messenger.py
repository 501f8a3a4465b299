"""The cost of a messenger outside its package, measured on MAX, which came last."""

import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_PACKAGE = ROOT / "bot" / "messengers" / "max"
DEMO_MODULES = {ROOT / "bot" / "cli" / name for name in ("demo.py", "demo_town.py")}
"""The demonstration chooses its messengers; a new one need not be shown."""

NAMES = re.compile(r"Max([A-Z]\w*)?|MAX|max_id")
CANDIDATES = re.compile(r"""Max|MAX|max_id|["']max""")
"""In every file that has one of the above; the others need not be split into tokens."""
WORDS = re.compile(r"\bMAX\b|^.?max(\.|.?$)")


def lines_about_max(file: Path) -> list[str]:
    """Lines of code, not of comments or docstrings, that are there for MAX alone."""
    found: dict[int, str] = {}
    source = file.read_text(encoding="utf-8")
    if not CANDIDATES.search(source):
        return []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        named = token.type == tokenize.NAME and NAMES.fullmatch(token.string)
        said = token.type == tokenize.STRING and not token.string.startswith('"""') and WORDS.search(token.string)
        if named or said:
            found[token.start[0]] = token.line.strip()
    return [f"{file.relative_to(ROOT)}: {line}" for line in found.values()]


def test_a_messenger_costs_less_than_twenty_lines_outside_its_package() -> None:
    lines = [
        line
        for folder in ("bot", "storage")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if MAX_PACKAGE not in file.parents and file not in DEMO_MODULES
        for line in lines_about_max(file)
    ]
    assert 3 < len(lines) < 20, "\n".join(lines)
    assert not any("messengers/vk/" in line or "messengers/telegram/" in line for line in lines), "\n".join(lines)
