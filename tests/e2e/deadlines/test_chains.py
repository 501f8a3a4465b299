"""Chains of escalation: warnings before a deadline, hand-over to the deputy, and a question to who went silent."""

import pytest

from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, CURATOR, MARIA, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import get_ticket, list_audit, wait_until_idle
from tests.e2e.schedules import KERB, MANAGER, POTHOLE, WITH_MANAGER, add_officials, send_report

DEPUTY = 1011
WITH_DEPUTY = (
    STAFF
    + """
[[staff]]
name = "Заместитель по дорогам"
role = "deputy"
sectors = ["roads"]
telegram_id = 1011
"""
)
CHAIN = """
[[rules]]
escalation = "standard"

[[escalation]]
code = "standard"
steps = [
  { after = "accept_overdue", before = "10m", tell = ["coordinator"] },
  { after = "accept_overdue", wait = "0m", tell = ["coordinator"] },
  { after = "accept_overdue", wait = "30m", tell = ["deputy"], hand_over = true },
  { after = "accept_overdue", wait = "1h", tell = ["coordinator"] },
  { after = "accepted_silent", wait = "2h", ask = "in_work" },
  { after = "accepted_silent", wait = "3h", tell = ["coordinator"] },
]
"""


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """The town with a deputy and a chain; a pothole waits to be accepted until 15:30."""
    closed_bot.settings |= {"staff": WITH_DEPUTY, "more": CHAIN}
    await add_officials(closed_bot, DEPUTY)
    await closed_bot.start()
    await send_report(closed_bot, POTHOLE)
    await closed_bot.wait_for_card(ROADS_HEAD, 1, "принять до 15:30")
    return closed_bot


def texts(bot: Harness, person: int, *pieces: str) -> list[str]:
    found = map(message_text, bot.bot_messages(person))
    return [text for text in found if all(piece in text for piece in pieces)]


@ON_BOTH
async def test_who_is_late_loses_the_ticket_to_the_deputy(town: Harness) -> None:
    town.set_time("20.11 15:20")
    await town.wait_for_message(COORDINATOR, "⏰ Напоминание: №1", "примите до 15:30")
    town.set_time("20.11 15:30")
    await town.wait_for_message(COORDINATOR, "Просрочено: №1 · Дороги · не принято до 15:30")
    town.set_time("20.11 16:00")
    await town.wait_for_message(DEPUTY, "№1 передано вам")
    await town.wait_for_message(ROADS_HEAD, "№1 передано: Заместитель по дорогам")
    card = await town.wait_for_card(DEPUTY, 1)
    await wait_until_idle(town)
    assert "Принять" not in str((await town.wait_for_card(ROADS_HEAD, 1)).get("reply_markup"))

    await town.press_button(DEPUTY, card, "Принять")
    await town.wait_for_card(DEPUTY, 1, "В работе")
    town.set_time("20.11 17:00")
    await wait_until_idle(town)
    assert len(texts(town, COORDINATOR, "Просрочено: №1")) == 1, "the press has stopped the last step"
    assert texts(town, CURATOR, "Просрочено") == [], "the chain says whom it reaches"
    assert (await get_ticket(town, 1)).handed_to is None
    moved = [one for one in await list_audit(town, 1) if one.action == "hand_over"]
    assert [one.person_id for one in moved] == [None]


async def test_who_has_accepted_and_is_silent_is_asked(town: Harness) -> None:
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Принять")
    await town.wait_for_card(ROADS_HEAD, 1, "В работе")
    town.set_time("20.11 16:30")
    question = await town.wait_for_message(ROADS_HEAD, "Ещё в работе? №1")
    await town.press_button(ROADS_HEAD, question, "В работе")
    await town.wait_until(lambda: "Отмечено: в работе" in str(town.sandbox.telegram.callback_answers))
    town.set_time("20.11 17:30")
    await wait_until_idle(town)
    assert texts(town, COORDINATOR, "Нет вестей") == []
    town.set_time("20.11 18:30")
    await town.wait_until(lambda: len(texts(town, ROADS_HEAD, "Ещё в работе? №1")) == 2)
    town.set_time("20.11 19:30")
    await town.wait_for_message(COORDINATOR, "Нет вестей: №1", "принято, но ничего не слышно")


async def test_who_is_writing_the_answer_is_not_reminded_to_accept(town: Harness) -> None:
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await town.wait_for_message(ROADS_HEAD, "Ответ на №1")
    town.set_time("20.11 15:20")
    await town.wait_for_message(COORDINATOR, "⏰ Напоминание: №1")
    await wait_until_idle(town)
    assert texts(town, ROADS_HEAD, "⏰ Напоминание: №1 · примите до 15:30") == []


@ON_BOTH
async def test_steps_of_one_minute_are_one_message_and_say_why_they_reach_others(closed_bot: Harness) -> None:
    bot = closed_bot
    elsewhere = WITH_DEPUTY.replace('role = "deputy"\nsectors = ["roads"]', 'role = "deputy"\nsectors = ["housing"]')
    chain = """
[[rules]]
escalation = "standard"

[[escalation]]
code = "standard"
steps = [{ after = "accept_overdue", tell = ["deputy"] }]
"""
    bot.settings |= {"staff": elsewhere, "more": chain}
    await add_officials(bot, DEPUTY)
    await bot.start()
    bot.set_time("20.11 14:31")
    for number, text in enumerate((POTHOLE, KERB), 1):
        bot.pass_time(seconds=10)
        await send_report(bot, text, who=MARIA + number)
        await bot.wait_for_card(ROADS_HEAD, number)
    bot.set_time("20.11 15:32")
    listed = message_text(await bot.wait_for_message(COORDINATOR, "Просрочено: 2 сообщения", "№1", "№2"))
    await wait_until_idle(bot)
    assert len(texts(bot, COORDINATOR, "Просрочено")) == 1
    assert "того, кому это сообщают, в списке сотрудников нет" in listed
    assert texts(bot, DEPUTY, "Просрочено") == []


OVERTAKEN = """
[[rules]]
accept = "{accept}"
escalation = "standard"

[[escalation]]
code = "standard"
steps = [
  {{ after = "accept_overdue", tell = ["coordinator"] }},
  {{ after = "accept_overdue", wait = "10m", tell = ["deputy"], hand_over = true }},
  {{ after = "accept_overdue", wait = "20m", tell = ["coordinator"] }},
  {{ after = "accept_overdue", wait = "30m", tell = ["manager"] }},
]
"""


async def test_a_changed_rule_that_makes_several_steps_due_lets_only_the_newest_tell(closed_bot: Harness) -> None:
    """The ticket still goes to the deputy, and the steps that nobody hears of are on record."""
    bot = closed_bot
    bot.settings |= {"staff": WITH_DEPUTY + WITH_MANAGER.removeprefix(STAFF), "more": OVERTAKEN.format(accept="3h")}
    await add_officials(bot, DEPUTY, MANAGER)
    await bot.start()
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до 17:30")
    bot.set_time("20.11 15:25")
    await wait_until_idle(bot)
    await bot.stop()
    bot.settings["more"] = OVERTAKEN.format(accept="5m")
    await bot.start()
    await bot.wait_for_message(DEPUTY, "№1 передано вам")
    await bot.wait_for_message(MANAGER, "Просрочено: №1 · Дороги · не принято до 14:35")
    await wait_until_idle(bot)
    assert texts(bot, COORDINATOR, "Просрочено") == []
    chain = [(one.action, one.facts) for one in await list_audit(bot, 1) if one.action in ("escalated", "passed_over")]
    assert [(action, facts.get("step", facts.get("steps"))) for action, facts in chain] == [
        ("escalated", 1),
        ("escalated", 3),
        ("passed_over", [0, 2]),
    ]


@ON_BOTH
async def test_who_was_never_asked_is_asked_before_anybody_hears_of_the_silence(town: Harness) -> None:
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Принять")
    await town.wait_for_card(ROADS_HEAD, 1, "В работе")
    await town.wait_for_outbox()
    await town.stop()
    town.set_time("20.11 19:00")
    await town.start()
    await town.wait_for_message(ROADS_HEAD, "Ещё в работе? №1")
    await wait_until_idle(town)
    assert texts(town, COORDINATOR, "Нет вестей") == []
    town.set_time("20.11 20:00")
    await town.wait_for_message(COORDINATOR, "Нет вестей: №1")


async def test_without_a_chain_the_coordinator_hears_of_what_stays_late(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до 15:30 · ответить до 22:30")
    bot.set_time("20.11 22:30")
    await wait_until_idle(bot)
    bot.set_time("21.11 12:00")
    await bot.wait_for_message(CURATOR, "Просрочено: №1")
    bot.set_time("23.11 09:59")
    await wait_until_idle(bot)
    assert texts(bot, COORDINATOR, "Просрочено: №1") == []
    bot.set_time(
        "23.11 10:00"
    )  # a working hour after the missed answer, four after the missed «принять» are over at 10:30
    await bot.wait_for_message(COORDINATOR, "Просрочено: №1 · Дороги · нет ответа")


@ON_BOTH
async def test_rules_that_are_changed_back_repeat_no_step(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"staff": WITH_DEPUTY + WITH_MANAGER.removeprefix(STAFF), "more": OVERTAKEN.format(accept="5m")}
    await add_officials(bot, DEPUTY, MANAGER)
    await bot.start()
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 14:36")
    await bot.wait_for_message(COORDINATOR, "Просрочено: №1")
    for accept in ("3h", "5m"):
        await wait_until_idle(bot)
        await bot.stop()
        bot.settings["more"] = OVERTAKEN.format(accept=accept)
        await bot.start()
        await bot.wait_for_message(ADMINISTRATOR, "⏱ Правила, сроки или календарь изменились.")
    bot.set_time("20.11 14:40")
    await wait_until_idle(bot)
    steps = [one.facts["step"] for one in await list_audit(bot, 1, "escalated")]
    assert steps == [0], "the coordinator has heard of this moment"
    bot.set_time("20.11 14:45")
    await bot.wait_for_message(DEPUTY, "№1 передано вам")
