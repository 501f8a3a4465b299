"""Whatever people do, however the clock runs and the rules change: each step of a chain happens at most once, in order,
and in time, and of several that are due at once only the newest tells."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.audit import AuditRow
from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration
from bot.domain.errors import Refusal
from bot.domain.escalation import After, Chain, ChainStep
from bot.domain.people import Person, Staff
from bot.domain.rules import Rule, Rules
from bot.domain.tickets import UNACCEPTED_STATES, DismissReason, Ticket
from bot.domain.working_hours import WorkingHours
from bot.services.context import Municipality, UseCaseContext, responsibility
from bot.services.deadlines import due_notices, outage_summary, recomputing, reminders
from bot.services.intake import register
from bot.services.tickets import chain_steps, workflow
from bot.understanding.reading import Reading
from tests.services.municipality import STAFF, ZONE, municipality_of
from tests.services.town_database import create_town_database, open_town_database

T = TypeVar("T")

START = datetime(2026, 10, 23, 7, 0, tzinfo=UTC)
READING = Reading(None, True, 1.0, "roads", {"roads": 1.0}, True, None, None, None)
HOUR = Duration.parse("1h")
CHAIN = Chain(
    "all",
    (
        ChainStep(After.ACCEPT, before=Duration.parse("10m"), tell=("post",)),
        ChainStep(After.ACCEPT, tell=("coordinator",)),
        ChainStep(After.ACCEPT, HOUR, tell=("coordinator",), hand_over=True),
        ChainStep(After.ACCEPT, Duration.parse("2h"), tell=("curator",)),
        ChainStep(After.ANSWER, tell=("coordinator",)),
        ChainStep(After.ANSWER, HOUR, tell=("curator",)),
        ChainStep(After.SILENT, Duration.parse("3h"), ask="in_work"),
    ),
)
RESOLVING = {
    After.ACCEPT: ("accept", "dismiss"),
    After.ANSWER: ("dismiss",),
    After.SILENT: ("dismiss", "in_work"),
}


class ChainMachine(RuleBasedStateMachine):
    """Two blocks, a coordinator and a curator, with a chain for every ticket."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.now = START
        self.histories: list[tuple[Ticket, list[AuditRow]]] | None = None  # as of now, once an invariant has read them

    @initialize()
    def open(self) -> None:
        self.database = create_town_database(Path(self.folder.name))

        async def prepare() -> Municipality:
            async with self.database.begin() as uow:
                staff = await uow.staff.add_all(STAFF)
            town = municipality_of(Staff(staff))
            return replace(town, chains={"all": CHAIN}, rules=Rules((Rule(escalation="all"),)))

        self.municipality = self.runner.run(prepare())

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule()
    def somebody_writes(self) -> None:
        self._run(lambda ctx: register.register_ticket(ctx, register.Registration("Яма", READING, "telegram")))

    @rule(number=st.integers(1, 2))
    def somebody_accepts(self, number: int) -> None:
        self._act(number, lambda ctx, person: workflow.accept(ctx, number, person))

    @rule(number=st.integers(1, 2))
    def somebody_dismisses(self, number: int) -> None:
        self._act(number, lambda ctx, person: workflow.dismiss(ctx, number, person, DismissReason.OTHER))

    @rule(number=st.integers(1, 2))
    def somebody_takes_up_again(self, number: int) -> None:
        self._act(number, lambda ctx, person: workflow.reopen(ctx, number, person))

    @rule(number=st.integers(1, 2))
    def somebody_is_at_it(self, number: int) -> None:
        self._act(number, lambda ctx, person: chain_steps.confirm_in_work(ctx, number, person))

    @rule(minutes=st.sampled_from((1, 10, 29, 61, 125, 300)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._sweep()

    @rule(minutes=st.integers(1, 600))
    def the_machine_is_off(self, minutes: int) -> None:
        self.runner.run(self.database.close())
        self.now += timedelta(minutes=minutes)
        self.database = open_town_database(Path(self.folder.name))
        self._run(outage_summary.detect_outage)
        self._sweep()

    @rule(
        accept=st.sampled_from(("5m", "2h", "1wh")),
        answer=st.sampled_from(("10m", "14h")),
        lunch=st.sampled_from((1, 5)),
    )
    def the_rules_or_the_calendar_change(self, accept: str, answer: str, lunch: int) -> None:
        changed = Rule(accept=Duration.parse(accept), answer=Duration.parse(answer), escalation="all")
        hours = WorkingHours(WorkingCalendar(ZONE, [(time(9), time(12)), (time(12 + lunch), time(18))]))
        self.municipality = replace(self.municipality, rules=Rules((changed,)), hours=hours)

        async def recompute(ctx: UseCaseContext) -> int:
            return await recomputing.recompute_batch(ctx, await recomputing.list_batch(ctx, 0))

        self._run(recompute)
        self._sweep()

    @invariant()
    def of_steps_due_at_once_only_the_newest_tells_and_nobody_hears_two(self) -> None:
        for ticket, rows in self._histories():
            at_once: dict[tuple[str, str, datetime], list[AuditRow]] = defaultdict(list)
            for row in rows:
                if row.action in (chain_steps.ESCALATED, chain_steps.PASSED_OVER):
                    at_once[row.facts["after"], row.facts["moment"], row.at].append(row)
            for together in at_once.values():
                taken = [row.facts for row in together if row.action == chain_steps.ESCALATED]
                passed = {number for row in together for number in row.facts.get("steps", ())}
                handed = [one for one in taken if CHAIN.steps[one["step"]].hand_over]
                assert len(taken) - len(handed) <= 1, f"№{ticket.id}: {taken}"
                assert not passed & {one["step"] for one in taken}
                assert not passed or not taken or min(passed) < max(one["step"] for one in taken)
                told = [person for one in taken for person in one["told"]]
                assert len(told) == len(set(told)), f"№{ticket.id}: {taken}"

    @invariant()
    def every_step_happens_once_in_order_and_in_time(self) -> None:
        for ticket, rows in self._histories():
            runs: dict[tuple[After, str], list[AuditRow]] = defaultdict(list)
            for row in rows:
                if row.action == chain_steps.ESCALATED:
                    runs[After(row.facts["after"]), row.facts["moment"]].append(row)
            for (after, moment), steps in runs.items():
                numbers = [row.facts["step"] for row in steps]
                assert numbers == sorted(set(numbers)), f"№{ticket.id}: {after} {numbers}"
                since = datetime.fromisoformat(moment)
                due = {one.number: one.at for one in CHAIN.plan(after, since, self.municipality.calendar)}
                assert all(row.at >= due[row.facts["step"]] for row in steps if row.facts["step"] in due)
                assert not set(numbers) & _passed_over(rows, after, moment), f"№{ticket.id}: {after} {numbers}"
                done = [row.at for row in rows if row.action in RESOLVING[after] and row.at > since]
                assert all(row.at <= min(done) for row in steps if done and row.facts["step"] in due)

    @invariant()
    def no_step_is_lost(self) -> None:
        for ticket, rows in self._histories():
            if ticket.state not in UNACCEPTED_STATES or ticket.accept_due > self.now:
                continue
            # A chain that runs goes on when its deadline is computed again and is still missed.
            moments = {ticket.accept_due.isoformat()}
            moments |= {row.facts["moment"] for row in rows if row.action == chain_steps.ESCALATED}
            assert any(self._is_complete(rows, moment) for moment in moments), f"№{ticket.id}: {moments}"

    def _is_complete(self, rows: Sequence[AuditRow], moment: str) -> bool:
        taken = {
            row.facts["step"] for row in rows if row.action == chain_steps.ESCALATED and row.facts["moment"] == moment
        }
        wanted = CHAIN.plan(After.ACCEPT, datetime.fromisoformat(moment), self.municipality.calendar)
        return taken | _passed_over(rows, After.ACCEPT, moment) >= {one.number for one in wanted if one.at <= self.now}

    @invariant()
    def who_is_told_to_have_it_has_it(self) -> None:
        async def acting(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
            return await responsibility.acting_people(ctx, ticket)

        for ticket, _ in self._histories():
            if ticket.handed_to is not None and ticket.state in UNACCEPTED_STATES:
                (person,) = self._read(lambda ctx, ticket=ticket: acting(ctx, ticket))
                assert person.id == ticket.handed_to

    def _sweep(self) -> None:
        async def tick(ctx: UseCaseContext) -> None:
            await due_notices.create_due_notices(ctx)
            await chain_steps.run_due(ctx)
            await reminders.send_notices(ctx)
            await outage_summary.record_heartbeat(ctx)

        for _ in range(2):  # what a step schedules may be due already
            self._run(tick)

    def _run(self, act: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.begin() as uow:
                return await act(UseCaseContext(self.municipality, uow, self.now))

        self.histories = None
        return self.runner.run(transaction())

    def _read(self, look: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.read() as uow:
                return await look(UseCaseContext(self.municipality, uow, self.now))

        return self.runner.run(transaction())

    def _act(self, number: int, act: Callable[[UseCaseContext, Person], Awaitable[Ticket]]) -> None:
        """Let the person who has the ticket do something."""

        async def by_holder(ctx: UseCaseContext) -> None:
            ticket = await ctx.uow.tickets.get(number)
            if ticket is not None:
                await act(ctx, (await responsibility.acting_people(ctx, ticket))[0])

        with suppress(Refusal):
            self._run(by_holder)

    def _histories(self) -> list[tuple[Ticket, list[AuditRow]]]:
        async def read(ctx: UseCaseContext) -> list[tuple[Ticket, list[AuditRow]]]:
            tickets = await ctx.uow.tickets.get_many(range(1, 50))
            return [(one, list(await ctx.uow.audit_log.list_for_ticket(one.id))) for one in tickets.values()]

        if self.histories is None:
            self.histories = self._read(read)
        return self.histories


def _passed_over(rows: Sequence[AuditRow], after: After, moment: str) -> set[int]:
    found = (row.facts for row in rows if row.action == chain_steps.PASSED_OVER)
    return {one for facts in found if (facts["after"], facts["moment"]) == (after, moment) for one in facts["steps"]}


TestChains = ChainMachine.TestCase
TestChains.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_rules_that_are_changed_back_at_once_repeat_no_warning() -> None:
    """A warning in its very moment, by rules that are changed and changed back before the clock moves."""
    machine = ChainMachine()
    machine.open()
    try:
        for _ in range(8):
            machine.somebody_writes()
        machine.the_rules_or_the_calendar_change(accept="1wh", answer="10m", lunch=1)
        machine.somebody_writes()
        machine.the_rules_or_the_calendar_change(accept="5m", answer="10m", lunch=1)
        machine.the_rules_or_the_calendar_change(accept="2h", answer="10m", lunch=1)
        machine.every_step_happens_once_in_order_and_in_time()
    finally:
        machine.teardown()
