"""A row that the program or the database cannot take: it is refused in words, and the others go in, once each."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from bot.domain.import_files import ImportCounts
from bot.domain.imports import ImportedRow
from bot.services.context import UseCaseContext
from bot.services.imports import batches, files, matching
from storage.errors import DatabaseUnreachable
from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, ROADS_HEAD, Harness, message_text
from tests.e2e.imports.tables import count, finished, pos_row, select_all, send_table
from tests.e2e.queries import wait_until_idle

ROWS = [pos_row(str(100 + number)) if number % 5 == 0 else finished(str(100 + number)) for number in range(30)]
FAULT = "на этой строке случилась ошибка программы"


async def start_entering(bot: Harness) -> None:
    """The coordinator sends the table and presses «Внести»."""
    await send_table(bot, ROWS)
    preview = await bot.wait_for_message(COORDINATOR, "Зазвонит телефонов")
    await bot.press_button(COORDINATOR, preview, "Внести")


async def forbid_rows(bot: Harness, *numbers: str) -> None:
    """Let the database refuse all of these numbers but the first, as no code expects."""
    assert bot.app is not None
    listed = ", ".join(repr(number) for number in numbers)
    async with bot.app.database.engine.begin() as connection:
        await connection.execute(
            text(f"CREATE UNIQUE INDEX only_one ON ticket (source) WHERE external_number IN ({listed})")
        )


def fail_at(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """Let the search for messages of chats fail at the row with this number."""
    find = matching.find_matches

    async def find_or_fail(ctx: UseCaseContext, rows: Sequence[tuple[int, ImportedRow]]) -> matching.Matches:
        if any(row.number == number for _, row in rows):
            raise ZeroDivisionError
        return await find(ctx, rows)

    monkeypatch.setattr(matching, "find_matches", find_or_fail)


@ON_BOTH
async def test_row_that_breaks_a_constraint_is_refused_and_the_others_go_in(bot: Harness) -> None:
    await forbid_rows(bot, "107", "113", "121")
    await start_entering(bot)
    done = message_text(await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 28", "Не внесено: 2"))
    assert f"строка 15, №113: {FAULT}" in done
    assert f"строка 23, №121: {FAULT}" in done
    await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 6")
    await bot.wait_for_message(ADMINISTRATOR, "со строкой 15", "из ПОС")
    await wait_until_idle(bot)
    assert len([one for one in bot.bot_texts(ADMINISTRATOR) if "из ПОС" in one]) == 1
    assert await count(bot, "SELECT count(*) FROM ticket") == 28
    assert await count(bot, "SELECT count(*) FROM import_record") == 28
    assert await count(bot, "SELECT count(*) FROM audit WHERE action = 'registered'") == 28


async def test_row_that_fails_at_the_preview_is_named_there(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at(monkeypatch, "112")
    await send_table(bot, ROWS)
    preview = await bot.wait_for_message(COORDINATOR, "Новых: 29", "Нельзя внести: 1", f"строка 14, №112: {FAULT}")
    await bot.press_button(COORDINATOR, preview, "Внести")
    await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 29", f"строка 14, №112: {FAULT}")
    assert await count(bot, "SELECT count(*) FROM ticket") == 29


async def test_row_that_cannot_be_understood_is_refused(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bot.app is not None
    understanding = type(bot.app.runtime.municipality().understanding)
    read = understanding.read

    def read_or_fail(self: object, words: str, district: str | None = None) -> object:
        if "непостижимое" in words:
            raise RecursionError
        return read(self, words, district)  # type: ignore[arg-type]

    monkeypatch.setattr(understanding, "read", read_or_fail)
    await send_table(bot, [pos_row("101"), pos_row("102", ("", "", "Нечто непостижимое"))])
    await bot.wait_for_message(COORDINATOR, "Новых: 1", f"строка 3, №102: {FAULT}")


async def test_fault_of_the_whole_database_is_not_blamed_on_rows(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    enter, calls = batches.enter_batch, []

    async def enter_or_fail(*arguments: object) -> ImportCounts:
        calls.append(arguments)
        if len(calls) < 3:
            raise DatabaseUnreachable
        return await enter(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "enter_batch", enter_or_fail)
    await start_entering(bot)
    await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 30", "Не внесено: 0")
    assert await count(bot, "SELECT count(*) FROM ticket") == 30


async def test_file_that_always_fails_ends_in_words_and_holds_up_no_other(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end fails, whichever rows it has: the program is at fault."""
    on_entered = files.on_entered

    async def fail_once(ctx: UseCaseContext, file: files.ImportFile, by: str | None = None) -> None:
        if file.id == 1:
            raise ZeroDivisionError
        await on_entered(ctx, file, by)

    monkeypatch.setattr(files, "on_entered", fail_once)
    await start_entering(bot)
    await bot.wait_for_message(COORDINATOR, "❌", "Обработано строк: 30 из 30", "ошибка программы")
    await bot.wait_for_message(ADMINISTRATOR, "⚠️", "из ПОС", "не удалось")
    await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 6")
    await send_table(bot, ROWS)
    await bot.wait_for_message(COORDINATOR, "Новых: 0", "Уже есть: 30")
    assert await select_all(bot, "SELECT state FROM import_file ORDER BY id") == [("failed",), ("previewed",)]


async def test_result_comes_as_a_new_message_if_the_old_one_is_deleted(bot: Harness) -> None:
    await send_table(bot, ROWS)
    preview = await bot.wait_for_message(COORDINATOR, "Зазвонит телефонов")
    await bot.press_button(COORDINATOR, preview, "Внести")
    await bot.sandbox.telegram.delete(COORDINATOR, preview["message_id"])
    await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 30")
