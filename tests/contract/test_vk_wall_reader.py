"""The reader of walls with a service key: new posts and comments since the last reading, in few calls."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.domain.clock import SystemClock
from bot.messengers.content import Content
from bot.messengers.errors import BadCredentials, Rejected, TemporaryFailure
from bot.messengers.events import ChatKind, Event, MessagePosted, PagePosted
from bot.messengers.port import Batch, Severity, Target
from bot.messengers.vk.wall_reader import VkWallReader, WallPage
from sandbox.change_log import ChangeLog
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from tests.manual_clock import ManualClock

KEY = "service-key-for-tests-only"
SCHOOL, CLUB = 901, 902
MARIA = 7
START = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)


class WallReaderHarness:
    """Two pages of other communities, and a reader of them."""

    def __init__(self, sandbox: Sandbox, clock: ManualClock) -> None:
        self.sandbox, self.vk, self.clock = sandbox, sandbox.vk, clock
        self.reader = self.new_reader()

    def new_reader(self, key: str = KEY) -> VkWallReader:
        pages = [WallPage(SCHOOL, "Школа"), WallPage(CLUB, "Клуб", f"vk:{CLUB}")]
        return VkWallReader(key, f"{self.sandbox.url}/vk", pages, self.clock, poll_interval=0.0)

    async def new_events(self) -> list[Event]:
        batch = await self.reader.fetch()
        return [await self.reader.enrich(one) for raw in batch.updates for one in self.reader.parse(raw.payload)]

    async def texts(self) -> list[str]:
        return [event.text for event in await self.new_events() if isinstance(event, MessagePosted)]


@pytest.fixture
async def walls() -> AsyncIterator[WallReaderHarness]:
    clock = ManualClock(START)
    sandbox = Sandbox(change_log=ChangeLog(clock.now))
    await sandbox.start()
    sandbox.vk.service_key(KEY)
    sandbox.vk.community(SCHOOL, "Школа", "nobody-gave-us-this-one")
    sandbox.vk.community(CLUB, "Клуб", "nor-this-one")
    sandbox.vk.user(MARIA, "Мария", "Кузнецова")
    harness = WallReaderHarness(sandbox, clock)
    try:
        yield harness
    finally:
        await harness.reader.close()
        await sandbox.stop()


async def test_nothing_older_than_the_first_look_is_taken_but_the_last_sign_of_life(walls: WallReaderHarness) -> None:
    post = await walls.vk.post(SCHOOL, "С новым учебным годом")
    await walls.vk.comment(SCHOOL, post, MARIA, "Старый вопрос")
    walls.clock.advance(datetime(2026, 11, 20, 5, 0, tzinfo=UTC) - START)

    [event] = await walls.new_events()

    assert isinstance(event, PagePosted)
    assert (event.chat.account, event.chat.source_id, event.at) == ("vk:pages", str(SCHOOL), START)
    assert await walls.new_events() == []


async def test_new_comments_posts_and_threads_come_once(walls: WallReaderHarness) -> None:
    post = await walls.vk.post(SCHOOL, "Новость")
    await walls.new_events()
    first = await walls.vk.comment(SCHOOL, post, MARIA, "На Ленина 45 яма")
    await walls.vk.comment(SCHOOL, post, -SCHOOL, "Спасибо, передали", reply_to=first)
    await walls.vk.visitor_post(SCHOOL, MARIA, "В спортзале холодно")
    await walls.vk.post(CLUB, "Концерт")

    events = await walls.new_events()

    said = [event for event in events if isinstance(event, MessagePosted)]
    assert [one.text for one in said] == ["В спортзале холодно", "На Ленина 45 яма", "Спасибо, передали"]
    comment = said[1]
    assert (comment.chat.id, comment.chat.kind) == (f"wall-{SCHOOL}_{post}", ChatKind.WALL)
    assert (comment.author.name, comment.message_id) == ("Мария Кузнецова", str(first))
    assert said[2].reply_to == str(first)
    [concert] = [event for event in events if isinstance(event, PagePosted)]
    assert concert.chat.account == f"vk:{CLUB}"  # a configured community keeps its own account
    assert await walls.new_events() == []


async def test_comments_during_downtime_are_read_afterwards(walls: WallReaderHarness) -> None:
    post = await walls.vk.post(SCHOOL, "Новость")
    stored: Batch = await walls.reader.fetch()
    await walls.vk.comment(SCHOOL, post, MARIA, "Раз")
    lost = await walls.reader.fetch()
    await walls.reader.close()
    walls.reader = walls.new_reader()
    walls.reader.set_cursor(stored.cursor)
    again = await walls.reader.fetch()
    assert [one.key for one in again.updates] == [one.key for one in lost.updates]
    assert len(again.updates) == 1
    walls.reader.set_cursor("a foreign cursor")
    assert await walls.texts() == ["Раз"]  # read again, recognised by its number


async def test_long_threads_and_many_comments_are_read_to_the_end(walls: WallReaderHarness) -> None:
    post = await walls.vk.post(SCHOOL, "Новость")
    await walls.new_events()
    first = await walls.vk.comment(SCHOOL, post, MARIA, "Начало")
    for number in range(25):
        await walls.vk.comment(SCHOOL, post, MARIA, f"Ветка {number}", reply_to=first)
    for number in range(230):
        await walls.vk.comment(SCHOOL, post, MARIA, f"Комментарий {number}")
    texts = await walls.texts()
    assert len(texts) == len(set(texts)) == 256


async def test_a_page_that_cannot_be_read_holds_nobody_up(walls: WallReaderHarness) -> None:
    del walls.vk.world.communities[CLUB]
    post = await walls.vk.post(SCHOOL, "Новость")
    await walls.new_events()
    await walls.vk.comment(SCHOOL, post, MARIA, "На Ленина 45 яма")
    await walls.vk.close_comments(SCHOOL, post)
    other = await walls.vk.post(SCHOOL, "Ещё новость")
    await walls.vk.comment(SCHOOL, other, MARIA, "Когда уберут снег?")
    assert await walls.texts() == ["Когда уберут снег?"]
    findings = await walls.reader.check()
    assert [(one.severity, "«Клуб»" in one.text) for one in findings] == [(Severity.FAULT, True)]


async def test_a_failed_look_is_made_again(walls: WallReaderHarness) -> None:
    post = await walls.vk.post(SCHOOL, "Новость")
    await walls.new_events()
    await walls.vk.comment(SCHOOL, post, MARIA, "На Ленина 45 яма")
    walls.vk.faults.order("execute", Fault(FaultKind.HTTP_500))
    with pytest.raises(TemporaryFailure):
        await walls.reader.fetch()
    assert await walls.texts() == ["На Ленина 45 яма"]


async def test_a_wrong_key(walls: WallReaderHarness) -> None:
    stranger = walls.new_reader("a-wrong-key")
    with pytest.raises(BadCredentials):
        await stranger.fetch()
    [finding] = await stranger.check()
    await stranger.close()
    assert (finding.severity, "ключ не подходит" in finding.text) == (Severity.FAULT, True)


async def test_nothing_is_written_there(walls: WallReaderHarness) -> None:
    post = await walls.vk.post(SCHOOL, "Новость")
    [event] = await walls.new_events()
    assert isinstance(event, PagePosted)
    with pytest.raises(Rejected):
        await walls.reader.send(Target(event.chat), Content.of("Ответ"), key="k")
    assert walls.vk.comments(SCHOOL, post) == []
    assert not walls.reader.capabilities.can_answer_in


async def test_the_keys_limits_are_kept(walls: WallReaderHarness) -> None:
    """Uses the real clock, because the sandbox counts calls as VK does."""
    walls.vk.change_log._now = SystemClock().now
    walls.vk.strict_rates = True
    for _ in range(8):
        await walls.reader.fetch()
    assert walls.vk.rates.violations == []
