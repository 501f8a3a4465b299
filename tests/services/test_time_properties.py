"""Whatever people do and however the clock runs: nothing is told twice, nothing untrue, and nothing is forgotten."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from bot.domain.errors import Refusal
from bot.domain.list_hours import find_last_hour
from bot.domain.people import Person, Staff
from bot.domain.tickets import UNACCEPTED_STATES, DismissReason, Ticket
from bot.domain.urgency import Urgency
from bot.services.context import Municipality, UseCaseContext
from bot.services.deadlines import due_notices, notice_plan, outage_summary, reminders
from bot.services.intake import register
from bot.services.reports import digest
from bot.services.tickets import chain_steps, workflow
from bot.understanding.reading import Reading
from storage.tables import digest as digest_table
from storage.tables import outbox
from tests.services.municipality import (
    ACCEPT_TERM,
    COORDINATOR,
    CURATOR,
    DIGEST_AT,
    HEADS,
    STAFF,
    ZONE,
    municipality_of,
)
from tests.services.town_database import create_town_database

T = TypeVar("T")

START = datetime(2026, 10, 23, 17, 0, tzinfo=UTC)

READING = Reading(None, True, 1.0, "roads", {"roads": 1.0}, True, None, None, None)
URGENT = Reading(None, True, 1.0, "roads", {"roads": 1.0}, True, None, Urgency.DANGER, None)

TIMELY_NOTES = {
    *("accept_reminder", "answer_reminder", "accept_overdue", "answer_overdue"),
    *(notice_plan.QUIET_ARRIVAL, notice_plan.WATCHER_NOTICE, "notices", "catch_up", "digest", "chain_step"),
}


class DeadlineMachine(RuleBasedStateMachine):
    """Two blocks, a coordinator and a curator; the sweeps run whenever the town is awake."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.now = START
        self.first_start = START
        self.sent_notes: list[tuple[datetime, str, str, list[tuple[str, int]]]] = []  # when, to whom, code, about what
        self.said: set[tuple[str, int, datetime, str]] = set()
        self.known = 0
        self.was_put_back = False
        self.outages: list[tuple[datetime, datetime]] = []
        self.tickets: list[Ticket] | None = None  # as of now, once they were read

    @initialize()
    def open(self) -> None:
        self.database = create_town_database(Path(self.folder.name))

        async def prepare() -> Municipality:
            async with self.database.begin() as uow:
                staff = await uow.staff.add_all(STAFF)
                await uow.once_keys.claim("first_start", self.now)
            return municipality_of(Staff(staff))

        self.municipality = self.runner.run(prepare())

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    # what happens

    @rule(urgent=st.booleans())
    def somebody_writes(self, urgent: bool) -> None:
        reading = URGENT if urgent else READING
        self._run_in_transaction(
            lambda ctx: register.register_ticket(ctx, register.Registration("Яма", reading, "telegram"))
        )

    @rule(number=st.integers(1, 2))
    def its_head_accepts(self, number: int) -> None:
        self._try_step(number, lambda ctx, head, other: workflow.accept(ctx, number, head))

    @rule(number=st.integers(1, 2))
    def its_head_hands_over(self, number: int) -> None:
        self._try_step(number, lambda ctx, head, other: workflow.hand_over(ctx, number, head, other))

    @rule(number=st.integers(1, 2))
    def its_head_dismisses(self, number: int) -> None:
        self._try_step(number, lambda ctx, head, other: workflow.dismiss(ctx, number, head, DismissReason.OTHER))

    @rule(number=st.integers(1, 2))
    def its_head_takes_up_again(self, number: int) -> None:
        self._try_step(number, lambda ctx, head, other: workflow.reopen(ctx, number, head))

    @rule(minutes=st.sampled_from((15, 45, 121, 240, 480)))
    def time_passes(self, minutes: int) -> None:
        ticks = minutes // 60 + 1
        for _ in range(ticks):
            self.now += timedelta(minutes=minutes / ticks)
            self._run_tasks()

    @rule(minutes=st.one_of(st.integers(1, 90), st.integers(90, 3600)))
    def the_machine_is_off(self, minutes: int) -> None:
        """Whatever came due meanwhile is told to each person in one message: at once, or in the morning."""
        stopped, known = self.now, len(self.sent_notes)
        self.now += timedelta(minutes=minutes)
        if timedelta(minutes=minutes) >= outage_summary.MIN_OUTAGE:
            self.outages.append((stopped, self.now))
        self._run_in_transaction(outage_summary.detect_outage)
        self._run_tasks()
        if timedelta(minutes=minutes) >= outage_summary.MIN_OUTAGE:
            heard = Counter(chat for _, chat, code, _ in self.sent_notes[known:] if code != "digest")
            assert all(count == 1 for count in heard.values()), heard

    @precondition(lambda self: self.now - self.first_start > timedelta(hours=2))
    @rule(minutes=st.integers(1, 60))
    def the_clock_is_put_back(self, minutes: int) -> None:
        self.now -= timedelta(minutes=minutes)
        self.was_put_back = True
        self._run_tasks()

    # what must hold

    @invariant()
    def nothing_true_is_left_unsaid(self) -> None:
        """By day, every deadline that passed has been notified to the ticket's holder."""
        if self.municipality.quiet_hours.is_quiet(self.now):
            return
        for ticket in self._tickets():
            if not ticket.is_open:
                continue
            registered = max(ticket.registered_at, ticket.accept_due - ACCEPT_TERM.to_timedelta())
            since = {
                code for at, _, _, items in self.sent_notes for code, n in items if n == ticket.id and at >= registered
            }
            if ticket.answer_due <= self.now:
                assert "answer_overdue" in since, f"nobody was told that №{ticket.id} has no answer"

    @invariant()
    def the_curator_is_not_pestered(self) -> None:
        """Two hours of lists are five hours apart, and without danger there is one message for each."""
        slots = [
            find_last_hour(at, self.municipality.lists_at, ZONE)
            for at, chat, code, items in self.sent_notes
            if chat == CURATOR and items and code != "catch_up" and not self._are_urgent(items)
        ]
        assert self.was_put_back or all(count == 1 for count in Counter(slots).values()), slots

    def _are_urgent(self, items: list[tuple[str, int]]) -> bool:
        urgent = {one.id for one in self._tickets() if one.urgent}
        return any(number in urgent for _, number in items)

    @invariant()
    def an_outage_is_told_of_once(self) -> None:
        """To each person, and never again when the machine stops before people have heard of the last time."""
        told = Counter(chat for _, chat, code, _ in self.sent_notes if code == "catch_up")
        assert all(count <= len(self.outages) for count in told.values())

    @invariant()
    def a_day_has_one_digest(self) -> None:
        sent = [at for at, chat, code, _ in self.sent_notes if code == "digest" and chat == CURATOR]
        days = Counter(at.astimezone(ZONE).date() for at in sent)
        assert all(count == 1 for count in days.values()), days

    # how it is done

    def _run_in_transaction(self, act: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.begin() as uow:
                return await act(UseCaseContext(self.municipality, uow, self.now))

        self.tickets = None
        return self.runner.run(transaction())

    def _read(self, look: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.read() as uow:
                return await look(UseCaseContext(self.municipality, uow, self.now))

        return self.runner.run(transaction())

    def _try_step(self, number: int, act: Callable[[UseCaseContext, Person, str], Awaitable[Ticket]]) -> None:
        """The head of the ticket's block does something; *act* gets the other block, too."""
        ticket = next((one for one in self._tickets() if one.id == number), None)
        if ticket is None:
            return
        head = self.municipality.staff.find_by_account("telegram", HEADS[str(ticket.sector)])
        assert head is not None
        other = next(code for code in HEADS if code != ticket.sector)
        with suppress(Refusal):
            self._run_in_transaction(lambda ctx: act(ctx, head, other))

    def _run_tasks(self) -> None:
        async def tick(ctx: UseCaseContext) -> None:
            await due_notices.create_due_notices(ctx)
            await chain_steps.run_due(ctx)
            await reminders.send_notices(ctx)
            assert not await reminders.has_pending(ctx), "a look at once after it finds something to do"
            await digest.send_daily(ctx)
            await outage_summary.record_heartbeat(ctx)

        before = {ticket.id: ticket for ticket in self._tickets()}
        self._run_in_transaction(tick)
        self._collect_notes(before)
        self._expect_digest()

    def _collect_notes(self, before: dict[int, Ticket]) -> None:
        async def read(ctx: UseCaseContext) -> list[Any]:
            query = select(outbox).where(outbox.c.id > self.known, outbox.c.kind == "note").order_by(outbox.c.id)
            return list((await ctx.uow._connection.execute(query)).all())

        for row in self._read(read):
            self.known = row.id
            code = row.facts["code"]
            if code not in TIMELY_NOTES:
                continue  # what people do to tickets is told at once, and proved elsewhere
            if code == "catch_up":
                since, until = (datetime.fromisoformat(row.facts[name]) for name in ("since", "until"))
                assert since in {one for one, _ in self.outages}
                assert until in {one for _, one in self.outages}
                assert not self.municipality.quiet_hours.is_quiet(self.now), (
                    "the summary of an outage waits for the morning"
                )
            items = [(one[0], one[1]) for one in row.facts.get("items", ())]
            if not items and code not in ("digest", "catch_up"):
                items = [(row.facts.get("step", code), row.facts["number"])]
            for one, number in items:
                self._check_note(one, before[number], row.chat_id)
            self.sent_notes.append((self.now, row.chat_id, code, items))

    def _check_note(self, code: str, ticket: Ticket, chat: str) -> None:
        """A notice is true at this moment, for the right person, at a decent hour."""
        assert ticket.is_open
        assert ticket.urgent or not self.municipality.quiet_hours.is_quiet(self.now), "a phone rang in the night"
        accept_late = ticket.state in UNACCEPTED_STATES and ticket.accept_due <= self.now
        answer_late = ticket.answer_due <= self.now
        truths = {
            "accept_reminder": ticket.state in UNACCEPTED_STATES and not accept_late,
            "answer_reminder": not answer_late,
            "accept_overdue": accept_late,
            "answer_overdue": answer_late,
            notice_plan.WATCHER_NOTICE: accept_late or answer_late,
            notice_plan.QUIET_ARRIVAL: ticket.state in UNACCEPTED_STATES,
            "step:accept": accept_late,
            "step:answer": answer_late,
        }
        assert truths[code], f"«{code}» of №{ticket.id} is not so"
        watching = {notice_plan.WATCHER_NOTICE: CURATOR, "step:accept": COORDINATOR, "step:answer": COORDINATOR}
        assert chat == watching.get(code, HEADS[str(ticket.sector)])
        key = (code, ticket.id, ticket.answer_due, chat)
        assert code == notice_plan.WATCHER_NOTICE or code.endswith("reminder") or key not in self.said, (
            f"{key} is told twice"
        )
        self.said.add(key)

    def _expect_digest(self) -> None:
        async def made(ctx: UseCaseContext) -> bool:
            today = self.now.astimezone(ZONE).date()
            query = select(digest_table.c.day).where(digest_table.c.day == today)
            return (await ctx.uow._connection.execute(query)).first() is not None

        local = self.now.astimezone(ZONE)
        passed = local.time() >= DIGEST_AT and local.date() > self.first_start.astimezone(ZONE).date()
        assert not passed or self._read(made), "the hour has passed without a digest"

    def _tickets(self) -> list[Ticket]:
        async def read(ctx: UseCaseContext) -> list[Ticket]:
            return list((await ctx.uow.tickets.get_many(range(1, 200))).values())

        if self.tickets is None:
            self.tickets = self._read(read)
        return self.tickets


TestDeadlines = DeadlineMachine.TestCase
TestDeadlines.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
