"""«Почему»: the history says which words decided, and which earlier messages read much the same."""

from tests.e2e.harness import ANNA, COORDINATOR, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import HATCH, UNCLEAR_REPORT, send_report


async def open_history(bot: Harness, person: int, number: int) -> str:
    await bot.send_message(person, f"/find {number}")
    card = await bot.wait_for_card(person, number)
    await bot.press_code(person, person, card["message_id"], f"1:i:{number}")
    return message_text(await bot.wait_for_message(person, f"История №{number}"))


async def test_the_words_that_decided_and_messages_like_it(bot: Harness) -> None:
    await send_report(bot, "На дороге у рынка огромная яма, машины вязнут", ANNA)
    await send_report(bot, "На Мира 7 светофор не работает вторую неделю", PYOTR)
    await send_report(bot, HATCH, MARIA)
    told = await open_history(bot, ROADS_HEAD, 3)
    assert "отрасль: Дороги („яма“, „дороге“, „машины“)" in told
    assert "Похожие: №1" in told
    assert "№2" not in told

    assert "Похожие" not in await open_history(bot, ROADS_HEAD, 1)


async def test_history_claims_no_reason_when_nothing_decided(bot: Harness) -> None:
    await send_report(bot, UNCLEAR_REPORT)
    told = await open_history(bot, COORDINATOR, 1)
    assert "отрасль выбирает координатор" in told
    assert "Похожие" not in told
