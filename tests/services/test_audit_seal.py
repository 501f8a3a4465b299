"""The audit's chain: whole whatever transactions, crashes and sealers do, and broken by a change by hand."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.audit import JournalAction
from bot.domain.audit_chain import MisfitKind
from bot.domain.people import Staff
from bot.services.context import UseCaseContext
from bot.services.monitoring.audit_seal import AuditSealer
from bot.services.monitoring.audit_verify import ChainReport, verify
from storage.copy import copy_database
from storage.database import Database
from storage.tables import audit
from storage.unit_of_work import UnitOfWork
from tests.databases import DATABASE_KINDS, DatabasePool, migrated_database
from tests.services.municipality import municipality_of

NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
MUNICIPALITY = municipality_of(Staff(()))


@pytest.fixture(params=DATABASE_KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path, shelf: DatabasePool) -> AsyncIterator[Database]:
    async with migrated_database(request.param, tmp_path, shelf) as url:
        database = Database(url)
        yield database
        await database.close()


def context(uow: UnitOfWork, now: datetime = NOW) -> UseCaseContext:
    return UseCaseContext(MUNICIPALITY, uow, now)


async def run(database: Database, sealer: AuditSealer, now: datetime = NOW) -> None:
    """Let *sealer* do what its periodic task does."""
    async with database.read() as uow:
        await sealer.observe(context(uow, now))
    while sealer.has_new():
        async with database.begin() as uow:
            await sealer.seal(context(uow, now))
    while sealer.has_backlog():
        async with database.begin() as uow:
            await sealer.seal_backlog(context(uow, now))


async def begin_chain(database: Database, count: int = 0, now: datetime = NOW) -> AuditSealer:
    """Return a sealer whose chain has *count* sealed records."""
    sealer = AuditSealer(_records_per_seal=3)
    for _ in range(2):
        await run(database, sealer, now)
    if count:
        await write(database, count, now)
        await run(database, sealer, now)
    return sealer


async def write(database: Database, count: int, now: datetime = NOW) -> None:
    async with database.begin() as uow:
        for number in range(count):
            await uow.audit_log.record("accept", now, person_id=number, ticket_id=7, facts={"answer": number, "ё": "ж"})


async def report(database: Database, head: str | None = None) -> ChainReport:
    async with database.read() as uow:
        return await verify(uow, head)


async def kinds(database: Database, head: str | None = None) -> list[tuple[MisfitKind, int | None]]:
    return [(one.kind, one.record_id) for one in (await report(database, head)).misfits]


async def execute(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def newest(database: Database) -> int:
    async with database.read() as uow:
        return await uow.audit_seals.find_newest_id()


async def test_records_of_before_the_upgrade_are_sealed_in_batches(database: Database) -> None:
    await write(database, 10)
    sealer = await begin_chain(database)
    await write(database, 4)
    await run(database, sealer)

    found = await report(database)
    assert (found.is_whole, found.records, found.unsealed, found.backlog) == (True, 14, 0, 0)


async def test_records_wait_for_the_seal_and_are_no_fault(database: Database) -> None:
    await write(database, 2)
    assert (await report(database)).backlog == 2
    await begin_chain(database)
    await write(database, 3)

    found = await report(database)
    assert (found.is_whole, found.records, found.unsealed) == (True, 2, 3)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE audit SET action = 'dismiss' WHERE id = {id}", MisfitKind.CHANGED),
        ("UPDATE audit SET person_id = NULL WHERE id = {id}", MisfitKind.CHANGED),
        ("UPDATE audit SET ticket_id = 8 WHERE id = {id}", MisfitKind.CHANGED),
        ("UPDATE audit SET account = 'vk' WHERE id = {id}", MisfitKind.CHANGED),
        ("UPDATE audit SET at = '2026-11-19 04:30:00.000000' WHERE id = {id}", MisfitKind.CHANGED),
        ("""UPDATE audit SET facts = '{{"answer": 99}}' WHERE id = {id}""", MisfitKind.CHANGED),
        ("""UPDATE audit SET facts = '{{"account": "telegram/7"}}' WHERE id = {id}""", MisfitKind.CHANGED),
        ("DELETE FROM audit WHERE id = {id}", MisfitKind.DELETED),
    ],
)
async def test_a_changed_or_deleted_record_is_named(database: Database, statement: str, kind: MisfitKind) -> None:
    await begin_chain(database, 8)
    number = await newest(database) - 4
    await execute(database, statement.format(id=number).replace("{{", "{"))

    assert await kinds(database) == [(kind, number)]


async def test_a_record_inserted_among_sealed_ones_is_named(database: Database) -> None:
    sealer = await begin_chain(database, 4)
    for _ in range(2):
        await run(database, sealer)  # now the numbers of these records are settled
    await write(database, 1)
    await run(database, sealer)
    await execute(
        database, "INSERT INTO audit (id, at, action, facts) VALUES (0, '2026-11-20 04:30:00.000000', 'accept', '{}')"
    )
    await run(database, sealer)
    assert await kinds(database) == [(MisfitKind.INSERTED, 0)]


async def test_a_record_with_an_old_moment_is_named_also_after_it_was_sealed(database: Database) -> None:
    sealer = await begin_chain(database, 4)
    later = NOW + timedelta(days=2)
    await run(database, sealer, later)
    await write(database, 1, NOW)
    number = await newest(database)
    await run(database, sealer, later)

    assert await kinds(database) == [(MisfitKind.BACKDATED, number)]


async def test_an_outage_of_the_sealer_is_no_fault(database: Database) -> None:
    await begin_chain(database, 4)
    await write(database, 2, NOW + timedelta(days=1))
    await run(database, AuditSealer(), NOW + timedelta(days=5))

    assert (await report(database)).is_whole


@pytest.mark.parametrize("position", [1, 2, 3])
async def test_a_changed_seal_is_named(database: Database, position: int) -> None:
    await begin_chain(database, 8)
    await execute(database, f"UPDATE audit_seal SET settled_id = settled_id + 1 WHERE position = {position}")

    found = await report(database)
    assert [(one.kind, one.position) for one in found.misfits] == [(MisfitKind.SEAL_BROKEN, position)]


async def test_a_deleted_seal_is_named(database: Database) -> None:
    await begin_chain(database, 9)
    await execute(database, "DELETE FROM audit_seal WHERE position = 3")

    assert MisfitKind.SEAL_MISSING in [one.kind for one in (await report(database)).misfits]


async def test_a_tail_that_was_cut_off_is_found_by_the_head(database: Database) -> None:
    sealer = await begin_chain(database, 3)
    before = (await report(database)).head
    await write(database, 3)
    await run(database, sealer)
    head = (await report(database)).head
    assert head is not None
    assert head != before
    assert await kinds(database, head) == []
    assert await kinds(database, before) == []
    number = await newest(database)
    await execute(database, "DELETE FROM audit_seal WHERE position = (SELECT max(position) FROM audit_seal)")
    await execute(database, f"DELETE FROM audit WHERE id > {number - 3}")

    assert await kinds(database) == []
    assert await kinds(database, head) == [(MisfitKind.HEAD_MISSING, None)]
    assert await kinds(database, before) == []


async def test_an_erasure_leaves_the_chain_whole_and_a_removal_by_hand_does_not(database: Database) -> None:
    sealer = await begin_chain(database)
    async with database.begin() as uow:
        for user in ("7", "8"):
            facts = {"code": "not_an_official", "account": f"telegram/{user}"}
            await uow.audit_log.record("refused", NOW, ticket_id=int(user), facts=facts)
    await run(database, sealer)
    async with database.begin() as uow:
        cleared = await uow.audit_seals.erase_personal(audit.c.ticket_id == 7)
        await uow.audit_log.record(JournalAction.PERSON_ERASED.value, NOW, facts={"number": 1, "records": cleared})
    assert (await report(database)).is_whole  # its proof waits to be sealed
    await run(database, sealer)
    found = await report(database)
    assert (found.is_whole, found.erased, len(cleared)) == (True, 1, 1)
    async with database.engine.connect() as connection:
        salts = (await connection.execute(text("SELECT salt FROM audit_personal ORDER BY audit_id"))).scalars().all()
    assert [salt is None for salt in salts] == [True, False]

    await execute(database, """UPDATE audit SET facts = '{"code": "not_an_official"}' WHERE ticket_id = 8""")
    assert [one.kind for one in (await report(database)).misfits] == [MisfitKind.CHANGED]
    await execute(database, "UPDATE audit_personal SET salt = NULL")
    assert [one.kind for one in (await report(database)).misfits] == [MisfitKind.ERASED_UNPROVED]


async def test_an_erasure_before_the_seal_is_no_fault(database: Database) -> None:
    sealer = await begin_chain(database)
    async with database.begin() as uow:
        await uow.audit_log.record("flood", NOW, facts={"flood": 1, "subject": "telegram:7"})
    async with database.begin() as uow:
        cleared = await uow.audit_seals.erase_personal(audit.c.action == "flood")
        await uow.audit_log.record(JournalAction.PERSON_ERASED.value, NOW, facts={"number": 1, "records": cleared})
    await run(database, sealer)

    assert (await report(database)).is_whole


async def test_a_record_that_commits_late_is_sealed_late(database: Database) -> None:
    """On PostgreSQL a smaller number becomes visible after a greater one; on SQLite there is one writer."""
    if not database.is_shared:
        pytest.skip("one writer")
    sealer = await begin_chain(database, 1)
    async with database.begin() as slow:
        await slow.audit_log.record("accept", NOW, ticket_id=1)
        await slow.flush()
        for _ in range(3):
            await write(database, 2)
            await run(database, sealer)
        assert (await report(database)).records == 7
    await run(database, sealer)
    found = await report(database)
    assert (found.is_whole, found.records, found.unsealed) == (True, 8, 0)


async def test_the_chain_is_whole_after_the_data_moved_to_another_kind_of_database(
    database: Database, tmp_path: Path
) -> None:
    if not database.is_shared:
        pytest.skip("needs a server as the source")
    await begin_chain(database, 5)
    head = (await report(database)).head
    target = f"sqlite+aiosqlite:///{tmp_path / 'moved.sqlite3'}"
    await copy_database(database.engine.url.render_as_string(hide_password=False), target, lambda _: None)
    moved = Database(target)
    found = await report(moved, head)
    await moved.close()
    assert (found.is_whole, found.records, found.head) == (True, 5, head)


class Killed(Exception):
    """The process dies here."""


@pytest.mark.parametrize("seed", range(8))
async def test_any_interleaving_of_writers_sealers_and_crashes_leaves_the_chain_whole(
    database: Database, seed: int
) -> None:
    """Writers that commit late, roll back or stay open; two sealers, each of which may forget everything or die."""
    chance = random.Random(seed)
    await write(database, chance.randrange(8))
    sealers = [AuditSealer(_records_per_seal=chance.randint(1, 5)) for _ in range(2)]
    committed = await newest(database) and (await report(database)).backlog
    async with AsyncExitStack() as stack:
        writers: list[tuple[AsyncExitStack, int]] = []
        for _ in range(60):
            step = chance.random()
            if step < 0.4 and (database.is_shared or not writers):
                own = await stack.enter_async_context(AsyncExitStack())
                uow = await own.enter_async_context(database.begin())
                count = chance.randint(1, 3)
                for _ in range(count):
                    await uow.audit_log.record("accept", NOW, ticket_id=chance.randrange(9), facts={"account": "vk/1"})
                await uow.flush()
                writers.append((own, count))
            elif step < 0.6 and writers:
                own, count = writers.pop(chance.randrange(len(writers)))
                if chance.random() < 0.3:
                    await own.__aexit__(Killed, Killed(), None)
                else:
                    await own.aclose()
                    committed += count
            elif database.is_shared or not writers:
                await _run_and_perhaps_die(database, sealers, chance)
        while writers:
            own, count = writers.pop()
            await own.aclose()
            committed += count
        for _ in range(3):
            for sealer in sealers:
                await run(database, sealer)
    found = await report(database)
    assert (found.misfits, found.records, found.unsealed, found.backlog) == ([], committed, 0, 0)


async def _run_and_perhaps_die(database: Database, sealers: list[AuditSealer], chance: random.Random) -> None:
    """Run a sealer, or both at once; a death before the commit leaves nothing, and a new process knows nothing."""
    index = chance.randrange(2)
    if chance.random() < 0.25:
        sealer = sealers[index]
        async with database.read() as uow:
            await sealer.observe(context(uow))
        async with AsyncExitStack() as stack:
            uow = await stack.enter_async_context(database.begin())
            await sealer.seal(context(uow))
            await uow.flush()
            await stack.pop_all().__aexit__(Killed, Killed(), None)
        sealers[index] = AuditSealer(_records_per_seal=chance.randint(1, 5))
    elif database.is_shared and chance.random() < 0.5:
        await asyncio.gather(*(run(database, one) for one in sealers))
    else:
        await run(database, sealers[index])
