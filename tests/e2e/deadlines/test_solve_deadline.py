"""The term for solving: it follows changed rules and a return to work, after the answer too."""

import pytest

from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import get_ticket, wait_until_idle
from tests.e2e.schedules import POTHOLE, send_report
from tests.e2e.tickets.test_dismissal import dismiss

RULES = """
[[rules]]
solve = "{solve}"
accept = "10m"
answer = "{solve}"
escalation = "standard"

[[escalation]]
code = "standard"
steps = [
  {{ after = "solve_overdue", before = "30m", tell = ["coordinator"] }},
  {{ after = "solve_overdue", wait = "0m", tell = ["coordinator"] }},
  {{ after = "solve_overdue", wait = "1h", tell = ["coordinator"] }},
]
"""
LATE, SOON = "вопрос не решён в срок", "срок решения близок"


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A pothole of 14:30 that must be solved until 16:30."""
    closed_bot.settings["more"] = RULES.format(solve="2h")
    await closed_bot.start()
    await send_report(closed_bot, POTHOLE)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    return closed_bot


async def change_rules(bot: Harness, solve: str) -> None:
    """Start the bot once more with another term, and wait until the tickets follow."""
    await bot.wait_for_outbox()
    await bot.stop()
    bot.settings["more"] = RULES.format(solve=solve)
    await bot.start()
    await bot.wait_for_message(ADMINISTRATOR, "⏱ Правила, сроки или календарь изменились.", "у 1 открытого сообщения")


def heard(bot: Harness, what: str) -> int:
    return sum(what in message_text(one) for one in bot.bot_messages(COORDINATOR))


async def test_term_for_solving_follows_a_changed_rule(town: Harness) -> None:
    await change_rules(town, "4h")
    town.set_time("20.11 16:31")
    await wait_until_idle(town)
    assert (heard(town, SOON), heard(town, LATE)) == (0, 0)
    town.set_time("20.11 18:00")
    await town.wait_for_message(COORDINATOR, SOON)
    town.set_time("20.11 18:30")
    await town.wait_for_message(COORDINATOR, LATE)
    town.set_time("20.11 19:30")
    await town.wait_until(lambda: heard(town, LATE) == 2)


@ON_BOTH
async def test_an_answered_ticket_follows_too_and_its_other_deadlines_stay(town: Harness) -> None:
    await town.answer_ticket(ROADS_HEAD, 1, "Яму засыплем завтра.")
    await town.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    before = await get_ticket(town, 1)
    await change_rules(town, "4h")
    after = await get_ticket(town, 1)
    assert (after.accept_due, after.answer_due) == (before.accept_due, before.answer_due)
    town.set_time("20.11 17:59")
    await wait_until_idle(town)
    assert (heard(town, SOON), heard(town, LATE)) == (0, 0)
    town.set_time("20.11 18:30")
    await town.wait_for_message(COORDINATOR, LATE)


async def test_a_ticket_that_returns_to_work_has_the_whole_term_again(town: Harness) -> None:
    await dismiss(town, 1, "Повтор")
    town.set_time("20.11 16:40")
    await wait_until_idle(town)
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Вернуть в работу")
    await town.wait_for_card(ROADS_HEAD, 1, "принять до")
    town.set_time("20.11 18:05")
    await wait_until_idle(town)
    assert (heard(town, SOON), heard(town, LATE)) == (0, 0)
    town.set_time("20.11 18:10")
    await town.wait_for_message(COORDINATOR, SOON)
    town.set_time("20.11 18:40")
    await town.wait_for_message(COORDINATOR, LATE)


async def test_a_shorter_term_rings_once_with_the_newest_step(town: Harness) -> None:
    town.set_time("20.11 16:15")
    await town.wait_for_message(COORDINATOR, SOON)
    await change_rules(town, "40m")
    town.set_time("20.11 16:16")  # one message a minute
    await town.wait_for_message(COORDINATOR, LATE)
    await wait_until_idle(town)
    town.set_time("20.11 16:45")
    await wait_until_idle(town)
    assert heard(town, LATE) == 1
