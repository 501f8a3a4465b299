"""``python -m bench.reactions``: precision, recall and F1 of every reaction, for each labelled set."""

import sys

from bench.reactions import SETS, load_set, score
from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.understanding.analyzer import TextAnalyzer


def main(show_mistakes: bool) -> None:
    analyzer = TextAnalyzer([Sector(code, title) for code, title in STANDARD_SECTORS.items()], 0.6)
    for name in SETS:
        rows = load_set(name)
        print(f"{name}: {len(rows)} texts")
        for one in score(analyzer, rows):
            print(f"  {one.label:<9} {one.texts:4}   P {one.precision:.2f}   R {one.recall:.2f}   F1 {one.f1:.2f}")
        for row in rows if show_mistakes else ():
            found = analyzer.read_reaction(row.text)
            if found is not row.label:
                print(f"    {row.label} read as {found}: {row.text}")


if __name__ == "__main__":
    main("--mistakes" in sys.argv)
