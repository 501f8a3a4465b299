"""More than usual about one topic or street: the coordinator is warned once."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.services.monitoring.spikes import FEWEST, _beyond
from storage.repositories.activity import About, Busy
from tests.e2e.harness import COORDINATOR, GROUP, ROADS_HEAD, Town

STREETS = ("Мира", "Ленина", "Пушкина", "Садовая", "Лесная", "Школьная", "Зелёная", "Речная")


async def rounds(town: Town) -> None:
    """Wait until the sweep has looked again."""
    await town.swept("bursts")


def warnings(town: Town) -> list[str]:
    return [text for text in town.texts(COORDINATOR) if text.startswith("📈 Всплеск")]


async def people_write(town: Town, first: int, count: int, text: str) -> None:
    for number in range(count):
        who = first + number
        town.sandbox.telegram.user(who, f"Житель {who}")
        await town.sandbox.telegram.say(
            GROUP, who, text.format(street=STREETS[number % len(STREETS)], house=number + 1)
        )


async def test_a_burst_on_a_topic_is_told_once(town: Town) -> None:
    town.at("20.11 14:30")
    await people_write(town, 3000, FEWEST - 1, "Яма на дороге, {street} {house}, колёса бьём")
    await town.settled()
    await rounds(town)
    assert warnings(town) == []
    await people_write(town, 3100, 2, "Яма на дороге, {street} {house}, колёса бьём")
    note = await town.letter(COORDINATOR, "📈 Всплеск: тема", "6 человек", "меньше одного в час")
    assert re.search(r"/find \w+", note["text"])
    await people_write(town, 3200, 3, "Яма на дороге, {street} {house}, колёса бьём")
    await town.settled()
    await rounds(town)
    assert len(warnings(town)) == 1


async def test_after_a_calm_time_it_is_told_again(town: Town) -> None:
    await people_write(town, 3000, 6, "Яма на дороге, {street} {house}, колёса бьём")
    await town.letter(COORDINATOR, "📈 Всплеск: тема")
    town.pass_time(hours=3)
    await rounds(town)
    await people_write(town, 3100, 7, "Яма на дороге, {street} {house}, колёса бьём")
    await town.until(lambda: len(warnings(town)) == 2)


async def test_a_burst_on_a_street_is_told(town: Town) -> None:
    for number, text in enumerate(
        (
            "Яма на дороге, Кедровая {n}",
            "Крыша течёт на Кедровой {n}",
            "Асфальт разбит, Кедровая {n}",
            "В подъезде на Кедровой {n} нет света неделю",
            "Бордюр разбит, Кедровая {n}",
        )
    ):
        town.sandbox.telegram.user(3300 + number, "Житель")
        await town.sandbox.telegram.say(GROUP, 3300 + number, text.format(n=2 * number + 1))
    await town.letter(COORDINATOR, "📈 Всплеск: улица «Кедровая»", "5 человек")


async def test_one_talkative_person_is_no_burst(town: Town) -> None:
    for number in range(8):
        await town.sandbox.telegram.say(GROUP, 2001, f"Яма на дороге, {STREETS[number]} {number + 1}")
    await town.card(ROADS_HEAD, 8)
    await rounds(town)
    assert warnings(town) == []


@given(people=st.integers(0, 400), month=st.integers(0, 100_000))
def test_what_is_usual_is_never_a_burst(people: int, month: int) -> None:
    found = _beyond(About.TOPIC, [Busy("ямы", people)], {"ямы": month})
    mean = month / (28 * 24)
    if people <= mean or people < FEWEST:
        assert found == []
    if people >= 3 * mean + 20:
        assert len(found) == 1
