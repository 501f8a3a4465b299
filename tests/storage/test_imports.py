"""Numbers of other systems come once, whichever way they are entered; files are changed by one at a time."""

import asyncio
from dataclasses import replace

from sqlalchemy import LargeBinary, bindparam, text

from bot.domain.import_files import ImportCounts, ImportState, NewImportFile, SystemFacts
from bot.domain.tickets import State
from storage.database import Database
from storage.migrate import downgrade, migrate, upgrade
from storage.tables.base import UtcDateTime
from tests.storage.helpers import NOW, add_message, add_ticket, time_after

FACTS = SystemFacts("В работе", time_after(days=3))


async def test_number_is_known_however_it_is_typed(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow, external_number="ОГ-10", source="СЭД")
        uow.imports.add_record("sed", "ОГ-10", ticket.id, FACTS, NOW)
    async with database.read() as uow:
        assert await uow.imports.find_ticket_id("sed", "№ ог-10 ") == ticket.id
        assert await uow.imports.find_ticket_id("pos", "ОГ-10") is None
        record = await uow.imports.find_record(ticket.id)
    assert record is not None
    assert record.facts == FACTS


async def test_cells_go_with_the_personal_data_of_their_ticket(database: Database) -> None:
    """They may hold the number that the message has in a state system; the figures stay."""
    facts = replace(FACTS, cells={"номерепгу": "7712345678"})
    async with database.begin() as uow:
        ended = {"state": State.CLOSED, "ended_at": time_after(days=1)}
        ticket = await add_ticket(uow, external_number="101", source="ПОС", **ended)
        uow.imports.add_record("pos", "101", ticket.id, facts, NOW)
        stored = await uow.imports.find_record(ticket.id)
        assert stored is not None
        assert stored.facts is not None
        assert stored.facts.cells == facts.cells
        await uow.personal_data_erasure.anonymize_expired(time_after(days=2), 10, time_after(days=2))
    async with database.read() as uow:
        record = await uow.imports.find_record(ticket.id)
    assert record is not None
    assert record.facts is not None
    assert (record.facts.status, record.facts.cells) == ("В работе", {})


async def test_number_that_an_older_release_has_typed_in_is_known(database: Database) -> None:
    async with database.begin() as uow:
        first = await add_ticket(uow, external_number="№ 101", source="ПОС")
        await add_ticket(uow, external_number="101", source="ПОС")
        await add_ticket(uow, external_number="101", source="СЭД")
    async with database.read() as uow:
        assert await uow.imports.find_ticket_id("pos", "101") == first.id


async def test_number_is_claimed_once(database: Database, second: Database) -> None:
    """Two people enter the same number at the same time, in two processes."""

    async def claim(place: Database) -> bool:
        async with place.begin() as uow:
            ticket = await add_ticket(uow, external_number="101", source="ПОС")
            return await uow.imports.claim("pos", "101", ticket.id, NOW)

    claimed = await asyncio.gather(claim(database), claim(second))
    assert sorted(claimed) == [False, True]


async def test_ticket_claims_its_own_number_again(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow, external_number="101", source="ПОС")
        assert await uow.imports.claim("pos", "101", ticket.id, NOW)
        assert await uow.imports.claim("pos", "101", ticket.id, NOW)


async def test_message_is_found_by_its_place(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow)
        values = {"account": "vk:5", "chat_id": "wall-5_7"}
        await add_message(uow, "9", ticket.id, **values, link="https://vk.com/wall-5_7?reply=9&thread=8")
    async with database.read() as uow:
        places = {("wall-5_7", "9"), ("wall-5_8", "9")}
        assert await uow.imports.find_by_places({"vk:5"}, places) == {("wall-5_7", "9"): ticket.id}


async def test_file_is_changed_by_one_at_a_time(database: Database) -> None:
    async with database.begin() as uow:
        file = await uow.imports.add_file(NewImportFile("ПОС.csv", ImportState.ENTERING, "pos"), NOW)
        changed = await uow.imports.store_progress(file, 100, ImportCounts(new=100), [], NOW)
        assert changed is not None
        assert (changed.position, changed.counts.new) == (100, 100)
        assert await uow.imports.store_progress(file, 100, ImportCounts(new=100), [], NOW) is None
        ended = await uow.imports.end_file(changed, ImportState.DONE, NOW)
        assert ended is not None
        assert await uow.imports.end_file(changed, ImportState.DONE, NOW) is None
    async with database.read() as uow:
        assert await uow.imports.list_active() == []
        assert await uow.imports.load_data(file.id) is None


async def test_bytes_of_a_file_that_an_older_release_has_taken_are_kept(empty: Database) -> None:
    """They move to a table of their own, and back with a downgrade."""
    async with empty.engine.begin() as connection:
        await connection.run_sync(upgrade, "0061")
        columns = "name, state, data, position, counts, refusals, created_at, touched_at"
        values = "'ПОС.csv', 'previewed', :data, 0, '{}', '[]', :now, :now"
        await connection.execute(
            text(f"INSERT INTO import_file ({columns}) VALUES ({values})").bindparams(
                bindparam("data", b"1;2", LargeBinary), bindparam("now", NOW, UtcDateTime)
            )
        )
    await migrate(empty.engine)
    async with empty.read() as uow:
        assert await uow.imports.load_data(1) == b"1;2"
    async with empty.engine.begin() as connection:
        await connection.run_sync(downgrade, "0061")
        assert await connection.scalar(text("SELECT data FROM import_file")) == b"1;2"
