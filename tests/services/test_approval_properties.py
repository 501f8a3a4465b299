"""Random presses of random people: no public word lacks an approval of exactly that text by each step's role."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from bot.domain.drafts import POST_STEP, Decision, Draft, DraftApproval, DraftState, DraftVersion, Wording
from bot.domain.errors import Refusal
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.roles import Role
from bot.domain.rules import Rule, Rules
from bot.domain.tickets import DismissReason, State, Ticket
from bot.services.answers import approvals, delegations, submissions
from bot.services.context import UseCaseContext
from bot.services.intake import register
from bot.services.tickets import workflow
from bot.understanding.reading import Reading
from storage.tables import answer as answer_table
from storage.tables import draft as draft_table
from tests.services.municipality import STAFF, municipality_of
from tests.services.town_database import create_town_database

T = TypeVar("T")

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
READING = Reading(None, True, 1.0, "roads", {"roads": 1.0}, True, None, None, None)
CHAINS = (("manager",), ("head",), ("head", "manager"), ("coordinator", "manager"), ())


def _person(number: int, role: Role, *sectors: str) -> Person:
    account = StaffAccount(MessengerName.TELEGRAM, str(number))
    return Person(0, f"{role}{number}", frozenset({role}), frozenset(sectors), accounts=(account,))


PEOPLE = (*STAFF, _person(5, Role.MANAGER), _person(6, Role.MANAGER), _person(7, Role.EMPLOYEE, "roads"))
numbers, people = st.integers(1, 2), st.integers(0, len(PEOPLE) - 1)


class ApprovalMachine(RuleBasedStateMachine):
    """Two blocks, two managers, an employee, and any of the usual rules."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.folder, self.now = asyncio.Runner(), tempfile.TemporaryDirectory(), START

    @initialize(approval=st.sampled_from(CHAINS), four_eyes=st.booleans())
    def open(self, approval: tuple[str, ...], four_eyes: bool) -> None:
        self.approval, self.four_eyes = approval, four_eyes
        self.database = create_town_database(Path(self.folder.name))

        async def prepare() -> tuple[Person, ...]:
            async with self.database.begin() as uow:
                return await uow.staff.add_all(PEOPLE)

        self.people = self.runner.run(prepare())
        rules = Rules((Rule(approval=approval, four_eyes=four_eyes),))
        self.municipality = replace(municipality_of(Staff(self.people)), rules=rules)
        for _ in range(2):
            self.run(lambda ctx: register.register_ticket(ctx, register.Registration("Яма", READING, "telegram")))

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    # what people press

    @rule(number=numbers, person=people, text=st.sampled_from(("Сделаем", "Сделаем завтра")))
    def somebody_submits(self, number: int, person: int, text: str) -> None:
        async def submit(ctx: UseCaseContext) -> None:
            ticket = await workflow.get(ctx, number)
            await submissions.submit(ctx, ticket, self.people[person], Wording.ANSWER, text, ())

        self.attempt(submit)

    @rule(number=numbers, person=people, behind=st.integers(0, 1), draft=st.integers(0, 1))
    def somebody_approves(self, number: int, person: int, behind: int, draft: int) -> None:
        self._decide(
            number, draft, behind, lambda ctx, *about: approvals.approve(ctx, number, self.people[person], *about)
        )

    @rule(number=numbers, person=people, behind=st.integers(0, 1))
    def somebody_returns(self, number: int, person: int, behind: int) -> None:
        who = self.people[person]
        self._decide(number, 0, behind, lambda ctx, *about: approvals.return_draft(ctx, number, who, *about, "Нет"))

    @rule(number=numbers, person=people)
    def somebody_delegates(self, number: int, person: int) -> None:
        employee = self.people[6].id
        self.attempt(lambda ctx: delegations.toggle(ctx, number, self.people[person], employee))

    @rule(number=numbers, person=people, sector=st.sampled_from(("roads", "housing")))
    def somebody_hands_over(self, number: int, person: int, sector: str) -> None:
        self.attempt(lambda ctx: workflow.hand_over(ctx, number, self.people[person], sector))

    @rule(number=numbers, person=people)
    def somebody_dismisses(self, number: int, person: int) -> None:
        self.attempt(lambda ctx: workflow.dismiss(ctx, number, self.people[person], DismissReason.OTHER))

    # what must hold

    @invariant()
    def every_public_word_passed_its_approvals(self) -> None:
        for draft, version, decisions in self.run(self._published):
            assert self._is_approved(draft, version, decisions), (draft, version, decisions)

    @invariant()
    def a_ticket_waits_exactly_while_a_draft_does(self) -> None:
        for ticket, waiting in self.run(self._waiting):
            assert (ticket.state is State.ANSWERING) == waiting, ticket

    # how it is done

    def _is_approved(self, draft: Draft, version: DraftVersion, decisions: list[DraftApproval]) -> bool:
        chain = list(self.approval)
        if draft.needs_post and chain[:1] != ["head"]:
            chain.insert(0, POST_STEP)
        roles = {person.id: person.roles for person in self.people}
        approved = [one for one in decisions if one.version == version.version and one.decision is Decision.APPROVED]
        for one in approved:
            is_substitute = self.four_eyes and roles[one.person_id] & {Role.COORDINATOR, Role.MANAGER}
            assert one.role == POST_STEP or one.role in roles[one.person_id] or is_substitute
            assert not (self.four_eyes and one.role != POST_STEP and one.person_id == version.author_id)
        return [one.role for one in approved] == chain

    async def _published(self, ctx: UseCaseContext) -> list[tuple[Draft, DraftVersion, list[DraftApproval]]]:
        connection, found = ctx.uow._connection, []
        for row in (await connection.execute(select(answer_table.c.id, answer_table.c.text))).all():
            query = select(draft_table.c.id).where(draft_table.c.answer_id == row.id)
            draft_id = (await connection.execute(query)).scalar_one_or_none()
            if draft_id is None:
                assert not self.approval, "an answer without a draft was published although a rule asks for approval"
                continue
            draft = await ctx.uow.drafts.get(draft_id)
            assert draft is not None
            version = await ctx.uow.drafts.get_version(draft.id, draft.version)
            assert version is not None
            assert version.text == row.text
            assert draft.state is DraftState.PUBLISHED
            found.append((draft, version, await ctx.uow.drafts.list_approvals(draft.id)))
        return found

    async def _waiting(self, ctx: UseCaseContext) -> list[tuple[Ticket, bool]]:
        tickets = (await ctx.uow.tickets.get_many((1, 2))).values()
        return [
            (one, any(draft.state is DraftState.WAITING for draft in await ctx.uow.drafts.list_open(one.id)))
            for one in tickets
        ]

    def _decide(
        self, number: int, nth: int, behind: int, act: Callable[[UseCaseContext, int, int], Awaitable[object]]
    ) -> None:
        """Press a button of one of the ticket's drafts, which may be a version *behind*."""

        async def decide(ctx: UseCaseContext) -> None:
            query = select(draft_table.c.id, draft_table.c.version).where(draft_table.c.ticket_id == number)
            rows = (await ctx.uow._connection.execute(query.order_by(draft_table.c.id.desc()))).all()
            if len(rows) > nth:
                await act(ctx, rows[nth].id, rows[nth].version - behind)

        self.attempt(decide)

    def attempt(self, act: Callable[[UseCaseContext], Awaitable[object]]) -> None:
        with suppress(Refusal):
            self.run(act)

    def run(self, act: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        self.now += timedelta(minutes=1)

        async def transaction() -> T:
            async with self.database.begin() as uow:
                return await act(UseCaseContext(self.municipality, uow, self.now))

        return self.runner.run(transaction())


TestApprovals = ApprovalMachine.TestCase
TestApprovals.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
