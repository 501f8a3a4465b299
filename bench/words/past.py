"""``python -m bench.words.past FILE [TABLE …]``: how well a model reads that was trained on past messages.

A third of FILE is left out of the training and measured, or the rows whose ``part`` is ``test``; then each TABLE of
labelled messages of another kind. ``--answer COLUMN``: the values of this column are the town's sectors, such as the
offices that got the messages; otherwise ``codes`` names the standard ones. Ten minutes for 4,000 messages. ``--cold``:
nothing is trained, and the whole of FILE is measured.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.evaluation.evaluation import read_rows, report_lines
from bot.understanding.model.model import Model, fingerprint
from bot.understanding.model.training_data import TableRow, parse_examples, read_table
from bot.understanding.sectors.topics import load_topics
from bot.understanding.training import trainer

_THRESHOLD = 0.6
_LEFT_OUT_OF = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("tables", type=Path, nargs="*")
    parser.add_argument("--answer", default="codes")
    parser.add_argument("--cold", action="store_true")
    asked = parser.parse_args()
    sectors = [Sector(code, title) for code, title in STANDARD_SECTORS.items()]
    if asked.cold:
        for table in (asked.file, *asked.tables):
            _report(table, read_table(table), TextAnalyzer(sectors, _THRESHOLD))
        return
    rows = [{**row, "codes": row[asked.answer]} for row in read_table(asked.file, ("text", asked.answer))]
    if asked.answer != "codes":
        sectors = list(_sectors_of(rows))
        by_title = {sector.title: sector.code for sector in sectors}
        rows = [{**row, "codes": by_title[row["codes"]]} for row in rows if row["codes"]]
    analyzer = TextAnalyzer(sectors, _THRESHOLD)
    trained = analyzer.with_model(_train([row for row in rows if not _is_left_out(row)], sectors, analyzer))
    _report(asked.file, [row for row in rows if _is_left_out(row)], trained)
    for table in asked.tables:
        _report(table, read_table(table), trained)


def _sectors_of(rows: Sequence[TableRow]) -> Iterator[Sector]:
    titles = dict.fromkeys(row["codes"] for row in rows if row["codes"])
    return (Sector(f"office{number}", title) for number, title in enumerate(titles))


def _is_left_out(row: TableRow) -> bool:
    """Return whether the row is measured: a later one, if the table says so, else one in three texts."""
    return row["part"] == "test" if row.get("part") else fingerprint(row["text"]) % _LEFT_OUT_OF == 0


def _train(rows: Sequence[TableRow], sectors: Sequence[Sector], analyzer: TextAnalyzer) -> Model:
    examples, _ = parse_examples(rows, sectors)
    observed = trainer.extract_samples(examples, analyzer)
    synthetic = trainer.build_synthetic_samples(load_topics(), analyzer, [sector.code for sector in sectors])
    return trainer.train(observed, synthetic, [one.text for one in examples], {})


def _report(file: Path, rows: Sequence[TableRow], analyzer: TextAnalyzer) -> None:
    print(file.name, flush=True)
    for line in report_lines(*read_rows(analyzer, rows)):
        print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
