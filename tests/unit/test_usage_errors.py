"""Usage errors and refusals of the system, as an administrator reads them."""

import errno
import re
import sys

import pytest

from bot.cli import main
from bot.os_errors import describe_os_error

COMMANDS = [one.name or one.callback.__name__ for one in main.cli.registered_commands if one.callback is not None]
GROUPS = [one.name for one in main.cli.registered_groups if one.name is not None]


def command_output(
    *words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str]:
    monkeypatch.setattr(sys, "argv", ["mcu-bot", *words])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    shown = capsys.readouterr()
    return leaving.value.code, shown.err


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("zzz",), "Команды «zzz» нет."),
        (("run", "--zz"), "Ключа «--zz» нет."),
        (("run", "--config"), "После ключа «--config» нужно значение."),
        (("demo", "--port", "abc"), "Значение «--port» не подходит."),
        (("backup",), "Не хватает параметра «ФАЙЛ»."),
        (("migrate-data",), "Не хватает ключа «--to»."),
        (("run", "лишнее"), "Лишнее"),
    ],
)
def test_usage_errors_are_in_russian(
    words: tuple[str, ...], answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, errors = command_output(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert code == 2
    assert errors.startswith(answer)
    assert "--help" in errors
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--help",),
        *((name, "--help") for name in (*COMMANDS, *GROUPS)),
        ("person", "erase", "--help"),
        ("person", "export", "--help"),
        ("report", "cur", "--help"),
    ],
    ids=lambda words: words,
)
def test_help_is_russian(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mcu-bot", *words])
    with pytest.raises(SystemExit):
        main.main()
    page = capsys.readouterr().out

    assert page.startswith("Вызов: ")
    assert "Ключи:\n" in page
    assert "Показать эту справку." in page
    assert ("Команды:\n" in page) is (len(words) < 2 or (words[0] in GROUPS and len(words) == 2))
    english = re.findall(r"(?<![-./:+=\w])[A-Z]?[a-z]+(?![-./:+=\w])", page.split("\n", 1)[1])
    assert {*english} <= {
        "bot",
        "csv",
        "xlsx",
        "json",
        "dataset",
        "config",
        *COMMANDS,
        *GROUPS,
        "erase",
        "apply",
        "verify",
        "cur",
    }


def test_help_says_what_is_needed_and_what_stands_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "migrate-data", "--help"])
    with pytest.raises(SystemExit):
        main.main()
    page = " ".join(capsys.readouterr().out.split())

    assert "--to АДРЕС Адрес новой, пустой базы: postgresql+asyncpg://… Обязательный ключ." in page
    assert "--config, -c ФАЙЛ Файл настроек (TOML). Если не указать: config.toml." in page


def test_os_errors_are_in_russian() -> None:
    assert describe_os_error(PermissionError(errno.EACCES, "Permission denied", "/x")) == "нет прав доступа: /x"
    assert describe_os_error(OSError(errno.ENOSPC, "No space left on device")) == "на диске нет места"
    assert describe_os_error(OSError(9999, "What?")) == "системная ошибка 9999"
