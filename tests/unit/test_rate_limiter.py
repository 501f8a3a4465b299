"""The pace against the limits of the sandbox's servers, on a clock of its own: no second is really waited for."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.messengers.events import ChatKind
from bot.messengers.max.messenger import CAPABILITIES as MAX
from bot.messengers.port import SendRateLimits
from bot.messengers.rate_limits import RECOVERY_SECONDS, Gcra, Rate, SlidingWindow
from bot.messengers.vk.client import CALLS_PER_SECOND
from bot.outbox.rate_limiter import RateLimiter
from sandbox.max.errors import ApiError as MaxRefusal
from sandbox.max.rates import OVERALL_CALLS_PER_SECOND, WRITES_PER_CHAT_PER_SECOND
from sandbox.max.rates import RateLimits as MaxRates
from sandbox.telegram.errors import ApiError
from sandbox.telegram.limits import RateLimits

START_TIME = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
ONE_A_SECOND = Rate(1, burst=5)
TELEGRAM = SendRateLimits(
    Rate(30), private=(ONE_A_SECOND,), group=(ONE_A_SECOND, Rate(20, 60.0)), count_album_items=True
)
LOOKAHEAD_SECONDS = 0.2


def at(moment: float) -> datetime:
    return START_TIME + timedelta(seconds=moment)


@dataclass
class SendSimulation:
    """A sender and a server: calls take their time, the server counts them somewhere on the way."""

    rate_limiter: RateLimiter
    server: Callable[[str, float], None]
    random: Random
    max_call_seconds: float = 0.05
    travel: Callable[[Random], tuple[float, float]] | None = None  # seconds there and back, in place of the above
    now_seconds: float = 0.0
    sent: list[tuple[float, str]] = field(default_factory=list)
    _pending_calls: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _serial: Iterator[int] = field(default_factory=itertools.count)

    def schedule(self, moment: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._pending_calls, (moment, next(self._serial), act))

    def run(self, queues: dict[str, int], until: float, kind: ChatKind = ChatKind.PRIVATE) -> None:
        """Send what waits in *queues* (chat → how many), round and round, for *until* seconds."""
        while self.now_seconds < until:
            room = self.rate_limiter.capacity(self.now_seconds, LOOKAHEAD_SECONDS)
            soon = self.now_seconds + LOOKAHEAD_SECONDS
            resting = {chat for chat in queues if self.rate_limiter.is_blocked(chat, soon)}
            ready = sorted(
                (c for c, left in queues.items() if left and c not in resting), key=self.rate_limiter.last_planned_at
            )
            for chat in ready[:room]:
                wait = self.rate_limiter.delay(chat, kind, self.now_seconds)
                if wait > LOOKAHEAD_SECONDS:
                    continue
                queues[chat] -= 1
                slot = self.rate_limiter.reserve(chat, kind, self.now_seconds + wait)
                self.schedule(self.now_seconds + wait, lambda slot=slot, chat=chat: self._start_call(slot, chat))
            self._pass_time(0.05)

    def _start_call(self, slot: object, chat: str) -> None:
        wait = slot.delay(self.now_seconds)
        if wait > 0:
            self.schedule(self.now_seconds + wait, lambda: self._start_call(slot, chat))
            return
        slot.start(self.now_seconds)
        if self.travel is not None:
            there, back = self.travel(self.random)
            takes = there + back
        else:
            takes = self.random.uniform(0.002, self.max_call_seconds)
            there = takes * self.random.random()
        self.schedule(self.now_seconds + there, lambda: self._count_on_server(chat))
        self.schedule(self.now_seconds + takes, lambda: slot.finish(self.now_seconds))

    def _count_on_server(self, chat: str) -> None:
        self.server(chat, self.now_seconds)
        self.sent.append((self.now_seconds, chat))

    def _pass_time(self, step: float) -> None:
        end = self.now_seconds + step
        while self._pending_calls and self._pending_calls[0][0] <= end:
            moment, _, act = heapq.heappop(self._pending_calls)
            self.now_seconds = max(self.now_seconds, moment)
            act()
        self.now_seconds = end


def telegram(refuses: bool = True) -> tuple[RateLimits, Callable[[str, float], None]]:
    limits = RateLimits()
    limits.refuses = refuses
    return limits, lambda chat, moment: limits.consume(chat, at(moment))


def test_a_queue_of_two_thousand_drains_at_the_limit_without_one_complaint() -> None:
    limits, server = telegram()
    drain = SendSimulation(RateLimiter(TELEGRAM), server, Random(1), max_call_seconds=0.03)
    queues = {str(1001 + number): 50 for number in range(40)}
    drain.run(queues, until=80)
    assert limits.violations == []
    assert len(drain.sent) == 2_000
    took = max(moment for moment, _ in drain.sent)
    assert 2_000 / took >= 0.95 * 30


def distant(random: Random, round_trip: float, hang_share: float = 0.01) -> tuple[float, float]:
    """A way there and one back that differ by a tenth from call to call; some answers hang for ten seconds."""
    there, back = (round_trip / 2 * random.uniform(1.0, 1.1) for _ in range(2))
    return there, back + (10.0 if random.random() < hang_share else 0.0)


@pytest.mark.parametrize("round_trip", [0.0, 0.05, 0.15, 0.3])
def test_a_distant_messenger_gets_its_limit_although_one_answer_in_a_hundred_hangs(round_trip: float) -> None:
    limits, server = telegram()
    drain = SendSimulation(RateLimiter(TELEGRAM), server, Random(7), travel=lambda random: distant(random, round_trip))
    drain.run({str(1001 + number): 50 for number in range(40)}, until=80)
    assert limits.violations == []
    assert len(drain.sent) == 2_000
    assert 2_000 / max(moment for moment, _ in drain.sent) >= 0.95 * 30


@pytest.mark.parametrize("round_trip", [0.0, 0.05, 0.15, 0.3])
def test_a_full_queue_leaves_evenly_so_that_a_press_finds_a_place_soon(round_trip: float) -> None:
    _, server = telegram()
    drain = SendSimulation(RateLimiter(TELEGRAM), server, Random(7), travel=lambda random: distant(random, round_trip))
    drain.run({str(1001 + number): 125 for number in range(40)}, until=120)
    moments = sorted(moment for moment, _ in drain.sent if 15 < moment < 115)
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    waits_longer = sum(max(0.0, gap - 0.06) for gap in gaps) / sum(gaps)
    assert waits_longer < 0.05  # of all moments at which somebody may press


def fill_window(pace: RateLimiter) -> None:
    """Send the thirty messages of a second, one every 33 ms from 100.0 on."""
    for number in range(30):
        pace.replay(str(number), ChatKind.PRIVATE, 100.0 + number / 30)


def test_the_next_place_is_kept_for_the_effect_of_a_press_that_has_been_received() -> None:
    pace = RateLimiter(TELEGRAM)
    fill_window(pace)
    waiting = pace.reserve("2001", ChatKind.PRIVATE, 101.001)
    assert waiting.delay(101.001) == 0.0
    pace.expect_interactive(100.98)
    assert waiting.delay(101.001) == pytest.approx(1 / 30, abs=0.002)
    effect = pace.reserve("2002", ChatKind.PRIVATE, 101.01, interactive=True)
    assert effect.delay(101.01) == 0.0
    effect.start(101.01)
    assert waiting.delay(101.034) == pytest.approx(0.006, abs=0.001)  # evenly: the effect has just left
    assert waiting.delay(101.045) == 0.0


def test_a_press_without_an_effect_keeps_a_place_for_a_fifth_of_a_second() -> None:
    pace = RateLimiter(TELEGRAM)
    fill_window(pace)
    for _ in range(20):
        pace.expect_interactive(100.98)
    waiting = pace.reserve("2001", ChatKind.PRIVATE, 101.0)
    assert waiting.delay(101.15) == 0.0  # no more than three places are kept
    assert waiting.delay(101.05) > 0.0
    assert waiting.delay(101.19) == 0.0
    assert pace.count_expected(101.19) == 0


def test_a_way_that_becomes_shorter_oversteps_by_what_was_under_way_at_most() -> None:
    limits, server = telegram(refuses=False)
    drain = SendSimulation(RateLimiter(TELEGRAM), server, Random(7))
    queues = {str(1001 + number): 200 for number in range(40)}
    for until, round_trip in ((30, 0.05), (60, 0.3), (100, 0.15)):
        drain.travel = lambda random, seconds=round_trip: distant(random, seconds)
        drain.run(queues, until)
    assert sum(name == "*" for name in limits.violations) <= 30 * 0.3


@example(2401, 0.015625, {"1001": 1, **{str(chat): 5 for chat in range(1002, 1008)}})  # nearly all of two ms there
@given(
    st.integers(0, 10_000),
    st.floats(0.01, 2.0),
    st.dictionaries(st.integers(1001, 1012).map(str), st.integers(1, 80), min_size=1),
)
def test_whatever_the_network_does_no_limit_is_overstepped(seed: int, slowest: float, queues: dict[str, int]) -> None:
    limits, server = telegram(refuses=False)
    SendSimulation(RateLimiter(TELEGRAM), server, Random(seed), max_call_seconds=slowest).run(dict(queues), until=20)
    assert [name for name in limits.violations if not name.startswith("burst")] == []


@settings(max_examples=20)  # each is three minutes of the simulated clock
@given(st.integers(0, 10_000), st.floats(0.01, 2.0))
def test_a_group_gets_twenty_a_minute_in_every_minute(seed: int, slowest: float) -> None:
    limits, server = telegram(refuses=False)
    drain = SendSimulation(RateLimiter(TELEGRAM), server, Random(seed), max_call_seconds=slowest)
    drain.run({"-100": 100}, until=190, kind=ChatKind.GROUP)
    assert [name for name in limits.violations if not name.startswith("burst")] == []
    assert len(drain.sent) >= 60


def test_max_lets_two_a_second_into_one_chat() -> None:
    rates = MaxRates()

    def server(chat: str, moment: float) -> None:
        rates.consume(at(moment), ("*", OVERALL_CALLS_PER_SECOND), (chat, WRITES_PER_CHAT_PER_SECOND))

    drain = SendSimulation(RateLimiter(MAX.rate_limits), server, Random(2))
    drain.run({str(number): 40 for number in range(30)}, until=60)
    assert rates.violations == []
    assert len(drain.sent) == 1_200


def test_a_stormy_chat_delays_nobody_else() -> None:
    limits, server = telegram()
    drain = SendSimulation(RateLimiter(TELEGRAM), server, Random(3))
    drain.run({"storm": 5_000, **{str(number): 3 for number in range(20)}}, until=6)
    others = [moment for moment, chat in drain.sent if chat != "storm"]
    assert len(others) == 60
    assert max(others) < 4
    assert limits.violations == []


def test_a_complaint_slows_down_and_heals() -> None:
    pace = RateLimiter(TELEGRAM)
    window = pace.window
    pace.slow_down(None, 100.0)
    assert window.available(100.0) == 21  # of 30
    pace.slow_down(None, 100.5)  # the others that were under way
    assert window.available(100.5) == 21
    pace.slow_down(None, 110.0)
    assert window.available(110.0) < 16
    assert window.available(110.0 + RECOVERY_SECONDS) == 30


def test_a_complaint_about_one_chat_slows_that_chat_alone() -> None:
    pace = RateLimiter(TELEGRAM)
    pace.replay("1", ChatKind.PRIVATE, 0.0)
    pace.slow_down("1", 1.0)
    for _ in range(5):
        pace.reserve("1", ChatKind.PRIVATE, 10.0).start(10.0)
        pace.reserve("2", ChatKind.PRIVATE, 10.0).start(10.0)
    assert pace.delay("1", ChatKind.PRIVATE, 11.0) > 0.3
    assert pace.delay("2", ChatKind.PRIVATE, 11.0) == pytest.approx(0.0)


def test_sends_before_restart_still_count() -> None:
    pace = RateLimiter(TELEGRAM)
    for number in range(20):
        pace.replay("-100", ChatKind.GROUP, 40.0 + number)
    assert pace.delay("-100", ChatKind.GROUP, 61.0) == pytest.approx(39.0)
    assert pace.is_blocked("-100", 61.0)
    assert pace.delay("-100", ChatKind.GROUP, 101.0) == 0.0


def test_a_person_who_presses_buttons_waits_less() -> None:
    pace = RateLimiter(TELEGRAM)
    for _ in range(6):
        pace.reserve("1", ChatKind.PRIVATE, 100.0)
    assert pace.delay("1", ChatKind.PRIVATE, 101.0) > 0
    assert pace.delay("1", ChatKind.PRIVATE, 101.0, interactive=True) == 0.0


def test_unused_reservation_is_released() -> None:
    pace = RateLimiter(TELEGRAM)
    slots = [pace.reserve("-100", ChatKind.GROUP, 100.0) for _ in range(20)]
    assert pace.is_blocked("-100", 130.0)
    slots[0].finish(100.0)
    assert not pace.is_blocked("-100", 130.0)
    assert pace.reserved == 19


def test_a_call_without_an_answer_keeps_its_place() -> None:
    window = SlidingWindow(Rate(2))
    first, _ = window.acquire(0.0, 2)
    assert window.delay(5.0) > 0
    first.on_answered(5.0)
    assert window.delay(6.0) == 0.0


def test_many_chats_are_forgotten_when_they_have_rested() -> None:
    pace = RateLimiter(TELEGRAM)
    for number in range(2_000):
        pace.replay(str(number), ChatKind.PRIVATE, number / 25)
    assert sum(pace.is_blocked(str(number), 0.0) for number in range(2_000)) < 700


def test_a_spacing_counts_what_may_follow() -> None:
    spacing = Gcra(Rate(10, 1.0, burst=3))
    assert spacing.available(0.0) == 13
    spacing.acquire(0.0, 3)
    assert spacing.delay(0.0) == pytest.approx(0.1)
    assert spacing.available(0.1) == 1


def test_a_key_of_vk_calls_twenty_times_a_second() -> None:
    window = SlidingWindow(Rate(CALLS_PER_SECOND))
    for _ in range(20):
        assert window.delay(0.0) == 0.0
        window.acquire(0.0)[0].on_answered(0.04)
    assert window.delay(0.5) == pytest.approx(0.54)


def test_the_refusals_of_the_servers_are_refusals() -> None:
    limits, server = telegram()
    for _ in range(10):
        server("1", 0.0)
    with pytest.raises(ApiError):
        server("1", 0.0)
    assert limits.violations == ["burst:1"]
    with pytest.raises(MaxRefusal):
        MaxRates().consume(at(0), ("1", 0))
