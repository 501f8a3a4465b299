"""Progress: a loop that does not go round is stalled; a long wait, a quiet town and a frozen process are none."""

from dataclasses import dataclass

from bot.runtime.progress import MAX_CHECK_INTERVAL_SECONDS, MAX_ROUND_SECONDS, Progress


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def pass_checked(progress: Progress, clock: Clock, seconds: float) -> list[str]:
    """Let *seconds* pass with a check every two seconds; return what the last one found."""
    until = clock.now + seconds
    found: list[str] = []
    while clock.now < until:
        clock.now += 2
        found = progress.list_stalled()
    return found


def test_loop_that_does_not_report_again_is_stalled() -> None:
    clock = Clock()
    progress = Progress(monotonic=clock)
    progress.report("poll")
    progress.report("outbox")
    assert pass_checked(progress, clock, MAX_ROUND_SECONDS) == []
    progress.report("poll")
    assert pass_checked(progress, clock, 10) == ["outbox"]
    progress.report("outbox")
    assert progress.list_stalled() == []


def test_announced_wait_is_no_stall() -> None:
    clock = Clock()
    progress = Progress(monotonic=clock)
    progress.report("poll", wait_seconds=600)
    assert pass_checked(progress, clock, 600 + MAX_ROUND_SECONDS) == []
    assert pass_checked(progress, clock, 10) == ["poll"]


def test_finished_run_is_not_waited_for() -> None:
    clock = Clock()
    progress = Progress(monotonic=clock)
    progress.report("digest")
    progress.finish("digest")
    assert pass_checked(progress, clock, 3600) == []


def test_standstill_of_the_whole_process_is_no_stall_of_its_loops() -> None:
    clock = Clock()
    progress = Progress(monotonic=clock)
    progress.report("poll")
    clock.now += 3600  # SIGSTOP and SIGCONT, or a paused machine
    assert progress.list_stalled() == []
    assert pass_checked(progress, clock, MAX_ROUND_SECONDS - MAX_CHECK_INTERVAL_SECONDS) == []
    assert pass_checked(progress, clock, 2 * MAX_CHECK_INTERVAL_SECONDS) == ["poll"]
