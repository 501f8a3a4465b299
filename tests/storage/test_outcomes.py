"""Outcomes that are written together: each counts, and one that cannot be written harms no other."""

import asyncio

from bot.outbox.outcomes import AfterCommit, OutcomeRecorder, Write
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW


def claiming(key: str, transactions: list[UnitOfWork], after: list[str]) -> Write:
    async def write(uow: UnitOfWork) -> AfterCommit:
        transactions.append(uow)
        if key == "refused":
            raise LookupError(key)
        await uow.once_keys.claim(key, NOW)
        return lambda: after.append(key)

    return write


async def test_outcomes_are_written_in_few_transactions_and_one_that_fails_harms_no_other(database: Database) -> None:
    recorder, transactions, after = OutcomeRecorder(database), list[UnitOfWork](), list[str]()
    keys = [f"k{number}" for number in range(9)]
    keys.insert(4, "refused")
    ends = await asyncio.gather(
        *(recorder.record(claiming(key, transactions, after)) for key in keys), return_exceptions=True
    )
    assert [type(end).__name__ for end in ends] == ["LookupError" if key == "refused" else "NoneType" for key in keys]
    async with database.read() as uow:
        assert await uow.once_keys.list_keys("k") == sorted(set(keys) - {"refused"})
    assert sorted(after) == sorted(set(keys) - {"refused"})


async def test_outcomes_that_wait_are_written_together_on_sqlite(database: Database) -> None:
    recorder, transactions, after = OutcomeRecorder(database), list[UnitOfWork](), list[str]()
    await asyncio.gather(*(recorder.record(claiming(f"k{number}", transactions, after)) for number in range(10)))
    assert len(after) == 10
    # The first does not wait for others; those that end meanwhile are written together.
    assert len(set(map(id, transactions))) == (10 if database.is_shared else 2)


async def test_a_delivery_that_is_cancelled_takes_no_other_outcome_with_it(database: Database) -> None:
    recorder, entered, after = OutcomeRecorder(database), asyncio.Event(), list[str]()

    async def hangs(uow: UnitOfWork) -> None:
        entered.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        hanging = group.create_task(recorder.record(hangs))
        await entered.wait()
        group.create_task(recorder.record(claiming("k1", [], after)))
        await asyncio.sleep(0)
        hanging.cancel()
    assert after == ["k1"]
