"""MAX's long poll: the marker, restarts, active webhooks, messages read after a gap."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.messengers.errors import BadCredentials, Conflict, RetryAfter, TemporaryFailure
from bot.messengers.events import MessagePosted
from bot.messengers.port import Batch
from sandbox.change_log import ChangeLog
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from tests.contract.harness import TOKEN
from tests.contract.max_harness import CITIZEN, HOUSE_CHAT, MaxHarness, open_harness
from tests.manual_clock import ManualClock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def harness(sandbox):
    async with open_harness(sandbox) as harness:
        yield harness


def event_texts(messenger, updates):
    found = [event for update in updates for event in messenger.parse(update.payload)]
    return [event.text for event in found if isinstance(event, MessagePosted)]


async def test_the_first_start_of_all(harness):
    """Without a marker MAX returns only the latest update; the bot handles it and all later ones."""
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, "раз")
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, "два")
    fresh = harness.new_messenger()
    try:
        fresh.set_cursor(None)
        first = await fresh.fetch()
        assert event_texts(fresh, first.updates) == ["два"]
        await harness.server.send_message(HOUSE_CHAT, CITIZEN, "три")
        assert event_texts(fresh, (await fresh.fetch()).updates) == ["три"]
        assert not first.gap
    finally:
        await fresh.close()


async def test_a_bot_that_nobody_has_written_to_yet(sandbox):
    sandbox.max.add_bot(TOKEN)
    fresh = MaxHarness(sandbox).messenger
    try:
        assert await fresh.fetch() == Batch((), None)
        await sandbox.max.start_bot(CITIZEN)
        batch = await fresh.fetch()
        assert event_texts(fresh, batch.updates) == ["/start"]
        assert batch.cursor is not None
    finally:
        await fresh.close()


async def test_updates_during_downtime_are_fetched(harness):
    cursor = (await harness.messenger.fetch()).cursor
    for number in range(120):
        await harness.server.send_message(HOUSE_CHAT, CITIZEN, str(number))
    again = harness.new_messenger()
    try:
        again.set_cursor(cursor)
        first, second = await again.fetch(), await again.fetch()
        assert event_texts(again, first.updates + second.updates) == [str(number) for number in range(120)]
        assert (len(first.updates), len(second.updates)) == (100, 20)
    finally:
        await again.close()
    assert len(harness.server.pending_updates) == 20  # the next poll confirms the last batch


@pytest.mark.parametrize("cursor", ["", "nonsense", "@", "12@nonsense", "@1775025604"])
async def test_a_cursor_that_is_none(harness, cursor):
    again = harness.new_messenger()
    try:
        again.set_cursor(cursor)
        await again.fetch()
    finally:
        await again.close()
    assert harness.calls_of("getUpdates")[-1].get("marker") == ("12" if cursor == "12@nonsense" else None)


async def test_a_poll_waits_for_news(harness):
    patient = harness.new_messenger(poll=20)
    try:
        patient.set_cursor((await harness.messenger.fetch()).cursor)
        async with asyncio.TaskGroup() as group:
            polling = group.create_task(patient.fetch())
            await harness.server.change_log.wait_until(lambda: harness.calls_of("getUpdates")[-1]["timeout"] == "20")
            await harness.server.send_message(HOUSE_CHAT, CITIZEN, "раз")
        assert event_texts(patient, polling.result().updates) == ["раз"]
    finally:
        await patient.close()


async def test_polls_keep_the_pace_that_max_allows(harness):
    harness.server.rate_limits = True
    steady = harness.new_messenger(between_polls=0.5)
    loop = asyncio.get_running_loop()
    try:
        began = loop.time()
        for _ in range(4):
            await steady.fetch()
        assert loop.time() - began >= 1.4
    finally:
        await steady.close()


async def test_a_hasty_poll_is_told_to_wait(harness):
    harness.refuse_next("getUpdates", 429, "too.many.requests")
    with pytest.raises(RetryAfter) as caught:
        await harness.messenger.fetch()
    assert caught.value.seconds > 0


async def test_a_webhook_in_the_way_is_taken_down_at_the_start(harness):
    harness.server.subscribe("https://town.example/max")
    with pytest.raises(Conflict):  # it was set a moment ago, so the bot does not remove it again and again
        await harness.messenger.fetch()
    again = harness.new_messenger()
    try:
        await again.fetch()
    finally:
        await again.close()
    assert harness.server.world.subscriptions == []


async def test_a_server_that_tells_of_no_subscriptions_is_polled_all_the_same(harness):
    harness.refuse_next("getSubscriptions", 404, "not.found")
    polls = len(harness.calls_of("getUpdates"))
    again = harness.new_messenger()
    try:
        await again.fetch()
    finally:
        await again.close()
    assert len(harness.calls_of("getUpdates")) == polls + 1


@pytest.mark.parametrize("answer", [{"updates": None}, {"marker": 5}, {"updates": "many"}])
async def test_an_answer_that_is_none(harness, answer):
    harness.faults.order("getUpdates", Fault(FaultKind.ANSWER, 200, answer))
    with pytest.raises(TemporaryFailure):
        await harness.messenger.fetch()


async def test_a_wrong_token_says_so(harness):
    harness.refuse_next("getUpdates", 401, "verify.token")
    with pytest.raises(BadCredentials):
        await harness.messenger.fetch()


# After a gap


@pytest.fixture
async def slow_harness():
    """Yield a harness whose clock the test moves."""
    clock = ManualClock(NOON)
    async with Sandbox(change_log=ChangeLog(clock.now)) as sandbox, open_harness(sandbox) as harness:
        harness.clock = clock
        yield harness


async def messenger_after_pause(harness, hours):
    """Return a messenger started after *hours*, in which three messages came, an hour apart, the last just now."""
    before = harness.new_messenger(clock=harness.clock)
    before.set_cursor((await harness.messenger.fetch()).cursor)
    cursor = (await before.fetch()).cursor
    await before.close()
    harness.clock.advance(timedelta(hours=1))
    for words in ("раз", "два", "три"):
        await harness.server.send_message(HOUSE_CHAT, CITIZEN, words)
        harness.clock.advance(timedelta(hours=(hours - 1) / 3))
    again = harness.new_messenger(clock=harness.clock)
    again.set_cursor(cursor)
    return again


async def test_a_night_is_no_gap(slow_harness):
    again = await messenger_after_pause(slow_harness, 12)
    try:
        batch = await again.fetch()
        assert event_texts(again, batch.updates) == ["раз", "два", "три"]
        assert not batch.gap
    finally:
        await again.close()


async def test_after_more_than_a_day_the_chats_are_read_back(slow_harness):
    before = await slow_harness.server.send_message(HOUSE_CHAT, CITIZEN, "давно")
    slow_harness.clock.advance(timedelta(minutes=1))
    again = await messenger_after_pause(slow_harness, 40)
    try:
        batch = await again.fetch()
        assert batch.gap
        assert event_texts(again, batch.updates) == ["три"]
        missed = await again.fetch_missed(slow_harness.clock.now() - timedelta(hours=40))
        assert event_texts(again, missed) == ["раз", "два", "три"]
        assert {one.key for one in batch.updates} <= {
            one.key for one in missed
        }  # the same keys, so no update is handled twice
        assert before not in {one.payload["message"]["body"]["mid"] for one in missed}
        assert not (await again.fetch()).gap
    finally:
        await again.close()


async def test_a_chat_that_may_not_be_read_is_passed_over(slow_harness):
    slow_harness.server.world.chats[HOUSE_CHAT].rights = ("write",)
    again = await messenger_after_pause(slow_harness, 40)
    try:
        assert (await again.fetch()).gap
        assert await again.fetch_missed(slow_harness.clock.now() - timedelta(hours=40)) == []
    finally:
        await again.close()
