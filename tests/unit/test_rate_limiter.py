"""The pace against the limits of the sandbox's servers, on a clock of its own: no second is really waited for."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messengers.events import ChatKind
from bot.messengers.max.messenger import CAPABILITIES as MAX
from bot.messengers.port import Limits
from bot.messengers.rate_limits import HEALED_AFTER, Rate, Spacing, Window
from bot.messengers.vk.client import CALLS_PER_SECOND
from bot.outbox.rate_limiter import Pace
from sandbox.max.errors import ApiError as MaxRefusal
from sandbox.max.rates import OVERALL, PER_CHAT
from sandbox.max.rates import Rates as MaxRates
from sandbox.telegram.errors import ApiError
from sandbox.telegram.limits import RateLimits

START = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
ONE_A_SECOND = Rate(1, burst=5)
TELEGRAM = Limits(Rate(30), private=(ONE_A_SECOND,), group=(ONE_A_SECOND, Rate(20, 60.0)), albums=True)
AHEAD = 0.2


def at(moment: float) -> datetime:
    return START + timedelta(seconds=moment)


@dataclass
class Drain:
    """A sender and a server: calls take their time, the server counts them somewhere on the way."""

    pace: Pace
    server: Callable[[str, float], None]
    random: Random
    slowest: float = 0.05
    moment: float = 0.0
    sent: list[tuple[float, str]] = field(default_factory=list)
    _coming: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _serial: Iterator[int] = field(default_factory=itertools.count)

    def later(self, moment: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (moment, next(self._serial), act))

    def run(self, queues: dict[str, int], until: float, kind: ChatKind = ChatKind.PRIVATE) -> None:
        """Send what waits in *queues* (chat → how many), round and round, for *until* seconds."""
        while self.moment < until:
            room = self.pace.room(self.moment, AHEAD)
            resting = set(self.pace.resting(self.moment + AHEAD))
            ready = sorted((c for c, left in queues.items() if left and c not in resting), key=self.pace.last)
            for chat in ready[:room]:
                wait = self.pace.wait(chat, kind, self.moment)
                if wait > AHEAD:
                    continue
                queues[chat] -= 1
                slot = self.pace.take(chat, kind, self.moment + wait)
                self.later(self.moment + wait, lambda slot=slot, chat=chat: self._begin(slot, chat))  # type: ignore[misc]
            self._pass_time(0.05)

    def _begin(self, slot: object, chat: str) -> None:
        wait = slot.wait(self.moment)  # type: ignore[attr-defined]
        if wait > 0:
            self.later(self.moment + wait, lambda: self._begin(slot, chat))
            return
        slot.begin(self.moment)  # type: ignore[attr-defined]
        takes = self.random.uniform(0.002, self.slowest)
        counted = self.moment + takes * self.random.random()
        self.later(counted, lambda: self._count(chat))
        self.later(self.moment + takes, lambda: slot.end(self.moment))  # type: ignore[attr-defined]

    def _count(self, chat: str) -> None:
        self.server(chat, self.moment)
        self.sent.append((self.moment, chat))

    def _pass_time(self, step: float) -> None:
        end = self.moment + step
        while self._coming and self._coming[0][0] <= end:
            moment, _, act = heapq.heappop(self._coming)
            self.moment = max(self.moment, moment)
            act()
        self.moment = end


def telegram(refuses: bool = True) -> tuple[RateLimits, Callable[[str, float], None]]:
    limits = RateLimits()
    limits.refuses = refuses
    return limits, lambda chat, moment: limits.spend(chat, at(moment))


def test_a_queue_of_five_thousand_drains_at_the_limit_without_one_complaint() -> None:
    limits, server = telegram()
    drain = Drain(Pace(TELEGRAM), server, Random(1), slowest=0.03)
    queues = {str(1001 + number): 125 for number in range(40)}
    drain.run(queues, until=200)
    assert limits.violations == []
    assert len(drain.sent) == 5_000
    took = max(moment for moment, _ in drain.sent)
    assert 5_000 / took >= 0.95 * 30


@given(
    st.integers(0, 10_000),
    st.floats(0.01, 2.0),
    st.dictionaries(st.integers(1001, 1012).map(str), st.integers(1, 80), min_size=1),
)
def test_whatever_the_network_does_no_limit_is_overstepped(seed: int, slowest: float, queues: dict[str, int]) -> None:
    limits, server = telegram(refuses=False)
    Drain(Pace(TELEGRAM), server, Random(seed), slowest=slowest).run(dict(queues), until=20)
    assert [name for name in limits.violations if not name.startswith("burst")] == []


@given(st.integers(0, 10_000), st.floats(0.01, 2.0))
def test_a_group_gets_twenty_a_minute_in_every_minute(seed: int, slowest: float) -> None:
    limits, server = telegram(refuses=False)
    drain = Drain(Pace(TELEGRAM), server, Random(seed), slowest=slowest)
    drain.run({"-100": 100}, until=190, kind=ChatKind.GROUP)
    assert [name for name in limits.violations if not name.startswith("burst")] == []
    assert len(drain.sent) >= 60


def test_max_lets_two_a_second_into_one_chat() -> None:
    rates = MaxRates()

    def server(chat: str, moment: float) -> None:
        rates.spend(at(moment), ("*", OVERALL), (chat, PER_CHAT))

    drain = Drain(Pace(MAX.limits), server, Random(2))
    drain.run({str(number): 40 for number in range(30)}, until=60)
    assert rates.violations == []
    assert len(drain.sent) == 1_200


def test_a_stormy_chat_delays_nobody_else() -> None:
    limits, server = telegram()
    drain = Drain(Pace(TELEGRAM), server, Random(3))
    drain.run({"storm": 5_000, **{str(number): 3 for number in range(20)}}, until=6)
    others = [moment for moment, chat in drain.sent if chat != "storm"]
    assert len(others) == 60
    assert max(others) < 4
    assert limits.violations == []


def test_a_complaint_slows_down_and_heals() -> None:
    pace = Pace(TELEGRAM)
    window = pace.window
    pace.complain(None, 100.0)
    assert window.free(100.0) == 21  # of 30
    pace.complain(None, 100.5)  # the others that were under way
    assert window.free(100.5) == 21
    pace.complain(None, 110.0)
    assert window.free(110.0) < 16
    assert window.free(110.0 + HEALED_AFTER) == 30


def test_a_complaint_about_one_chat_slows_that_chat_alone() -> None:
    pace = Pace(TELEGRAM)
    pace.recall("1", ChatKind.PRIVATE, 0.0)
    pace.complain("1", 1.0)
    for _ in range(5):
        pace.take("1", ChatKind.PRIVATE, 10.0).begin(10.0)
        pace.take("2", ChatKind.PRIVATE, 10.0).begin(10.0)
    assert pace.wait("1", ChatKind.PRIVATE, 11.0) > 0.3
    assert pace.wait("2", ChatKind.PRIVATE, 11.0) == pytest.approx(0.0)


def test_what_was_sent_before_a_restart_still_counts() -> None:
    pace = Pace(TELEGRAM)
    for number in range(20):
        pace.recall("-100", ChatKind.GROUP, 40.0 + number)
    assert pace.wait("-100", ChatKind.GROUP, 61.0) == pytest.approx(39.0)
    assert pace.resting(61.0) == ["-100"]
    assert pace.wait("-100", ChatKind.GROUP, 101.0) == 0.0


def test_a_person_who_presses_buttons_waits_less() -> None:
    pace = Pace(TELEGRAM)
    for _ in range(6):
        pace.take("1", ChatKind.PRIVATE, 100.0)
    assert pace.wait("1", ChatKind.PRIVATE, 101.0) > 0
    assert pace.wait("1", ChatKind.PRIVATE, 101.0, in_a_hurry=True) == 0.0


def test_what_was_not_sent_is_given_back() -> None:
    pace = Pace(TELEGRAM)
    slots = [pace.take("-100", ChatKind.GROUP, 100.0) for _ in range(20)]
    assert pace.resting(130.0) == ["-100"]
    slots[0].end(100.0)
    assert pace.resting(130.0) == []
    assert pace.promised == 19


def test_a_call_without_an_answer_keeps_its_place() -> None:
    window = Window(Rate(2))
    first, _ = window.take(0.0, 2)
    assert window.wait(5.0) > 0
    first.answered(5.0)
    assert window.wait(6.0) == 0.0


def test_many_chats_are_forgotten_when_they_have_rested() -> None:
    pace = Pace(TELEGRAM)
    for number in range(2_000):
        pace.recall(str(number), ChatKind.PRIVATE, number / 25)
    assert len(pace.resting(0.0)) < 700


def test_a_spacing_counts_what_may_follow() -> None:
    spacing = Spacing(Rate(10, 1.0, burst=3))
    assert spacing.free(0.0) == 13
    spacing.take(0.0, 3)
    assert spacing.wait(0.0) == pytest.approx(0.1)
    assert spacing.free(0.1) == 1


def test_a_key_of_vk_calls_twenty_times_a_second() -> None:
    window = Window(Rate(CALLS_PER_SECOND))
    for _ in range(20):
        assert window.wait(0.0) == 0.0
        window.take(0.0)[0].answered(0.04)
    assert window.wait(0.5) == pytest.approx(0.54)


def test_the_refusals_of_the_servers_are_refusals() -> None:
    limits, server = telegram()
    for _ in range(10):
        server("1", 0.0)
    with pytest.raises(ApiError):
        server("1", 0.0)
    assert limits.violations == ["burst:1"]
    with pytest.raises(MaxRefusal):
        MaxRates().spend(at(0), ("1", 0))
