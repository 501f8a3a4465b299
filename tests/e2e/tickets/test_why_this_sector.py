"""«Почему»: the history says which words decided, and which earlier messages read much the same."""

from tests.e2e.harness import ANNA, COORDINATOR, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import HATCH, UNCLEAR_REPORT, send_report


async def open_history(town: Harness, person: int, number: int) -> str:
    await town.send_message(person, f"/find {number}")
    card = await town.wait_for_card(person, number)
    await town.press_code(person, person, card["message_id"], f"1:i:{number}")
    return message_text(await town.wait_for_message(person, f"История №{number}"))


async def test_the_words_that_decided_and_messages_like_it(town: Harness) -> None:
    await send_report(town, "На дороге у рынка огромная яма, машины вязнут", ANNA)
    await send_report(town, "На Мира 7 светофор не работает вторую неделю", PYOTR)
    await send_report(town, HATCH, MARIA)
    told = await open_history(town, ROADS_HEAD, 3)
    assert "отрасль: Дороги („яма“, „дороге“, „машины“)" in told
    assert "Похожие: №1" in told
    assert "№2" not in told

    assert "Похожие" not in await open_history(town, ROADS_HEAD, 1)


async def test_history_claims_no_reason_when_nothing_decided(town: Harness) -> None:
    await send_report(town, UNCLEAR_REPORT)
    told = await open_history(town, COORDINATOR, 1)
    assert "отрасль выбирает координатор" in told
    assert "Похожие" not in told
