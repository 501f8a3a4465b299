"""More than usual about one topic or street: the coordinator is warned once."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.services.monitoring.spikes import MIN_PEOPLE, _above_usual
from storage.repositories.activity import Dimension, Volume
from tests.e2e.harness import COORDINATOR, GROUP, ROADS_HEAD, Harness

STREETS = ("Мира", "Ленина", "Пушкина", "Садовая", "Лесная", "Школьная", "Зелёная", "Речная")


async def wait_for_spike_check(bot: Harness) -> None:
    """Wait until the sweep has looked again."""
    await bot.wait_for_tasks("spikes")


def warning_texts(bot: Harness) -> list[str]:
    return [text for text in bot.bot_texts(COORDINATOR) if text.startswith("📈 Всплеск")]


async def send_reports(bot: Harness, first: int, count: int, text: str) -> None:
    for number in range(count):
        who = first + number
        bot.sandbox.telegram.user(who, f"Житель {who}")
        await bot.sandbox.telegram.send_message(
            GROUP, who, text.format(street=STREETS[number % len(STREETS)], house=number + 1)
        )


async def test_a_burst_on_a_topic_is_told_once(bot: Harness) -> None:
    bot.set_time("20.11 14:30")
    await send_reports(bot, 3000, MIN_PEOPLE - 1, "Яма на дороге, {street} {house}, колёса бьём")
    await bot.wait_for_inbox()
    await wait_for_spike_check(bot)
    assert warning_texts(bot) == []
    await send_reports(bot, 3100, 2, "Яма на дороге, {street} {house}, колёса бьём")
    note = await bot.wait_for_message(COORDINATOR, "📈 Всплеск: тема", "6 человек", "меньше одного в час")
    assert re.search(r"/find \w+", note["text"])
    await send_reports(bot, 3200, 3, "Яма на дороге, {street} {house}, колёса бьём")
    await bot.wait_for_inbox()
    await wait_for_spike_check(bot)
    assert len(warning_texts(bot)) == 1


async def test_after_a_calm_time_it_is_told_again(bot: Harness) -> None:
    await send_reports(bot, 3000, 6, "Яма на дороге, {street} {house}, колёса бьём")
    await bot.wait_for_message(COORDINATOR, "📈 Всплеск: тема")
    bot.pass_time(hours=3)
    await wait_for_spike_check(bot)
    await send_reports(bot, 3100, 7, "Яма на дороге, {street} {house}, колёса бьём")
    await bot.wait_until(lambda: len(warning_texts(bot)) == 2)


async def send_each(bot: Harness, *texts: str) -> None:
    """Let a citizen of their own send each of *texts*, with a house of its own for ``{n}``."""
    for number, text in enumerate(texts):
        bot.sandbox.telegram.user(3300 + number, "Житель")
        await bot.sandbox.telegram.send_message(GROUP, 3300 + number, text.format(n=2 * number + 1))


async def test_a_burst_on_a_street_is_told(bot: Harness) -> None:
    await send_each(
        bot,
        "Яма на дороге, Кедровая {n}",
        "Крыша течёт на Кедровой {n}",
        "Асфальт разбит, Кедровая {n}",
        "В подъезде на Кедровой {n} нет света неделю",
        "Бордюр разбит, Кедровая {n}",
    )
    await bot.wait_for_message(COORDINATOR, "📈 Всплеск: улица «Кедровая»", "5 человек")


async def test_a_burst_in_a_quarter_is_told_in_the_word_of_the_people(bot: Harness) -> None:
    await send_each(
        bot,
        "Яма на дороге, 14 квартал, дом {n}",
        "Крыша течёт, 14 квартал, дом {n}",
        "Асфальт разбит, 14 мкр, дом {n}",
        "В подъезде нет света неделю, 14 квартал, дом {n}",
        "Бордюр разбит, 14 квартал, дом {n}",
    )
    await bot.wait_for_message(COORDINATOR, "📈 Всплеск: «14 квартал»", "5 человек", "/find 14 квартал")


async def test_one_talkative_person_is_no_burst(bot: Harness) -> None:
    for number in range(8):
        await bot.sandbox.telegram.send_message(GROUP, 2001, f"Яма на дороге, {STREETS[number]} {number + 1}")
    await bot.wait_for_card(ROADS_HEAD, 8)
    await wait_for_spike_check(bot)
    assert warning_texts(bot) == []


@given(people=st.integers(0, 400), month=st.integers(0, 100_000))
def test_usual_volume_is_no_spike(people: int, month: int) -> None:
    found = _above_usual(Dimension.TOPIC, [Volume("ямы", people)], {"ямы": month})
    mean = month / (28 * 24)
    if people <= mean or people < MIN_PEOPLE:
        assert found == []
    if people >= 3 * mean + 20:
        assert len(found) == 1
