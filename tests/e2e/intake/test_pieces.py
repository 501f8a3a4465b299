"""A report in pieces, in a chat of neighbours: where, what, and a question between."""

from tests.e2e.harness import ANNA, HOUSING_HEAD, MARIA, PYOTR, SECOND_GROUP, Harness
from tests.e2e.queries import get_ticket, wait_until_idle


async def test_the_place_said_before_belongs_to_the_ticket(bot: Harness) -> None:
    say = bot.sandbox.telegram.send_message
    await say(SECOND_GROUP, MARIA, "на Полевой")
    await say(SECOND_GROUP, PYOTR, "что там у вас?")
    await say(SECOND_GROUP, MARIA, "третий день нет воды, сколько можно")
    await bot.wait_for_card(HOUSING_HEAD, 1, "третий день нет воды", "➕ на Полевой", "📍 ул. Полевая")
    await wait_until_idle(bot)

    assert bot.ticket_numbers(HOUSING_HEAD) == [1]


async def test_the_answer_to_a_neighbours_question_gives_the_place(bot: Harness) -> None:
    say = bot.sandbox.telegram.send_message
    asked = await say(SECOND_GROUP, MARIA, "третий день нет воды, сколько можно")
    await bot.wait_for_card(HOUSING_HEAD, 1)
    question = await say(SECOND_GROUP, PYOTR, "а где это?", reply_to=asked)
    await say(SECOND_GROUP, MARIA, "на Полевой", reply_to=question)
    await bot.wait_for_card(HOUSING_HEAD, 1, "➕ на Полевой", "📍 ул. Полевая")

    assert (await get_ticket(bot, 1)).place == "ул. Полевая"


async def test_a_place_of_long_ago_or_of_somebody_else_does_not(bot: Harness) -> None:
    say = bot.sandbox.telegram.send_message
    await say(SECOND_GROUP, MARIA, "на Полевой")
    await bot.settle_and_advance(minutes=11)
    await say(SECOND_GROUP, ANNA, "на Лесной")
    await say(SECOND_GROUP, MARIA, "третий день нет воды, сколько можно")
    await bot.wait_for_card(HOUSING_HEAD, 1)

    assert (await get_ticket(bot, 1)).place is None
