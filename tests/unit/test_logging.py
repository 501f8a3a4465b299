"""No line of the log and no word of a crash holds a secret."""

import logging
import sys
from pathlib import Path

import pytest

from bot import logging_setup
from bot.config import load_config

TELEGRAM = "7000000001:AAFakeButWellFormedTokenOfATest_00"
MAX = "f9LHodD0cOKFakeButWellFormedTokenOfATest9s8d7f6g5h4j3k2l1_aQ"
HEX = "0a1b2c3d" * 9

ROWS = [
    ("Telegram token", f"GET https://api.telegram.org/bot{TELEGRAM}/getMe failed", TELEGRAM),
    (
        "Telegram token",
        "file https://api.telegram.org/file/bot7000000001%3AAAFakeButWellFormedTokenOfATest_00/a",
        "AAFake",
    ),
    ("Telegram token in a path", "http://127.0.0.1/bot7:short/getMe", "short"),
    ("VK token", "vk1.a.FakeButWellFormedTokenOfATest", "FakeBut"),
    ("VK service key or older token", f"key {HEX} refused", HEX),
    ("VK service key or older token", f'DEBUG "POST /method/wall.get?x={HEX} HTTP/1.1" 200', HEX),
    ("random word", f"MAX refused {MAX}", MAX),
    ("random word", f"<CIMultiDictProxy('Authorization': '{MAX}')>", MAX),
    ("value of a named secret", "access_token=abcdef&v=5.199", "abcdef"),
    ("named secret of a pair", "('X-Telegram-Bot-Api-Secret-Token', 'my own words')", "my own words"),
    ("named secret of a pair", "(b'X-Max-Bot-Api-Secret', b'гав-гав')", "гав-гав"),
    ("value of a named secret", '{"type": "confirmation", "secret": "abc def"}', "abc def"),
    ("value of a named secret", "Authorization: Bearer abcdef", "abcdef"),
    ("value of a named secret", "host=db password='a b c' user=mcu", "a b c"),
    ("password in an address", "postgresql+asyncpg://mcu:p@ss/word@db:5432/mcu is down", "ss/word"),
    ("password in an address", "proxy http://user:hunter2@10.0.0.1:3128", "hunter2"),
    ("secret in a query", "GET /lp?act=a_check&key=abc123&ts=5", "abc123"),
    ("secret in a query", "https://t.me/gorod_bot?start=Ab3-dE_9xYz1", "Ab3-dE_9xYz1"),
    ("invitation code", "command /start Ab3-dE_9xYz1", "Ab3-dE_9xYz1"),
    ("Russian phone number", "call +7 (924) 123-45-67 now", "123-45-67"),
    ("Russian phone number", "8\u00a0924\u00a0123\u201145\u201167", "924"),
    ("Russian phone number", "8.924.123.45.67", "924.123"),
    ("Russian phone number", "79241234567", "79241234567"),
    ("landline", "(42355) 2-12-34", "2-12-34"),
]


@pytest.mark.parametrize(
    ("form", "line", "secret"), ROWS, ids=[f"{form} {number}" for number, (form, _, _) in enumerate(ROWS)]
)
def test_secret_is_removed_from_every_form(form: str, line: str, secret: str) -> None:
    assert secret not in logging_setup.scrub(line)
    assert logging_setup.MASK in logging_setup.scrub(line)


def test_every_form_has_a_row() -> None:
    assert {form for form, _, _ in ROWS} == {form.name for form in logging_setup.SECRET_FORMS}


@pytest.mark.parametrize(
    "line",
    [
        '2026-11-28T08:15:22.123+00:00 INFO bot.app: started accounts=["telegram", "vk:500", "max"]',
        "update telegram:701234567 conversation chat:-1001234567890",
        "MAX chat -70801090403050, message mid.0000000000000000019e0000000b00f1",
        "ticket 142 once-key absent:0123456789abcdef",
        'webhook: wrong secret path="/telegram" refused=3',
        "http://127.0.0.1:8080/telegram",
        "sqlite+aiosqlite:////var/lib/mcu-bot/mcu.sqlite3",
    ],
)
def test_ids_and_actions_are_kept(line: str) -> None:
    assert logging_setup.scrub(line) == line


def logged(record: logging.LogRecord, *known: str) -> str:
    return logging_setup.ScrubbingFormatter(known).format(record)


def test_secret_of_the_configuration_is_removed_whatever_its_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MCU_TELEGRAM__TOKEN", "MCU_DATABASE__URL"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "town.toml"
    file.write_text(
        '[municipality]\nname = "Город"\ntimezone = "Asia/Vladivostok"\n'
        '[database]\nurl = "postgresql+asyncpg://mcu:pass%20word@db/mcu"\n'
        f'[telegram]\ntoken = "{TELEGRAM}"\nsecret = "kot-vaska"\n'
        '[vk]\nservice_token = "servis-key"\n[[vk.communities]]\nid = 1\ntoken = "plain-word"\nsecret = "murka-1"\n'
        '[[sectors]]\ncode = "roads"\n[[staff]]\nname = "К"\nrole = "coordinator"\ntelegram_id = 1\n',
        encoding="utf-8",
    )
    secrets = load_config(file).known_secrets()
    assert secrets >= {TELEGRAM, "kot-vaska", "servis-key", "plain-word", "murka-1", "pass word"}
    try:
        raise ValueError("bad answer for plain-word with kot-vaska")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("x", 40, "", 0, "db pass%%20word: %s", ("servis-key",), error)
    record.detail = "murka-1"
    line = logged(record, *secrets)
    assert "Traceback" in line
    assert not [one for one in (*secrets, "pass%20word") if one in line]


def test_crash_is_printed_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    error = RuntimeError(f"https://api.telegram.org/bot{TELEGRAM}/getMe")
    logging_setup.print_crash(RuntimeError, error, None)
    shown = capsys.readouterr().err
    assert "RuntimeError" in shown
    assert TELEGRAM not in shown
