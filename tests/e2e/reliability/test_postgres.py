"""The same town on PostgreSQL, worked by several processes at once."""

import pytest

from bot.app import App
from bot.config import load_config
from bot.runtime.options import RuntimeOptions
from sandbox.faults import Fault, FaultKind
from tests.databases import DATABASE_KINDS
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COMMUNITY,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    build_understanding,
    button_labels,
    message_text,
)

pytestmark = pytest.mark.parametrize("kind", DATABASE_KINDS[1:], indirect=True)


async def build_second_app(town: Harness) -> App:
    """Another worker on the same database; within this test's process, with connections and a poll of its own."""
    config = load_config(town.folder / "config.toml")
    app = App(
        config,
        RuntimeOptions(
            understanding=build_understanding(
                config.sectors(), config.tree.routing.threshold, tuple(config.read_streets())
            ),
            clock=town.clock,
            tick_seconds=0.05,
            poll_seconds=5,
            card_edit_interval=town.card_edit_delay,
            drain_seconds=0.1,
            rate_limits=town.rate_limits,
        ),
    )
    return await app.__aenter__()


async def test_a_message_is_answered(town: Harness) -> None:
    asked = await town.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await town.wait_for_card(ROADS_HEAD, 1)
    assert "✅ Принять" in button_labels(card)
    await town.answer_ticket(ROADS_HEAD, 1, "Заделаем завтра.")
    answer = await town.wait_for_message(GROUP, "Заделаем завтра.")
    assert answer["reply_to_message"]["message_id"] == asked
    await town.wait_for_card(ROADS_HEAD, 1, "Отвечено")


async def test_no_nul_and_no_half_character_stops_the_intake(town: Harness) -> None:
    """PostgreSQL stores neither; what a broken client sends must not hold up everybody else."""
    await town.sandbox.telegram.send_message(GROUP, MARIA, raw={"text": "Яма\x00 на дороге \ud83d, Ленина 45"})
    await town.sandbox.vk.send_message(COMMUNITY, PYOTR, "Яма\x00 на дороге \ud83d, Кирова 10")
    await town.sandbox.vk.push_raw(COMMUNITY, {"type": "x\x00\ud83d", "event_id": "e1", "\x00": ["\ud83d"]})
    await town.wait_for_message(ROADS_HEAD, "№", "Ленина")
    await town.wait_for_message(ROADS_HEAD, "№", "Кирова")


async def test_two_processes_share_the_work_and_nothing_happens_twice(town: Harness) -> None:
    other = await build_second_app(town)
    try:
        people = range(3001, 3031)
        for number in people:
            town.sandbox.telegram.user(number, f"Житель {number}")
            await town.sandbox.telegram.send_message(GROUP, number, f"На Ленина {number} огромная яма на дороге")
        await town.wait_for_inbox()
        assert town.app is not None
        async with town.app.database.read() as uow:
            tickets = await uow.tickets.get_many(range(1, 100))
        assert sorted(ticket.author_id or "" for ticket in tickets.values()) == [str(number) for number in people]
        await town.wait_for_card(ROADS_HEAD, 1)
        await town.wait_for_outbox()
    finally:
        await other.__aexit__()
    numbers = town.ticket_numbers(ROADS_HEAD)  # what is about one event has one card
    assert len(numbers) == len(set(numbers))


async def test_another_process_takes_over_when_the_leader_stops(town: Harness) -> None:
    other = await build_second_app(town)
    try:
        await town.stop()
        await town.sandbox.telegram.send_message(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
        card = await town.wait_until(lambda: town.find_message(ROADS_HEAD, "№1 · ", "Мира"), seconds=10)
        assert "ул. Мира, 7" in message_text(card)
    finally:
        await other.__aexit__()


async def test_person_joined_through_one_process_is_known_to_others(closed_town: Harness) -> None:
    town = closed_town
    town.settings["staff"] = STAFF.replace("telegram_id = 1001", "")
    await town.start()
    other = await build_second_app(town)
    try:
        await town.send_message(ADMINISTRATOR, "/invite")
        letter = await town.wait_for_message(ADMINISTRATOR, "Начальник отдела дорог: /start")
        await town.sandbox.telegram.start_bot(ANNA, message_text(letter).rpartition("/start ")[2].split()[0])
        await town.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
        for app in (town.app, other):
            assert app is not None
            known = await town.wait_until(
                lambda app=app: app.municipality().staff.find_by_account("telegram", str(ANNA))
            )
            assert known.name == "Начальник отдела дорог"
            assert known.sectors == {"roads"}
        await town.stop()  # the remaining process becomes leader and writes to the new head
        await town.sandbox.telegram.send_message(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
        await town.wait_until(lambda: town.find_message(ANNA, "№1 · ", "Мира"))
    finally:
        await other.__aexit__()


async def test_slow_process_does_not_repeat_anothers_work(
    closed_town: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """The first process hangs while it looks up who has pressed; the second takes the press over."""
    town = closed_town
    town.call_seconds = 4
    town.settings["staff"] = STAFF.replace("telegram_id = 1001", "vk_id = 1001")
    town.sandbox.vk.user(ROADS_HEAD, "Иван", "Ли")
    await town.sandbox.vk.allow_messages(COMMUNITY, ROADS_HEAD)
    await town.start()
    vk = town.sandbox.vk
    await town.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await town.wait_until(
        lambda: next((m for m in vk.messages(COMMUNITY, ROADS_HEAD) if "№1" in m.text and m.keyboard), None)
    )
    await town.wait_for_inbox()
    town.sandbox.vk.faults.order("users.get", Fault(FaultKind.HANG))
    looked_up = sum(call.method == "users.get" for call in vk.calls)
    await vk.press_button(ROADS_HEAD, COMMUNITY, card, "✍️ Ответить")
    await town.wait_until(lambda: sum(call.method == "users.get" for call in vk.calls) > looked_up)
    other = await build_second_app(town)
    try:
        town.pass_time(seconds=61)

        def questions() -> list[str]:
            return [m.text for m in vk.messages(COMMUNITY, ROADS_HEAD) if "Ответ на №1" in m.text]

        await town.wait_until(questions)
        await town.wait_until(lambda: "too slow" in caplog.text)
        await town.wait_for_outbox()
        assert len(questions()) == 1
    finally:
        await other.__aexit__()
