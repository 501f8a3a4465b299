"""The commands of the contract: what goes in, what comes out, which exit code."""

import asyncio
import csv
import io
import json
import os
import sys
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from bot.cli.main import main
from tests.e2e.harness import (
    COMMUNITY,
    CONFIG,
    CONFIG_DEFAULTS,
    GROUP,
    MARIA,
    ROADS_HEAD,
    STAFF,
    TOKEN,
    VK_TOKEN,
    Harness,
)

ROOT = Path(__file__).parents[3]


async def run_process(*words: str, cwd: Path, given: str = "") -> tuple[int, str, str]:
    """Run ``python -m bot …`` from another directory: (exit code, output, errors)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(given.encode())
    return process.returncode or 0, output.decode(), errors.decode()


async def run_command(*words: str, cwd: Path, given: str | bytes = "") -> tuple[int, str, str]:
    """The same without a process of its own, which takes two seconds to begin: for what a command reads and says.
    Not for those that set up the log."""
    return await asyncio.to_thread(_run_in_process, words, cwd, given)


def _run_in_process(words: Sequence[str], cwd: Path, given: str | bytes) -> tuple[int, str, str]:
    sent = given.encode() if isinstance(given, str) else given
    stdin, stdout, stderr = (io.TextIOWrapper(io.BytesIO(text), "utf-8") for text in (sent, b"", b""))
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, value in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr), ("argv", ["mcu-bot", *words])):
            patch.setattr(sys, name, value)
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    for stream in (stdout, stderr):
        stream.flush()
    return code, *(stream.buffer.getvalue().decode() for stream in (stdout, stderr))


def write_config(folder: Path, **changes: str) -> Path:
    values = CONFIG_DEFAULTS | {"token": "…", "url": "http://127.0.0.1:9", "vk_token": "…"} | changes
    path = folder / "town.toml"
    path.write_text(CONFIG.format_map(values), encoding="utf-8")
    return path


async def test_classify_answers_line_by_line_without_tokens(tmp_path: Path) -> None:
    lines = [
        {"id": "a", "text": "На Ленина 45 огромная яма на дороге"},
        {"id": 2, "text": "Всем доброе утро!"},
        {"id": None, "text": ""},
    ]
    given = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n"

    code, output, _ = await run_process("classify", "--config", str(write_config(tmp_path)), cwd=tmp_path, given=given)

    assert code == 0
    first, second, third = [json.loads(line) for line in output.splitlines()]
    assert first["id"] == "a"
    assert (first["appeal"], first["sector"]) == (True, "roads")
    assert set(first["sector_scores"]) == {"roads", "housing", "education"}
    assert all(0 <= score <= 1 for score in first["sector_scores"].values())
    assert (first["place"]["street"], first["place"]["house"]) == ("Ленина", "45")
    assert second["id"] == 2
    assert second["appeal"] is False
    assert second["sector"] in {"roads", "housing", "education"}
    assert third["id"] is None
    assert set(third) == {
        "id",
        "appeal",
        "appeal_score",
        "sector",
        "sector_scores",
        "theme",
        "topic",
        "urgent",
        "place",
    }


async def test_classify_names_a_broken_line_and_goes_on(tmp_path: Path) -> None:
    given = 'not json\n{"id": 1, "text": "яма на дороге"}\n'

    code, output, errors = await run_command(
        "classify", "--config", str(write_config(tmp_path)), cwd=tmp_path, given=given
    )

    assert code == 1
    assert json.loads(output)["id"] == 1
    assert "Строка 1" in errors
    assert "Traceback" not in errors


async def test_run_lists_every_fault_and_exits_with_2(tmp_path: Path) -> None:
    path = write_config(tmp_path, staff=STAFF + '[[staff]]\nname = "Двойник"\nrole = "head"\ntelegram_id = 1001\n')

    code, output, errors = await run_process("run", "--config", str(path), cwd=tmp_path)

    assert code == 2
    assert output == ""
    for key in ("telegram.token", "vk.communities[0].token", "staff[5]"):
        assert key in errors
    assert "Traceback" not in errors


async def test_an_unreachable_database_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    path = write_config(tmp_path, token="700001:sandbox-token-for-tests-only", vk_token="vk-token-for-tests-only")
    path.write_text(path.read_text().replace("aiosqlite:///mcu.sqlite3", "aiosqlite:///file/mcu.sqlite3"))

    code, _, errors = await run_process("run", "--config", str(path), cwd=tmp_path)

    assert code == 2
    assert "database.url" in errors
    assert "Traceback" not in errors


async def test_check_says_what_is_wrong_with_tokens(closed_bot: Harness, tmp_path: Path) -> None:
    url = closed_bot.sandbox.url
    path = write_config(tmp_path, url=url, token="700001:another-token-than-the-bots", vk_token="another-vk-token")

    code, output, errors = await run_process("check", "--config", str(path), cwd=tmp_path)

    assert code == 1
    assert "Telegram" in output
    assert "VK" in output
    assert "токен" in output.lower()
    assert "i Telegram «Подслушано», ответы «bot»: бот сам публикует ответ" in output
    assert "another" not in output + errors


async def test_check_names_officials_who_have_not_let_us_write(closed_bot: Harness, tmp_path: Path) -> None:
    """Neither a bot nor a community may write first."""
    bot = closed_bot
    for number in (3001, 3002):
        bot.sandbox.vk.user(number, "Лев", "Орлов")
    await bot.sandbox.vk.allow_messages(COMMUNITY, 3002)
    bot.sandbox.telegram.user(1031, "Игорь")
    staff = "".join(
        f'[[staff]]\nname = "{name}"\nrole = "curator"\n{key} = {number}\n'
        for name, key, number in (("Первый", "vk_id", 3001), ("Второй", "vk_id", 3002), ("Третий", "telegram_id", 1031))
    )
    path = write_config(tmp_path, url=bot.sandbox.url, token=TOKEN, vk_token=VK_TOKEN, staff=STAFF + staff)

    _, output, _ = await run_process("check", "--config", str(path), cwd=tmp_path)

    lines = [line for line in output.splitlines() if "ещё не разрешил нам писать" in line]
    assert len(lines) == 2, output
    assert "Третий (номер 1031)" in lines[0]
    assert "Первый (номер 3001)" in lines[1]
    assert f"https://vk.me/club{COMMUNITY}" in lines[1]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+7 не звоните", "-1", "@все"])
async def test_export_never_writes_a_formula(bot: Harness, text: str) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, f"{text} на Ленина 45 яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.stop()

    config = str(bot.folder / "config.toml")
    code, output, _ = await run_command("export", "--codes", "--config", config, cwd=bot.folder)

    assert code == 0
    [row] = csv.DictReader(io.StringIO(output))
    assert row["id"] == "1"
    assert row["sector"] == "roads"
    assert row["state"] == "assigned"
    assert row["text"] == f"'{text} на Ленина 45 яма на дороге"


async def test_export_knows_three_formats_and_periods(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 яма на дороге")
    await bot.answer_ticket(ROADS_HEAD, 1, "Заделаем завтра.")
    await bot.wait_for_message(GROUP, "Заделаем завтра.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await bot.stop()
    config, folder = str(bot.folder / "config.toml"), bot.folder

    code, output, _ = await run_command("export", "--config", config, "--format", "json", cwd=folder)
    [ticket] = json.loads(output)
    assert (code, ticket["state"], ticket["answer"]) == (0, "answered", "Заделаем завтра.")
    assert ticket["registered_at"] == "2026-11-20T14:30:00+10:00"
    assert ticket["link"].startswith("https://t.me/")

    code, _, _ = await run_command("export", "--config", config, "--format", "xlsx", "--output", "out.xlsx", cwd=folder)
    assert (folder / "out.xlsx").read_bytes().startswith(b"PK")
    for taken in ("none/out.csv", "."):
        code, _, errors = await run_command("export", "--config", config, "--output", taken, cwd=folder)
        assert code == 2
        assert errors.startswith("Файл не записан")
        assert "Traceback" not in errors

    code, output, _ = await run_command("export", "--codes", "--config", config, "--since", "2026-11-21", cwd=folder)
    assert list(csv.DictReader(io.StringIO(output))) == []
    code, output, _ = await run_command("export", "--codes", "--config", config, "--until", "20.11.2026", cwd=folder)
    assert [row["id"] for row in csv.DictReader(io.StringIO(output))] == ["1"]
    code, _, errors = await run_command("export", "--config", config, "--since", "вчера", cwd=folder)
    assert code == 2
    assert "2026-11-20" in errors


async def test_the_spreadsheet_speaks_russian(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 яма на дороге")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:other")
    await bot.wait_for_message(ROADS_HEAD, "Почему №1")
    await bot.send_message(ROADS_HEAD, "это сарказм")
    await bot.wait_for_message(ROADS_HEAD, "закрыто без ответа")
    await bot.wait_for_card(ROADS_HEAD, 1, "🚫 Не требует ответа: это сарказм")
    await bot.stop()
    config = str(bot.folder / "config.toml")

    await run_command("export", "--config", config, "--format", "xlsx", "--output", "out.xlsx", cwd=bot.folder)
    with zipfile.ZipFile(bot.folder / "out.xlsx") as book:
        said = book.read("xl/sharedStrings.xml").decode()
    for words in ("не требует ответа", "другое: это сарказм", "нет", "Telegram"):
        assert f"<t>{words}</t>" in said
    book = openpyxl.load_workbook(bot.folder / "out.xlsx", read_only=True)
    heading, row = book.active.iter_rows(values_only=True)
    values = dict(zip(heading, row, strict=True))
    assert isinstance(values["Поступило"], datetime), "a date and no text"
    assert values["Поступило"].isoformat() == "2026-11-20T14:30:00", "by the town's clock"
    book.close()

    _, output, _ = await run_command("export", "--config", config, "--format", "json", cwd=bot.folder)
    [ticket] = json.loads(output)
    assert (ticket["state"], ticket["dismiss_reason"]) == ("dismissed", "other")
