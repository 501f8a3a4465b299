"""A rolling upgrade: old processes go on while the tables grow under them."""

import pytest
from sqlalchemy import text

from tests.databases import DATABASE_KINDS
from tests.e2e.harness import GROUP, MARIA, ROADS_HEAD, Harness
from tests.e2e.reliability.test_postgres import build_second_app

pytestmark = pytest.mark.parametrize("kind", DATABASE_KINDS[1:], indirect=True)

ADDITIVE_STATEMENTS = (
    "ALTER TABLE ticket ADD COLUMN of_tomorrow VARCHAR(20) NOT NULL DEFAULT 'unknown'",
    "ALTER TABLE inbox ADD COLUMN of_tomorrow TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE outbox ADD COLUMN of_tomorrow INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE message ADD COLUMN of_tomorrow JSONB NOT NULL DEFAULT '[]'",
    "CREATE TABLE of_tomorrow (ticket_id BIGINT PRIMARY KEY REFERENCES ticket (id))",
    "CREATE INDEX ix_of_tomorrow ON ticket (of_tomorrow)",
)
"""The changes that the rule of docs/upgrade.md allows the next release."""

UNDO_STATEMENTS = (
    "DROP TABLE of_tomorrow",
    *(f"ALTER TABLE {name} DROP COLUMN of_tomorrow" for name in ("ticket", "inbox", "outbox", "message")),
)


async def test_tables_grow_under_two_processes_at_work(bot: Harness) -> None:
    assert bot.app is not None
    other = await build_second_app(bot)
    try:
        for number in range(30):
            bot.sandbox.telegram.user(3001 + number, f"Житель {number}")
            await bot.sandbox.telegram.send_message(
                GROUP, 3001 + number, f"На Ленина {3001 + number} огромная яма на дороге"
            )
            if number % 5 == 4:  # one statement of the migration after another, in the thick of it
                await _execute(bot, ADDITIVE_STATEMENTS[number // 5])
        await bot.wait_for_inbox()
        async with bot.app.database.read() as uow:
            assert sorted(await uow.tickets.get_many(range(1, 100))) == list(range(1, 31))
            assert set(await uow.inbox.count_by_status()) == {"done"}
        await bot.answer_ticket(ROADS_HEAD, 1, "Заделаем завтра.")
        await bot.wait_for_message(GROUP, "Заделаем завтра.")

        await bot.stop()  # the last of the old ones goes
        await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Мира 7 асфальт разбит, машины вязнут")
        await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "№31 · ", "Мира"))
    finally:
        await other.__aexit__()
        await bot.start()
        for statement in UNDO_STATEMENTS:  # the database is used again
            await _execute(bot, statement)


async def _execute(bot: Harness, statement: str) -> None:
    assert bot.app is not None
    async with bot.app.database.engine.begin() as connection:
        await connection.execute(text(statement))
