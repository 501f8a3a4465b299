"""VK's long poll keeps its cursor, notices gaps, and ends on request."""

import asyncio
import gc
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.messengers.content import Content
from bot.messengers.errors import MalformedUpdate, MessengerError, TemporaryFailure
from bot.messengers.events import Chat, ChatKind, MessagePosted
from bot.messengers.port import Target
from bot.messengers.vk import VkMessenger
from sandbox.faults import Fault, FaultKind
from tests.contract.harness import TOKEN
from tests.contract.vk_harness import CHAT, GROUP, IVAN, MARIA, TITLE, open_vk_harness
from tests.manual_clock import ManualClock

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

WITH_MARIA = Chat(f"vk:{GROUP}", str(MARIA), ChatKind.PRIVATE, str(GROUP))


@pytest.fixture
async def harness(sandbox):
    async with open_vk_harness(sandbox, poll=1) as harness:
        yield harness


def event_texts(events):
    return [event.text for event in events if isinstance(event, MessagePosted)]


async def test_the_first_look_only_says_where_the_queue_stands(harness):
    await harness.vk.send_message(GROUP, MARIA, "Раньше нас")
    fresh = harness.new_messenger()
    first = await fresh.fetch()
    assert (first.updates, first.gap) == ((), False)
    await harness.vk.send_message(GROUP, MARIA, "При нас")
    second = await fresh.fetch()
    assert event_texts(fresh.parse(second.updates[0].payload)) == ["При нас"]
    await fresh.close()


async def test_a_stored_place_brings_what_came_while_we_were_away(harness):
    await harness.vk.send_message(GROUP, MARIA, "При нас")
    stored = (await harness.messenger.fetch()).cursor
    await harness.messenger.close()
    await harness.vk.send_message(GROUP, MARIA, "Без нас")
    again = harness.new_messenger()
    again.set_cursor(stored)
    batch = await again.fetch()
    assert [event_texts(again.parse(update.payload)) for update in batch.updates] == [["Без нас"]]
    assert not batch.gap
    await again.close()


async def test_a_poll_waits_for_news_and_can_come_back_with_none(harness):
    quiet = await harness.messenger.fetch()
    assert (quiet.updates, quiet.gap) == ((), False)
    poll, _ = await asyncio.gather(harness.messenger.fetch(), harness.vk.send_message(GROUP, MARIA, "Здравствуйте"))
    assert len(poll.updates) == 1


async def test_lost_events_are_a_gap(harness):
    await harness.vk.send_message(GROUP, MARIA, "Потеряно")
    await harness.vk.drop_events(GROUP)
    batch = await harness.messenger.fetch()
    assert (batch.updates, batch.gap) == ((), True)
    await harness.vk.send_message(GROUP, MARIA, "Дальше")
    assert event_texts(await harness.new_events()) == ["Дальше"]


async def test_a_key_that_ran_out_loses_nothing(harness):
    await harness.vk.send_message(GROUP, MARIA, "Не потеряно")
    await harness.vk.fail_longpoll(GROUP, 2)
    batch = await harness.messenger.fetch()
    assert (batch.updates, batch.gap) == ((), False)
    assert event_texts(await harness.new_events()) == ["Не потеряно"]


async def test_a_protocol_that_vk_serves_no_more_is_asked_for_in_the_newest_version(harness):
    """Nothing is lost, and every later poll names the version."""
    await harness.vk.send_message(GROUP, MARIA, "Не потеряно")
    await harness.vk.fail_longpoll(GROUP, 4)
    batch = await harness.messenger.fetch()
    assert (batch.updates, batch.gap) == ((), False)
    assert event_texts(await harness.new_events()) == ["Не потеряно"]
    await harness.vk.send_message(GROUP, MARIA, "Дальше")
    assert event_texts(await harness.new_events()) == ["Дальше"]


async def test_key_and_place_lost_are_a_gap(harness):
    await harness.vk.send_message(GROUP, MARIA, "Потеряно")
    await harness.vk.fail_longpoll(GROUP, 3)
    assert (await harness.messenger.fetch()).gap
    await harness.vk.send_message(GROUP, MARIA, "Дальше")
    assert event_texts(await harness.new_events()) == ["Дальше"]


async def test_a_failure_reaches_a_waiting_poll(harness):
    poll, _ = await asyncio.gather(harness.messenger.fetch(), harness.vk.fail_longpoll(GROUP, 1))
    assert poll.gap


async def test_a_server_that_takes_no_key_is_a_failure_and_not_a_race(harness):
    for _ in range(4):
        await harness.vk.fail_longpoll(GROUP, 2)
    for _ in range(3):
        assert not (await harness.messenger.fetch()).updates
    with pytest.raises(TemporaryFailure):
        await harness.messenger.fetch()
    await harness.vk.send_message(GROUP, MARIA, "Опять хорошо")
    assert event_texts(await harness.new_events()) == ["Опять хорошо"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.HTTP_500),
        Fault(FaultKind.DROP),
        Fault(FaultKind.ANSWER, answer={"strange": True}),
        Fault(FaultKind.ANSWER, answer={"ts": None, "updates": []}),
        Fault(FaultKind.ANSWER, status=404, answer={}),
    ],
    ids=["500", "drop", "strange", "no ts", "404"],
)
async def test_a_poll_that_fails_keeps_its_place(harness, fault):
    await harness.vk.send_message(GROUP, MARIA, "Цело")
    harness.faults.order("longpoll", fault)
    with pytest.raises(TemporaryFailure):
        await harness.messenger.fetch()
    assert event_texts(await harness.new_events()) == ["Цело"]


async def test_updates_that_are_no_objects_are_kept_and_named(harness):
    await harness.vk.push_raw(GROUP, ["not", "an", "object"])
    await harness.vk.push_raw(GROUP, {"object": 5})
    await harness.vk.send_message(GROUP, MARIA, "Цело")
    first, second, good = (await harness.messenger.fetch()).updates
    for update in (first, second):
        assert update.key.startswith("sha256:")
        with pytest.raises(MalformedUpdate):
            harness.messenger.parse(update.payload)
    assert event_texts(harness.messenger.parse(good.payload)) == ["Цело"]


async def test_after_a_gap_unread_conversations_are_read_back(harness):
    await harness.vk.send_message(GROUP, MARIA, "Раз")
    await harness.vk.send_message(GROUP, MARIA, "Два")
    await harness.vk.send_to_conversation(GROUP, CHAT, IVAN, "В беседе")
    await harness.vk.send_message(GROUP, IVAN, "Уже отвечено")
    await harness.messenger.send(
        Target(Chat(f"vk:{GROUP}", str(IVAN), ChatKind.PRIVATE, str(GROUP))), Content.of("Да"), key="1"
    )
    heard = {event.message_id: event for event in await harness.new_events() if isinstance(event, MessagePosted)}
    updates = await harness.messenger.fetch_missed(LONG_AGO)
    found = [event for update in updates for event in harness.messenger.parse(update.payload)]
    assert event_texts(found) == ["Раз", "Два", "В беседе"]
    assert found[1] == heard["2"]
    assert [update.key for update in updates] == [f"history:{MARIA}:1", f"history:{MARIA}:2", f"history:{CHAT}:1"]
    assert await harness.messenger.fetch_missed(LONG_AGO) == updates


async def test_old_messages_are_not_read_back(harness):
    await harness.vk.send_message(GROUP, MARIA, "Давно")
    later = ManualClock(datetime.now(UTC) + timedelta(days=4))  # noqa: TID251 - the sandbox has the machine's time
    messenger = VkMessenger(GROUP, TITLE, TOKEN, f"{harness.sandbox.url}/vk", later)
    assert await messenger.fetch_missed(LONG_AGO) == []
    await messenger.close()


@pytest.mark.parametrize("method", ["messages.getConversations", "messages.getHistory"])
async def test_history_that_may_not_be_read_stops_nobody(harness, method):
    await harness.vk.send_message(GROUP, MARIA, "Раз")
    harness.refuse_next(method, 15)
    harness.refuse_next(method, 15)
    assert await harness.messenger.fetch_missed(LONG_AGO) == []


@pytest.mark.parametrize("method", ["messages.getConversations", "messages.getHistory"])
async def test_history_that_does_not_come_now_is_not_taken_for_read(harness, method):
    await harness.vk.send_message(GROUP, MARIA, "Раз")
    harness.vk.faults.order(method, Fault(FaultKind.HTTP_500))
    with pytest.raises(MessengerError):
        await harness.messenger.fetch_missed(LONG_AGO)


async def test_only_what_came_since_then_is_read_back(harness):
    await harness.vk.send_message(GROUP, MARIA, "Раз")
    assert await harness.messenger.fetch_missed(datetime.now(UTC) + timedelta(hours=1)) == []  # noqa: TID251 - as above


async def test_closing_ends_a_poll_and_a_call_that_hang(sandbox):
    async with open_vk_harness(sandbox, poll=60, call=60) as harness:
        await harness.vk.allow_messages(GROUP, MARIA)
        await harness.messenger.fetch()
        harness.fail_next("messages.send", FaultKind.HANG)

        async def close_in_the_middle():
            await harness.sandbox.change_log.wait_until(lambda: harness.calls_of("messages.send"), 5)
            await harness.messenger.close()

        async with asyncio.timeout(3):
            *ended, _ = await asyncio.gather(
                harness.messenger.fetch(),
                harness.messenger.send(Target(WITH_MARIA), Content.of("Ответ"), key="1"),
                close_in_the_middle(),
                return_exceptions=True,
            )
        assert [type(error) for error in ended] == [TemporaryFailure, TemporaryFailure]


async def test_a_call_that_nobody_waits_for_any_more_leaves_nothing(sandbox):
    before = set(threading.enumerate())
    async with open_vk_harness(sandbox, call=60, lookup=0.5) as harness:
        harness.fail_next("users.get", FaultKind.HANG)
        await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
        await harness.messenger.enrich(await harness.one_event(MessagePosted))  # gives up after half a second
        assert any(thread.name.startswith("vk") for thread in threading.enumerate())
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("vk")]
    gc.collect()  # an unclosed session or transport would warn here, and warnings are errors
    assert not [task for task in asyncio.all_tasks() if "bot/messengers" in str(task.get_stack())]


async def test_many_sends_go_side_by_side(harness):
    await harness.vk.allow_messages(GROUP, MARIA)
    sent = await asyncio.gather(
        *(harness.messenger.send(Target(WITH_MARIA), Content.of(str(n)), key=str(n)) for n in range(12))
    )
    assert len({one.ids for one in sent}) == 12
    assert {message.text for message in harness.vk.messages(GROUP, MARIA)} == {str(n) for n in range(12)}
