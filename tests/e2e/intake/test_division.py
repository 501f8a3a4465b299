"""«Разделить»: every matter of a message has a ticket, a block and an answer of its own."""

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import get_ticket, list_audit, record_buttons, refusal_codes, wait_until_idle
from tests.e2e.staff.test_posts import start_with_districts

TWO_MATTERS = "В подъезде на Полевой 3 грязь, не моют месяц. А ещё на дороге у дома огромная яма, колёса бьём"
FIRST_ANSWER, SECOND_ANSWER = "Подъезд вымоем сегодня до вечера", "Яму засыплем до пятницы, бригада выехала"


async def divide(bot: Harness) -> int:
    """Let Maria write of two matters, and the coordinator divide them; return the id of her message."""
    message_id = await bot.sandbox.telegram.send_message(GROUP, MARIA, TWO_MATTERS)
    card = await bot.wait_for_card(COORDINATOR, 1, "несколько вопросов", "«Разделить»")
    await bot.press_button(COORDINATOR, card, "Разделить")
    await bot.wait_for_card(ROADS_HEAD, 2, "на дороге у дома огромная яма")
    await wait_until_idle(bot)
    return message_id


async def test_both_cards_of_a_divided_message_know_of_each_other(bot: Harness) -> None:
    await divide(bot)

    first, second = await get_ticket(bot, 1), await get_ticket(bot, 2)
    assert (second.state, second.sector, second.divided_from) == (State.ASSIGNED, "roads", 1)
    assert (second.author_id, second.source, second.place) == (first.author_id, first.source, first.place)
    await bot.wait_for_card(COORDINATOR, 1, "Сообщение разделено, остальное: №2 · Дороги")
    await bot.wait_for_card(ROADS_HEAD, 2, "Это часть сообщения: №1", "Мария", "Подслушано")
    assert [row.facts["into"] for row in await list_audit(bot, 1, "divide")] == [2]


@ON_BOTH
async def test_each_answer_is_posted_once_under_the_one_message(bot: Harness) -> None:
    message_id = await divide(bot)
    await bot.press_button(COORDINATOR, await bot.wait_for_card(COORDINATOR, 1), "ЖКХ")
    await bot.answer_ticket(HOUSING_HEAD, 1, FIRST_ANSWER)
    await bot.wait_for_message(GROUP, FIRST_ANSWER)
    await bot.answer_ticket(ROADS_HEAD, 2, SECOND_ANSWER)
    await bot.wait_for_message(GROUP, SECOND_ANSWER)
    await wait_until_idle(bot)

    answers = [one for one in bot.bot_messages(GROUP) if one["reply_to_message"]["message_id"] == message_id]
    assert [message_text(one).splitlines()[0] for one in answers] == [FIRST_ANSWER, SECOND_ANSWER]
    assert (await get_ticket(bot, 1)).state is State.ANSWERED
    assert (await get_ticket(bot, 2)).state is State.ANSWERED


async def test_a_division_can_be_undone_and_made_again(bot: Harness) -> None:
    await divide(bot)

    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 2), "Ещё")
    menu = await bot.wait_until(lambda: _with_button(bot, ROADS_HEAD, "Не делить"))
    await bot.press_button(ROADS_HEAD, menu, "Не делить")
    card = await bot.wait_for_card(COORDINATOR, 1, "несколько вопросов")
    assert (await get_ticket(bot, 2)).state is State.DISMISSED
    assert bot.bot_messages(GROUP) == []

    await bot.press_button(COORDINATOR, card, "Разделить")
    await bot.wait_for_card(ROADS_HEAD, 3, "огромная яма")
    actions = [row.action for row in await list_audit(bot, 1) if "divide" in row.action]
    assert actions == ["divide", "undivide", "divide"]


async def test_a_second_press_divides_nothing(bot: Harness) -> None:
    await divide(bot)
    card = await bot.wait_for_card(COORDINATOR, 1)

    await bot.press_code(COORDINATOR, COORDINATOR, card["message_id"], "1:dv:1")
    await wait_until_idle(bot)

    assert bot.ticket_numbers(ROADS_HEAD) == [2]
    assert not any("Разделить" in label for label in button_labels(await bot.wait_for_card(COORDINATOR, 1)))


async def test_nobody_divides_what_is_not_theirs(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, TWO_MATTERS)
    await bot.wait_for_card(COORDINATOR, 1, "несколько вопросов")
    await bot.send_message(CURATOR, "/help")
    help_id = (await bot.wait_for_message(CURATOR, "/help"))["message_id"]
    await record_buttons(bot, CURATOR, help_id, 1)

    await bot.press_code(CURATOR, CURATOR, help_id, "1:dv:1")
    await wait_until_idle(bot)

    assert await refusal_codes(bot, 1) == ["not_allowed"]
    assert bot.ticket_numbers(ROADS_HEAD) == []


def _with_button(bot: Harness, person: int, label: str) -> dict[str, object] | None:
    found = [one for one in bot.bot_messages(person) if any(label in text for text in button_labels(one))]
    return found[-1] if found else None


async def test_a_matter_at_another_address_is_not_of_the_district_of_the_first(closed_bot: Harness) -> None:
    await start_with_districts(closed_bot)
    text = "На Кирова яма, Центральный район, колёса бьём. А ещё на Мира 3 в подъезде грязь, не моют месяц"
    await closed_bot.sandbox.telegram.send_message(GROUP, MARIA, text)
    card = await closed_bot.wait_for_card(COORDINATOR, 1, "несколько вопросов", "«Разделить»")
    await closed_bot.press_button(COORDINATOR, card, "Разделить")
    await closed_bot.wait_for_card(HOUSING_HEAD, 2, "Мира, 3")

    assert (await get_ticket(closed_bot, 1)).district == "Центральный"
    assert (await get_ticket(closed_bot, 2)).district is None
