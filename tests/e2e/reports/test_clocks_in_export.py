"""The export shows the clocks of a ticket apart: the first word, the answer, the solution; due, and met or missed."""

from typing import Any

import openpyxl

from tests.e2e.answers.test_after_answer import reply
from tests.e2e.answers.test_first_word import BUTTON
from tests.e2e.harness import GROUP, MARIA, ROADS_HEAD, Harness
from tests.e2e.operations.test_export import read_rows, run_export
from tests.e2e.queries import send_report

RULES = """
[[rules]]
sector = "roads"
accept = "15m"
first_word = "1wh"
answer = "8wh"
solve = "1d"
"""
FIXED = "Яму засыпали сегодня утром."
CLOCKS = {
    "Принять до": "20.11.2026 17:15",
    "Срок принятия": "просрочен",
    "Сообщить жителю до": "20.11.2026 18:00",
    "Жителю сообщено": "20.11.2026 17:30",
    "Срок первого слова": "соблюдён",
    "Ответить до": "23.11.2026 17:00",
    "Отвечено": "23.11.2026 09:30",
    "Срок ответа": "соблюдён",
    "Просрочено": "нет",
    "Решить до": "21.11.2026 17:00",
    "Решено со слов жителя": "24.11.2026 10:00",
    "Срок решения": "просрочен",
}
HOURS = {
    "До первого слова, ч": 0.5,
    "До первого слова, рабочих ч": 0.5,
    "До ответа, ч": 64.5,
    "До ответа, рабочих ч": 1.5,
    "До решения, ч": 89.0,
    "До решения, рабочих ч": 10.0,
}


async def play(bot: Harness) -> None:
    """Write on a Friday at 17:00, hear at 17:30, read the answer on Monday, call it solved on Tuesday."""
    bot.settings["more"] = RULES
    bot.set_time("20.11 17:00")
    await bot.start()
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 17:30")
    await bot.press_button(ROADS_HEAD, card, BUTTON)
    await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе")
    await bot.wait_for_outbox()
    bot.set_time("23.11 09:30")
    await bot.answer_ticket(ROADS_HEAD, 1, FIXED)
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    bot.set_time("24.11 10:00")
    posted = await bot.wait_until(lambda: bot.find_message(GROUP, FIXED))
    await reply(bot, MARIA, "Да, яму засыпали, спасибо", posted)
    await bot.wait_for_card(ROADS_HEAD, 1, "Житель подтвердил, что вопрос решён")


async def test_export_shows_three_clocks_met_or_missed_in_calendar_and_working_time(closed_bot: Harness) -> None:
    bot = closed_bot
    await play(bot)

    code, output, _ = await run_export(bot)

    assert code == 0
    [row] = read_rows(output)
    assert {title: row[title] for title in CLOCKS} == CLOCKS
    assert {title: row[title] for title in HOURS} == {title: str(one).replace(".", ",") for title, one in HOURS.items()}

    await run_export(bot, "--output", "out.xlsx")

    heading, cells = openpyxl.load_workbook(bot.folder / "out.xlsx", read_only=True).active.iter_rows(values_only=True)
    sheet: dict[Any, Any] = dict(zip(heading, cells, strict=True))
    assert {title: sheet[title] for title in HOURS} == HOURS
    assert f"{sheet['Решить до']:%d.%m.%Y %H:%M}" == CLOCKS["Решить до"]
    assert [sheet[f"Срок {one}"] for one in ("первого слова", "ответа", "решения")] == [
        *("соблюдён", "соблюдён", "просрочен")
    ]
