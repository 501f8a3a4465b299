"""``/report цур``: the month for the regional centre without anybody's data, and the evidence of single tickets."""

import asyncio
import io
import re
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import send_report, wait_until_idle
from tests.e2e.tickets.test_dismissal import dismiss

PHONE = "89241234567"
WORDS = f"На Ленина 45 яма, звоните Анне Ким {PHONE}"
CROWD = 5_000
ANSWER = "Яму на Ленина 45 заделают до 25.11.2026."


async def download_workbook(bot: Harness, person: int, *pieces: str) -> openpyxl.Workbook:
    """Wait for a document after a message with *pieces*, and read it."""
    await bot.wait_for_message(person, *pieces)
    letter = await bot.wait_until(lambda: next((one for one in bot.bot_messages(person) if "document" in one), None))
    assert letter["document"]["file_name"].endswith(".xlsx")
    return openpyxl.load_workbook(io.BytesIO(bot.sandbox.telegram.file(letter["document"]["file_id"])))


def read_sheet(book: openpyxl.Workbook, title: str) -> list[dict[str, Any]]:
    """Return the rows of a breakdown by their headings."""
    headings, *rows = book[title].iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def all_text(book: openpyxl.Workbook) -> str:
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)


async def play_a_month(bot: Harness) -> None:
    """One message is answered, one called no problem, one waits."""
    await send_report(bot, WORDS)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await wait_until_idle(bot)
    await send_report(bot, "На Садовой 3 глубокая яма на дороге", PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 2)
    await dismiss(bot, 2, "Не о проблеме")
    await send_report(bot, "На Мира 9 провалился асфальт, яма на дороге", PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 3)
    await wait_until_idle(bot)


@ON_BOTH
async def test_every_breakdown_adds_up_to_the_month_and_names_nobody(bot: Harness) -> None:
    await play_a_month(bot)

    await bot.send_message(COORDINATOR, "/report ЦУР 11.2026")

    page = message_text(
        await bot.wait_for_message(
            COORDINATOR,
            "📑 Отчёт для ЦУР: ноябрь 2026",
            "месяц не закончился",
            "Поступило: 3",
            "отвечено 1, не требует ответа 1, в работе 1",
            "Ответ: в срок 100 % (1 из 1), срок идёт у 1",
            "Telegram: 3",
            "Дороги: 3, отвечено 1",
        )
    )
    book = await download_workbook(bot, COORDINATOR, "📑")
    said = page + all_text(book)
    assert not re.search(rf"{PHONE}|Анн|Ким|Мария|Пётр|Ленина|https?:", said)
    for title in ("По блокам", "По источникам", "По темам", "По районам", "По заявителям"):
        *groups, total = read_sheet(book, title)
        assert total["Поступило"] == 3
        for heading, value in list(total.items())[1:]:
            if isinstance(value, int) and "доля" not in heading:
                assert value == sum(one[heading] for one in groups), (title, heading)
        assert total["Отвечено"] + total["Не требует ответа"] + total["В работе"] == total["Поступило"]
    assert read_sheet(book, "По блокам")[-1]["Ответ: медиана, ч"] is None, "one answer is one person's time"
    assert "Как считается" in book.sheetnames


async def test_a_month_before_is_compared_and_the_last_whole_one_is_the_default(bot: Harness) -> None:
    await send_report(bot, WORDS)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    bot.set_time("10.12 10:00")

    await bot.send_message(COORDINATOR, "/report цур")
    text = message_text(await bot.wait_for_message(COORDINATOR, "📑 Отчёт для ЦУР: ноябрь 2026", "Поступило: 1"))
    assert "месяц не закончился" not in text
    assert "Ответ: в срок 0 % (0 из 1)" in text
    assert "В работе сейчас: 1, из них просрочено 1" in text
    await bot.send_message(COORDINATOR, "/report цур 2026-12")
    await bot.wait_for_message(COORDINATOR, "ЦУР: декабрь 2026", "Поступило: 0 (месяцем раньше 1)")
    # What is late now is late in the report of a month in which it was not there yet.
    await bot.send_message(COORDINATOR, "/report цур 10.2026")
    await bot.wait_for_message(COORDINATOR, "ЦУР: октябрь 2026", "В работе сейчас: 1, из них просрочено 1")


@pytest.mark.parametrize("asked", ["", " цур 13.2026", " цур ноябрь", " чур 11.2026", " цур №", " цур 00.2026"])
async def test_nonsense_is_answered_with_examples(bot: Harness, asked: str) -> None:
    await bot.send_message(COORDINATOR, f"/report{asked}")
    await bot.wait_for_message(COORDINATOR, "/report цур 11.2026")


async def test_a_month_to_come_and_a_ticket_that_is_not_there_are_refused(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, "/report цур 12.2026")
    await bot.wait_for_message(COORDINATOR, "Этот месяц ещё не начался")
    await bot.send_message(COORDINATOR, "/report цур №77")
    await bot.wait_for_message(COORDINATOR, "Сообщения с таким номером нет")
    assert not [one for one in bot.bot_messages(COORDINATOR) if "document" in one]


async def test_the_head_of_a_block_gets_no_figures_of_the_whole_town(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, "/report цур 11.2026")
    refusal = message_text(await bot.wait_for_message(ROADS_HEAD, "/report"))
    assert "Отчёт для ЦУР" not in refusal
    assert not [one for one in bot.bot_messages(ROADS_HEAD) if "document" in one]


@ON_BOTH
async def test_evidence_shows_what_was_said_when_and_by_which_post(bot: Harness) -> None:
    await play_a_month(bot)
    await bot.wait_for_tasks("audit_seal")

    await bot.send_message(COORDINATOR, "/report цур №1, №3")

    book = await download_workbook(bot, COORDINATOR, "Что и когда сказано", "№1, №3")
    assert book.sheetnames == ["№1", "№3"]
    rows = [row for row in book["№1"].iter_rows(values_only=True) if row[1]]
    said = [(row[1], row[3]) for row in rows if row[3]]
    assert any(who == "житель" and "На Ленина 45 яма" in text for who, text in said)
    assert ANSWER in [text for _, text in said]
    assert PHONE not in all_text(book)
    moments = [row[0] for row in rows if isinstance(row[0], datetime)]
    assert moments == sorted(moments)
    assert re.search(r"звеном \d+, хэш [0-9a-f]{64}", all_text(book))
    await bot.stop()
    _, journal, _ = await run_command("journal", "--config", str(bot.folder / "config.toml"), cwd=bot.folder)
    assert "№1, №3" in journal


async def test_evidence_of_more_tickets_than_a_document_holds_says_which_are_left_out(bot: Harness) -> None:
    for number in range(1, 23):
        bot.sandbox.telegram.user(CROWD + number, f"Житель {number}")
        await send_report(bot, f"На Ленина {number} яма на дороге", CROWD + number)
    await wait_until_idle(bot)

    await bot.send_message(COORDINATOR, f"/report цур {' '.join(f'№{number}' for number in range(1, 23))}")
    letter = message_text(await bot.wait_for_message(COORDINATOR, "Что и когда сказано", "№20"))
    assert "№21," not in letter
    assert "В одном документе — до 20 сообщений. Не вошли 2 сообщения, начиная с №21" in letter

    await bot.send_message(COORDINATOR, "/report цур №21 №22")
    rest = message_text(await bot.wait_for_message(COORDINATOR, "Что и когда сказано", "№21, №22"))
    assert "Не во" not in rest


async def test_the_command_writes_the_same_figures_and_evidence(bot: Harness) -> None:
    await play_a_month(bot)
    await bot.stop()
    config = str(bot.folder / "config.toml")

    code, page, errors = await run_command(
        *("report", "cur", "--month", "2026-11", "--output", "month.xlsx", "--config", config), cwd=bot.folder
    )

    assert (code, errors) == (0, "")
    assert "Поступило: 3" in page
    book = openpyxl.load_workbook(bot.folder / "month.xlsx")
    assert read_sheet(book, "По блокам")[-1]["Поступило"] == 3
    assert (await asyncio.to_thread((bot.folder / "month.xlsx").stat)).st_mode & 0o077 == 0
    code, _, errors = await run_command(
        *("report", "cur", "--ticket", "1", "--ticket", "99", "--output", "one.xlsx", "--config", config),
        cwd=bot.folder,
    )
    assert (code, "99" in errors) == (0, True)
    assert openpyxl.load_workbook(bot.folder / "one.xlsx").sheetnames == ["№1"]
    code, _, errors = await run_command(
        *("report", "cur", "--month", "13.2026", "--output", "x.xlsx", "--config", config), cwd=bot.folder
    )
    assert code == 2
    assert "не понят" in errors
