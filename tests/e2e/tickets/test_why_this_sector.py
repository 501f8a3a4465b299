"""«Почему»: the history says which words decided, and which earlier messages read much the same."""

from tests.e2e.harness import ANNA, COORDINATOR, MARIA, PYOTR, ROADS_HEAD, Town, words
from tests.e2e.queries import HATCH, RIDDLE, report


async def history(town: Town, person: int, number: int) -> str:
    await town.write(person, f"/find {number}")
    card = await town.card(person, number)
    await town.press_raw(person, person, card["message_id"], f"1:i:{number}")
    return words(await town.letter(person, f"История №{number}"))


async def test_the_words_that_decided_and_messages_like_it(town: Town) -> None:
    await report(town, "На дороге у рынка огромная яма, машины вязнут", ANNA)
    await report(town, "На Мира 7 светофор не работает вторую неделю", PYOTR)
    await report(town, HATCH, MARIA)
    told = await history(town, ROADS_HEAD, 3)
    assert "отрасль: Дороги („яма“, „дороге“, „машины“)" in told
    assert "Похожие: №1" in told
    assert "№2" not in told

    assert "Похожие" not in await history(town, ROADS_HEAD, 1)


async def test_where_nothing_decided_nothing_is_claimed(town: Town) -> None:
    await report(town, RIDDLE)
    told = await history(town, COORDINATOR, 1)
    assert "отрасль выбирает координатор" in told
    assert "Похожие" not in told
