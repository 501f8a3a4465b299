"""Whatever is written into a table, by any program, in any encoding and order of columns, is read back the same."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.imports import ImportedRow, UnreadableFile
from bot.domain.layouts import BUILT_IN
from tests.unit.spreadsheets.old_workbooks import xls
from tests.unit.spreadsheets.tables import Table, Value, read, taken, text_table, xlsx

_LETTERS = "абвгёяАБЯ abcXYZ 0123456789 .,;:!?\"'«»()№%-/\t|\n=+@"
_PRINTED = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
"""Every character that a cell may show, also those outside of the first plane of Unicode."""

HEADINGS = {
    "number": "Номер инцидента",
    "text": "Текст инцидента",
    "subject": "Тема",
    "registered_at": "Дата создания",
    "status": "Итог",
    "settlement": "Населённый пункт",
    "street": "Улица",
}
NUMBERS = st.lists(st.integers(1, 10**15 - 1), min_size=1, max_size=6, unique=True)
MOMENTS = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2026-11-28")).map(
    lambda moment: moment.replace(microsecond=0, second=0)
)


def texts(letters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return texts of which reading changes nothing: no spaces around, no word for nothing, no mark of a network."""
    return (
        st.text(letters, min_size=1, max_size=60)
        .map(lambda text: " ".join(text.split("\xa0")).strip())
        .filter(lambda text: len(text) > 2 and not text.startswith("'") and "[" not in text and "_x" not in text)
        .filter(lambda text: text.casefold() not in ("н/д", "null") and not text.startswith('="'))
        .filter(lambda text: not text.casefold().startswith(("итого", "всего")))
        .filter(lambda text: any(letter.isalpha() for letter in text))
    )


def by_openpyxl(table: Table) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Лист")
    for cells in table:
        sheet.append([f"'{cell}"[1:] if isinstance(cell, str) else cell for cell in cells])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def dates_as_text(form: Callable[[Table], bytes]) -> Callable[[Table], bytes]:
    def written(value: Value) -> Value:
        return f"{value:%d.%m.%Y %H:%M}" if isinstance(value, datetime) else value

    return lambda table: form([[written(value) for value in cells] for cells in table])


FORMS: list[tuple[Callable[[Table], bytes], st.SearchStrategy[str]]] = [
    (xlsx, _PRINTED),
    (lambda table: xlsx([], table, is_1904=True), _PRINTED),
    (xls, st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), max_codepoint=0xFFFF)),
    *(
        (dates_as_text(partial(text_table, encoding=encoding, separator=separator, line_end=end)), letters)
        for encoding, letters in (
            ("cp1251", st.sampled_from(_LETTERS)),
            ("utf-8", _PRINTED),
            ("utf-8-sig", _PRINTED),
            ("utf-16", _PRINTED),
        )
        for separator in ";,\t"
        for end in ("\r\n", "\n", "\r")
    ),
]


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, list[dict[str, Value]]]:
    """Return a file, and the facts of its rows in their order."""
    form, letters = draw(st.sampled_from(FORMS))
    words = texts(letters)
    rows: list[dict[str, Value]] = []
    for number in draw(NUMBERS):
        row: dict[str, Value] = {"number": str(number), "text": draw(words), "registered_at": draw(MOMENTS)}
        row |= {name: draw(st.none() | words) for name in ("subject", "status", "settlement", "street")}
        rows.append(row)
    order = draw(st.permutations(list(HEADINGS)))
    extra = draw(st.integers(0, len(order)))
    names = [*order[:extra], "", *order[extra:]]
    titles: list[list[Value]] = [["Отчёт за месяц"], []] * draw(st.integers(0, 2))
    heading = [HEADINGS.get(name, "Новый столбец") for name in names]
    return form([*titles, heading, *([row.get(name) for name in names] for row in rows)]), rows


def facts(row: ImportedRow) -> dict[str, Value]:
    return {
        name: value.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=11) if isinstance(value, datetime) else value
        for name in HEADINGS
        for value in (getattr(row, name),)
    }


def as_read(text: Value) -> Value:
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else text


@settings(max_examples=100, deadline=None)
@given(tables())
def test_table_is_read_back_as_it_was_written(case: tuple[bytes, list[dict[str, Value]]]) -> None:
    data, rows = case
    assert [facts(row) for row in taken(read(data, "incident"))] == [
        {name: as_read(value) for name, value in row.items()} for row in rows
    ]


@settings(max_examples=60, deadline=None)
@given(tables(), st.integers(0, 1 << 16), st.binary(min_size=1, max_size=8))
def test_damaged_file_is_read_or_refused(case: tuple[bytes, list[dict[str, Value]]], at: int, rubbish: bytes) -> None:
    """No other error comes out, wherever the damage is."""
    data, _ = case
    damaged = bytearray(data)
    place = at % len(damaged)
    damaged[place : place + len(rubbish)] = rubbish
    for content in (bytes(damaged), data[:place]):
        try:
            list(read(content, "incident"))
        except UnreadableFile:
            continue


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(list(BUILT_IN)),
    st.lists(st.lists(_PRINTED.map(str) | st.text(max_size=12), max_size=8), max_size=8),
)
def test_any_cells_are_read_or_refused(system: str, lines: list[list[str]]) -> None:
    """Under a good header, each line of odd cells is a row, a refusal or no row."""
    layout = BUILT_IN[system]
    heading = [headings[0] for headings in layout.headings.values()]
    try:
        table = read(text_table([heading, *lines], "utf-8"), system)
    except UnreadableFile:
        return
    assert sum(1 for _ in table) <= table.row_count <= len(lines)
