"""Nonsense, stale and foreign input of officials: refused in words, nothing half-done, and in the audit."""

from itertools import chain
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.domain.tickets import State
from storage.tables import absence, audit, draft, inbox, invitation, person, publication, ticket
from tests.e2e.answers.test_approval import (
    MANAGER,
    MANAGER_APPROVES,
    MANAGERS,
    code_of,
    open_town,
    submit,
    wait_for_question,
)
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import get_ticket_state, refusal_codes, send_report, wait_until_idle
from tests.e2e.staff.test_people import open_page, press

COMMANDS = {
    ROADS_HEAD: ("my", "control", "templates", "away"),
    COORDINATOR: ("find", "new", "digest", "stats", "questions"),
    ADMINISTRATOR: ("start", "help", "people", "invite", "accounts", "topics", "settings"),
}
"""Every command, with one who may use it and tries it with all the nonsense; the others try a third of that."""

NONSENSE = (
    *("99999999999999999999999", "-1", "№", "0", "'; DROP TABLE ticket; --", "ы" * 3000, "\u202eнаперёд", "🙂" * 50),
    *("{number} %s %(x)s", "../../etc/passwd", "<b>жирно</b>", "1:a:1", "32.13–33.14", "источник=ничей 00.00–99.99"),
)


async def counts(bot: Harness) -> dict[str, Any]:
    """Count what commands could have changed."""
    found: dict[str, Any] = {}
    async with bot.read_tables() as connection:
        for table in (ticket, person, absence, draft, publication):
            found[table.name] = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
        dead = select(func.count()).select_from(inbox).where(inbox.c.status == "dead")
        found["dead"] = (await connection.execute(dead)).scalar_one()
    return found


async def list_refusals(bot: Harness) -> list[str]:
    """List the codes of all refused attempts, with those that are about no ticket."""
    async with bot.read_tables() as connection:
        rows = await connection.execute(select(audit.c.facts).where(audit.c.action == "refused").order_by(audit.c.id))
    return [facts["code"] for facts in rows.scalars()]


@pytest.mark.parametrize("who", COMMANDS)
async def test_every_command_answers_nonsense_and_changes_nothing(bot: Harness, who: int) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    before = await counts(bot)
    for number, command in enumerate(chain.from_iterable(COMMANDS.values())):
        for argument in NONSENSE if command in COMMANDS[who] else NONSENSE[number % 3 :: 3]:
            known = len(bot.bot_messages(who))
            await bot.send_message(who, f"/{command} {argument}")
            await bot.wait_until(lambda known=known: len(bot.bot_messages(who)) > known)
        await bot.send_message(who, "/new")  # leaves the dialog that the command has begun, if any
        await wait_until_idle(bot)
    assert await counts(bot) == before
    assert not any("Traceback" in text or ("{" in text and "number}" in text) for text in bot.bot_texts(who))
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


async def test_a_code_for_somebody_else_is_refused_to_an_official_and_stays_valid(bot: Harness) -> None:
    page = await open_page(bot, ADMINISTRATOR, "Пригласить", "Другое место", "руководитель отраслевого блока")
    await press(bot, ADMINISTRATOR, page, "Образование")
    await bot.wait_until(lambda: "Выбрано: Образование" in message_text(page))
    await bot.press_button(ADMINISTRATOR, page, "Готово")
    await bot.wait_for_message(ADMINISTRATOR, "Как зовут")
    await bot.send_message(ADMINISTRATOR, "Анна Ким")
    letter = await bot.wait_for_message(ADMINISTRATOR, "Анна Ким: /start")
    code = message_text(letter).partition("/start ")[2].split()[0]

    for who in (COORDINATOR, ADMINISTRATOR):
        await bot.send_message(who, f"/start {code}")
        await bot.wait_for_message(who, "Вы уже вошли, код здесь не действует")

    assert await list_refusals(bot) == ["code_not_needed"] * 2
    async with bot.read_tables() as connection:
        used = await connection.execute(select(invitation.c.used_at))
    assert list(used.scalars()) == [None]


async def test_an_approval_twice_of_an_older_version_and_after_a_hand_over_is_refused(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, MANAGER_APPROVES)
    await submit(bot, ROADS_HEAD, "Заделаем.")
    first = await wait_for_question(bot)
    old = code_of(first)
    await submit(bot, ROADS_HEAD, "Заделаем завтра.")
    await bot.wait_until(lambda: code_of_latest(bot) not in ("", old))
    stale = await bot.press_code(MANAGER, MANAGER, first["message_id"], old)
    assert "изменил" in stale["text"]
    assert bot.bot_messages(GROUP) == []

    question = await wait_for_question(bot)
    code = code_of(question)
    await bot.press_button(MANAGER, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Заделаем завтра."
    await wait_until_idle(bot)
    again = await bot.press_code(MANAGER, MANAGER, question["message_id"], code)

    assert again["show_alert"]
    await wait_until_idle(bot)
    assert [message_text(one) for one in bot.bot_messages(GROUP)] == ["Заделаем завтра."]
    assert await refusal_codes(bot, 1) == ["draft_changed"] * 2


def code_of_latest(bot: Harness) -> str:
    asked = [one for one in bot.bot_messages(MANAGER) if "на согласовании (№1)" in message_text(one)]
    return code_of(asked[-1]) if asked and asked[-1].get("reply_markup", {}).get("inline_keyboard") else ""


async def test_words_for_a_ticket_that_has_ended_meanwhile_go_nowhere(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF + MANAGERS
    bot.sandbox.telegram.user(MANAGER, "Анна")
    await bot.sandbox.telegram.start_bot(MANAGER)
    await bot.start()
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(MANAGER, "/find 1")
    other = await bot.wait_for_card(MANAGER, 1)
    await bot.press_button(MANAGER, other, "Ещё")
    await bot.wait_until(lambda: "Не требует ответа" in str(other.get("reply_markup")))
    await bot.press_button(MANAGER, other, "Не требует ответа")
    await bot.wait_until(lambda: "Повтор" in str(other.get("reply_markup")))
    await bot.press_button(MANAGER, other, "Повтор")
    await bot.wait_for_card(ROADS_HEAD, 1, "Не требует ответа")

    await bot.send_message(ROADS_HEAD, "Засыплем завтра")

    await bot.wait_for_message(ROADS_HEAD, "Сообщение №1 закрыли без ответа, ваш черновик отменён.")
    await bot.wait_for_message(ROADS_HEAD, "Чтобы ответить жителю, нажмите")
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert await get_ticket_state(bot, 1) is State.DISMISSED
