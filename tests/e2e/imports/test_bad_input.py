"""Rows that cannot be: each is refused with its row and column, the rest goes in, nothing twice."""

import io

import openpyxl

from tests.e2e.harness import COORDINATOR, Harness, message_text
from tests.e2e.imports.tables import INCIDENT_HEADINGS, POS_HEADINGS, as_csv, count, pos_row, send_table
from tests.e2e.queries import get_ticket

HEADINGS = (*INCIDENT_HEADINGS, "Муниципалитет", "Населённый пункт", "Адрес")


def incident(number: str, **changed: str) -> dict[str, str]:
    names = dict(
        zip(("came", "subject", "words", "author", "link", "result", "due", "town"), HEADINGS[1:], strict=False)
    )
    names |= {"settlement": "Населённый пункт", "address": "Адрес"}
    values = dict.fromkeys(HEADINGS, "-") | {"Номер инцидента": number, "Тема": "Дороги"}
    values |= {"Дата создания": "16.11.2026", "Срок": "25.11.2026", "Текст инцидента": f"Яма на дороге {number}"}
    return values | {names[name]: value for name, value in changed.items()}


async def test_refused_rows_are_named_with_row_and_column(bot: Harness) -> None:
    rows = [
        incident("1"),
        incident("2", due="15.11.2026"),
        incident("3", author="Координатор"),
        incident("4", came="31.02.2026"),
        incident("5", town="Корсаковский муниципальный округ"),
        incident("ПОС-6"),
        incident("7", words="Яма на Ленина"),
        incident("7", words="Яма на Садовой"),
        incident("9", came="21.11.2026"),
    ]
    await send_table(bot, rows, headings=HEADINGS)
    preview = await bot.wait_for_message(COORDINATOR, "Новых: 1", "Нельзя внести: 8")
    expected = [
        "строка 3, №2, столбец «Срок»: срок раньше, чем поступило сообщение («15.11.2026»)",
        "строка 4, №3, столбец «Автор»: автор — сотрудник администрации",
        "строка 5, №4, столбец «Дата создания»: это не дата («31.02.2026»)",
        "строка 6, №5, столбец «Муниципалитет»: другой муниципалитет («Корсаковский муниципальный округ»)",
        "строка 7, столбец «Номер инцидента»: номер другой системы («ПОС-6»)",
        "строка 8, №7, столбец «Текст инцидента»: тот же номер есть в файле ещё раз",
        "строка 9, №7, столбец «Текст инцидента»: тот же номер есть в файле ещё раз",
        "строка 10, №9, столбец «Дата создания»: сообщение из будущего («21.11.2026»)",
    ]
    assert [line for line in expected if line not in message_text(preview)] == []
    await bot.press_button(COORDINATOR, preview, "Внести")
    done = await bot.wait_for_message(COORDINATOR, "✅", "Внесено новых: 1", "Не внесено: 8")
    assert [line for line in expected if line not in message_text(done)] == []
    await send_table(bot, rows, headings=HEADINGS)
    await bot.wait_for_message(COORDINATOR, "Новых: 0", "Уже есть: 1", "Нельзя внести: 8")
    assert await count(bot, "SELECT count(*) FROM ticket") == 1


async def test_sheets_that_contradict_are_named_with_sheet_and_row(bot: Harness) -> None:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for title, numbers, status in (
        ("Октябрь", ("1", "2"), "Назначен исполнитель"),
        ("Ноябрь", ("2", "3"), "На проверке"),
    ):
        sheet = book.create_sheet(title)
        sheet.append(POS_HEADINGS)
        for number in numbers:
            row = pos_row(number, status=status if number == "2" else "В работе")
            sheet.append([row[heading] for heading in POS_HEADINGS])
    book.save(stream)
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=("ПОС.xlsx", stream.getvalue()))
    preview = message_text(await bot.wait_for_message(COORDINATOR, "Новых: 2", "Нельзя внести: 2"))
    assert "лист «Октябрь», строка 3, №2, столбец «Статус»: тот же номер" in preview
    assert "лист «Ноябрь», строка 2, №2, столбец «Статус»: тот же номер" in preview


async def test_file_of_another_municipality_is_refused_with_its_name(bot: Harness) -> None:
    rows = [incident(str(number), town="Корсаковский муниципальный округ") for number in range(1, 4)]
    await send_table(bot, rows, headings=HEADINGS)
    await bot.wait_for_message(COORDINATOR, "❌", "другого муниципалитета: Корсаковский муниципальный округ")
    assert await count(bot, "SELECT count(*) FROM ticket") == 0


async def test_settlement_of_a_column_is_that_of_the_ticket(bot: Harness) -> None:
    """The column is right where reading is not: «пгт Смирных» would be read as «Смирный»."""
    rows = [
        incident("1", settlement="пгт Смирных", address="ул. Ленина, д. 5"),
        incident("2", settlement="Малиновка с."),
        incident("3", address="с. Ключи, ул. Лесная, д. 7"),
        incident("4", words="Яма на дороге у сельского клуба"),
    ]
    await send_table(bot, rows, headings=HEADINGS)
    preview = await bot.wait_for_message(COORDINATOR, "Новых: 4")
    await bot.press_button(COORDINATOR, preview, "Внести")
    await bot.wait_for_message(COORDINATOR, "✅", "Внесено новых: 4")
    tickets = [await get_ticket(bot, number) for number in range(1, 5)]
    assert [one.settlement for one in tickets] == ["Смирных", "Малиновка", "Ключи", None]
    assert (tickets[0].place, tickets[0].street) == ("пгт Смирных, ул. Ленина, д. 5", "Ленина")


async def test_row_with_wrong_quotes_is_refused_and_the_others_go_in(bot: Harness) -> None:
    """A program that wrote none of the quotes twice, and one that lost the end of a message."""
    head, *lines = as_csv([incident(str(number)) for number in range(1, 31)], HEADINGS).decode("cp1251").splitlines()
    lines[1] = lines[1].replace("Яма на дороге 2", '"Яма у "Магнита" на дороге"')
    lines[4] = lines[4].replace("Яма на дороге 5", '"Яма на дороге 5')
    data = "\r\n".join([head, *lines, ""]).encode("cp1251")
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=("Инцидент.csv", data))
    preview = await bot.wait_for_message(COORDINATOR, "Новых: 28", "Нельзя внести: 2")
    expected = [f"строка {number + 1}, №{number}: кавычка не закрыта или лишняя" for number in (2, 5)]
    assert [line for line in expected if line not in message_text(preview)] == []
    await bot.press_button(COORDINATOR, preview, "Внести")
    done = await bot.wait_for_message(COORDINATOR, "✅", "Внесено новых: 28", "Не внесено: 2")
    assert [line for line in expected if line not in message_text(done)] == []
    assert await count(bot, "SELECT count(*) FROM ticket WHERE external_number IN ('1', '3', '4', '6', '30')") == 5


async def test_file_that_a_quote_takes_in_from_its_first_line_is_refused_in_words(bot: Harness) -> None:
    data = b'"' + as_csv([incident(str(number)) for number in range(1, 4)], HEADINGS)
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=("Инцидент.csv", data))
    await bot.wait_for_message(COORDINATOR, "❌", "Файл повреждён", "Чтение остановилось на строке 1.")
