"""Messages of the command `backup`, above all errors of the operating system, as administrators read them."""

import errno
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from bot.cli import main

CONFIG = """
[municipality]
name = "Пригорск"
timezone = "Europe/Moscow"
[database]
url = "sqlite+aiosqlite:///{database}"
[telegram]
token = "1:A"
[[telegram.chats]]
id = -1001
title = "Пригорск"
answers = "bot"
[[sectors]]
code = "roads"
[[staff]]
name = "Координатор Иванова"
role = "coordinator"
telegram_id = 1001
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The configuration of a town whose database has one table."""
    database = tmp_path / "mcu.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("create table one (number integer)")
    connection.close()
    config = tmp_path / "town.toml"
    config.write_text(CONFIG.format(database=database), encoding="utf-8")
    return config


def failed_backup_output(
    town: Path, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "backup", str(file), "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert leaving.value.code == 1
    said = capsys.readouterr().err
    assert not re.search(r"[Ee]rrno|error|unable|file|directory", said.replace(str(file), ""))
    return said


def test_backup_refuses_missing_folder(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = failed_backup_output(town, town.parent / "nowhere" / "copy.sqlite3", monkeypatch, capsys)
    assert said == (
        "Копия не сделана: файл не создать или не открыть. Проверьте, что папка есть и в неё можно писать.\n"
    )


def test_backup_refuses_folder_as_target(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (town.parent / "copy").mkdir()
    said = failed_backup_output(town, town.parent / "copy", monkeypatch, capsys)
    assert said.startswith("Копия не сделана: это папка, а нужен файл: ")
    assert said.endswith(" Укажите для копии другое место.\n")
    assert not (town.parent / "copy.part").exists()


def test_backup_refuses_file_that_is_no_database(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (town.parent / "mcu.sqlite3").write_bytes(b"not a database, whatever its name says " * 100)
    said = failed_backup_output(town, town.parent / "copy.sqlite3", monkeypatch, capsys)
    assert said == "Копия не сделана: это не база SQLite. Проверьте [database] url.\n"


def test_a_full_disk(town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    said = failed_backup_output(town, town.parent / "copy.sqlite3", monkeypatch, capsys)
    assert said == "Копия не сделана: на диске нет места. Укажите для копии другое место.\n"


def test_backup_prints_progress_and_check(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = town.parent / "copy.sqlite3"
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "backup", str(copy), "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert leaving.value.code == 0
    first, *steps, last = capsys.readouterr().out.splitlines()
    assert first == "Копирую базу. Бот в это время работает."
    assert steps == ["Скопировано 100 %"]
    assert last == f"Копия готова и проверена: {copy}, 0.0 МБ"


def link_to(database: Path, name: str) -> Path:
    """Return another name of the database's file."""
    other = database.with_name("other.sqlite3")
    if name == "symbolic link":
        other.symlink_to(database)
    else:
        other.hardlink_to(database)
    return other


@pytest.mark.parametrize("name", ["symbolic link", "hard link", "", "-wal", "-shm", ".lock", "../x/mcu.sqlite3"])
def test_backup_refuses_the_database_itself(
    town: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written there, the copy would replace the database under the running bot; ``--force`` changes nothing."""
    database = town.parent / "mcu.sqlite3"
    before = database.read_bytes(), database.stat().st_ino
    if name.startswith(".."):
        (town.parent / "x").symlink_to(town.parent)
        file = town.parent / "x" / "mcu.sqlite3"
    else:
        file = link_to(database, name) if "link" in name else database.with_name(database.name + name)
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "backup", str(file), "--force", "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert leaving.value.code == 1
    assert "это сама база бота или её служебный файл" in capsys.readouterr().err
    assert (database.read_bytes(), database.stat().st_ino) == before


@pytest.mark.parametrize("command", [("backup", "--force"), ("export", "--output")])
def test_no_command_overwrites_the_configuration(
    town: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = town.read_bytes()
    monkeypatch.setattr(sys, "argv", ["mcu-bot", *command, str(town), "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert leaving.value.code != 0
    assert "это файл настроек бота" in capsys.readouterr().err
    assert town.read_bytes() == before


@pytest.mark.parametrize("name", ["mcu.sqlite3", "mcu.sqlite3-wal"])
def test_export_refuses_the_database_as_output(
    town: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = town.parent / "mcu.sqlite3"
    before = database.read_bytes()
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "export", "--output", str(town.parent / name), "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert leaving.value.code == 2
    assert "сама база бота" in capsys.readouterr().err
    assert database.read_bytes() == before


def test_backup_replaces_an_earlier_copy_only_when_forced(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = town.parent / "copy.sqlite3"
    copy.write_bytes(b"yesterday's copy")
    said = failed_backup_output(town, copy, monkeypatch, capsys)
    assert said == (
        f"Копия не сделана: файл {copy} уже есть. Укажите другое имя или добавьте --force, чтобы заменить его.\n"
    )
    assert copy.read_bytes() == b"yesterday's copy"
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "backup", str(copy), "--force", "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert leaving.value.code == 0
    assert copy.read_bytes().startswith(b"SQLite format 3")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in town.parent.iterdir() if ".part" in one.name] == []


def test_backup_spares_a_database_that_is_named_like_an_unfinished_copy(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = town.parent / "copy.part"
    (town.parent / "mcu.sqlite3").rename(database)
    town.write_text(CONFIG.format(database=database), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "backup", str(town.parent / "copy"), "--config", str(town)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert leaving.value.code == 0
    assert database.exists()
