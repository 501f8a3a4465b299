"""A transaction's cache of candidates equals the database."""

from contextlib import suppress
from random import Random

import pytest
from sqlalchemy import event

from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Ticket
from bot.domain.urgency import Urgency
from storage.batching.candidate_cache import CandidateQuery, is_candidate
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_ticket, time_after

CANDIDATE_LIMIT = 3
SUBJECT_FAMILIES = ("heating", "roads", "")
SECTORS = ("energy", "roads", None)
QUERIES = [
    CandidateQuery(matters, time_after(hours=-3), lone_since, sector, but, author)
    for matters, lone_since in (
        (["heating"], None),
        (["heating", "roads"], None),
        ([], None),
        ([], time_after(minutes=-20)),
    )
    for sector in SECTORS
    for but, author in ((None, None), (1, "telegram:1"))
]


class SimulatedFailure(Exception):
    """An expected failure in these tests."""


class RandomWorkload:
    """Does something at random, as registering does it."""

    def __init__(self, uow: UnitOfWork, random: Random) -> None:
        self.uow = uow
        self.random = random
        self.lone_tickets: list[Ticket] = []
        self.problems: list[int] = []
        self.leads: list[int] = []
        self.members: list[int] = []
        self.count = 0

    async def step(self) -> None:
        what = self.random.choice(
            (
                self.add_lone_ticket,
                self.add_lone_ticket,
                self.add_lone_ticket,
                self.create_problem,
                self.add_member,
                self.close_ticket,
                self.change_candidate,
                self.move_members,
            )
        )
        await what()

    def random_fingerprint(self) -> dict[str, int]:
        self.count += 1
        return {"number": self.count}

    async def add_lone_ticket(self) -> None:
        values = {
            "sector": self.random.choice(SECTORS),
            "subject_family": self.random.choice((*SUBJECT_FAMILIES, None)),
            "author_key": f"telegram:{self.random.randrange(3)}",
            "registered_at": time_after(minutes=-self.random.choice((0, 0, 10, 60, 300))),
        }
        self.lone_tickets.append(await add_ticket(self.uow, **values, fingerprint=self.random_fingerprint()))

    async def create_problem(self) -> None:
        open_ones = [ticket for ticket in self.lone_tickets if is_candidate(ticket)]  # others begin no problem
        if open_ones:
            lead = self.random.choice(open_ones)
            self.lone_tickets.remove(lead)
            matter = self.random.choice(SUBJECT_FAMILIES)
            self.problems.append(
                await self.uow.problems.create(lead, matter, self.random_fingerprint(), lead.registered_at)
            )
            self.leads.append(lead.id)

    async def add_member(self) -> None:
        if self.problems:
            one = self.random.choice(self.problems)
            lead_id = self.leads[self.problems.index(one)]
            self.members.append((await add_ticket(self.uow, problem_id=one, lead_id=lead_id)).id)
            self.uow.problems.add_members(one, members=1, people=1, fingerprint=self.random_fingerprint(), heard_at=NOW)

    async def move_members(self) -> None:
        """Move the members of a problem as the step of its lead does."""
        if self.problems:
            steps = {State.ASSIGNED: State.ACCEPTED, State.ACCEPTED: State.ASSIGNED}
            change = TicketChange(sector=self.random.choice(SECTORS))
            await self.uow.problems.transition_members(self.random.choice(self.problems), steps, change)

    async def close_ticket(self) -> None:
        if self.lone_tickets and self.random.random() < 0.2:
            closed = self.lone_tickets.pop(self.random.randrange(len(self.lone_tickets)))
            assert await self.uow.tickets.update(closed, TicketChange(state=State.DISMISSED)) is not None

    async def change_candidate(self) -> None:
        """Change a ticket so that its candidate changes, disappears or returns."""
        numbers = [*self.leads, *(ticket.id for ticket in self.lone_tickets)]
        if numbers:
            ticket = await self.uow.tickets.get(self.random.choice(numbers), lock=True)
            assert ticket is not None
            states = (State.ASSIGNED, State.ANSWERING, State.PUBLISHING, State.DISMISSED)
            change = self.random.choice(
                (
                    TicketChange(sector=self.random.choice(SECTORS)),
                    TicketChange(state=self.random.choice(states)),
                    TicketChange(urgent=True, urgency=Urgency.DANGER),
                )
            )
            changed = await self.uow.tickets.update(ticket, change)
            assert changed is not None
            self.lone_tickets = [changed if one.id == changed.id else one for one in self.lone_tickets]


@pytest.mark.parametrize("seed", range(8))
async def test_cached_candidates_equal_the_database(database: Database, seed: int) -> None:
    random = Random(seed)
    async with database.begin() as uow:
        bot = RandomWorkload(uow, random)
        for _ in range(random.choice((3, 30, 90))):
            await bot.step()
        for _ in range(4):
            for wanted in QUERIES:
                await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT)
            for _ in range(random.randrange(1, 12)):
                await bot.step()
        remembered = [await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT) for wanted in QUERIES]
        numbers = bot.leads + bot.members
        known = {number: await uow.tickets.get(number, lock=True) for number in numbers}
        assert known == await uow.tickets.get_many(numbers)
        uow.problems.clear_candidates()
        assert remembered == [await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT) for wanted in QUERIES]


async def test_many_messages_of_one_matter_ask_once_and_are_written_together(database: Database) -> None:
    asked: list[str] = []

    def note(_1: object, _2: object, statement: str, *_3: object) -> None:
        asked.append(statement.split()[0])

    wanted = CandidateQuery(["roads"], time_after(hours=-1), None, "roads")
    async with database.begin() as uow:
        await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT)
        await add_ticket(uow, subject_family="roads", fingerprint={})  # whose number may have to be asked for
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            for number in range(1, 4):
                assert len(await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT)) == number
                await add_ticket(uow, subject_family="roads", fingerprint={})
        finally:
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert "INSERT" not in asked
    assert len(asked) <= (3 if database.is_shared else 0)  # numbers of tickets are the sequence's


async def test_problem_authors_are_loaded_and_kept_current(database: Database) -> None:
    async with database.begin() as uow:
        lead = await add_ticket(uow, author_key="telegram:7")
        number = await uow.problems.create(lead, "roads", {}, NOW)
        await add_ticket(uow, author_key="telegram:8", problem_id=number, lead_id=lead.id)
    async with database.begin() as uow:
        await uow.problems.prefetch(["telegram:7", "telegram:8", "telegram:9"], [], CANDIDATE_LIMIT)
        people = [f"telegram:{one}" for one in (7, 8, 9)]
        assert [await uow.problems.has_author(number, one) for one in people] == [True, True, False]
        member = await add_ticket(uow, author_key="telegram:9", problem_id=number, lead_id=lead.id)
        assert await uow.problems.has_author(number, "telegram:9")
        assert await uow.tickets.update(member, TicketChange(problem_id=None, lead_id=None)) is not None
        assert not await uow.problems.has_author(number, "telegram:9")
        other = await uow.problems.create(await add_ticket(uow), "roads", {}, NOW)
        assert await uow.problems.has_author(other, "telegram:7")


async def test_moved_members_leave_the_rest_of_a_batch_prefetched(database: Database) -> None:
    """A problem that is given to a department must not cost each later message of its batch ten questions."""
    since = time_after(hours=-1)
    asked: list[str] = []
    async with database.begin() as uow:
        lead = await add_ticket(uow, author_key="telegram:7")
        number = await uow.problems.create(lead, "roads", {}, NOW)
        await add_ticket(uow, author_key="telegram:8", problem_id=number, lead_id=lead.id, text_key="pit")
        await add_ticket(uow, author_key="telegram:9", text_key="lamp")
    async with database.begin() as uow:
        await uow.author_tickets.prefetch(["telegram:8", "telegram:9"], since)
        await uow.problems.prefetch(["telegram:8", "telegram:9"], QUERIES[:1], CANDIDATE_LIMIT)
        steps = {State.ASSIGNED: State.ACCEPTED}
        assert len(await uow.problems.transition_members(number, steps, TicketChange())) == 1
        moved = await uow.author_tickets.find_same_text("telegram:8", "pit", since)
        assert moved is not None
        assert moved.state is State.ACCEPTED
        event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert await uow.author_tickets.find_same_text("telegram:9", "lamp", since) is not None
        assert await uow.problems.list_candidates(QUERIES[0], CANDIDATE_LIMIT) is not None
    assert asked == []


async def test_rolled_back_ticket_is_no_candidate(database: Database) -> None:
    wanted = CandidateQuery(["roads"], time_after(hours=-1), None, "roads")
    async with database.begin() as uow:
        first = await add_ticket(uow, subject_family="roads", fingerprint={"number": 1})
        [before] = await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT)
        with suppress(SimulatedFailure):
            async with uow.savepoint():
                await add_ticket(uow, subject_family="roads", fingerprint={"number": 2})
                await uow.problems.create(first, "roads", {"number": 3}, NOW)
                assert len(await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT)) == 2
                raise SimulatedFailure
        assert await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT) == [before]


async def test_an_author_who_has_written_a_lot_hides_nobody(database: Database) -> None:
    wanted = CandidateQuery(["roads"], time_after(hours=-1), None, "roads", exclude_author="telegram:1")
    async with database.begin() as uow:
        other = await add_ticket(uow, subject_family="roads", fingerprint={}, author_key="telegram:2")
        for _ in range(100):
            await add_ticket(uow, subject_family="roads", fingerprint={}, author_key="telegram:1")
        assert [one.lead_id for one in await uow.problems.list_candidates(wanted, CANDIDATE_LIMIT)] == [other.id]
