"""People's decisions are read as training examples."""

from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import DismissReason
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_ticket

HEAD = 1


async def record_decisions(uow: UnitOfWork, ticket_id: int, *actions: str, person: int | None = HEAD) -> None:
    for action in actions:
        await uow.audit_log.record(action, NOW, person_id=person, ticket_id=ticket_id)


async def test_last_decision_counts_once(database: Database) -> None:
    async with database.begin() as uow:
        taken = await add_ticket(uow, "взято как есть")
        moved = await add_ticket(uow, "передано", sector="housing", district="Центр")
        talk = await add_ticket(uow, "болтовня")
        await uow.tickets.update(talk, TicketChange(dismiss_reason=DismissReason.NOT_A_PROBLEM))
        machine = await add_ticket(uow, "никто не трогал")
        silent = await add_ticket(uow, "")
        await record_decisions(uow, taken.id, "accept", "answer")
        await record_decisions(uow, moved.id, "hand_over")
        await record_decisions(uow, machine.id, "choose_sector", "registered", person=None)
        await record_decisions(uow, machine.id, "registered", "refused")
        await record_decisions(uow, talk.id, "dismiss")
        await record_decisions(uow, silent.id, "accept")
        await record_decisions(uow, moved.id, "hand_over", "accept")

        found = await uow.routing_decisions.list_latest(10)
        newest = await uow.routing_decisions.list_latest(1)

    assert [(one.text, one.sector, one.district, one.sector_chosen_by_person, one.dismiss_reason) for one in found] == [
        ("взято как есть", "roads", None, False, None),
        ("болтовня", "roads", None, False, DismissReason.NOT_A_PROBLEM),
        ("передано", "housing", "Центр", True, None),
    ]
    assert newest == found[-1:]


async def test_new_ones_are_counted_by_ticket(database: Database) -> None:
    async with database.begin() as uow:
        first, second = await add_ticket(uow, "раз"), await add_ticket(uow, "два")
        await record_decisions(uow, first.id, "accept")
        [known] = await uow.routing_decisions.list_latest(10)
        await record_decisions(uow, second.id, "hand_over", "accept", "answer")
        await record_decisions(uow, second.id, "edited", person=None)

        assert await uow.routing_decisions.count_since(0) == 2
        assert await uow.routing_decisions.count_since(known.audit_id) == 1


async def test_a_corrected_district_confirms_the_sector_and_counts_as_it_is_now(database: Database) -> None:
    async with database.begin() as uow:
        moved = await add_ticket(uow, "не там", district="Центр")
        await uow.tickets.update(moved, TicketChange(district="Север"))
        await record_decisions(uow, moved.id, "data_changed")
        assert await uow.routing_decisions.list_latest(10) == []
        await record_decisions(uow, moved.id, "district")
        [found] = await uow.routing_decisions.list_latest(10)

    assert (found.sector, found.district, found.sector_chosen_by_person) == ("roads", "Север", False)
