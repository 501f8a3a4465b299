"""What people decided, as examples are found in the books."""

from bot.domain.tickets import DismissReason
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_ticket

HEAD = 1


async def decide(uow: UnitOfWork, ticket_id: int, *actions: str, person: int | None = HEAD) -> None:
    for action in actions:
        await uow.chronicle.record(action, NOW, person_id=person, ticket_id=ticket_id)


async def test_what_stands_at_last_counts_once(database: Database) -> None:
    async with database.begin() as uow:
        taken = await add_ticket(uow, "взято как есть")
        moved = await add_ticket(uow, "передано", sector="housing", district="Центр")
        talk = await add_ticket(uow, "болтовня", dismiss_reason=DismissReason.NOT_A_PROBLEM.value)
        machine = await add_ticket(uow, "никто не трогал")
        silent = await add_ticket(uow, "")
        await decide(uow, taken.id, "accept", "answer")
        await decide(uow, moved.id, "hand_over")
        await decide(uow, machine.id, "choose_sector", "registered", person=None)
        await decide(uow, machine.id, "registered", "refused")
        await decide(uow, talk.id, "dismiss")
        await decide(uow, silent.id, "accept")
        await decide(uow, moved.id, "hand_over", "accept")

        found = await uow.decisions.latest(10)
        newest = await uow.decisions.latest(1)

    assert [(one.text, one.sector, one.district, one.chosen, one.dismissed) for one in found] == [
        ("взято как есть", "roads", None, False, None),
        ("болтовня", "roads", None, False, DismissReason.NOT_A_PROBLEM),
        ("передано", "housing", "Центр", True, None),
    ]
    assert newest == found[-1:]


async def test_new_ones_are_counted_by_ticket(database: Database) -> None:
    async with database.begin() as uow:
        first, second = await add_ticket(uow, "раз"), await add_ticket(uow, "два")
        await decide(uow, first.id, "accept")
        [known] = await uow.decisions.latest(10)
        await decide(uow, second.id, "hand_over", "accept", "answer")
        await decide(uow, second.id, "edited", person=None)

        assert await uow.decisions.count_since(0) == 2
        assert await uow.decisions.count_since(known.number) == 1
