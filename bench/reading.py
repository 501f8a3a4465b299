"""``python -m bench.reading --against FOLDER``: the processor time to read a message, here and in another tree.

Both read the texts of the workload in turn, in a process of their own, so that a busy machine slows both alike. A text
file, one message a line, may be given instead: words that are seen once cost more than the workload's.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench import workload
from bench.town import ROOT

ROUNDS, MESSAGES = 5, 3_000

_READ = """
import sys, time
from pathlib import Path

from bench import load
from bot.config import load_config

try:
    from bot.bootstrap.analyzer import build_understanding
except ImportError:  # of release 0.1.0
    from bot.bootstrap import build_understanding

texts = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
folder = Path(sys.argv[2])
config = load._write_config(folder, load._sqlite_url(folder))
understanding = build_understanding(load_config(config, tokens_needed=False))
began = time.process_time()
for text in texts:
    understanding.read(text)
print((time.process_time() - began) / len(texts) * 1_000)
"""


def measure(tree: Path, texts: Path) -> float:
    """Return the milliseconds of processor time that *tree* needs for one of *texts*."""
    with tempfile.TemporaryDirectory(prefix="mcu-bench-") as folder:
        done = subprocess.run(  # noqa: S603 - a script of this module
            [sys.executable, "-c", _READ, str(texts), folder], cwd=tree, capture_output=True, text=True, check=True
        )
    return float(done.stdout)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True, help="the unpacked tree of another release")
    parser.add_argument("--texts", type=Path, help="a text file, one message a line (default: the workload)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mcu-bench-") as folder:
        texts = options.texts
        if texts is None:
            texts = Path(folder) / "texts.txt"
            texts.write_text("\n".join(workload.message_text(one)[1] for one in range(MESSAGES)), encoding="utf-8")
        pairs = [(measure(ROOT, texts), measure(options.against, texts)) for _ in range(options.rounds)]
    ours, theirs = (median(figures) for figures in zip(*pairs, strict=True))
    ratio = median(one / other for one, other in pairs)
    print(f"{ours:.3f} ms a message, there {theirs:.3f}; median of {len(pairs)} ratios {ratio:.2f}")


if __name__ == "__main__":
    main()
