"""The table of periodic tasks.

What is due is stored in the database; a task only asks for it. To add one, write its two functions and a row here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.runtime.runtime import Runtime
from bot.scheduler import audit_sealing, conditions
from bot.scheduler.audit_sealing import AuditSealing
from bot.scheduler.conditions import Condition
from bot.scheduler.imports import FailureCounts, ImportTask
from bot.scheduler.publication_check import PublicationChecker
from bot.scheduler.retention import Cleaner
from bot.services.answers import control, satisfaction, silence, waiting_answers
from bot.services.context import UseCaseContext
from bot.services.deadlines import due_notices, outage_summary, recomputing, reminders
from bot.services.dialogs import dialogs
from bot.services.intake import review_queue
from bot.services.monitoring import audit_head, inactivity, spikes, watchdog
from bot.services.monitoring.health import Health
from bot.services.notifications import held_notes
from bot.services.personal_data import retention
from bot.services.reports import board, digest, official_pages, summaries
from bot.services.staff import absences, failover
from bot.services.tickets import chain_steps, inquiries, promises

if TYPE_CHECKING:
    from bot.services.context import Municipality

RETENTION_INTERVAL_SECONDS = 3600.0

STATISTICS_INTERVAL_SECONDS = 60.0
"""Seconds between two looks for tables that a server knows nothing of; its own autovacuum looks as often."""


LONG_RUN_SECONDS = 900.0
"""Seconds that a run may take which asks messengers about fifty answers, or deletes in hundreds of transactions."""


MAX_BATCHES = 8
"""Batches of due moments in one run of the task."""


@dataclass(slots=True)
class TaskState:
    """The objects that tasks work with, and what they remember from run to run while this process leads."""

    runtime: Runtime
    health: Health
    audit_sealing: AuditSealing = field(default_factory=AuditSealing)
    unconfirmed_incidents: frozenset[str] = field(default_factory=frozenset)
    import_failures: FailureCounts = field(default_factory=FailureCounts)
    occasions: "dict[str, Occasion]" = field(default_factory=dict)
    """The occasions of the last runs of tasks that run once in each."""

    def current_occasion(self) -> "Occasion":
        runtime = self.runtime
        minute = runtime.clock.now().replace(second=0, microsecond=0)
        return Occasion(minute, runtime.database.agenda.revision, runtime.municipality())


@dataclass(frozen=True, slots=True, eq=False)
class Occasion:
    """A minute of the clock, without a change of the database by this process and of people, words or the model."""

    minute: datetime
    revision: int
    town: "Municipality"

    def is_same(self, other: "Occasion") -> bool:
        return (self.minute, self.revision) == (other.minute, other.revision) and self.town is other.town


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """Work that is done every so many ticks, or every *seconds*."""

    name: str
    ticks: float
    run: Callable[[TaskState], Awaitable[None]]
    is_clock_driven: bool = True
    """True if the clock makes the work due: a test that moves its clock runs these tasks at once."""
    seconds: float | None = None
    wait_seconds: float = 0.0
    """Seconds that a run may wait for messengers or between its transactions."""
    condition: Condition | None = None
    """The condition without which nothing is to be done; ``None``: only a run knows."""
    is_once_per_occasion: bool = False
    """True if all that makes the work due is a minute of the clock, or a change."""

    async def may_have_work(self, state: TaskState) -> bool:
        """Return whether a run might find something to do. Commits of this process are known at once, others soon."""
        if self.is_once_per_occasion:
            last = state.occasions.get(self.name)
            return last is None or not last.is_same(state.current_occasion())
        if self.condition is None:
            return True
        return self.condition(await state.runtime.database.agenda.load(), state.runtime.clock.now())

    async def run_if_needed(self, state: TaskState) -> None:
        """Run, unless there is nothing to do."""
        if await self.may_have_work(state):
            occasion = state.current_occasion()
            await self.run(state)
            state.occasions[self.name] = occasion


def loop_name(task: str) -> str:
    """Return the name under which a task's runs report their progress."""
    return f"periodic task {task}"


def when_due(
    is_due: Callable[[UseCaseContext], Awaitable[bool]], run: Callable[[UseCaseContext], Awaitable[None]]
) -> Callable[[TaskState], Awaitable[None]]:
    """Ask in a read, which holds nobody up, and do the work in a transaction only if there is some."""

    async def run_if_due(state: TaskState) -> None:
        runtime = state.runtime
        async with runtime.database.read_statements() as uow:
            if not await is_due(runtime.context(uow)):
                return
        async with runtime.database.begin() as uow:
            await run(runtime.context(uow))
        runtime.outbox_wake_up.set()

    return run_if_due


async def _send_reminders(state: TaskState) -> None:
    caught_up = not state.health.not_caught_up

    async def run_steps(ctx: UseCaseContext) -> bool:
        return await chain_steps.run_due(ctx, messengers_caught_up=caught_up)

    async def has_pending(ctx: UseCaseContext) -> bool:
        return await reminders.has_pending(ctx, messengers_caught_up=caught_up)

    async def send(ctx: UseCaseContext) -> None:
        await reminders.send_notices(ctx, messengers_caught_up=caught_up)

    runtime = state.runtime
    async with runtime.database.read() as uow:
        ctx = runtime.context(uow)
        is_due = await ctx.uow.deadlines.has_due(ctx.now)
    for run in (due_notices.create_due_notices, run_steps) if is_due else ():
        await _run_batches(runtime, run)
    await when_due(has_pending, send)(state)


async def _run_batches(runtime: Runtime, run: Callable[[UseCaseContext], Awaitable[bool]]) -> None:
    """Run batches, each in a transaction of its own, while there are more; the rest waits for the next tick."""
    for _ in range(MAX_BATCHES):
        async with runtime.database.begin() as uow:
            has_more = await run(runtime.context(uow))
        if not has_more:
            return


async def _check_publications(state: TaskState) -> None:
    await PublicationChecker(state.runtime).run()


async def _import_files(state: TaskState) -> None:
    progress = partial(state.runtime.progress.report, loop_name("imports"), LONG_RUN_SECONDS)
    await ImportTask(state.runtime, state.import_failures, progress).run()


async def _has_expired_dialogs(ctx: UseCaseContext) -> bool:
    return bool(await ctx.uow.dialogs.list_expired(ctx.now))


async def _record_heartbeat(state: TaskState) -> None:
    async with state.runtime.database.begin() as uow:
        await outage_summary.record_heartbeat(state.runtime.context(uow))


async def _detect_inactivity(state: TaskState) -> None:
    """Look for silent sources, by day only: a night's silence is judged in the morning."""
    runtime, health = state.runtime, state.health
    if runtime.municipality().quiet_hours.is_quiet(runtime.clock.now()):
        return
    async with runtime.database.read() as uow:
        health.inactive = await inactivity.list_inactive(runtime.context(uow), health.inactive or ())


async def _run_watchdog(state: TaskState) -> None:
    """Report incidents that two runs in a row have found.

    After a start, or a jump of the machine's clock, the other tasks need a moment to catch up. An incident that was
    reported before, perhaps by another leader, needs no second run.
    """
    runtime, health = state.runtime, state.health
    async with runtime.database.read() as uow:
        found = await watchdog.list_incidents(runtime.context(uow), health.failing_since, health.inactive)
        reported = set(await uow.once_keys.list_keys(watchdog.INCIDENT_KEY_PREFIX))
    present = [incident for incident in found if incident.key in state.unconfirmed_incidents | reported]
    state.unconfirmed_incidents = frozenset(incident.key for incident in found)
    if {incident.key for incident in present} == reported:
        return
    async with runtime.database.begin() as uow:
        await watchdog.report_incidents(runtime.context(uow), present)
    runtime.outbox_wake_up.set()


async def _report_spikes(state: TaskState) -> None:
    runtime = state.runtime
    async with runtime.database.read() as uow:
        ctx = runtime.context(uow)
        present = await spikes.list_spikes(ctx)
        if not await spikes.has_changes(ctx, present):
            return
    async with runtime.database.begin() as uow:
        await spikes.report_spikes(runtime.context(uow), present)
    runtime.outbox_wake_up.set()


async def _delete_expired_rows(state: TaskState) -> None:
    proofs = state.runtime.municipality().erasure_proofs_kept
    await Cleaner(state.runtime.database, state.runtime.clock, proofs).run()


async def _analyze_unknown_tables(state: TaskState) -> None:
    await state.runtime.database.analyze_unknown_tables()


async def _recompute_deadlines(state: TaskState) -> None:
    """Follow changed terms, a batch of open tickets in each transaction."""
    runtime = state.runtime
    async with runtime.database.read() as uow:
        ctx = runtime.context(uow)
        if not await recomputing.is_due(ctx):
            return
        is_first = await recomputing.is_first_run(ctx)
    moved = 0
    for answered in () if is_first else (False, True):
        after = 0
        while True:
            async with runtime.database.begin() as uow:
                ctx = runtime.context(uow)
                batch = await recomputing.list_batch(ctx, after, answered=answered)
                moved += await recomputing.recompute_batch(ctx, batch)
            if len(batch) < recomputing.BATCH_SIZE:
                break
            after = batch[-1].id
    async with runtime.database.begin() as uow:
        await recomputing.finish(runtime.context(uow), moved, is_first=is_first)
    runtime.outbox_wake_up.set()


async def _seal_audit(state: TaskState) -> None:
    await state.audit_sealing.run(state.runtime)


PERIODIC_TASKS = (
    PeriodicTask("terms", 10, _recompute_deadlines, wait_seconds=LONG_RUN_SECONDS, is_once_per_occasion=True),
    PeriodicTask("reminders", 1, _send_reminders, condition=conditions.has_reminders),
    PeriodicTask("digest", 10, when_due(digest.is_due, digest.send_daily), is_once_per_occasion=True),
    PeriodicTask("summaries", 10, when_due(summaries.is_due, summaries.send_due), is_once_per_occasion=True),
    PeriodicTask(
        "official_pages", 20, when_due(official_pages.is_due, official_pages.send_weekly), is_once_per_occasion=True
    ),
    PeriodicTask("failover", 4, when_due(failover.has_pending, failover.run), condition=conditions.has_rerouting),
    PeriodicTask(
        *("waiting_answers", 10, when_due(waiting_answers.has_untold, waiting_answers.tell)),
        condition=conditions.has_failing_messenger,
    ),
    PeriodicTask(
        *("held_notes", 4, when_due(held_notes.has_deliverable, held_notes.deliver)),
        condition=conditions.has_held_notes,
    ),
    PeriodicTask("absences", 20, when_due(absences.has_due, absences.run), condition=conditions.has_absences),
    PeriodicTask("inquiries", 10, when_due(inquiries.has_due, inquiries.remind), condition=conditions.has_inquiries),
    PeriodicTask("promises", 10, when_due(promises.has_due, promises.remind), condition=conditions.has_promises),
    PeriodicTask(
        *("publication_check", 10, _check_publications),
        wait_seconds=LONG_RUN_SECONDS,
        condition=conditions.has_checks,
    ),
    PeriodicTask("imports", 4, _import_files, wait_seconds=LONG_RUN_SECONDS, condition=conditions.has_imports),
    PeriodicTask(
        *("expired_dialogs", 40, when_due(_has_expired_dialogs, dialogs.expire_abandoned)),
        condition=conditions.has_expired_dialogs,
    ),
    PeriodicTask(
        *("review_queue", 20, when_due(review_queue.is_due, review_queue.publish_lists)),
        condition=conditions.has_unlisted_posts,
    ),
    PeriodicTask("spikes", 60, _report_spikes, is_once_per_occasion=True),
    PeriodicTask(
        *("satisfaction", 40, when_due(satisfaction.is_due, satisfaction.ask_due)), condition=conditions.has_questions
    ),
    PeriodicTask("control", 40, when_due(control.is_due, control.remind), condition=conditions.has_controls),
    PeriodicTask("silence", 0, when_due(silence.is_due, silence.close_silent), seconds=silence.INTERVAL_SECONDS),
    PeriodicTask(
        *("board", 0, when_due(board.has_changed, board.update)),
        seconds=board.EDIT_INTERVAL_SECONDS,
        condition=conditions.has_boards,
    ),
    PeriodicTask("words_retention", 60, when_due(retention.is_due, retention.run), is_clock_driven=False),
    PeriodicTask("audit_seal", 0, _seal_audit, is_clock_driven=False, seconds=audit_sealing.INTERVAL_SECONDS),
    PeriodicTask("audit_head", 60, when_due(audit_head.is_due, audit_head.send), is_once_per_occasion=True),
    # These observe the others, or count how long the process runs.
    PeriodicTask("watchdog", 30, _run_watchdog, is_clock_driven=False),
    PeriodicTask("heartbeat", 60, _record_heartbeat, is_clock_driven=False),
    PeriodicTask("inactivity", 120, _detect_inactivity, is_clock_driven=False),
    PeriodicTask(
        *("statistics", 0, _analyze_unknown_tables), is_clock_driven=False, seconds=STATISTICS_INTERVAL_SECONDS
    ),
    PeriodicTask(
        *("retention", 0, _delete_expired_rows),
        is_clock_driven=False,
        seconds=RETENTION_INTERVAL_SECONDS,
        wait_seconds=LONG_RUN_SECONDS,
    ),
)

CLOCK_DRIVEN_TASKS = tuple(task.name for task in PERIODIC_TASKS if task.is_clock_driven)
