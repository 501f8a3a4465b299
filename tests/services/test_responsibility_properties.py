"""Whatever people press in whatever order: one responsible post, at most one assignee, live buttons to them alone."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select, update

from bot.domain.districts import district_code
from bot.domain.errors import Refusal
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.roles import Right, Role
from bot.domain.tickets import State, Ticket
from bot.outbox import card_data
from bot.services.context import Municipality, UseCaseContext, responsibility
from bot.services.intake import register
from bot.services.staff import reachability
from bot.services.tickets import districts, workflow
from bot.understanding.reading import Reading
from storage.tables import outbox
from tests.services.municipality import municipality_of
from tests.services.town_database import create_town_database

T = TypeVar("T")

NORTH, SOUTH = "Северный", "Южный"
WORKING = frozenset({Right.ACCEPT, Right.ANSWER})


def official(number: int, role: Role, sector: str = "", district: str = "", title: str = "") -> Person:
    account = StaffAccount(MessengerName.TELEGRAM, str(number))
    sectors, places = (frozenset({one} if one else ()) for one in (sector, district))
    return Person(0, f"{role}{number}", frozenset({role}), sectors, places, (account,), title)


PEOPLE = (
    official(1, Role.HEAD, "roads", NORTH, "Дороги, север"),
    official(2, Role.HEAD, "roads", NORTH, "Дороги, север"),
    official(3, Role.HEAD, "roads", SOUTH),
    official(4, Role.DEPUTY, "roads"),
    official(5, Role.HEAD, "housing"),
    official(6, Role.COORDINATOR),
    official(7, Role.MANAGER),
    official(8, Role.BLOCK_CURATOR, "roads"),
)
NUMBERS, TICKETS = st.sampled_from(range(len(PEOPLE))), st.integers(1, 3)


class ResponsibilityMachine(RuleBasedStateMachine):
    """Roads are divided by district, housing is not. A card is shown as it was last rendered for the outbox."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.now = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
        self.shown: dict[tuple[int, int], frozenset[Right]] = {}  # (person, ticket) -> live working buttons
        self.blocked: set[int] = set()

    @initialize()
    def open(self) -> None:
        self.database = create_town_database(Path(self.folder.name))

        async def prepare() -> Municipality:
            async with self.database.begin() as uow:
                return municipality_of(Staff(await uow.staff.add_all(PEOPLE)))

        self.municipality = self.runner.run(prepare())
        self.people = self.municipality.staff.people

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(
        sector=st.sampled_from(("roads", "housing")), district=st.sampled_from((None, NORTH, SOUTH)), sure=st.booleans()
    )
    def somebody_writes(self, sector: str, district: str | None, sure: bool) -> None:
        reading = Reading(None, True, 1.0, sector, {sector: 1.0}, sure, None, None, None)
        new = register.Registration("Яма", reading, "telegram", district=district)
        self._act(lambda ctx: register.register_ticket(ctx, new))

    @rule(who=NUMBERS, number=TICKETS)
    def somebody_accepts(self, who: int, number: int) -> None:
        self._press(who, lambda ctx, person: workflow.accept(ctx, number, person))

    @rule(who=NUMBERS, number=TICKETS, sector=st.sampled_from(("roads", "housing")))
    def somebody_hands_over(self, who: int, number: int, sector: str) -> None:
        self._press(who, lambda ctx, person: workflow.hand_over(ctx, number, person, sector))

    @rule(who=NUMBERS, number=TICKETS, district=st.sampled_from((NORTH, SOUTH)))
    def somebody_chooses_a_district(self, who: int, number: int, district: str) -> None:
        code = district_code(district)
        self._press(who, lambda ctx, person: districts.move_to_district(ctx, number, person, code))

    @rule(who=NUMBERS)
    def somebody_blocks_the_bot(self, who: int) -> None:
        self.blocked.add(who)
        self._act(lambda ctx: reachability.on_unreachable(ctx, "telegram", str(who + 1)))

    @rule(who=NUMBERS)
    def somebody_returns(self, who: int) -> None:
        self.blocked.discard(who)
        self._act(lambda ctx: reachability.on_reachable(ctx, "telegram", str(who + 1)))

    @invariant()
    def one_post_has_every_open_ticket_and_live_buttons_are_its_own(self) -> None:
        self._act(self._check)

    async def _check(self, ctx: UseCaseContext) -> None:
        reachable = {one.id for at, one in enumerate(self.people) if at not in self.blocked}
        for ticket in await self._open_tickets(ctx):
            found = responsibility.responsibility_for(ctx, ticket)
            acting = {one.id for one in await responsibility.acting_people(ctx, ticket)}
            taker = await responsibility.find_taker(ctx, ticket)
            members = {one.id for one in found.post.members}
            assert found.post.people
            assert acting
            in_turn = {one.id for group in found.ladder for one in group}
            assert acting <= reachable or not in_turn & reachable
            assert (ticket.assignee_id is None) is (ticket.state is not State.ACCEPTED)
            assert taker is None or acting == {taker.id}
            for (person, number), buttons in self.shown.items():
                if number == ticket.id and buttons and person in reachable:
                    assert person in acting or (taker is None and person in members), (person, ticket)
            for person in acting & reachable:
                assert Right.ANSWER in self.shown[person, ticket.id] or ticket.state is State.TRIAGE

    async def _open_tickets(self, ctx: UseCaseContext) -> list[Ticket]:
        return [one for one in (await ctx.uow.tickets.get_many(range(1, 50))).values() if one.is_open]

    def _press(self, who: int, act: Callable[[UseCaseContext, Person], Awaitable[object]]) -> None:
        if who not in self.blocked:
            with suppress(Refusal):
                self._act(lambda ctx: act(ctx, self.people[who]))

    def _act(self, act: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.begin() as uow:
                ctx = UseCaseContext(self.municipality, uow, self.now)
                result = await act(ctx)
            async with self.database.begin() as uow:
                await self._deliver_cards(UseCaseContext(self.municipality, uow, self.now))
            return result

        self.now += timedelta(seconds=1)
        return self.runner.run(transaction())

    async def _deliver_cards(self, ctx: UseCaseContext) -> None:
        """Show the queued cards to everybody who can see them."""
        queued = select(outbox).where(outbox.c.kind == "card", outbox.c.status == "queued")
        for row in (await ctx.uow._connection.execute(queued)).all():
            person = ctx.municipality.staff.find_by_id(row.person_id)
            ticket = await ctx.uow.tickets.get(row.ticket_id)
            card = await ctx.uow.cards.get(row.person_id, row.ticket_id, row.account)
            if person is not None and ticket is not None and card is not None and await ctx.can_reach(person):
                facts = await card_data.card_facts(ctx, ticket, person, card)
                self.shown[person.id, ticket.id] = facts.rights & WORKING
                await ctx.uow.cards.upsert(person.id, ticket.id, row.account, row.chat_id, ctx.now, external_id="1")
        await ctx.uow._connection.execute(update(outbox).values(status="sent", dedupe=None))


TestResponsibility = ResponsibilityMachine.TestCase
TestResponsibility.settings = settings(
    max_examples=6, stateful_step_count=15, deadline=None, phases=(Phase.explicit, Phase.generate)
)
"""A failing story is short enough as it is, and every step of a shorter one would cost a database."""
