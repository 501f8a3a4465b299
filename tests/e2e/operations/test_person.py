"""``person export`` and ``person erase``: everything that is stored of one citizen, and nothing of it afterwards."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Text, cast, select

from bot.domain.held_notes import Reader
from bot.domain.tickets import State
from storage.tables import metadata
from tests.databases import ON_BOTH
from tests.e2e.answers.test_clarifications import ask
from tests.e2e.harness import ANNA, CURATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import get_ticket_state, wait_until_idle

WORDS = "На улице Сиреневой 7, квартира 31, чудовищная яма на дороге, звоните 89141234567"
PRIVATE_WORDS = "Почему на Сиреневой никто не убирает дорогу, пишет Мария Кимовна"
ANSWER = "Мария Кимовна, яму засыпали"
ERASED = ("чудовищн", "89141234567", "Кимовн", "засыпали", "Мария")


async def run_person(bot: Harness, *words: str) -> tuple[int, str, str]:
    return await run_command("person", *words, "--config", str(bot.folder / "config.toml"), cwd=bot.folder)


async def list_stored_texts(bot: Harness) -> list[str]:
    """Every row of every table, as text."""
    found = []
    async with bot.read_tables() as connection:
        for table in metadata.sorted_tables:
            rows = await connection.execute(
                select(*(cast(column, Text) for column in table.columns if not isinstance(column.type, LargeBinary)))
            )
            for row in rows:
                text = f"{table.name} {tuple(row)}"
                found.append(json.loads(f'"{text}"') if "\\u04" in text and '"' not in text else _unescape(text))
    return found


def _unescape(text: str) -> str:
    """SQLite's JSON columns hold Cyrillic letters as escapes."""
    return re.sub(r"\\\\?u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)), text)


async def write_and_answer(bot: Harness) -> None:
    """Maria writes in public and in private; her first message is answered; Pyotr writes about something else."""
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, WORDS)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await bot.send_message(MARIA, PRIVATE_WORDS)
    await bot.wait_for_card(ROADS_HEAD, 2)
    await telegram.send_message(GROUP, PYOTR, "На Садовой 3 яма на дороге у школы")
    await bot.wait_for_card(ROADS_HEAD, 3)
    await wait_until_idle(bot)


@ON_BOTH
async def test_nothing_of_a_person_remains_anywhere(bot: Harness) -> None:
    await write_and_answer(bot)
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        quoting = {"code": "digest", "late": [[1, "Дороги", None, WORDS[:40] + "…"]]}
        await uow.held_notes.add(Reader(person_id=5), quoting, bot.clock.now())
        await uow.held_notes.give([1], bot.clock.now())  # so that nobody is told this unfinished one

    code, _, errors = await run_person(bot, "erase", "--account", f"telegram:{MARIA}", "--yes")
    assert code == 1
    assert "№2" in errors
    assert "--force" in errors
    code, proof, errors = await run_person(
        bot, "erase", "--ticket", "1", "--yes", "--force", "--output", str(bot.folder / "proof.txt")
    )
    assert (code, errors) == (0, "")
    bot.pass_time(seconds=5)
    card = await bot.wait_for_card(ROADS_HEAD, 2, "Данные жителя стёрты")
    await bot.wait_for_card(ROADS_HEAD, 1, "Данные жителя стёрты")
    await wait_until_idle(bot)

    assert "inline_keyboard" not in str(card.get("reply_markup", {})) or "Ответить" not in str(card)
    assert await get_ticket_state(bot, 2) is State.CLOSED
    texts = await list_stored_texts(bot)
    assert not [text for text in texts if any(word in text for word in ERASED)]
    assert not [text for text in texts if re.search(rf"\b{MARIA}\b", text)]
    assert [text for text in texts if "Садовой 3" in text], "other people's words stay"
    assert not [text for text in bot.bot_texts(ROADS_HEAD) if any(word in text for word in ERASED)]
    written = (bot.folder / "proof.txt").read_text(encoding="utf-8")
    assert written.strip() in proof
    assert not any(word in written for word in (*ERASED, str(MARIA)))
    assert (bot.folder / "proof.txt").stat().st_mode & 0o777 == 0o600

    code, again, _ = await run_person(bot, "erase", "--account", f"telegram:{MARIA}", "--yes")
    assert (code, "ничего не хранится" in again) == (0, True)
    await bot.send_message(MARIA, "На Сиреневой 7 снова яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 4, "Мария")


async def test_words_are_not_in_the_bytes_of_the_file(bot: Harness) -> None:
    await write_and_answer(bot)
    assert bot.app is not None
    database = Path(str(bot.app.database.engine.url.database))
    files = [database, database.with_name(database.name + "-wal")]
    assert any(WORDS.encode() in file.read_bytes() for file in files)

    code, _, _ = await run_person(bot, "erase", "--account", f"telegram:{MARIA}", "--yes", "--force")

    assert code == 0
    for file in files:
        held = file.read_bytes()
        for word in ("89141234567", "чудовищн", "Кимовн"):
            assert word.encode() not in held
            assert json.dumps(word)[1:-1].encode() not in held
            assert word.casefold().encode() not in held


@ON_BOTH
async def test_export_holds_everything_of_a_person_and_of_nobody_else(bot: Harness) -> None:
    await write_and_answer(bot)

    code, said, _ = await run_person(bot, "export", "--account", f"telegram:{MARIA}", "--output", "maria.json")

    assert code == 0
    assert "maria.json" in said
    file = bot.folder / "maria.json"
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)["Данные"]
    assert [row["id"] for row in data["Сообщения, над которыми работали"]] == [1, 2]
    assert all(words in text for words in (WORDS, PRIVATE_WORDS, ANSWER))
    assert "Садовой" not in text
    code, said, _ = await run_command("journal", "--config", str(bot.folder / "config.toml"), cwd=bot.folder)
    assert "выгрузка данных человека" in said
    assert str(MARIA) not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--account", "telegram:не число"), "не адрес"),
        (("--account", "telegram:1", "--ticket", "1"), "Укажите одно"),
        ((), "Укажите одно"),
        (("--ticket", "77"), "№77 нет"),
        (("--account", f"telegram:{ROADS_HEAD}"), "Это сотрудник"),
    ],
)
async def test_a_wrong_person_is_refused(bot: Harness, words: tuple[str, ...], said: str) -> None:
    code, _, errors = await run_person(bot, "erase", "--yes", *words)
    assert code in (1, 2)
    assert said in errors


@pytest.mark.parametrize("file", ["config.toml", "mcu.sqlite3"])
async def test_an_export_overwrites_neither_settings_nor_database(bot: Harness, file: str) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Нет горячей воды на Ленина 5 второй день")
    await wait_until_idle(bot)
    before = (bot.folder / "config.toml").read_bytes()
    output = str(bot.folder / file)

    code, _, errors = await run_person(bot, "export", "--account", f"telegram:{MARIA}", "--output", output)

    assert code == 2
    assert "Укажите другое имя" in errors
    assert (bot.folder / "config.toml").read_bytes() == before


async def test_the_message_in_a_problem_leaves_the_others_their_answer(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, "Нет горячей воды на Ленина 5 второй день")
    await wait_until_idle(bot)
    await telegram.send_message(GROUP, ANNA, "На Ленина 5 нет горячей воды, когда дадут?")
    await wait_until_idle(bot)

    code, _, errors = await run_person(bot, "erase", "--account", f"telegram:{MARIA}", "--yes", "--force")

    assert (code, errors) == (0, "")
    assert await get_ticket_state(bot, 1) is not State.CLOSED
    await wait_until_idle(bot)


async def test_journal_says_who_searched_copied_and_exported_but_not_for_what(bot: Harness) -> None:
    config = ("--config", str(bot.folder / "config.toml"))
    await bot.send_message(ROADS_HEAD, "/find Кимовна")
    await wait_until_idle(bot)
    for words in (("backup", "copy.sqlite3"), ("export", "--public", "--output", "all.csv")):
        code, _, errors = await run_command(*words, *config, cwd=bot.folder)
        assert (code, errors) == (0, "")

    code, said, _ = await run_command("journal", *config, cwd=bot.folder)

    assert code == 0
    searched, copied, exported = said.splitlines()
    assert "Начальник отдела дорог · поиск · знаков в запросе: 7 · найдено: 0" in searched
    assert "копия базы" in copied
    assert "copy.sqlite3" in copied
    assert "выгрузка сообщений" in exported
    assert "без личных данных" in exported
    assert "Кимовна" not in said


async def test_journal_says_who_has_opened_which_ticket(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, WORDS)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(CURATOR, "/find 1")
    await bot.wait_for_card(CURATOR, 1)
    await wait_until_idle(bot)

    code, said, _ = await run_command("journal", "--config", str(bot.folder / "config.toml"), cwd=bot.folder)

    assert code == 0
    assert "Куратор" in said
    assert "открыто сообщение №1" in said


@ON_BOTH
async def test_questions_to_a_person_and_their_replies_go_too_and_nobody_waits_any_more(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, WORDS)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await ask(bot, "Мария Кимовна, у какого подъезда?")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "У третьего, чудовищного")
    await bot.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "чудовищного")
    await ask(bot, "Мария Кимовна, а точнее?")
    await bot.wait_for_card(ROADS_HEAD, 1, "⏸ Ждём жителя")
    await wait_until_idle(bot)
    _, exported, _ = await run_person(bot, "export", "--account", f"telegram:{MARIA}", "--output", "maria.json")
    assert "maria.json" in exported
    written = (bot.folder / "maria.json").read_text(encoding="utf-8")
    assert all(words in written for words in ("а точнее?", "У третьего, чудовищного"))

    code, _, errors = await run_person(bot, "erase", "--account", f"telegram:{MARIA}", "--yes", "--force")

    assert (code, errors) == (0, "")
    bot.pass_time(days=4)
    await bot.wait_for_card(ROADS_HEAD, 1, "Данные жителя стёрты")
    await wait_until_idle(bot)
    assert not [text for text in await list_stored_texts(bot) if any(word in text for word in ERASED)]
    assert not [text for text in bot.bot_texts(ROADS_HEAD) if any(word in text for word in ERASED)]
    assert bot.find_message(ROADS_HEAD, "житель не ответил") is None
