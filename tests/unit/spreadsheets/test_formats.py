"""The forms in which spreadsheet programs in Russia write the same table."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import openpyxl
import pytest

from bot.domain.imports import Field, FileFault, RefusalReason, UnreadableFile
from bot.domain.layouts import BUILT_IN, merged
from bot.spreadsheets.table import read_rows
from tests.unit.spreadsheets.old_workbooks import compound, xls
from tests.unit.spreadsheets.tables import (
    NOW,
    POS_HEADINGS,
    ZONE,
    Table,
    pos_line,
    read,
    refused,
    taken,
    text_table,
    xlsx,
)

TABLE: Table = [POS_HEADINGS, pos_line("1", Факт="Яма;\nу «дома»"), pos_line("2")]


def by_openpyxl(table: Table) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in table:
        book.active.append(list(cells))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_prefix(data: bytes) -> bytes:
    """Return a workbook whose XML names the namespace by a prefix, as some programs write it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.startswith("xl/worksheets/"):
                text = text.replace("</", "<\0").replace("<", "<x:").replace("<x:\0", "</x:").replace("<x:?", "<?")
                text = text.replace(" xmlns=", " xmlns:x=")
            new.writestr(name, text)
    return stream.getvalue()


def with_backslashes(data: bytes) -> bytes:
    """Return a workbook whose parts are named as on Windows."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name.replace("/", "\\").replace("shared", "Shared"), old.read(name))
    return stream.getvalue()


FORMS: dict[str, Callable[[Table], bytes]] = {
    "xlsx": xlsx,
    "xlsx of openpyxl": by_openpyxl,
    "xlsx with prefixes": lambda table: with_prefix(xlsx(table)),
    "xlsx with names of Windows": lambda table: with_backslashes(xlsx(table)),
    "xls": xls,
    "windows-1251": lambda table: text_table(table, "cp1251"),
    "utf-8": lambda table: text_table(table, "utf-8", ","),
    "utf-8 with its mark": lambda table: text_table(table, "utf-8-sig", ";"),
    "utf-16": lambda table: text_table(table, "utf-16", "\t"),
    "utf-16 without its mark": lambda table: text_table(table, "utf-16-le", "\t"),
    "ends of lines of an old Mac": lambda table: text_table(table, "cp1251", ";", "\r"),
    "ends of lines of Unix": lambda table: text_table(table, "utf-8", ",", "\n"),
    "separator told": lambda table: b"sep=|\r\n" + text_table(table, "utf-8", "|"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_table_is_read_alike(form: str) -> None:
    first, second = taken(read(FORMS[form](TABLE)))
    assert (first.number, second.number) == ("1", "2")
    assert first.subject == "Дороги / Ямы / Яма;\nу «дома»"
    assert first.registered_at == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert second.place.line - first.place.line == 1


def test_titles_empty_lines_and_numbers_of_columns_are_no_rows() -> None:
    numbers = [str(at + 1) for at in range(len(POS_HEADINGS))]
    titles: Table = [["Отчёт по сообщениям"], [], ["за ноябрь", None, None, "Статус"], POS_HEADINGS, numbers]
    total = ["Итого: 2"]
    table = read(xlsx([*titles, pos_line("1"), [], POS_HEADINGS, pos_line("2"), total]))
    assert [(row.number, row.place.line) for row in taken(table)] == [("1", 6), ("2", 9)]
    assert (table.row_count, refused(table)) == (2, [])


def test_words_that_begin_like_a_total_are_a_row() -> None:
    """A line with a date is a message, though its first column has the words of a citizen."""
    headings = ("Факт", "Номер", "Дата поступления")
    words = ["Всего неделю держится дорога", "Итого третий день не вывозят мусор"]
    lines = [[text, str(number), "25.11.2026"] for number, text in enumerate(words, 1)]
    totals = [["Итого", "2", ""], ["Общий итог", "2", ""], ["Всего", "2", "5"]]
    table = read(text_table([headings, *lines, *totals]))
    assert [(row.number, row.subject) for row in taken(table)] == [("1", words[0]), ("2", words[1])]
    assert refused(table) == []


@pytest.mark.parametrize(
    "words",
    [
        "Всего неделю держится дорога",
        "Всего в районе три фонаря, и те не горят",
        "Итого третий день не вывозят мусор",
        "Итого: ямы так и не засыпали",
        "Всего доброго, спасибо за ремонт дороги",
        "Всего по улице Ленина не горят 5 фонарей",
        "Всего по улице Ленина три урны",
        "Итог: дорогу не ремонтируют",
    ],
)
@pytest.mark.parametrize("headings", [("Факт", "Номер", "Статус"), ("Примечание", "Номер", "Факт")])
def test_words_of_a_citizen_that_begin_like_a_total_are_a_row_without_a_date(
    words: str, headings: tuple[str, ...]
) -> None:
    rows = taken(read(text_table([headings, ["Яма", "1", "В работе"], [words, "4012346", "В работе"]])))
    assert [row.number for row in rows] == ["1", "4012346"]


@pytest.mark.parametrize(
    "total",
    [
        ["Итого", "2", ""],
        ["ИТОГО:", "", "2"],
        ["Всего обращений: 2", "", ""],
        ["Всего за ноябрь 2026 г.", "2", "100 %"],
        ["Итого по Северному району", "2", ""],
        ["Итого по теме «Вывоз мусора»", "2", "(50,0 %)"],
        ["Общий итог", "2", "2"],
        ["Итого ЖКХ", "2", ""],
        ["Дороги Итог", "2", ""],
        ["Всего: 2, из них просрочено: 1", "", "из них новых 2"],
        ["", "Всего заявок: 2", ""],
        ["", "Итого записей в таблице", "2"],
        ["", "Всего по городу", "из них просрочено: 1"],
    ],
)
def test_totals_are_no_rows(total: list[str]) -> None:
    table = read(text_table([("Факт", "Номер", "Статус"), ["Яма", "1", "В работе"], total]))
    assert [row.number for row in taken(table)] == ["1"]
    assert refused(table) == []


def test_words_below_the_table_are_no_row() -> None:
    words = ("Количество: 1", "Исполнитель: специалист отдела, тел. 2-34-56", "Отчёт сформирован 01.12.2026 9:05")
    table = read(text_table([POS_HEADINGS, pos_line("1"), *([one] for one in words)]))
    assert [row.number for row in taken(table)] == ["1"]
    assert refused(table) == []


@pytest.mark.parametrize(
    ("alone", "reason"),
    [
        ("4012346", "empty_cells"),
        ("и третий день не вывозят мусор: куда звонить?", "no_number"),
        ("отчёт о ремонте где?", "no_number"),
    ],
)
def test_other_words_on_a_line_of_their_own_are_refused_and_not_lost(alone: str, reason: str) -> None:
    """They may be the rest of a citizen's message, whose line break a program did not quote."""
    table = read(text_table([POS_HEADINGS, pos_line("1"), [alone], pos_line("2")]))
    assert [row.number for row in taken(table)] == ["1", "2"]
    assert [(row.place.line, row.reason) for row in refused(table)] == [(3, reason)]


def test_a_row_that_the_file_repeats_counts_once() -> None:
    lines = [pos_line("1"), pos_line("1"), pos_line("2"), pos_line("2", Факт="Другое"), pos_line("1")]
    table = read(text_table([POS_HEADINGS, *lines]))
    assert (table.row_count, len(taken(table)), len(refused(table))) == (3, 1, 2)


def test_headings_are_known_in_any_order_case_and_spacing() -> None:
    headings = (
        "  СТАТУС ",
        "новый столбец",
        "Дата\nпоступления",
        "факт:",
        "НОМЕР",
        "Дата  планируемого\xa0завершения работ",
    )
    (row,) = taken(read(xlsx([headings, ("Принято", "x", "01.11.2026", "Яма", 17.0, "02.11.2026")])))
    assert (row.number, row.status, row.subject) == ("17", "Принято", "Яма")
    assert row.due == datetime(2026, 11, 2, 12, 59, tzinfo=UTC)


@pytest.mark.parametrize("is_1904", [False, True])
@pytest.mark.parametrize("form", [xlsx, xls])
def test_serial_dates_are_read_by_the_calendar_of_the_book(form: Callable[..., bytes], is_1904: bool) -> None:
    shown = datetime.fromisoformat("2026-11-20 14:30:00")
    bare = (shown - datetime.fromisoformat("1904-01-01" if is_1904 else "1899-12-30")).total_seconds() / 86_400
    lines = [pos_line("1", Дата_поступления=shown), pos_line("2", Дата_поступления=bare)]
    rows = taken(read(form([POS_HEADINGS, *lines], is_1904=is_1904)))
    assert [row.registered_at for row in rows] == [datetime(2026, 11, 20, 3, 30, tzinfo=UTC)] * 2


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("20.11.2026", "2026-11-20 00:00"),
        ("20.11.26", "2026-11-20 00:00"),
        (" 5.1.2026 г.", "2026-01-05 00:00"),
        ("20.11.2026 14:05", "2026-11-20 14:05"),
        ("20.11.2026, 14:05:59", "2026-11-20 14:05:59"),
        ("20.11.2026 в 9:05", "2026-11-20 09:05"),
        ("20/11/2026", "2026-11-20 00:00"),
        ("2026-11-20", "2026-11-20 00:00"),
        ("2026-11-20T14:05:00", "2026-11-20 14:05"),
        ("2026-11-20T14:05:00.123+11:00", "2026-11-20 14:05"),
        ("2026-11-20T03:05:00Z", "2026-11-20 14:05"),
        ("2026-11-20 06:05:00 +0300", "2026-11-20 14:05"),
        ("20.11.2026T06:05:00+03:00", "2026-11-20 14:05"),
        ("20.11.2026 06:05 (МСК)", "2026-11-20 14:05"),
        ("20.11.2026 14:05 мск+8", "2026-11-20 14:05"),
        ("20.11.2026 14:05 +11", "2026-11-20 14:05"),
        ("20 ноября 2026 г. в 14:05", "2026-11-20 14:05"),
        ("5 мая 2026", "2026-05-05 00:00"),
        ("20 нояб. 2026", "2026-11-20 00:00"),
        ("20.11.2026 (пт)", "2026-11-20 00:00"),
        ("пятница, 20.11.2026 14:05", "2026-11-20 14:05"),
        ("46346", "2026-11-20 00:00"),
        ("46346,5", "2026-11-20 12:00"),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, local: str) -> None:
    (row,) = taken(read(text_table([POS_HEADINGS, pos_line(Дата_поступления=written)])))
    assert row.registered_at == datetime.fromisoformat(f"{local}+11:00")


@pytest.mark.parametrize("written", ["нет", "Отсутствует", "Без срока", "не установлен."])
def test_words_for_no_date_are_no_date(written: str) -> None:
    line = pos_line(Дата_поступления=written, Дата_планируемого_завершения_работ=written)
    (row,) = taken(read(text_table([POS_HEADINGS, line])))
    assert (row.registered_at, row.due) == (None, None)


@pytest.mark.parametrize(
    "written",
    [
        "20.11.2026 9:00-10:00",
        "31.02.2026",
        "20.13.2026",
        "31 ноября 2026",
        "завтра",
        "20.11.0226",
        "11.2026",
        12.0,
        "########",
    ],
)
def test_broken_date_is_refused_with_row_and_column(written: str | float) -> None:
    lines = [pos_line(str(number)) for number in range(1, 30)]
    lines[17] = pos_line("18", Дата_поступления=written)
    table = read(xlsx([POS_HEADINGS, *lines]))
    (row,) = refused(table)
    assert (row.place.line, row.reason, row.number, row.column) == (19, "bad_date", "18", "Дата поступления")
    assert len(taken(table)) == 28


def test_broken_date_in_row_30_000_is_refused_and_the_rest_goes_in() -> None:
    """Nobody would find it in a large export without its line."""
    lines = [[str(number), "Яма", "05.12.2026"] for number in range(2, 30_011)]
    lines[29_998][2] = "30.02.2026"
    table = read(text_table([("Номер", "Факт", "Дата планируемого завершения работ"), *lines]))
    (row,) = refused(table)
    heading = "Дата планируемого завершения работ"
    assert (row.place.line, row.number, row.column, row.value) == (30_000, "30000", heading, "30.02.2026")
    assert row.reason is RefusalReason.BAD_DATE
    assert len(taken(table)) == 30_008


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (17.0, "17"),
        ("17,0", "17"),
        (" № 17 ", "17"),
        ("'17", "17"),
        ('"17"', "17"),
        ("0017", "0017"),
        (123456789012345.0, "123456789012345"),
    ],
)
def test_number_is_read_without_what_a_spreadsheet_adds(written: str | float, number: str) -> None:
    (row,) = taken(read(xlsx([POS_HEADINGS, pos_line(written)])))
    assert row.number == number


@pytest.mark.parametrize(
    "written",
    [
        True,
        '17"',
        "25.11.2026",
        "25.11.2026 10:00",
        "1.23457E+11",
        "1,23457E+11",
        1.2345678901234567e18,
        datetime.fromisoformat("2026-10-12"),
        "#####",
    ],
)
def test_number_that_a_spreadsheet_has_spoilt_is_refused(written: str | float | datetime | bool) -> None:
    (row,) = refused(read(xlsx([POS_HEADINGS, pos_line(written)])))
    assert (row.reason, row.column) == ("spoilt_number", "Номер")


def test_moment_of_another_zone_later_today_is_now() -> None:
    lines = [pos_line("1", Дата_поступления="29.11.2026 23:00"), pos_line("2", Дата_поступления="30.11.2026")]
    table = read(text_table([POS_HEADINGS, *lines]))
    assert [row.registered_at for row in taken(table)] == [NOW]
    assert [row.reason for row in refused(table)] == ["registered_later"]


def test_rows_that_cannot_be_are_refused_and_the_rest_goes_in() -> None:
    lines = [
        pos_line("1", Дата_планируемого_завершения_работ="24.11.2026"),
        pos_line("2", Дата_поступления="01.12.2026"),
        pos_line("-"),
        pos_line("4", Категория="-", Подкатегория="—", Факт=""),
        pos_line("5"),
        pos_line("б/н"),
    ]
    table = read(text_table([POS_HEADINGS, *lines]))
    assert [(row.place.line, row.reason) for row in refused(table)] == [
        (2, "due_before_registered"),
        (3, "registered_later"),
        (4, "no_number"),
        (5, "empty_cells"),
        (7, "no_number"),
    ]
    assert [row.number for row in taken(table)] == ["5"]


@pytest.mark.parametrize("form", [xlsx, xls])
def test_sheets_that_contradict_are_refused_on_both(form: Callable[..., bytes]) -> None:
    october: Table = [POS_HEADINGS, pos_line("1"), pos_line("2"), pos_line("3")]
    november: Table = [["Сводка"], POS_HEADINGS, pos_line("2", Статус="Решено"), pos_line("3"), pos_line("4")]
    notes: Table = [["Подготовил", "Иванова"], ["Дата", "01.11.2026"]]
    table = read(form(notes, october, november, names=["Титул", "Октябрь", "Ноябрь"]))
    assert [row.number for row in taken(table)] == ["1", "3", "4"]
    assert [(row.place.sheet, row.place.line, row.reason, row.number, row.column) for row in refused(table)] == [
        ("Октябрь", 3, "contradiction", "2", "Статус"),
        ("Ноябрь", 3, "contradiction", "2", "Статус"),
    ]


def test_rows_of_another_municipality_are_refused() -> None:
    headings = ("Номер инцидента", "Дата создания", "Тема", "Текст инцидента", "Муниципалитет")
    places = (
        "Холмский муниципальный округ",
        "г. Холмск",
        "Администрация Холмского ГО",
        "-",
        "Корсаковский МО",
        "Анива",
        "Сахалинская область",
    )
    lines = [(str(at), "01.11.2026", "Дороги", "Яма", place) for at, place in enumerate(places)]
    table = read(text_table([headings, *lines]), "incident", town="Холмский городской округ")
    assert [row.number for row in taken(table)] == ["0", "1", "2", "3", "6"]
    assert [(row.reason, row.value) for row in refused(table)] == [
        ("other_municipality", "Корсаковский МО"),
        ("other_municipality", "Анива"),
    ]
    with pytest.raises(UnreadableFile) as refusal:
        read(text_table([headings, *lines[4:6]]), "incident", town="Город Холмск (демо)")
    assert (refusal.value.fault, refusal.value.detail) == (FileFault.OTHER_MUNICIPALITY, "Анива")


def test_block_that_does_not_exist_is_refused_with_its_name() -> None:
    layout = merged(BUILT_IN["sed"], {Field.BLOCK: ("Отдел",)}, "СЭД")
    lines = [
        ("№РК", "Содержание", "Отдел"),
        ("1", "Яма", "Дороги и  транспорт"),
        ("2", "Яма", "Авиация"),
        ("3", "Яма", "roads"),
    ]
    table = read_rows(text_table(lines), layout, ZONE, NOW, blocks=["roads", "Дороги и транспорт"])
    assert [(row.number, row.block) for row in taken(table)] == [("1", "Дороги и  транспорт"), ("3", "roads")]
    (row,) = refused(table)
    assert (row.place.line, row.reason, row.column, row.value) == (3, "unknown_block", "Отдел", "Авиация")


def test_hidden_sheet_comes_after_those_that_people_see() -> None:
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.sheet_state = "hidden"
    for cells in (POS_HEADINGS, pos_line("1")):
        book.active.append(cells)
    shown = book.create_sheet("Данные")
    for cells in (POS_HEADINGS, pos_line("2")):
        shown.append(cells)
    book.save(stream)
    assert [row.number for row in taken(read(stream.getvalue()))] == ["2", "1"]


def test_workbook_with_a_password_is_refused_by_its_name() -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read(compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 5000}))
    assert refusal.value.fault is FileFault.ENCRYPTED
    with pytest.raises(UnreadableFile) as refusal:
        read(compound({"WordDocument": b"x" * 5000}))
    assert refusal.value.fault is FileFault.NOT_A_TABLE
