"""Random absences, stand-ins and approvals: one person is asked at every moment, who is there if anybody can be, and
never an author under four eyes.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.drafts import POST_STEP, Draft, Wording
from bot.domain.errors import Refusal
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.roles import Role
from bot.domain.rules import Rule, Rules
from bot.services.answers import approvals, approvers, submissions
from bot.services.context import Municipality, UseCaseContext, responsibility
from bot.services.intake import register
from bot.services.staff import absences, reachability
from bot.services.tickets import workflow
from bot.understanding.reading import Reading
from tests.services.municipality import municipality_of
from tests.services.town_database import create_town_database

T = TypeVar("T")

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
READING = Reading(None, True, 1.0, "roads", {"roads": 1.0}, True, None, None, None)
CHAINS = (("manager",), ("head", "manager"), ("coordinator", "manager"))


def _person(number: int, role: Role, *sectors: str, title: str = "", stands_in: tuple[str, ...] = ()) -> Person:
    accounts = (StaffAccount(MessengerName.TELEGRAM, str(number)),)
    own = frozenset(sectors)
    return Person(0, f"{role}{number}", frozenset({role}), own, accounts=accounts, title=title, stands_in=stands_in)


PEOPLE = (
    _person(1, Role.HEAD, "roads"),
    _person(2, Role.HEAD, "housing", stands_in=("Второй руководитель",)),
    _person(3, Role.COORDINATOR),
    _person(4, Role.CURATOR),
    _person(5, Role.MANAGER, title="Руководитель"),
    _person(6, Role.MANAGER, title="Второй руководитель"),
    _person(7, Role.EMPLOYEE, "roads"),
)
people = st.integers(0, len(PEOPLE) - 1)


class AbsentApproverMachine(RuleBasedStateMachine):
    """A ticket whose answer needs approvals, in a town where everybody goes on holiday and blocks the bot at random."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.folder, self.now = asyncio.Runner(), tempfile.TemporaryDirectory(), START

    @initialize(approval=st.sampled_from(CHAINS), four_eyes=st.booleans())
    def open(self, approval: tuple[str, ...], four_eyes: bool) -> None:
        self.four_eyes = four_eyes
        self.database = create_town_database(Path(self.folder.name))

        async def prepare() -> Municipality:
            async with self.database.begin() as uow:
                staff = Staff(await uow.staff.add_all(PEOPLE))
            rules = Rules((Rule(approval=approval, four_eyes=four_eyes),))
            return replace(municipality_of(staff), rules=rules)

        self.municipality = self.runner.run(prepare())
        self.people = self.municipality.staff.people
        self.act(lambda ctx: register.register_ticket(ctx, register.Registration("Яма", READING, "telegram")))

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(who=people, starts=st.integers(0, 1), days=st.integers(0, 2), stand_in=people, agrees=st.booleans())
    def somebody_goes_away(self, who: int, starts: int, days: int, stand_in: int, agrees: bool) -> None:
        async def go(ctx: UseCaseContext) -> None:
            first = ctx.today + timedelta(days=starts)
            absence = await absences.plan(ctx, self.people[who], self.people[who], first, first + timedelta(days=days))
            with suppress(Refusal):
                await absences.choose_stand_in(ctx, self.people[who], absence.id, self.people[stand_in].id)
                if agrees:
                    await absences.agree(ctx, self.people[stand_in], absence.id)

        self.act(go)

    @rule(who=people, refuses=st.booleans())
    def somebody_thinks_again(self, who: int, refuses: bool) -> None:
        async def change(ctx: UseCaseContext) -> None:
            for one in (await ctx.absence_plan()).of(self.people[who].id):
                if refuses and one.stand_in_id is not None:
                    stand_in = ctx.municipality.staff.find_by_id(one.stand_in_id)
                    assert stand_in is not None
                    await absences.refuse(ctx, stand_in, one.id)
                else:
                    await absences.cancel(ctx, self.people[who], one.id)

        self.act(change)

    @rule(days=st.integers(1, 2))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.act(absences.run)

    @rule(who=people, is_back=st.booleans())
    def somebody_blocks_the_bot_or_returns(self, who: int, is_back: bool) -> None:
        change = reachability.on_reachable if is_back else reachability.on_unreachable
        self.act(lambda ctx: change(ctx, "telegram", str(who + 1)))

    @rule(who=people, text=st.sampled_from(("Сделаем", "Сделаем завтра")))
    def somebody_submits(self, who: int, text: str) -> None:
        async def submit(ctx: UseCaseContext) -> None:
            ticket = await workflow.get(ctx, 1)
            await submissions.submit(ctx, ticket, self.people[who], Wording.ANSWER, text, ())

        self.act(submit)

    @rule(who=people, approves=st.booleans())
    def somebody_decides(self, who: int, approves: bool) -> None:
        async def decide(ctx: UseCaseContext) -> None:
            for draft in await ctx.uow.drafts.list_waiting():
                about = (1, self.people[who], draft.id, draft.version)
                if approves:
                    await approvals.approve(ctx, *about)
                else:
                    await approvals.return_draft(ctx, *about, "Нет")

        self.act(decide)

    @invariant()
    def one_person_is_asked_who_is_there_and_not_the_author(self) -> None:
        self.act(self._check)

    async def _check(self, ctx: UseCaseContext) -> None:
        for draft in await ctx.uow.drafts.list_waiting():
            ticket = await workflow.get(ctx, draft.ticket_id)
            role = approvers.draft_chain(ctx, ticket, draft)[draft.step]
            authors = set(await ctx.uow.drafts.list_version_authors(draft.id)) if self.four_eyes else set()
            barred = authors if role != POST_STEP else set()
            asked = ctx.municipality.staff.find_by_id(draft.approver_id or 0)
            ladder = {Role.COORDINATOR, Role.MANAGER, Role.HEAD}
            if asked is None:  # everybody who could be asked has written a version of it
                assert not [one for one in self.people if one.id not in barred and one.roles & ladder]
                continue
            assert asked.id not in barred
            there = [one for one in self.people if await responsibility.is_available(ctx, one)]
            can_be_asked = [one for one in there if one.id not in barred and one.roles & ladder]
            assert asked in there or not can_be_asked
            await self._check_order(ctx, draft, role, barred, asked)
            for one in self.people:
                may = await approvals.may_decide(ctx, ticket, draft, one)
                has_right = await approvers.holds_step(ctx, ticket, one, role, barred)
                assert may == (one.id not in barred and (one == asked or has_right))

    async def _check_order(self, ctx: UseCaseContext, draft: Draft, role: str, barred: set[int], asked: Person) -> None:
        """Managers are asked in their order; for one who is away first who has agreed, then who is named."""
        if role != Role.MANAGER or draft.approver_for_id is None:
            return
        plan = await ctx.absence_plan()
        for manager in self.people[4:6]:
            if manager.id in barred:
                continue
            assert not await responsibility.is_available(ctx, manager) or asked == manager or asked in self.people[4:6]
            if asked.id == plan.stand_in_for(manager.id, ctx.today):
                return
            agreed = await responsibility.find_stand_in(ctx, manager)
            assert agreed is None or agreed.id in barred

    def act(self, act: Callable[[UseCaseContext], Awaitable[T]]) -> None:
        self.now += timedelta(seconds=1)

        async def transaction() -> None:
            async with self.database.begin() as uow:
                await act(UseCaseContext(self.municipality, uow, self.now))

        async def tick() -> None:
            async with self.database.begin() as uow:
                await absences.run(UseCaseContext(self.municipality, uow, self.now))

        with suppress(Refusal):
            self.runner.run(transaction())
        self.runner.run(tick())


TestAbsentApprovers = AbsentApproverMachine.TestCase
TestAbsentApprovers.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, phases=(Phase.explicit, Phase.generate)
)
"""A failing story is short enough as it is, and every step of a shorter one would cost a database."""
