"""Many tickets that are due in one minute: each person gets one message a minute, and nobody is forgotten."""

import re

from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, HOUSING_HEAD, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import get_ticket, list_audit, wait_until_idle
from tests.e2e.schedules import send_report

CHAIN = """
[[rules]]
accept = "1h"
escalation = "standard"

[[escalation]]
code = "standard"
steps = [{ after = "accept_overdue", tell = ["coordinator"] }]

[problems]
join = false
"""
STREETS = ("Пушкина", "Мира", "Садовая", "Лесная", "Речная")
COUNT = 90
"""Their moments are more than one sweep takes."""


def named(bot: Harness, person: int) -> list[set[int]]:
    """Return the numbers that each overdue notice of *person* names."""
    found = [message_text(one) for one in bot.bot_messages(person)]
    return [set(map(int, re.findall(r"№(\d+)", text))) for text in found if text.startswith("Просрочено")]


async def write_many(bot: Harness, first: int, count: int) -> None:
    for number in range(first, first + count):
        street = STREETS[number % len(STREETS)]
        trouble = "Яма на дороге" if number % 2 else "Из крана в доме течёт ржавая вода"
        bot.sandbox.telegram.user(3000 + number, f"Житель {number}")
        await send_report(bot, f"{trouble}, улица {street}, {number + 1}", who=3000 + number)
    await bot.wait_for_inbox()


@ON_BOTH
async def test_many_tickets_due_in_one_minute_are_one_message_for_each_of_three(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"more": CHAIN, "staff": STAFF}
    await bot.start()
    await write_many(bot, 0, COUNT)
    await wait_until_idle(bot)
    moment = (await get_ticket(bot, COUNT)).accept_due
    assert (await get_ticket(bot, 1)).accept_due == moment
    bot.set_time("20.11 15:30")
    await bot.wait_until(lambda: named(bot, ROADS_HEAD) and named(bot, HOUSING_HEAD) and named(bot, COORDINATOR))
    await wait_until_idle(bot)

    everything = set(range(1, COUNT + 1))
    odd = {number for number in everything if number % 2 == 0}
    assert named(bot, ROADS_HEAD) == [odd]
    assert named(bot, HOUSING_HEAD) == [everything - odd]
    assert named(bot, COORDINATOR) == [everything]
    for number in (1, COUNT):
        assert [one.facts["step"] for one in await list_audit(bot, number, "escalated")] == [0]


async def test_what_comes_later_in_the_minute_is_in_the_list_of_the_next(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"more": CHAIN, "staff": STAFF}
    await bot.start()
    for first in (0, 2, 4):
        await write_many(bot, first, 2)
        await wait_until_idle(bot)
        bot.pass_time(seconds=20)
    bot.set_time("20.11 15:29")
    for head in (ROADS_HEAD, HOUSING_HEAD):
        await bot.wait_for_message(head, "⏰ Напоминания: 3 сообщения")
    bot.set_time("20.11 15:30")
    await bot.wait_until(lambda: named(bot, ROADS_HEAD) and named(bot, HOUSING_HEAD))
    for _ in range(2):
        bot.pass_time(seconds=20)
        await wait_until_idle(bot)
        assert [named(bot, one) for one in (ROADS_HEAD, HOUSING_HEAD)] == [[{2}], [{1}]]
    bot.pass_time(seconds=20)
    await bot.wait_until(lambda: len(named(bot, ROADS_HEAD)) == len(named(bot, HOUSING_HEAD)) == 2)
    await bot.wait_until(lambda: len(named(bot, COORDINATOR)) == 2)
    assert [named(bot, one)[1] for one in (ROADS_HEAD, HOUSING_HEAD, COORDINATOR)] == [{4, 6}, {3, 5}, {3, 4, 5, 6}]
