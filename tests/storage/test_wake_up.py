"""Notifications of a server: everybody hears them, and knows which are their own."""

import asyncio

import pytest

from bot.runtime.supervisor import Supervisor
from storage.database import Database
from storage.postgres.wake_up import listen_for_wake_ups
from storage.unit_of_work import WakeUpTopic
from tests.storage.helpers import NOW

Heard = asyncio.Queue[tuple[WakeUpTopic, bool]]


@pytest.fixture(autouse=True)
def server(database: Database) -> None:
    if not database.is_shared:
        pytest.skip("a file has no other processes")


async def store(database: Database, key: str) -> None:
    async with database.begin() as uow:
        await uow.inbox.store("telegram", [(key, "a", {})], NOW)


async def test_a_process_tells_its_own_notifications_from_those_of_others(database: Database, second: Database) -> None:
    heard, supervisor = Heard(), Supervisor()
    supervisor.run_forever(
        "wake-up",
        lambda: listen_for_wake_ups(database, lambda topic, *, is_own: heard.put_nowait((topic, is_own))),
    )
    async with asyncio.timeout(20):
        assert [await heard.get() for _ in WakeUpTopic] == [(topic, False) for topic in WakeUpTopic]
        await store(second, "1")
        assert await heard.get() == (WakeUpTopic.WORK, False)
        await store(database, "2")
        assert await heard.get() == (WakeUpTopic.WORK, True)
    await supervisor.stop()


async def test_a_closed_connection_is_nobodys_own(database: Database) -> None:
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        pid = driver.get_server_pid()
        assert pid in database.own_sessions
        await connection.invalidate()
    assert pid not in database.own_sessions
