"""The tests that docs/security.md names exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"((?:e2e|unit|storage|contract)/[\w/]+\.py)((?:::\w+)?(?:, ::\w+)*)", PAGE)


def test_every_test_that_the_threat_model_names_exists() -> None:
    assert len(NAMED) > 40
    missing = [
        f"{file}::{name}"
        for file, names in NAMED
        for name in re.findall(r"\w+", names) or [""]
        if not (TESTS / file).is_file() or f"def {name}" not in (TESTS / file).read_text(encoding="utf-8")
    ]
    assert missing == []
