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


async def build_second_app(bot: Harness) -> App:
    """Another worker on the same database; within this test's process, with connections and a poll of its own."""
    config = load_config(bot.folder / "config.toml")
    app = App(
        config,
        RuntimeOptions(
            understanding=build_understanding(
                config.sectors(), config.tree.routing.threshold, tuple(config.read_streets())
            ),
            clock=bot.clock,
            tick_seconds=0.05,
            poll_seconds=5,
            card_edit_interval=bot.card_edit_delay,
            drain_seconds=0.1,
            rate_limits=bot.rate_limits,
        ),
    )
    return await app.__aenter__()


async def test_a_message_is_answered(bot: Harness) -> None:
    asked = await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert "✅ Принять" in button_labels(card)
    await bot.answer_ticket(ROADS_HEAD, 1, "Заделаем завтра.")
    answer = await bot.wait_for_message(GROUP, "Заделаем завтра.")
    assert answer["reply_to_message"]["message_id"] == asked
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")


async def test_no_nul_and_no_half_character_stops_the_intake(bot: Harness) -> None:
    """PostgreSQL stores neither; what a broken client sends must not hold up everybody else."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, raw={"text": "Яма\x00 на дороге \ud83d, Ленина 45"})
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, "Яма\x00 на дороге \ud83d, Кирова 10")
    await bot.sandbox.vk.push_raw(COMMUNITY, {"type": "x\x00\ud83d", "event_id": "e1", "\x00": ["\ud83d"]})
    await bot.wait_for_message(ROADS_HEAD, "№", "Ленина")
    await bot.wait_for_message(ROADS_HEAD, "№", "Кирова")


async def test_two_processes_share_the_work_and_nothing_happens_twice(bot: Harness) -> None:
    other = await build_second_app(bot)
    try:
        people = range(3001, 3031)
        for number in people:
            bot.sandbox.telegram.user(number, f"Житель {number}")
            await bot.sandbox.telegram.send_message(GROUP, number, f"На Ленина {number} огромная яма на дороге")
        await bot.wait_for_inbox()
        assert bot.app is not None
        async with bot.app.database.read() as uow:
            tickets = await uow.tickets.get_many(range(1, 100))
        assert sorted(ticket.author_id or "" for ticket in tickets.values()) == [str(number) for number in people]
        await bot.wait_for_card(ROADS_HEAD, 1)
        await bot.wait_for_outbox()
    finally:
        await other.__aexit__()
    numbers = bot.ticket_numbers(ROADS_HEAD)  # what is about one event has one card
    assert len(numbers) == len(set(numbers))


async def test_another_process_takes_over_when_the_leader_stops(bot: Harness) -> None:
    other = await build_second_app(bot)
    try:
        await bot.stop()
        await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
        card = await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "№1 · ", "Мира"), seconds=10)
        assert "ул. Мира, 7" in message_text(card)
    finally:
        await other.__aexit__()


async def test_person_joined_through_one_process_is_known_to_others(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", "")
    await bot.start()
    other = await build_second_app(bot)
    try:
        await bot.send_message(ADMINISTRATOR, "/invite")
        letter = await bot.wait_for_message(ADMINISTRATOR, "Начальник отдела дорог: /start")
        await bot.sandbox.telegram.start_bot(ANNA, message_text(letter).rpartition("/start ")[2].split()[0])
        await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")
        for app in (bot.app, other):
            assert app is not None
            known = await bot.wait_until(
                lambda app=app: app.municipality().staff.find_by_account("telegram", str(ANNA))
            )
            assert known.name == "Начальник отдела дорог"
            assert known.sectors == {"roads"}
        await bot.stop()  # the remaining process becomes leader and writes to the new head
        await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Мира 7 огромная яма на дороге")
        await bot.wait_until(lambda: bot.find_message(ANNA, "№1 · ", "Мира"))
    finally:
        await other.__aexit__()


async def test_slow_process_does_not_repeat_anothers_work(
    closed_bot: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """The first process hangs while it looks up who has pressed; the second takes the press over."""
    bot = closed_bot
    bot.call_seconds = 4
    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", "vk_id = 1001")
    bot.sandbox.vk.user(ROADS_HEAD, "Иван", "Ли")
    await bot.sandbox.vk.allow_messages(COMMUNITY, ROADS_HEAD)
    await bot.start()
    vk = bot.sandbox.vk
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await bot.wait_until(
        lambda: next((m for m in vk.messages(COMMUNITY, ROADS_HEAD) if "№1" in m.text and m.keyboard), None)
    )
    await bot.wait_for_inbox()
    bot.sandbox.vk.faults.order("users.get", Fault(FaultKind.HANG))
    looked_up = sum(call.method == "users.get" for call in vk.calls)
    await vk.press_button(ROADS_HEAD, COMMUNITY, card, "✍️ Ответить")
    await bot.wait_until(lambda: sum(call.method == "users.get" for call in vk.calls) > looked_up)
    other = await build_second_app(bot)
    try:
        bot.pass_time(seconds=61)

        def questions() -> list[str]:
            return [m.text for m in vk.messages(COMMUNITY, ROADS_HEAD) if "Ответ на №1" in m.text]

        await bot.wait_until(questions)
        await bot.wait_until(lambda: "too slow" in caplog.text)
        await bot.wait_for_outbox()
        assert len(questions()) == 1
    finally:
        await other.__aexit__()
