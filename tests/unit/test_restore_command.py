"""The command `restore`: it takes the place of the database only with a good copy, and keeps what was there."""

import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import main
from storage.sqlite.file_lock import DatabaseFileLock
from tests.databases import copy_migrated_sqlite
from tests.unit.test_backup_command import CONFIG

CopyMaker = Callable[[Path], Path]


@pytest.fixture
async def town(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a town whose database has a row that its copy lacks, in the write-ahead log."""
    await copy_migrated_sqlite(f"sqlite+aiosqlite:///{tmp_path / 'mcu.sqlite3'}", tmp_path_factory.getbasetemp())
    shutil.copy(tmp_path / "mcu.sqlite3", tmp_path / "copy.sqlite3")
    with closing(sqlite3.connect(tmp_path / "mcu.sqlite3")) as connection:
        connection.execute("INSERT INTO once VALUES ('later', '2026-11-20 12:00:00')")
        connection.commit()
        for suffix in ("", "-wal"):  # as after a crash, before the log is written into the file
            shutil.copy(tmp_path / f"mcu.sqlite3{suffix}", tmp_path / f"crashed{suffix}")
    for suffix in ("", "-wal"):
        (tmp_path / f"crashed{suffix}").replace(tmp_path / f"mcu.sqlite3{suffix}")
    config = tmp_path / "town.toml"
    config.write_text(CONFIG.format(database=tmp_path / "mcu.sqlite3"), encoding="utf-8")
    return config


def run_restore(monkeypatch: pytest.MonkeyPatch, town: Path, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "restore", *arguments, "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert isinstance(leaving.value.code, int)
    return leaving.value.code


def list_once_keys(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT key FROM once ORDER BY key")]


def test_restore_keeps_the_former_database(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = town.parent
    assert run_restore(monkeypatch, town, str(folder / "copy.sqlite3")) == 0
    [kept] = folder.glob("mcu.sqlite3.before-*")
    assert f"База восстановлена из {folder / 'copy.sqlite3'}. Прежняя сохранена: {kept}" in capsys.readouterr().out
    assert list_once_keys(kept) == ["later"]
    assert list_once_keys(folder / "mcu.sqlite3") == ["restored"]
    assert (folder / "mcu.sqlite3").stat().st_mode & 0o777 == 0o600
    assert not [one.name for one in folder.iterdir() if ".part" in one.name]


def not_a_database(folder: Path) -> Path:
    (folder / "copy").write_bytes(b"not a database, in spite of its name" * 100)
    return folder / "copy"


def another_program(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "copy")) as connection:
        connection.execute("CREATE TABLE contacts (id)")
    return folder / "copy"


def newer_release(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "copy.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    return folder / "copy.sqlite3"


def damaged_copy(folder: Path) -> Path:
    copy = folder / "copy.sqlite3"
    with closing(sqlite3.connect(copy)) as connection:
        [root] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_outbox_done'").fetchone()
        [size] = connection.execute("PRAGMA page_size").fetchone()
    with copy.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 64)
    return copy


@pytest.mark.parametrize(
    ("make_copy", "reason"),
    [
        (lambda folder: folder / "nothing", "файла копии нет"),
        (lambda folder: folder / "mcu.sqlite3", "это сама рабочая база"),
        (not_a_database, "копия — не база SQLite"),
        (another_program, "это не копия базы бота"),
        (newer_release, "копию сделала более новая версия бота"),
        (damaged_copy, "копия повреждена"),
    ],
)
def test_restore_refuses_a_bad_copy(
    town: Path, make_copy: CopyMaker, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = make_copy(town.parent)
    assert run_restore(monkeypatch, town, str(copy)) == 1
    said = capsys.readouterr().err
    assert "База не восстановлена, всё осталось как было" in said
    assert reason in said
    assert list_once_keys(town.parent / "mcu.sqlite3") == ["later"]
    assert not [one.name for one in town.parent.iterdir() if ".part" in one.name or ".before" in one.name]


def test_restore_takes_what_is_left_of_a_damaged_copy_when_forced(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_restore(monkeypatch, town, str(damaged_copy(town.parent)), "--force") == 0
    assert list_once_keys(town.parent / "mcu.sqlite3") == ["restored"]


def test_restore_does_not_ask_for_force_a_second_time(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = town.parent / "copy.sqlite3"
    copy.write_bytes(copy.read_bytes()[:20_000])
    assert run_restore(monkeypatch, town, str(copy), "--force") == 1
    said = capsys.readouterr().err
    assert "взять из неё нечего" in said
    assert "--force" not in said


def test_restore_moves_a_damaged_database_away(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = town.parent / "mcu.sqlite3"
    database.write_bytes(b"\0" * 5000)
    database.with_name("mcu.sqlite3-wal").unlink()
    assert run_restore(monkeypatch, town, str(town.parent / "copy.sqlite3")) == 0
    [kept] = town.parent.glob("mcu.sqlite3.before-*")
    assert kept.read_bytes() == b"\0" * 5000
    assert list_once_keys(database) == ["restored"]


@pytest.mark.parametrize("arguments", [("copy.sqlite3",), ("--after-pg-restore",)])
def test_restore_refuses_while_the_bot_runs(
    town: Path, arguments: tuple[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(town.parent)
    lock = DatabaseFileLock(town.parent / "mcu.sqlite3")
    try:
        assert run_restore(monkeypatch, town, *arguments) == 1
    finally:
        lock.release()
    assert "работает запущенный бот, остановите его" in capsys.readouterr().err
    assert list_once_keys(town.parent / "mcu.sqlite3") == ["later"]


def test_restore_leaves_postgresql_to_its_own_tool(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = town.read_text(encoding="utf-8")
    url = f"sqlite+aiosqlite:///{town.parent / 'mcu.sqlite3'}"
    town.write_text(text.replace(url, "postgresql+asyncpg://mcu@127.0.0.1:1/mcu"), encoding="utf-8")
    assert run_restore(monkeypatch, town, str(town.parent / "copy.sqlite3")) == 1
    assert "для PostgreSQL есть pg_restore, а после него — restore --after-pg-restore" in capsys.readouterr().err


def test_the_steps_after_a_restore_by_other_means_are_asked_for_alone(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_restore(monkeypatch, town) == 2
    assert run_restore(monkeypatch, town, "copy.sqlite3", "--after-pg-restore") == 2
    assert capsys.readouterr().err.count("Укажите одно: файл копии или --after-pg-restore.") == 2
    assert run_restore(monkeypatch, town, "--after-pg-restore") == 0
    assert list_once_keys(town.parent / "mcu.sqlite3") == ["later", "restored"]
