"""Files that only the bot's own user may read: those that commands write, and those that an older release left open."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.main import cli
from tests.databases import copy_migrated_sqlite
from tests.e2e.harness import TOKEN, VK_TOKEN
from tests.e2e.operations.test_commands import run_command, run_process, write_config

WRITING = {
    "export": (
        ("--output", "tickets.csv"),
        ("--output", "tickets.xlsx", "--format", "xlsx"),
        ("--output", "existing.json", "--format", "json"),
    ),
    "backup": (("copy.sqlite3",),),
    "restore": (("given.sqlite3",),),
    "invite": ((),),
}
"""The commands that write files, and how they are called here.

`run` is in `test_service_manager`, `train` and `evaluate` are in `test_training_commands`, `import` opens the database
as `invite` does, `demo` has no real data, and `migrate-data` writes to PostgreSQL.
"""
ELSEWHERE = {"run", "train", "evaluate", "import", "demo", "migrate-data"}
BOT_USER = 65_534  # any number but root's
NOT_WRITING = {"check", "classify", "group", "journal"}


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes_of(folder: Path, *given: Path) -> dict[str, int]:
    """The rights of the group and of others on what is in *folder*, without the *given* files."""
    found = (path for path in folder.rglob("*") if path not in given)
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o077 for path in found}


def test_every_command_is_considered() -> None:
    names = {one.name or one.callback.__name__ for one in cli.registered_commands if one.callback is not None}
    assert names == WRITING.keys() | ELSEWHERE | NOT_WRITING


@pytest.mark.parametrize("command", WRITING)
async def test_written_files_are_private(tmp_path: Path, command: str) -> None:
    config = write_config(tmp_path)
    existing = tmp_path / "existing.json"
    existing.write_text("an earlier export", encoding="utf-8")
    given_copy = tmp_path / "given.sqlite3"
    url = f"sqlite+aiosqlite:///{tmp_path / 'mcu.sqlite3'}"
    if command in ("backup", "restore"):
        await copy_migrated_sqlite(url, tmp_path.parent)
        (tmp_path / "mcu.sqlite3").chmod(0o600)
        shutil.copy(tmp_path / "mcu.sqlite3", given_copy)
        given_copy.chmod(0o644)
    for words in WRITING[command]:
        code, _, errors = await run_command(command, *words, "--config", str(config), cwd=tmp_path)
        assert (code, errors) == (0, "")
    given = (config, given_copy) if command == "export" else (config, given_copy, existing)
    assert not any(modes_of(tmp_path, *given).values())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files that the bot's user cannot read")
@pytest.mark.parametrize("has_database", [True, False])
async def test_what_root_restores_or_copies_belongs_to_the_user_of_the_bot(tmp_path: Path, has_database: bool) -> None:
    """Somebody has forgotten «sudo -u mcu-bot»: the service must find a database that it can open."""
    config, database = write_config(tmp_path), tmp_path / "mcu.sqlite3"
    await copy_migrated_sqlite(f"sqlite+aiosqlite:///{database}", tmp_path.parent)
    shutil.copy(database, tmp_path / "given.sqlite3")
    if not has_database:
        database.unlink()
    for path in (tmp_path, *tmp_path.iterdir()):
        os.chown(path, BOT_USER, BOT_USER)
    for words in (("restore", "given.sqlite3"), ("backup", "copy.sqlite3")):
        code, _, errors = await run_command(*words, "--config", str(config), cwd=tmp_path)
        assert (code, errors) == (0, "")
    assert {path.name: path.stat().st_uid for path in tmp_path.iterdir() if path.stat().st_uid != BOT_USER} == {}


async def test_check_names_what_others_may_read(tmp_path: Path) -> None:
    config = write_config(tmp_path, token=TOKEN, vk_token=VK_TOKEN)
    text = config.read_text(encoding="utf-8").replace(f'token = "{TOKEN}"', 'token_file = "bot.token"')
    config.write_text(text, encoding="utf-8")
    (tmp_path / "bot.token").write_text(TOKEN, encoding="utf-8")
    (tmp_path / "mcu.sqlite3").write_bytes(b"")
    config.chmod(0o640)  # root's, and the group of the bot's user reads it
    _, output, errors = await run_process("check", "--config", str(config), cwd=tmp_path)
    assert "Traceback" not in errors
    named = [line.split(":")[0].removeprefix("i ") for line in output.splitlines() if "chmod -R go-rwx" in line]
    assert named == [str(tmp_path / "bot.token"), str(tmp_path / "mcu.sqlite3")]
