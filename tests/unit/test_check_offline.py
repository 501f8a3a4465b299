"""``check --offline``: everything that can be judged without the network, exit 0 or 2."""

import sys
from pathlib import Path

import pytest

from bot.cli import main
from tests.unit.test_config_bad import GOOD, build_config

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


def check(monkeypatch: pytest.MonkeyPatch, path: Path) -> int:
    monkeypatch.setattr(sys, "argv", ["mcu-bot", "check", "--offline", "--config", str(path)])
    with pytest.raises(SystemExit) as leaving:
        main.main()
    assert isinstance(leaving.value.code, int)
    return leaving.value.code


@pytest.mark.parametrize("path", [ROOT / "config.example.toml", *EXAMPLES], ids=lambda path: path.name)
def test_example_passes(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(monkeypatch, path) == 0
    output, errors = capsys.readouterr()
    assert "токена ещё нет. Впишите его" in output
    assert "✓ Настройки в порядке" in output
    assert not errors


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"telegram": 'token = "abc"\n'}, "telegram.token"),
        ({"telegram": 'token_file = "none"\n'}, "telegram.token_file"),
        ({"telegram": ""}, "telegram, vk, max"),
        ({"staff": ""}, "sectors[0]"),
        ({"staff_notices": 'lists_at = ["12:00", "23:00"]\n'}, "staff_notices.lists_at[1]"),
        ({"staff_notices": 'collect = "2d"\n'}, "staff_notices.collect"),
        ({"places": 'gazetteer = "none.csv"\n'}, "places.gazetteer"),
    ],
)
def test_fault_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    key: str,
) -> None:
    (tmp_path / "config.toml").write_text(build_config(**changes), encoding="utf-8")
    assert check(monkeypatch, tmp_path / "config.toml") == 2
    output, errors = capsys.readouterr()
    assert f"1. {key}: " in errors
    assert not output


def test_given_token_is_no_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(build_config(**GOOD), encoding="utf-8")
    assert check(monkeypatch, tmp_path / "config.toml") == 0
    assert "токена" not in capsys.readouterr().out
