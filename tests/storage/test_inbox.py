"""The durable inbox: everything once, in order per conversation, and nothing lost with a process that died."""

import asyncio
import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.inbox import InboxRow
from bot.domain.json_values import sanitize_json
from bot.runtime.supervisor import Supervisor, WakeUp
from storage.database import Database
from storage.postgres.wake_up import listen_for_wake_ups
from tests.storage.helpers import LEASE, NOW, time_after

ACCOUNT = "telegram"


async def store_updates(
    database: Database, *updates: tuple[str, str], now: datetime = NOW, account: str = ACCOUNT
) -> None:
    """Updates (key, conversation) come in."""
    async with database.begin() as uow:
        await uow.inbox.store(account, [(key, conversation, {"text": key}) for key, conversation in updates], now)


async def claim_rows(database: Database, now: datetime = NOW, most: int = 50) -> list[InboxRow]:
    async with database.begin() as uow:
        return await uow.inbox.claim(now, LEASE, most)


def update_keys(rows: list[InboxRow]) -> list[str]:
    return [row.key for row in rows]


@pytest.mark.parametrize("words", ["Яма \\ [{", "Яма 😀", "Я\x00ма \ud83d"])
async def test_payload_is_stored_as_the_json_of_what_is_left_of_it(database: Database, words: str) -> None:
    payload = {"text": words, "numbers": [1, 2.5, None, True]}
    async with database.begin() as uow:
        await uow.inbox.store(ACCOUNT, [("1", "a", payload)], NOW)
    async with database.engine.connect() as connection:
        stored = (await connection.execute(text("SELECT CAST(payload AS TEXT) FROM inbox"))).scalar_one()
    assert json.loads(stored) == sanitize_json(payload)
    if not database.is_shared:  # PostgreSQL writes its JSON in its own way
        assert stored == json.dumps(sanitize_json(payload))
    [row] = await claim_rows(database)
    assert row.payload == sanitize_json(payload)


async def test_updates_come_in_their_order_and_once(database: Database) -> None:
    await store_updates(database, ("1", "a"), ("2", "b"), ("3", "a"))
    rows = await claim_rows(database)

    assert update_keys(rows) == ["1", "2", "3"]
    assert [row.payload for row in rows] == [{"text": "1"}, {"text": "2"}, {"text": "3"}]
    assert await claim_rows(database) == []


async def test_a_repeated_update_is_kept_once_even_when_handled(database: Database) -> None:
    await store_updates(database, ("1", "a"), ("1", "a"))
    async with database.begin() as uow:
        [row] = await uow.inbox.claim(NOW, LEASE, 50)
        await uow.inbox.finish([row.id], NOW)
    await store_updates(database, ("1", "a"))

    assert await claim_rows(database, time_after(days=1)) == []


async def test_another_account_may_use_the_same_key(database: Database) -> None:
    await store_updates(database, ("1", "a"))
    await store_updates(database, ("1", "a"), account="vk:500")

    rows = await claim_rows(database)
    assert [(row.account, row.conversation) for row in rows] == [("telegram", "telegram|a"), ("vk:500", "vk:500|a")]


async def test_most_bounds_a_claim(database: Database) -> None:
    await store_updates(database, *((str(n), "a") for n in range(5)))
    assert update_keys(await claim_rows(database, most=3)) == ["0", "1", "2"]


async def test_a_conversation_waits_for_the_update_that_is_being_handled(database: Database) -> None:
    await store_updates(database, ("1", "a"), ("2", "b"))
    assert update_keys(await claim_rows(database, most=1)) == ["1"]
    await store_updates(database, ("3", "a"), ("4", "b"))

    assert update_keys(await claim_rows(database)) == ["2", "4"]


async def test_a_conversation_waits_for_the_update_that_is_tried_again(database: Database) -> None:
    await store_updates(database, ("1", "a"), ("2", "a"), ("3", "b"))
    async with database.begin() as uow:
        rows = await uow.inbox.claim(NOW, LEASE, 50)
        await uow.inbox.postpone(rows[0].id, time_after(seconds=2), "Trouble")
        await uow.inbox.release([rows[1]])
        await uow.inbox.finish([rows[2].id], NOW)

    assert await claim_rows(database, time_after(seconds=1)) == []
    rows = await claim_rows(database, time_after(seconds=2))
    assert [(row.key, row.attempts) for row in rows] == [("1", 2), ("2", 1)]


async def test_a_buried_update_is_in_nobody_s_way(database: Database) -> None:
    await store_updates(database, ("1", "a"), ("2", "a"))
    async with database.begin() as uow:
        rows = await uow.inbox.claim(NOW, LEASE, 50)
        await uow.inbox.move_to_dead_letter(rows[0].id, NOW, "Trouble")
        await uow.inbox.release([rows[1]])

    assert update_keys(await claim_rows(database)) == ["2"]
    async with database.read() as uow:
        assert await uow.inbox.count_by_status() == {"dead": 1, "new": 1}


async def test_an_update_with_too_many_attempts_is_left_alone_with_its_conversation(database: Database) -> None:
    await store_updates(database, *((str(number), "a") for number in range(60)), ("other", "b"))
    for _ in range(2):
        await claim_rows(database, most=1)
        async with database.begin() as uow:
            await uow.inbox.release_all_leases()  # as after a death

    async with database.begin() as uow:
        assert update_keys(await uow.inbox.claim(NOW, LEASE, 50, max_attempts=2)) == ["other"]
    assert update_keys(await claim_rows(database, most=2)) == ["0", "1"]


async def test_a_lease_runs_out(database: Database) -> None:
    await store_updates(database, ("1", "a"))
    await claim_rows(database)

    assert await claim_rows(database, NOW + LEASE - timedelta(microseconds=1)) == []
    [row] = await claim_rows(database, NOW + LEASE)
    assert row.attempts == 2


async def test_a_start_takes_up_what_the_dead_process_held(database: Database) -> None:
    await store_updates(database, ("1", "a"), ("2", "a"))
    await claim_rows(database)
    async with database.begin() as uow:
        await uow.inbox.release_all_leases()

    assert update_keys(await claim_rows(database)) == ["1", "2"]


async def test_the_cursor_moves_with_the_updates_or_not_at_all(database: Database) -> None:
    async with database.begin() as uow:
        await uow.inbox.set_cursor(ACCOUNT, "10", NOW)
    with suppress(LookupError):
        async with database.begin() as uow:
            await uow.inbox.store(ACCOUNT, [("1", "a", {})], NOW)
            await uow.inbox.set_cursor(ACCOUNT, "11", NOW)
            raise LookupError

    async with database.read() as uow:
        assert await uow.inbox.get_cursor(ACCOUNT) == "10"
        assert await uow.inbox.get_cursor("vk:500") is None
    assert await claim_rows(database) == []


async def test_many_workers_share_the_work(database: Database, second: Database) -> None:
    await store_updates(database, *((str(n), f"chat {n}") for n in range(60)))

    async def work(mine: Database) -> list[str]:
        taken: list[str] = []
        while rows := await claim_rows(mine, most=7):
            taken += update_keys(rows)
            async with mine.begin() as uow:
                await uow.inbox.finish([row.id for row in rows], NOW)
        return taken

    shares = await asyncio.gather(*(work(one) for one in (database, second) * 2))
    assert sorted((key for share in shares for key in share), key=int) == [str(n) for n in range(60)]


async def test_long_keys_and_odd_payloads_are_kept(database: Database) -> None:
    payload: dict[str, Any] = {"text": "Ёж 🦔 \u202eabc\u200b ' ; DROP TABLE inbox; --", "nested": [{"n": None}, 1.5]}
    async with database.begin() as uow:
        await uow.inbox.store(ACCOUNT, [("k" * 500, "c" * 500, payload), ("k" * 501, "c" * 500, payload)], NOW)

    row, other = await claim_rows(database)
    assert (len(row.key), len(row.conversation)) == (128, 128)
    assert other.key != row.key, "a key that is known would be skipped"
    assert row.payload == payload


async def test_slow_worker_finds_its_lease_lost_before_commit(database: Database) -> None:
    await store_updates(database, ("1", "a"), ("2", "b"))
    slow = await claim_rows(database)
    quick = await claim_rows(database, NOW + LEASE, most=1)
    async with database.begin() as uow:
        lost = {row.id for row in quick}  # PostgreSQL may give out more than was asked for
        kept = [row for row in slow if row.id not in lost]
        assert slow[0].id in lost
        assert await uow.inbox.extend_leases(slow, time_after(minutes=3)) == {row.id for row in kept}
        assert await uow.inbox.extend_leases(quick, time_after(minutes=3)) == lost
        await uow.inbox.release(slow)

    assert update_keys(await claim_rows(database, time_after(minutes=2))) == update_keys(kept), (
        "what others hold was given back"
    )


async def test_update_waits_for_slow_predecessor_after_its_lease(database: Database, second: Database) -> None:
    if not database.is_shared:
        pytest.skip("on SQLite nobody looks while somebody writes")
    await store_updates(database, ("1", "a"), ("2", "a"))
    slow = await claim_rows(database, most=2)
    await store_updates(database, ("3", "a"), ("4", "b"))
    late = NOW + 2 * LEASE
    async with database.begin() as uow:
        held = await uow.inbox.extend_leases(slow, late + LEASE)
        assert held == {row.id for row in slow}
        assert update_keys(await claim_rows(second, late)) == ["4"]
        await uow.inbox.finish([slow[0].id], late)
        await uow.inbox.postpone(slow[1].id, late + timedelta(seconds=2), "Trouble")

    assert await claim_rows(second, late) == []
    assert update_keys(await claim_rows(second, late + timedelta(seconds=2))) == ["2", "3"]


async def test_handled_row_has_no_holder(database: Database) -> None:
    await store_updates(database, ("1", "a"))
    slow = await claim_rows(database)
    quick = await claim_rows(database, NOW + LEASE)
    async with database.begin() as uow:
        await uow.inbox.finish([row.id for row in quick], NOW)
    async with database.begin() as uow:
        assert await uow.inbox.extend_leases(slow, time_after(minutes=3)) == set()
        await uow.inbox.release(slow)
    assert await claim_rows(database, time_after(days=1)) == []


async def test_a_clock_that_is_put_back_holds_nobody_up(database: Database) -> None:
    await store_updates(database, ("leased", "a"), ("next", "a"))
    await claim_rows(database, most=1)
    await store_updates(database, ("waiting", "b"))
    before = NOW - timedelta(hours=1)
    assert sorted(update_keys(await claim_rows(database, before))) == ["leased", "next", "waiting"]


async def test_no_more_is_claimed_than_was_asked_for_whatever_the_server_plans(database: Database) -> None:
    if not database.is_shared:
        pytest.skip("SQLite has one way to do it")
    await store_updates(database, *((str(number), str(number)) for number in range(6)))
    async with database.begin() as uow:
        for way in ("hashjoin", "hashagg", "mergejoin", "material", "sort"):
            await uow._connection.execute(text(f"SET LOCAL enable_{way} = off"))
        assert len(await uow.inbox.claim(NOW, LEASE, 2)) == 2


async def test_only_dead_processes_claims_are_released(database: Database, second: Database) -> None:
    if not database.is_shared:
        pytest.skip("on SQLite there is one process")
    shown, supervisor = WakeUp(), Supervisor()
    supervisor.run_forever("wake-up", lambda: listen_for_wake_ups(second, lambda _, *, is_own: shown.set()))
    await shown.wait(10)
    assert second.presence_lock_id is not None
    await store_updates(database, ("1", "a"), ("2", "b"))
    async with second.begin() as uow:
        [held] = await uow.inbox.claim(NOW, LEASE, 1, second.presence_lock_id)
    async with database.begin() as uow:
        [leased] = await uow.inbox.claim(NOW, LEASE, 1)  # before its line stood, or by an older release
        assert await uow.inbox.release_orphaned() == 0

    await supervisor.stop()
    assert second.presence_lock_id is None
    async with asyncio.timeout(10):
        while True:
            async with database.begin() as uow:
                if await uow.inbox.release_orphaned():
                    break
    assert update_keys(await claim_rows(database)) == [held.key]
    async with database.begin() as uow:
        assert await uow.inbox.extend_leases([held, leased], time_after(minutes=1)) == {leased.id}
