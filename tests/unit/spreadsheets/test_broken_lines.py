"""Lines of a text table whose quotes are wrong: each is refused by its number, and takes no other row with it."""

from datetime import UTC, datetime

import pytest

from bot.spreadsheets.table import ReadTable
from tests.unit.spreadsheets.tables import POS_HEADINGS, pos_line, read, refused, taken, text_table

HEADINGS = "Номер;Факт;Статус;Дата поступления"


def table_of(*lines: str, headings: str = HEADINGS, end: str = "\r\n") -> ReadTable:
    return read(end.join([headings, *lines, ""]).encode("cp1251"))


def row(number: int, words: str = "Яма на дороге") -> str:
    return f"{number};{words};В работе;25.11.2026"


def places(table: ReadTable) -> list[tuple[int, str, str | None]]:
    return [(one.place.line, one.reason, one.number) for one in refused(table)]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    "broken",
    [
        '"Яма у "Магнита" на углу"',  # a quotation within quotes
        '"Магнит" не чистит снег',
        '"Яма у магазина',  # a quote that nobody closes
        '"Яма у магазина;\nи далее "там же" по улице',  # of several lines
        '"Яма\nу "Магнита"\n\nна углу"',
    ],
)
def test_broken_line_is_refused_with_its_number_and_the_rest_goes_in(broken: str, end: str) -> None:
    lines = [row(2), row(3, broken.replace("\n", end)), *map(row, range(4, 30))]
    table = table_of(*lines, end=end)
    assert places(table) == [(3, "broken_line", "3")]
    assert [one.number for one in taken(table)] == ["2", *map(str, range(4, 30))]
    assert table.row_count == 28


def test_words_before_the_number_belong_to_the_broken_line() -> None:
    headings = "Факт;Номер;Статус;Дата поступления"
    rows = [f"Яма;{number};В работе;25.11.2026" for number in range(10)]
    broken = '"Яма у "Магнита"\r\nна углу";77;В работе;25.11.2026'
    table = table_of(*rows[:5], broken, *rows[5:], headings=headings)
    assert places(table) == [(7, "broken_line", None)]
    assert [one.number for one in taken(table)] == list(map(str, range(10)))


def test_quotes_of_every_cell_do_not_hide_the_number() -> None:
    lines = [[f'"{number}"', '"Яма"', '"В работе"', '"25.11.2026"'] for number in range(2, 20)]
    lines[7][1] = '"Яма у "Магнита""'
    table = table_of(*map(";".join, lines))
    assert places(table) == [(9, "broken_line", "9")]
    assert len(taken(table)) == 17


@pytest.mark.parametrize("rows", [40, 3_000])
def test_quote_that_takes_in_the_rows_after_it_is_noticed(rows: int) -> None:
    """It ends at the next quote, far behind, or never: neither of them is part of a message of so many lines."""
    lines = [row(2), row(3, '"Яма у магазина'), *map(row, range(4, rows))]
    for last in ([], [row(rows, 'труба 5"')]):
        table = table_of(*lines, *last)
        assert places(table) == [(3, "broken_line", "3")]
        assert table.row_count == rows - 2 + len(last)
        assert len(taken(table)) == table.row_count - 1


def test_message_of_many_lines_is_a_row() -> None:
    """Neither lists nor letters of two hundred lines are taken for rows."""
    letter = "\n".join(f"{number}. Яма, лужа; грязь" for number in range(200))
    (one,) = taken(read(text_table([POS_HEADINGS, pos_line("1", Факт=letter)])))
    assert one.subject == f"Дороги / Ямы / {letter}"
    assert one.registered_at == datetime(2026, 11, 24, 13, tzinfo=UTC)


def test_cell_longer_than_any_message_is_refused() -> None:
    table = table_of(row(2), row(3, "я" * 200_000), row(4))
    assert places(table) == [(3, "broken_line", "3")]
    assert [one.number for one in taken(table)] == ["2", "4"]
