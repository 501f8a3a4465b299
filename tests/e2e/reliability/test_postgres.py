"""The same town on PostgreSQL, worked by several processes at once."""

import pytest

from bot.app import App
from bot.config import load
from sandbox.faults import Fault, FaultKind
from tests.databases import KINDS
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COMMUNITY,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Town,
    buttons,
    understanding_of,
    words,
)

pytestmark = pytest.mark.parametrize("kind", KINDS[1:], indirect=True)


async def second_process(town: Town) -> App:
    """Another worker on the same database; within this test's process, with connections and a poll of its own."""
    config = load(town.folder / "config.toml")
    app = App(
        config,
        understanding=understanding_of(config.sectors(), config.threshold, tuple(config.streets())),
        clock=town.clock,
        tick_seconds=0.05,
        poll_seconds=5,
        gather=town.gather,
        drain_seconds=0.1,
    )
    return await app.__aenter__()


async def test_a_message_is_answered(town: Town) -> None:
    asked = await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await town.card(ROADS_HEAD, 1)
    assert "✅ Принять" in buttons(card)
    await town.answer(ROADS_HEAD, 1, "Заделаем завтра.")
    answer = await town.letter(GROUP, "Заделаем завтра.")
    assert answer["reply_to_message"]["message_id"] == asked
    await town.card(ROADS_HEAD, 1, "Отвечено")


async def test_no_nul_and_no_half_character_stops_the_intake(town: Town) -> None:
    """PostgreSQL stores neither; what a broken client sends must not hold up everybody else."""
    await town.sandbox.telegram.say(GROUP, MARIA, raw={"text": "Яма\x00 на дороге \ud83d, Ленина 45"})
    await town.sandbox.vk.message(COMMUNITY, PYOTR, "Яма\x00 на дороге \ud83d, Кирова 10")
    await town.sandbox.vk.push_raw(COMMUNITY, {"type": "x\x00\ud83d", "event_id": "e1", "\x00": ["\ud83d"]})
    await town.letter(ROADS_HEAD, "№", "Ленина")
    await town.letter(ROADS_HEAD, "№", "Кирова")


async def test_two_processes_share_the_work_and_nothing_happens_twice(town: Town) -> None:
    other = await second_process(town)
    try:
        people = range(3001, 3031)
        for number in people:
            town.sandbox.telegram.user(number, f"Житель {number}")
            await town.sandbox.telegram.say(GROUP, number, f"На Ленина {number} огромная яма на дороге")
        await town.settled()
        assert town.app is not None
        async with town.app.database.read() as uow:
            tickets = await uow.tickets.some(range(1, 100))
        assert sorted(ticket.author_id or "" for ticket in tickets.values()) == [str(number) for number in people]
        await town.card(ROADS_HEAD, 1)
        await town.told()
    finally:
        await other.__aexit__()
    numbers = town.numbers(ROADS_HEAD)  # what is about one event has one card
    assert len(numbers) == len(set(numbers))


async def test_another_process_takes_over_when_the_leader_stops(town: Town) -> None:
    other = await second_process(town)
    try:
        await town.stop()
        await town.sandbox.telegram.say(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
        card = await town.until(lambda: town.find(ROADS_HEAD, "№1 · ", "Мира"), seconds=10)
        assert "ул. Мира, 7" in words(card)
    finally:
        await other.__aexit__()


async def test_who_joins_through_one_process_is_known_to_the_others_at_once(closed_town: Town) -> None:
    town = closed_town
    town.settings["staff"] = STAFF.replace("telegram_id = 1001", "")
    await town.start()
    other = await second_process(town)
    try:
        await town.write(ADMINISTRATOR, "/invite")
        letter = await town.letter(ADMINISTRATOR, "Начальник отдела дорог: /start")
        await town.sandbox.telegram.start_bot(ANNA, words(letter).rpartition("/start ")[2].split()[0])
        await town.letter(ANNA, "Здравствуйте, Начальник отдела дорог!")
        for app in (town.app, other):
            assert app is not None
            known = await town.until(lambda app=app: app.centre().staff.by_account("telegram", str(ANNA)))
            assert known.name == "Начальник отдела дорог"
            assert known.sectors == {"roads"}
        await town.stop()  # whoever is left takes the lead and writes to the new head
        await town.sandbox.telegram.say(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
        await town.until(lambda: town.find(ANNA, "№1 · ", "Мира"))
    finally:
        await other.__aexit__()


async def test_who_was_too_slow_does_not_do_again_what_another_has_done(
    closed_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """The first process hangs while it looks up who has pressed; the second takes the press over."""
    town = closed_town
    town.call_seconds = 4
    town.settings["staff"] = STAFF.replace("telegram_id = 1001", "vk_id = 1001")
    town.sandbox.vk.user(ROADS_HEAD, "Иван", "Ли")
    await town.sandbox.vk.allow(COMMUNITY, ROADS_HEAD)
    await town.start()
    vk = town.sandbox.vk
    await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await town.until(
        lambda: next((m for m in vk.messages(COMMUNITY, ROADS_HEAD) if "№1" in m.text and m.keyboard), None)
    )
    await town.settled()
    town.sandbox.vk.faults.order("users.get", Fault(FaultKind.HANG))
    looked_up = sum(call.method == "users.get" for call in vk.calls)
    await vk.press(ROADS_HEAD, COMMUNITY, card, "✍️ Ответить")
    await town.until(lambda: sum(call.method == "users.get" for call in vk.calls) > looked_up)
    other = await second_process(town)
    try:
        town.pass_time(seconds=61)

        def questions() -> list[str]:
            return [m.text for m in vk.messages(COMMUNITY, ROADS_HEAD) if "Ответ на №1" in m.text]

        await town.until(questions)
        await town.until(lambda: "too slow" in caplog.text)
        await town.told()
        assert len(questions()) == 1
    finally:
        await other.__aexit__()
