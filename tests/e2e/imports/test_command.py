"""``python -m bot import``: the same table by a command, while the bot works and while it does not."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import text

from tests.e2e.harness import ADMINISTRATOR, ROADS_HEAD, Harness, message_text
from tests.e2e.imports.tables import as_csv, count, finished, pos_row
from tests.e2e.operations.test_commands import run_command, run_process
from tests.e2e.queries import wait_until_idle

ROWS = [pos_row("101"), finished("102"), pos_row("103", came="31.02.2026")]


async def run_import(
    bot: Harness,
    *options: str,
    data: bytes | None = None,
    run: Callable[..., Awaitable[tuple[int, str, str]]] = run_command,
) -> tuple[int, str, str]:
    """Run the command on a table; return its exit code and what it has printed.

    *run*: ``run_process`` gives it a process of its own.
    """
    file: Path = bot.folder / "ПОС.csv"
    file.write_bytes(as_csv(ROWS) if data is None else data)
    return await run("import", str(file), *options, "--config", str(bot.write_config()), cwd=bot.folder)


async def test_command_enters_a_table_while_the_bot_works(bot: Harness) -> None:
    code, out, _ = await run_import(bot, "--system", "pos", "--dry-run")
    assert code == 1
    assert "Ничего не внесено, так было бы" in out
    assert await count(bot, "SELECT count(*) FROM ticket") == 0

    code, out, err = await run_import(bot, "--system", "pos", run=run_process)
    assert (code, err) == (1, "")
    assert "строка 4, №103, столбец «Дата поступления»" in out
    assert "новых: 2, из них завершены там: 1" in out
    assert "отказано: 1" in out
    assert "Зазвонит телефонов: 0" in out
    listed = await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 1")
    assert "№1 (101)" in message_text(listed)

    code, out, _ = await run_import(bot, "--system", "pos", data=as_csv(ROWS[:2]))
    assert code == 0
    assert "новых: 0" in out
    assert "уже были: 2" in out
    await wait_until_idle(bot)
    assert await count(bot, "SELECT count(*) FROM ticket") == 2
    assert await count(bot, "SELECT count(*) FROM audit WHERE action = 'imported'") == 1


async def test_command_leaves_everything_if_the_file_is_no_table(bot: Harness) -> None:
    code, out, err = await run_import(bot, "--system", "pos", data=b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert (code, out) == (2, "")
    assert "Ничего не внесено. Это не таблица." in err
    code, _, err = await run_import(bot, "--system", "nowhere")
    assert code == 2
    assert "Столбцы системы «nowhere» неизвестны. Есть: pos, ecur" in err


async def test_command_says_why_a_file_cannot_be_read(tmp_path: Path, bot: Harness) -> None:
    config = str(bot.write_config())
    for file, words in (("нет.csv", "файла или папки нет: нет.csv. Проверьте путь."), (".", "это папка, а нужен файл")):
        code, out, err = await run_command("import", file, "--system", "pos", "--config", config, cwd=tmp_path)
        assert (code, out) == (2, "")
        assert "Ничего не внесено." in err
        assert words in err


async def test_what_the_command_enters_reaches_the_posts_when_the_bot_starts(bot: Harness) -> None:
    await bot.stop()
    code, out, _ = await run_import(bot, "--system", "pos", data=as_csv(ROWS[:2]))
    assert code == 0, out
    await bot.start()
    await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 1")


async def test_command_names_the_row_that_the_database_refuses(bot: Harness) -> None:
    """No code expects the refusal; the row is found by halves, as in the chat."""
    assert bot.app is not None
    async with bot.app.database.engine.begin() as connection:
        only_one = "CREATE UNIQUE INDEX only_one ON ticket (source) WHERE external_number IN ('101', '103')"
        await connection.execute(text(only_one))
    rows = [finished(str(number)) for number in range(101, 106)]
    code, out, err = await run_import(bot, "--system", "pos", data=as_csv(rows))
    assert (code, "Traceback" in err) == (1, False)
    assert "строка 4, №103: на этой строке случилась ошибка программы" in out
    assert "новых: 4" in out
    assert "отказано: 1" in out
    await bot.wait_for_message(ADMINISTRATOR, "со строкой 4", "из ПОС")


async def test_command_names_the_own_system_whose_table_it_is(closed_bot: Harness) -> None:
    """The headings of «[[systems]]» are known: the person is told whose table it is and what to type."""
    columns = '{ number = "Карточка", text = "Суть" }'
    closed_bot.settings["more"] = f'[[systems]]\ncode = "edds"\ntitle = "ЕДДС"\ncolumns = {columns}\n'
    table = as_csv([{"Карточка": "1", "Суть": "Яма на Мира 5"}], ("Карточка", "Суть"))

    code, _, err = await run_import(closed_bot, "--system", "pos", data=table)
    assert code == 2
    assert "Ничего не внесено. Столбцы этой таблицы — из другой системы: ЕДДС." in err
    assert "вместо --system pos укажите --system edds" in err

    code, out, _ = await run_import(closed_bot, "--system", "edds", data=table)
    assert (code, "новых: 1" in out) == (0, True)
