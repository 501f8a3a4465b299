"""The end of everything: what may be cut off is cut off, what must be finished is waited for, nothing runs on."""

import asyncio

import pytest

from bot.runtime import supervisor as supervising
from bot.runtime.supervisor import Bell, Supervisor


class Work:
    """A task that says how far it has come."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.outcome = ""

    async def __call__(self) -> None:
        self.begun.set()
        try:
            await self.may_end.wait()
            self.outcome = "finished"
        except asyncio.CancelledError:
            self.outcome = "cut off"
            raise


async def test_a_delivery_is_finished_and_a_loop_is_cut_off() -> None:
    supervisor, loop, delivery, errand = Supervisor(), Work(), Work(), Work()
    supervisor.keep("loop", loop)
    supervisor.spawn("delivery", delivery(), finish=True)
    supervisor.spawn("errand", errand())
    for work in (loop, delivery, errand):
        await work.begun.wait()

    async with asyncio.TaskGroup() as group:
        stopping = group.create_task(supervisor.stop())
        await asyncio.wait([stopping], timeout=0.05)
        assert not stopping.done()
        assert (loop.outcome, errand.outcome, delivery.outcome) == ("cut off", "cut off", "")
        delivery.may_end.set()
    assert delivery.outcome == "finished"


async def test_a_delivery_that_takes_too_long_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "PATIENCE", 0.05)
    supervisor, delivery = Supervisor(), Work()
    supervisor.spawn("delivery", delivery(), finish=True)
    await delivery.begun.wait()
    await supervisor.stop()
    assert delivery.outcome == "cut off"


async def test_a_busy_task_is_cut_off_when_it_is_done_with_that() -> None:
    busy = {"now": True}
    supervisor, loop = Supervisor(lambda task: busy["now"]), Work()
    supervisor.keep("loop", loop)
    await loop.begun.wait()

    async with asyncio.TaskGroup() as group:
        stopping = group.create_task(supervisor.stop())
        await asyncio.wait([stopping], timeout=0.05)
        assert loop.outcome == ""
        busy["now"] = False
    assert loop.outcome == "cut off"


async def test_a_fallen_loop_is_started_again_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervising, "PAUSES", (0.0,))
    supervisor, again = Supervisor(), asyncio.Event()
    times = []

    async def loop() -> None:
        times.append(1)
        if len(times) < 3:
            raise LookupError("fell")
        again.set()
        await asyncio.Event().wait()

    supervisor.keep("poll", loop)
    await asyncio.wait_for(again.wait(), 5)
    assert supervisor.falls == {"poll": 2}
    assert "loop fell" in caplog.text
    await supervisor.stop()


async def test_what_waits_for_the_database_goes_on_soon_after_it_is_back_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervising, "PAUSES", (3600.0,))
    monkeypatch.setattr(supervising, "AGAIN", 0.0)
    supervisor, back = Supervisor(is_known=lambda error: isinstance(error, OSError)), asyncio.Event()
    times = []

    async def loop() -> None:
        times.append(1)
        if len(times) < 8:
            raise ConnectionRefusedError
        back.set()
        await asyncio.Event().wait()

    supervisor.keep("sweep", loop)
    await asyncio.wait_for(back.wait(), 5)
    assert supervisor.falls == {"sweep": 7}
    assert caplog.text.count("loop fell") == 1
    await supervisor.stop()


async def test_an_unknown_fall_between_known_ones_waits_longer_and_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    supervisor, end = Supervisor(is_known=lambda error: isinstance(error, OSError)), asyncio.Event()
    faults = iter([OSError(), OSError(), LookupError(), LookupError(), OSError(), LookupError()])

    async def loop() -> None:
        for fault in faults:
            raise fault
        end.set()
        await asyncio.Event().wait()

    supervisor.keep("sweep", loop)
    await asyncio.wait_for(end.wait(), 5)
    steady, (first, second, third, *_) = supervising.AGAIN, supervising.PAUSES
    assert pauses == [steady, steady, first, second, steady, third]
    assert caplog.text.count("loop fell") == 5
    await supervisor.stop()


async def test_a_bell_wakes_once_for_many_rings() -> None:
    bell = Bell()
    for _ in range(3):
        bell.ring()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(bell.wait(60))
        await asyncio.sleep(0.01)
        assert first.done()
        second = group.create_task(bell.wait(60))
        await asyncio.sleep(0.01)
        assert not second.done(), "nothing is left of the other two"
        second.cancel()
