"""The end of everything: what may be cut off is cut off, what must be finished is waited for, nothing runs on."""

import asyncio

import pytest

from bot.runtime import supervisor as supervising
from bot.runtime.supervisor import Supervisor, WakeUp


class FakeTask:
    """A task that says how far it has come."""

    def __init__(self) -> None:
        self.started, self.may_finish = asyncio.Event(), asyncio.Event()
        self.outcome = ""

    async def __call__(self) -> None:
        self.started.set()
        try:
            await self.may_finish.wait()
            self.outcome = "finished"
        except asyncio.CancelledError:
            self.outcome = "cut off"
            raise


async def test_a_delivery_is_finished_and_a_loop_is_cut_off() -> None:
    supervisor, loop, delivery, errand = Supervisor(), FakeTask(), FakeTask(), FakeTask()
    supervisor.run_forever("loop", loop)
    supervisor.run_once("delivery", delivery(), finish=True)
    supervisor.run_once("errand", errand())
    for work in (loop, delivery, errand):
        await work.started.wait()

    async with asyncio.TaskGroup() as group:
        stopping = group.create_task(supervisor.stop())
        await asyncio.wait([stopping], timeout=0.05)
        assert not stopping.done()
        assert (loop.outcome, errand.outcome, delivery.outcome) == ("cut off", "cut off", "")
        delivery.may_finish.set()
    assert delivery.outcome == "finished"


async def test_a_delivery_that_takes_too_long_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "SHUTDOWN_TIMEOUT_SECONDS", 0.05)
    supervisor, delivery = Supervisor(), FakeTask()
    supervisor.run_once("delivery", delivery(), finish=True)
    await delivery.started.wait()
    await supervisor.stop()
    assert delivery.outcome == "cut off"


async def test_a_busy_task_is_cut_off_when_it_is_done_with_that() -> None:
    busy = {"now": True}
    supervisor, loop = Supervisor(lambda task: busy["now"]), FakeTask()
    supervisor.run_forever("loop", loop)
    await loop.started.wait()

    async with asyncio.TaskGroup() as group:
        stopping = group.create_task(supervisor.stop())
        await asyncio.wait([stopping], timeout=0.05)
        assert loop.outcome == ""
        busy["now"] = False
    assert loop.outcome == "cut off"


async def test_a_fallen_loop_is_started_again_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervising, "RESTART_DELAYS_SECONDS", (0.0,))
    supervisor, again = Supervisor(), asyncio.Event()
    times = []

    async def loop() -> None:
        times.append(1)
        if len(times) < 3:
            raise LookupError("fell")
        again.set()
        await asyncio.Event().wait()

    supervisor.run_forever("poll", loop)
    await asyncio.wait_for(again.wait(), 5)
    assert supervisor.restart_counts == {"poll": 2}
    assert "loop failed" in caplog.text
    await supervisor.stop()


async def test_task_resumes_soon_after_database_returns_and_logs_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervising, "RESTART_DELAYS_SECONDS", (3600.0,))
    monkeypatch.setattr(supervising, "EXPECTED_ERROR_DELAY_SECONDS", 0.0)
    supervisor, back = Supervisor(is_expected_error=lambda error: isinstance(error, OSError)), asyncio.Event()
    times = []

    async def loop() -> None:
        times.append(1)
        if len(times) < 8:
            raise ConnectionRefusedError
        back.set()
        await asyncio.Event().wait()

    supervisor.run_forever("sweep", loop)
    await asyncio.wait_for(back.wait(), 5)
    assert supervisor.restart_counts == {"sweep": 7}
    assert caplog.text.count("loop failed") == 1
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
    supervisor, end = Supervisor(is_expected_error=lambda error: isinstance(error, OSError)), asyncio.Event()
    faults = iter([OSError(), OSError(), LookupError(), LookupError(), OSError(), LookupError()])

    async def loop() -> None:
        for fault in faults:
            raise fault
        end.set()
        await asyncio.Event().wait()

    supervisor.run_forever("sweep", loop)
    await asyncio.wait_for(end.wait(), 5)
    steady, (first, second, third, *_) = supervising.EXPECTED_ERROR_DELAY_SECONDS, supervising.RESTART_DELAYS_SECONDS
    assert pauses == [steady, steady, first, second, steady, third]
    assert caplog.text.count("loop failed") == 5
    await supervisor.stop()


async def test_a_bell_wakes_once_for_many_rings() -> None:
    bell = WakeUp()
    for _ in range(3):
        bell.set()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(bell.wait(60))
        await asyncio.sleep(0.01)
        assert first.done()
        second = group.create_task(bell.wait(60))
        await asyncio.sleep(0.01)
        assert not second.done(), "nothing is left of the other two"
        second.cancel()
