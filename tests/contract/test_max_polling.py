"""MAX's long poll: the marker, restarts, webhooks in the way, what is read back after a gap."""

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
async def town(sandbox):
    async with open_harness(sandbox) as town:
        yield town


def event_texts(messenger, updates):
    found = [event for update in updates for event in messenger.parse(update.payload)]
    return [event.text for event in found if isinstance(event, MessagePosted)]


async def test_the_first_start_of_all(town):
    """Without a marker MAX tells only the latest update. It is handled, and everything after it."""
    await town.server.send_message(HOUSE_CHAT, CITIZEN, "раз")
    await town.server.send_message(HOUSE_CHAT, CITIZEN, "два")
    fresh = town.new_messenger()
    try:
        fresh.set_cursor(None)
        first = await fresh.fetch()
        assert event_texts(fresh, first.updates) == ["два"]
        await town.server.send_message(HOUSE_CHAT, CITIZEN, "три")
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


async def test_updates_during_downtime_are_fetched(town):
    cursor = (await town.messenger.fetch()).cursor
    for number in range(120):
        await town.server.send_message(HOUSE_CHAT, CITIZEN, str(number))
    again = town.new_messenger()
    try:
        again.set_cursor(cursor)
        first, second = await again.fetch(), await again.fetch()
        assert event_texts(again, first.updates + second.updates) == [str(number) for number in range(120)]
        assert (len(first.updates), len(second.updates)) == (100, 20)
    finally:
        await again.close()
    assert len(town.server.pending_updates) == 20  # the last batch is ours only when more is asked for


@pytest.mark.parametrize("cursor", ["", "nonsense", "@", "12@nonsense", "@1775025604"])
async def test_a_cursor_that_is_none(town, cursor):
    again = town.new_messenger()
    try:
        again.set_cursor(cursor)
        await again.fetch()
    finally:
        await again.close()


async def test_a_poll_waits_for_news(town):
    patient = town.new_messenger(poll=20)
    try:
        patient.set_cursor((await town.messenger.fetch()).cursor)
        async with asyncio.TaskGroup() as group:
            polling = group.create_task(patient.fetch())
            await town.server.change_log.wait_until(lambda: town.calls_of("getUpdates")[-1]["timeout"] == "20")
            await town.server.send_message(HOUSE_CHAT, CITIZEN, "раз")
        assert event_texts(patient, polling.result().updates) == ["раз"]
    finally:
        await patient.close()


async def test_polls_keep_the_pace_that_max_allows(town):
    town.server.rate_limits = True
    steady = town.new_messenger(between_polls=0.5)
    loop = asyncio.get_running_loop()
    try:
        began = loop.time()
        for _ in range(4):
            await steady.fetch()
        assert loop.time() - began >= 1.4
    finally:
        await steady.close()


async def test_a_hasty_poll_is_told_to_wait(town):
    town.refuse_next("getUpdates", 429, "too.many.requests")
    with pytest.raises(RetryAfter) as caught:
        await town.messenger.fetch()
    assert caught.value.seconds > 0


async def test_a_webhook_in_the_way_is_taken_down_at_the_start(town):
    town.server.subscribe("https://town.example/max")
    with pytest.raises(Conflict):  # somebody has just set it: not torn out of his hands again and again
        await town.messenger.fetch()
    again = town.new_messenger()
    try:
        await again.fetch()
    finally:
        await again.close()
    assert town.server.world.subscriptions == []


async def test_a_server_that_tells_of_no_subscriptions_is_polled_all_the_same(town):
    town.refuse_next("getSubscriptions", 404, "not.found")
    again = town.new_messenger()
    try:
        await again.fetch()
    finally:
        await again.close()


@pytest.mark.parametrize("answer", [{"updates": None}, {"marker": 5}, {"updates": "many"}])
async def test_an_answer_that_is_none(town, answer):
    town.faults.order("getUpdates", Fault(FaultKind.ANSWER, 200, answer))
    with pytest.raises(TemporaryFailure):
        await town.messenger.fetch()


async def test_a_wrong_token_says_so(town):
    town.refuse_next("getUpdates", 401, "verify.token")
    with pytest.raises(BadCredentials):
        await town.messenger.fetch()


# After a gap


@pytest.fixture
async def slow_town():
    """A town whose clock the test moves."""
    clock = ManualClock(NOON)
    async with Sandbox(change_log=ChangeLog(clock.now)) as sandbox, open_harness(sandbox) as town:
        town.clock = clock
        yield town


async def messenger_after_pause(town, hours):
    """A messenger that wakes after so long; meanwhile three messages came, an hour apart, the last just now."""
    before = town.new_messenger(clock=town.clock)
    before.set_cursor((await town.messenger.fetch()).cursor)
    cursor = (await before.fetch()).cursor
    await before.close()
    town.clock.advance(timedelta(hours=1))
    for words in ("раз", "два", "три"):
        await town.server.send_message(HOUSE_CHAT, CITIZEN, words)
        town.clock.advance(timedelta(hours=(hours - 1) / 3))
    again = town.new_messenger(clock=town.clock)
    again.set_cursor(cursor)
    return again


async def test_a_night_is_no_gap(slow_town):
    again = await messenger_after_pause(slow_town, 12)
    try:
        batch = await again.fetch()
        assert event_texts(again, batch.updates) == ["раз", "два", "три"]
        assert not batch.gap
    finally:
        await again.close()


async def test_after_more_than_a_day_the_chats_are_read_back(slow_town):
    before = await slow_town.server.send_message(HOUSE_CHAT, CITIZEN, "давно")
    slow_town.clock.advance(timedelta(minutes=1))
    again = await messenger_after_pause(slow_town, 40)
    try:
        batch = await again.fetch()
        assert batch.gap
        assert event_texts(again, batch.updates) == ["три"]
        missed = await again.fetch_missed(slow_town.clock.now() - timedelta(hours=40))
        assert event_texts(again, missed) == ["раз", "два", "три"]
        assert {one.key for one in batch.updates} <= {one.key for one in missed}  # so that nothing doubles
        assert before not in {one.payload["message"]["body"]["mid"] for one in missed}
        assert not (await again.fetch()).gap
    finally:
        await again.close()


async def test_a_chat_that_may_not_be_read_is_passed_over(slow_town):
    slow_town.server.world.chats[HOUSE_CHAT].rights = ("write",)
    again = await messenger_after_pause(slow_town, 40)
    try:
        assert (await again.fetch()).gap
        assert await again.fetch_missed(slow_town.clock.now() - timedelta(hours=40)) == []
    finally:
        await again.close()
