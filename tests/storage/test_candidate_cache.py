"""What a transaction remembers of problems and lone tickets is what the database would say."""

from contextlib import suppress
from random import Random

import pytest
from sqlalchemy import event

from bot.domain.tickets import Ticket
from storage.batching.candidate_cache import Wanted
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_ticket, later

MOST = 3
MATTERS = ("heating", "roads", "")
SECTORS = ("energy", "roads", None)
QUESTIONS = [
    Wanted(matters, later(hours=-3), lone_since, sector, but, author)
    for matters, lone_since in ((["heating"], None), (["heating", "roads"], None), ([], None), ([], later(minutes=-20)))
    for sector in SECTORS
    for but, author in ((None, None), (1, "telegram:1"))
]


class Trouble(Exception):
    """What goes wrong in these tests."""


class Town:
    """Does something at random, as registering does it."""

    def __init__(self, uow: UnitOfWork, random: Random) -> None:
        self.uow = uow
        self.random = random
        self.alone: list[Ticket] = []
        self.problems: list[int] = []
        self.leads: list[int] = []
        self.count = 0

    async def step(self) -> None:
        what = self.random.choice((self.add, self.add, self.add, self.begin, self.grow, self.close, self.change))
        await what()

    def sketch(self) -> dict[str, int]:
        self.count += 1
        return {"number": self.count}

    async def add(self) -> None:
        values = {
            "sector": self.random.choice(SECTORS),
            "matter": self.random.choice((*MATTERS, None)),
            "author_key": f"telegram:{self.random.randrange(3)}",
            "registered_at": later(minutes=-self.random.choice((0, 0, 10, 60, 300))),
        }
        self.alone.append(await add_ticket(self.uow, **values, sketch=self.sketch()))

    async def begin(self) -> None:
        if self.alone:
            lead = self.alone.pop(self.random.randrange(len(self.alone)))
            matter = self.random.choice(MATTERS)
            self.problems.append(await self.uow.problems.begin(lead, matter, self.sketch(), lead.registered_at))
            self.leads.append(lead.id)

    async def grow(self) -> None:
        if self.problems:
            one = self.random.choice(self.problems)
            self.uow.problems.grow(one, members=1, people=1, sketch=self.sketch(), heard_at=NOW)

    async def close(self) -> None:
        if self.alone and self.random.random() < 0.2:
            closed = self.alone.pop(self.random.randrange(len(self.alone)))
            assert await self.uow.tickets.change(closed, state="dismissed") is not None

    async def change(self) -> None:
        """What a candidate shows, or by which it is one no more, or again."""
        numbers = [*self.leads, *(ticket.id for ticket in self.alone)]
        if numbers:
            ticket = await self.uow.tickets.get(self.random.choice(numbers), lock=True)
            assert ticket is not None
            values = self.random.choice(
                (
                    {"sector": self.random.choice(SECTORS)},
                    {"state": self.random.choice(("assigned", "answering", "publishing", "dismissed"))},
                    {"urgent": True, "urgency": "danger"},
                )
            )
            changed = await self.uow.tickets.change(ticket, **values)
            assert changed is not None
            self.alone = [changed if one.id == changed.id else one for one in self.alone]


@pytest.mark.parametrize("seed", range(8))
async def test_what_is_remembered_is_what_is_there(database: Database, seed: int) -> None:
    random = Random(seed)
    async with database.begin() as uow:
        town = Town(uow, random)
        for _ in range(random.choice((3, 30, 90))):
            await town.step()
        for _ in range(4):
            for wanted in QUESTIONS:
                await uow.problems.candidates(wanted, MOST)
            for _ in range(random.randrange(1, 12)):
                await town.step()
        remembered = [await uow.problems.candidates(wanted, MOST) for wanted in QUESTIONS]
        known = {number: await uow.tickets.get(number, lock=True) for number in town.leads}
        assert known == await uow.tickets.some(town.leads)
        uow.problems.forget_candidates()
        assert remembered == [await uow.problems.candidates(wanted, MOST) for wanted in QUESTIONS]


async def test_many_messages_of_one_matter_ask_once_and_are_written_together(database: Database) -> None:
    asked: list[str] = []

    def note(_1: object, _2: object, statement: str, *_3: object) -> None:
        asked.append(statement.split()[0])

    wanted = Wanted(["roads"], later(hours=-1), None, "roads")
    async with database.begin() as uow:
        await uow.problems.candidates(wanted, MOST)
        await add_ticket(uow, matter="roads", sketch={})  # whose number may have to be asked for
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            for number in range(1, 4):
                assert len(await uow.problems.candidates(wanted, MOST)) == number
                await add_ticket(uow, matter="roads", sketch={})
        finally:
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert "INSERT" not in asked
    assert len(asked) <= (3 if database.is_shared else 0)  # numbers of tickets are the sequence's


async def test_who_is_in_a_problem_is_known_from_the_start_and_kept_true(database: Database) -> None:
    async with database.begin() as uow:
        lead = await add_ticket(uow, author_key="telegram:7")
        number = await uow.problems.begin(lead, "roads", {}, NOW)
        await add_ticket(uow, author_key="telegram:8", problem_id=number, lead_id=lead.id)
    async with database.begin() as uow:
        await uow.problems.foresee(["telegram:7", "telegram:8", "telegram:9"], [], MOST)
        people = [f"telegram:{one}" for one in (7, 8, 9)]
        assert [await uow.problems.has_author(number, one) for one in people] == [True, True, False]
        member = await add_ticket(uow, author_key="telegram:9", problem_id=number, lead_id=lead.id)
        assert await uow.problems.has_author(number, "telegram:9")
        assert await uow.tickets.change(member, problem_id=None, lead_id=None) is not None
        assert not await uow.problems.has_author(number, "telegram:9")
        other = await uow.problems.begin(await add_ticket(uow), "roads", {}, NOW)
        assert await uow.problems.has_author(other, "telegram:7")


async def test_what_was_undone_is_no_candidate(database: Database) -> None:
    wanted = Wanted(["roads"], later(hours=-1), None, "roads")
    async with database.begin() as uow:
        first = await add_ticket(uow, matter="roads", sketch={"number": 1})
        [before] = await uow.problems.candidates(wanted, MOST)
        with suppress(Trouble):
            async with uow.savepoint():
                await add_ticket(uow, matter="roads", sketch={"number": 2})
                await uow.problems.begin(first, "roads", {"number": 3}, NOW)
                assert len(await uow.problems.candidates(wanted, MOST)) == 2
                raise Trouble
        assert await uow.problems.candidates(wanted, MOST) == [before]


async def test_an_author_who_has_written_a_lot_hides_nobody(database: Database) -> None:
    wanted = Wanted(["roads"], later(hours=-1), None, "roads", author="telegram:1")
    async with database.begin() as uow:
        other = await add_ticket(uow, matter="roads", sketch={}, author_key="telegram:2")
        for _ in range(100):
            await add_ticket(uow, matter="roads", sketch={}, author_key="telegram:1")
        assert [one.lead_id for one in await uow.problems.candidates(wanted, MOST)] == [other.id]
