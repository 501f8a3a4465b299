"""A table in two hands, and a bot that dies in the middle of one: each number comes once."""

import asyncio

import pytest

from bot.domain.import_files import ImportCounts
from bot.services.imports import batches
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.imports.tables import as_csv, count, finished, pos_row, select_all, send_table
from tests.e2e.queries import wait_until_idle

pytestmark = ON_BOTH
ROWS = [pos_row(str(100 + number)) if number % 5 == 0 else finished(str(100 + number)) for number in range(60)]


async def test_entering_goes_on_after_the_death_of_the_process(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies with the third transaction open, and with the work of two committed."""
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    enter, calls = batches.enter_batch, []

    async def die(*arguments: object) -> ImportCounts:
        counts = await enter(*arguments)  # type: ignore[arg-type]
        calls.append(counts)
        if len(calls) == 3:
            raise asyncio.CancelledError
        return counts

    monkeypatch.setattr(batches, "enter_batch", die)
    await send_table(bot, ROWS)
    preview = await bot.wait_for_message(COORDINATOR, "Новых: 60")
    await bot.press_button(COORDINATOR, preview, "Внести")
    await bot.wait_until(lambda: len(calls) >= 3)
    await bot.stop()
    monkeypatch.setattr(batches, "enter_batch", enter)
    await bot.start()
    await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 60")
    await wait_until_idle(bot)
    assert await count(bot, "SELECT count(*) FROM ticket") == 60
    assert await count(bot, "SELECT count(*) FROM audit WHERE action = 'registered'") == 60
    lists = [one for one in bot.bot_texts(ROADS_HEAD) if one.startswith("📥 Новых из ПОС")]
    assert [one.splitlines()[0] for one in lists] == ["📥 Новых из ПОС: 12"]


async def test_two_people_enter_the_same_table_at_the_same_time(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace('role = "curator"', 'role = "centre_staff"')
    await bot.start()
    other = 1004
    for person in (COORDINATOR, other):
        await bot.sandbox.telegram.send_message(person, person, document=("ПОС.csv", as_csv(ROWS)))
    previews = [await bot.wait_for_message(person, "Новых: 60") for person in (COORDINATOR, other)]
    for person, preview in zip((COORDINATOR, other), previews, strict=True):
        await bot.press_button(person, preview, "Внести")
    done = [await bot.wait_for_message(person, "✅ ПОС") for person in (COORDINATOR, other)]
    words = " ".join(message_text(one) for one in done)
    assert "Внесено новых: 60" in words
    assert "Уже были: 60" in words
    assert await count(bot, "SELECT count(*) FROM ticket") == 60
    assert await select_all(bot, "SELECT count(*) FROM import_file") == [(2,)]
    assert await count(bot, "SELECT count(*) FROM import_content") == 0
