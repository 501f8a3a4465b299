"""Messages of hands that nobody here trained on: the figures must not fall, and ``evaluate`` prints them."""

from functools import cache
from pathlib import Path

import pytest

from bot.domain.urgency import Urgency
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.evaluation.evaluation import read_rows, report_lines
from bot.understanding.model.training_data import TableRow, read_table
from bot.understanding.reading import Reading

FOLDER = Path(__file__).parents[2] / "fixtures" / "understanding"
Rows = list[tuple[TableRow, Reading]]


@cache
def read(everything: TextAnalyzer, name: str) -> Rows:
    """Read the messages of one table, once for all tests of a run."""
    return read_rows(everything, read_table(FOLDER / f"{name}.csv"))[0]


def f1(rows: Rows, column: str) -> float:
    judged = [(row, one) for row, one in rows if row[column] in ("yes", "no")]
    pairs = [(row[column] == "yes", one.appeal if column == "relevant" else one.urgent) for row, one in judged]
    return 2 * sum(right and given for right, given in pairs) / sum(right + given for right, given in pairs)


@pytest.mark.parametrize(
    ("name", "relevance", "urgent", "sector", "where_sure", "coverage"),
    [
        ("messages_dev", 0.91, 0.92, 0.88, 0.94, 0.80),
        ("messages_sealed", 0.86, 0.90, 0.80, 0.88, 0.68),
        ("messages_c", 0.95, 0.84, 0.93, 0.95, 0.86),
        ("messages_d", 0.91, 0.84, 0.82, 0.91, 0.73),
        ("messages_e", 0.90, 0.91, 0.79, 0.84, 0.70),
        ("messages_i", 0.87, 0.93, 0.76, 0.90, 0.62),
        ("messages_j", 0.88, 0.59, 0.58, 0.69, 0.65),
        ("dangers_b", 0.85, 0.91, 0.80, 0.88, 0.76),
    ],
)
def test_figures_of_other_hands_do_not_fall(
    everything: TextAnalyzer,
    name: str,
    relevance: float,
    urgent: float,
    sector: float,
    where_sure: float,
    coverage: float,
) -> None:
    rows = read(everything, name)
    assert f1(rows, "relevant") >= relevance
    assert f1(rows, "urgent") >= urgent
    appeals = [(row, one) for row, one in rows if row["relevant"] == "yes" and row["codes"]]
    right = [one.sector in row["codes"].split("|") for row, one in appeals]
    sure = [ok for ok, (_, one) in zip(right, appeals, strict=True) if one.is_confident]
    assert sum(right) / len(right) >= sector
    assert sum(sure) / len(sure) >= where_sure
    assert len(sure) / len(right) >= coverage


def test_sectors_of_long_letters_do_not_get_worse(everything: TextAnalyzer) -> None:
    """Portals get letters: laws, thanks and headers surround the matter, and incidental words name other sectors."""
    letters = [(row["codes"].split("|"), one) for row, one in read(everything, "letters")]
    right = [one.sector in codes for codes, one in letters]
    sure = [one.sector in codes for codes, one in letters if one.is_confident]
    assert sum(right) / len(right) >= 0.93
    assert sum(one.sector == codes[0] for codes, one in letters) / len(right) >= 0.80
    assert sum(sure) / len(sure) >= 0.95
    assert len(sure) / len(right) >= 0.88


@pytest.mark.parametrize(
    "name", ["messages_dev", "messages_sealed", "messages_c", "messages_d", "letters", "dangers_b"]
)
def test_nobody_is_woken_for_what_is_not_urgent(everything: TextAnalyzer, name: str) -> None:
    rows = read(everything, name)
    alarms = [one for row, one in rows if row["urgent"] == "no" and one.urgency in (Urgency.CRIME, Urgency.SUICIDE)]
    assert not alarms


def test_evaluate_prints_the_figures_of_such_a_table(everything: TextAnalyzer) -> None:
    report = "\n".join(report_lines(read(everything, "messages_dev"), 1.0))
    for figure in ("Нужен ли ответ, все: F1", "Сектор: верно", "без координатора:", "Срочность: F1", "разбужен зря: 0"):
        assert figure in report
