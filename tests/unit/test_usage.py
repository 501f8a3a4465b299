"""Usage errors and refusals of the system, as an administrator reads them."""

import errno
import sys

import pytest

from bot import cli
from bot.usage import refused_by_system


def said(*words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    monkeypatch.setattr(sys, "argv", ["mcu-bot", *words])
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    shown = capsys.readouterr()
    return leaving.value.code, shown.err


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("zzz",), "Команды «zzz» нет."),
        (("run", "--zz"), "Ключа «--zz» нет."),
        (("run", "--config"), "После ключа «--config» нужно значение."),
        (("demo", "--port", "abc"), "Значение «--port» не подходит."),
        (("backup",), "Не хватает параметра «file»."),
        (("migrate-data",), "Не хватает ключа «--to»."),
        (("run", "лишнее"), "Лишнее"),
    ],
)
def test_what_was_typed_wrongly(
    words: tuple[str, ...], answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, errors = said(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert code == 2
    assert errors.startswith(answer)
    assert "--help" in errors
    assert len(errors.splitlines()) == 1


def test_what_the_system_refuses() -> None:
    assert refused_by_system(PermissionError(errno.EACCES, "Permission denied", "/x")) == "нет прав доступа: /x"
    assert refused_by_system(OSError(errno.ENOSPC, "No space left on device")) == "на диске нет места"
    assert refused_by_system(OSError(9999, "What?")) == "системная ошибка 9999"
