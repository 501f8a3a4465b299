"""Random people invite, join, move, change roles and dismiss at random, from processes that may know less than others.

Nobody gains a right that the giver lacks, except the roles that the giver supervises in the own block; nobody changes
their own place or takes another's by an own word, an administrator remains, and what a dismissed account does counts
for nothing.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.authority import Place
from bot.domain.errors import NotAllowed, Refusal
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.roles import BLOCK_ROLES, RIGHTS, SUPERVISED, Right, Role, Scope
from bot.services.context import UseCaseContext
from bot.services.staff import absences, directory, invitations, people, reachability
from tests.services.municipality import HEADS, STAFF, municipality_of
from tests.services.town_database import create_town_database

T = TypeVar("T")

NOW = datetime(2026, 10, 23, 9, 0, tzinfo=UTC)

CURATORS = tuple(
    Person(0, f"куратор {sector}", frozenset({Role.BLOCK_CURATOR}), frozenset({sector}))
    for sector in ("roads", "housing")
)
WORKERS = tuple(Person(0, role.value, frozenset({role}), frozenset({"roads"})) for role in (Role.DEPUTY, Role.EMPLOYEE))
ADMINISTRATORS = tuple(
    Person(0, name, frozenset({Role.ADMINISTRATOR}), accounts=(StaffAccount(MessengerName.TELEGRAM, name),))
    for name in ("8", "9")
)
MANAGER = Person(0, "5", frozenset({Role.MANAGER}), accounts=(StaffAccount(MessengerName.TELEGRAM, "5"),))

roles = st.frozensets(st.sampled_from([role.value for role in Role]), max_size=2)
sectors = st.frozensets(st.sampled_from([*HEADS]), max_size=2)
picks = st.integers(0, 40)


class PeopleMachine(RuleBasedStateMachine):
    """A small town with two processes: each knows the people as of its last event."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.codes: list[str] = []
        self.ended: dict[str, Person] = {}
        self.accounts = 100

    @initialize()
    def open(self) -> None:
        self.database = create_town_database(Path(self.folder.name))

        async def prepare() -> Staff:
            async with self.database.begin() as uow:
                return await directory.open_staff(uow, (*STAFF, *ADMINISTRATORS, MANAGER, *CURATORS, *WORKERS))

        staff = self.runner.run(prepare())
        self.known = [municipality_of(staff), municipality_of(staff)]

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    # what people do

    @rule(by=picks, process=st.integers(0, 1), role=roles, sector=sectors)
    def somebody_invites(self, by: int, process: int, role: frozenset[str], sector: frozenset[str]) -> None:
        async def act(ctx: UseCaseContext, actor: Person) -> None:
            _, code = await people.invite(ctx, actor, "новый", Place(role, sector))
            self.codes.append(code)

        self._try(by, process, act)

    @rule(pick=picks, process=st.integers(0, 1))
    def somebody_joins(self, pick: int, process: int) -> None:
        if self.codes:
            self.accounts += 1
            code, account = self.codes[pick % len(self.codes)], str(self.accounts)
            self._run(process, lambda ctx: invitations.accept_invitation(ctx, "telegram", account, code))

    @rule(by=picks, other=picks, process=st.integers(0, 1), role=roles, sector=sectors, stale=st.booleans())
    def somebody_moves_another(
        self, by: int, other: int, process: int, role: frozenset[str], sector: frozenset[str], stale: bool
    ) -> None:
        target = self._pick(other)

        async def act(ctx: UseCaseContext, actor: Person) -> None:
            tag = people.tag_of(ctx) if stale else None
            await people.change_place(
                ctx, actor, target.id, tag, lambda place: replace(place, roles=role, sectors=sector)
            )

        self._try(by, process, act)

    @rule(by=picks, other=picks, process=st.integers(0, 1))
    def somebody_dismisses_another(self, by: int, other: int, process: int) -> None:
        target = self._pick(other)

        async def act(ctx: UseCaseContext, actor: Person) -> None:
            await directory.reload(ctx)
            await people.dismiss(ctx, actor, target.id, people.tag_of(ctx))
            self.ended |= {own.user_id: target for own in target.accounts}

        self._try(by, process, act)

    @rule(by=picks, other=picks, process=st.integers(0, 1), days=st.integers(0, 3))
    def somebody_names_themselves_as_stand_in(self, by: int, other: int, process: int, days: int) -> None:
        away, first = self._pick(other), NOW.date() + timedelta(days=days)

        async def act(ctx: UseCaseContext, actor: Person) -> None:
            planned = await absences.plan(ctx, actor, away, first, first)
            chosen = await absences.choose_stand_in(ctx, actor, planned.id, actor.id)
            if chosen.agreed_at is not None and not _holds(actor, Right.MANAGE_ROLES):
                lacked = _powers(away) - _powers(actor, may_stand_in=_holds(actor, Right.MANAGE_PEOPLE))
                assert not lacked, "nobody takes another's place by an own word"

        self._try(by, process, act)

    # what must hold

    @invariant()
    def an_administrator_remains(self) -> None:
        staff = self._staff()
        assert any(Role.ADMINISTRATOR in one.roles and one.accounts for one in staff.people)

    @invariant()
    def a_dismissed_account_can_do_nothing(self) -> None:
        for account, person in self.ended.items():
            for process in (0, 1):
                found = self._run(
                    process, lambda ctx, account=account: reachability.find_current_official(ctx, "telegram", account)
                )
                assert found is None
            try:  # a process that has found the person a moment before
                self._run(0, lambda ctx, person=person: people.invite(ctx, person, "тень", Place(person.roles)))
                raise AssertionError("a dismissed official has invited somebody")
            except NotAllowed:
                pass

    # how it is done

    def _try(self, by: int, process: int, act: Callable[[UseCaseContext, Person], Awaitable[None]]) -> None:
        before = self._staff()
        actor = before.people[by % len(before.people)]
        try:
            self._run(process, lambda ctx: act(ctx, actor))
        except Refusal:
            assert self._staff() == before
            return
        after = self._staff()
        assert after.find_by_id(actor.id) == before.find_by_id(actor.id), "nobody changes their own place"
        for one in before.people:
            if after.find_by_id(one.id) is None and not _holds(actor, Right.MANAGE_PEOPLE):
                assert one.roles <= BLOCK_ROLES, "a block manages its own people alone"
                assert one.sectors <= actor.sectors
                assert Role.BLOCK_CURATOR not in one.roles or Role.BLOCK_CURATOR in actor.roles
        if not _holds(actor, Right.MANAGE_PEOPLE):
            changed = {one.id for one in {*before.people} ^ {*after.people}}
            for one in (*before.people, *after.people):
                if one.id in changed:
                    assert _is_below(actor, one), "a block forms itself, below its own roles"
        if _holds(actor, Right.MANAGE_ROLES):
            return
        for one in after.people:
            if before.find_by_id(one.id) != one:
                lacked = _powers(one) - _powers(actor, may_stand_in=_holds(actor, Right.MANAGE_PEOPLE))
                assert lacked <= _supervised_powers(actor)

    def _run(self, process: int, act: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.begin() as uow:
                ctx = UseCaseContext(self.known[process], uow, NOW)
                result = await act(ctx)
            self.known[process] = ctx.municipality
            return result

        return self.runner.run(transaction())

    def _pick(self, number: int) -> Person:
        everybody = self._staff().people
        return everybody[number % len(everybody)]

    def _staff(self) -> Staff:
        async def load() -> Staff:
            async with self.database.read() as uow:
                return await uow.staff.load()

        return self.runner.run(load())


def _holds(person: Person, right: Right) -> bool:
    return any(RIGHTS[Role(role)].get(right) is Scope.ALL for role in person.roles)


def _is_below(actor: Person, other: Person) -> bool:
    """Return whether *other* works in no other block than *actor*, in their roles or those that they supervise."""
    below = {role for own in actor.roles for role in SUPERVISED.get(Role(own), ())}
    return other.roles <= below | actor.roles and bool(other.sectors) and other.sectors <= actor.sectors


def _supervised_powers(actor: Person) -> set[tuple[Right, str]]:
    """Return the rights of the roles that *actor* supervises, in the blocks of *actor*."""
    below = frozenset(role for own in actor.roles for role in SUPERVISED.get(Role(own), ()))
    return _powers(replace(actor, roles=below)) if actor.sectors else set()


def _powers(person: Person, *, may_stand_in: bool = False) -> set[tuple[Right, str]]:
    """Return every right with the blocks in which it is held; «*» for the town, «~» as a stand-in."""
    found = set()
    for role in person.roles:
        for right, scope in RIGHTS[Role(role)].items():
            own = [sector for sector in HEADS if person.covers(sector)]
            where = {Scope.ALL: ["*", *HEADS], Scope.OWN: own, Scope.STAND_IN: []}[scope]
            where = ["*", "~", *HEADS] if may_stand_in else [*where, "~"]
            found |= {(right, sector) for sector in where}
    return found


TestPeople = PeopleMachine.TestCase
TestPeople.settings = settings(max_examples=8, stateful_step_count=16, deadline=None)
