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
