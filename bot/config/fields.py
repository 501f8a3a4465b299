"""Kinds of values in the configuration file that need more than a type: each says in Russian what is wrong with it."""

import re
from datetime import date, datetime, time
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from bot.config.errors import did_you_mean
from bot.domain.durations import BadTerm, Term

CUSTOM = "mcu"
"""The error type of our own messages: problem and remedy are in the error's context."""

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_INTERVAL = re.compile(r"\s*(\d{1,2}:\d\d)\s*[-–—]\s*(\d{1,2}:\d\d)\s*")
_RUSSIAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ZONES_OF_RUSSIA = (
    "Europe/Kaliningrad, Europe/Moscow, Europe/Samara, Asia/Yekaterinburg, Asia/Omsk, Asia/Barnaul, Asia/Krasnoyarsk, "
    "Asia/Irkutsk, Asia/Yakutsk, Asia/Vladivostok, Asia/Magadan, Asia/Sakhalin, Asia/Kamchatka"
)


def mend(problem: str, remedy: str) -> NoReturn:
    """Refuse a value with our own words."""
    raise PydanticCustomError(CUSTOM, "refused", {"problem": problem, "remedy": remedy})


def _text(value: Any, example: str) -> str:
    if not isinstance(value, str):
        mend("ожидается текст в кавычках", f"запишите так: {example}")
    return value.strip()


@cache
def _zones() -> frozenset[str]:
    """Looked up once: it reads a folder with six hundred files."""
    return frozenset(available_timezones())


def zone(value: Any) -> ZoneInfo:
    """«Asia/Vladivostok»."""
    name = _text(value, '"Asia/Vladivostok"')
    try:
        # ZoneInfo reads a file of that name: a folder, a path or a wrong letter case must not slip through.
        if name in _zones():
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    city = name.rpartition("/")[2].casefold()
    same = next((one for one in sorted(_zones()) if one.rpartition("/")[2].casefold() == city), None)
    hint = f"возможно, вы имели в виду «{same}»" if same else did_you_mean(name, sorted(_zones()))
    mend(
        f"часовой пояс «{name[:40]}» неизвестен",
        f"{hint + '; ' if hint else ''}пояса России: {_ZONES_OF_RUSSIA}",
    )


def term(value: Any) -> Term:
    """«8wh»."""
    if isinstance(value, Term):
        return value
    text = _text(value, '"8wh"')
    try:
        return Term.parse(text)
    except BadTerm as error:
        mend(f"{error.problem}: «{text[:20]}»", error.remedy)


def calendar_term(value: Any) -> Term:
    """«30m»: a term in calendar units."""
    result = term(value)
    if result.is_working:
        mend("здесь рабочее время не подходит", "укажите срок в обычных единицах: s, m, h, d; например «30m»")
    return result


def clock(value: Any) -> time:
    """«09:00», or a time of TOML without quotes."""
    if isinstance(value, time):
        return value
    text = _text(value, '"09:00"')
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        mend(
            f"«{text[:20]}» не похоже на время суток", "запишите часы и минуты от «00:00» до «23:59», например «09:00»"
        )
    return time(int(match[1]), int(match[2]))


def interval(value: Any) -> tuple[time, time]:
    """«09:00-13:00»."""
    text = _text(value, '"09:00-13:00"')
    match = _INTERVAL.fullmatch(text)
    if match is None:
        mend(f"«{text[:30]}» не похоже на промежуток времени", "запишите начало и конец через дефис: «09:00-13:00»")
    opening, closing = clock(match[1]), clock(match[2])
    if opening >= closing:
        mend(
            f"промежуток «{text}» заканчивается не позже, чем начинается",
            "начало должно быть раньше конца; рабочее время через полночь не поддерживается",
        )
    return opening, closing


def day(value: Any) -> date:
    """«2026-12-30», «30.12.2026», or a date of TOML without quotes."""
    if isinstance(value, datetime):
        mend("ожидается дата без времени", "запишите так: 2026-12-30")
    if isinstance(value, date):
        return value
    text = _text(value, "2026-12-30")
    try:
        if match := _RUSSIAN_DATE.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(text)
    except ValueError:
        mend(f"такой даты нет: «{text[:20]}»", "запишите год, месяц и день так: 2026-12-30")


def is_loopback(host: str) -> bool:
    """Whether *host* is this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split_url(value: Any, example: str) -> tuple[str, str, str]:
    text = _text(value, f'"{example}"').rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        mend("это не адрес в сети", f"укажите адрес целиком, например {example}")
    return text, parts.scheme, host


def base_url(value: Any) -> str:
    """The address of a messenger's API, without the slash at its end."""
    return _split_url(value, "https://api.telegram.org")[0]


def webhook_url(value: Any) -> str:
    """An address that the messenger calls: https, plain http only to this machine."""
    text, scheme, host = _split_url(value, "https://bot.gorod.ru/telegram")
    if scheme != "https" and not is_loopback(host):
        mend(
            "мессенджер вызывает только адреса https",
            "укажите адрес, который начинается с https://; http допустим лишь для этого же компьютера (127.0.0.1)",
        )
    return text


def url_path(url: str) -> str:
    """The path of a webhook's address as requests show it."""
    try:
        return urlsplit(url.strip().rstrip("/")).path or "/"
    except ValueError:
        return "/"


def listen(value: Any) -> tuple[str, int]:
    """«127.0.0.1:8080» → host and port."""
    text = _text(value, '"127.0.0.1:8080"')
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        mend(f"«{text[:60]}» не похоже на адрес и порт", "запишите так: «127.0.0.1:8080»")
    return host, int(port)


def sector_code(value: Any) -> str:
    """A short word of Latin letters: it goes into buttons."""
    text = _text(value, '"roads"')
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", text):
        mend(
            f"код «{text[:40]}» не подходит",
            "код состоит из строчных латинских букв, цифр, «_» и «-», начинается с буквы и не длиннее 32 знаков",
        )
    return text


_SQLITE, _POSTGRES = "sqlite+aiosqlite", "postgresql+asyncpg"


def database_url(value: Any) -> str:
    """The database's address; its driver must be one of ours."""
    text = _text(value, f'"{_SQLITE}:///var/mcu.sqlite3"')
    driver, separator, rest = text.partition("://")
    if not separator or driver not in (_SQLITE, _POSTGRES):
        # The address may hold a password: nothing of it is repeated but the driver.
        known = driver[:30] if separator and re.fullmatch(r"[a-z0-9+]+", driver) else ""
        mend(
            f"база данных «{known}» не поддерживается" if known else "это не адрес базы данных",
            f"укажите «{_SQLITE}:///var/mcu.sqlite3» или «{_POSTGRES}://пользователь:пароль@сервер/база»",
        )
    if driver == _POSTGRES and not rest.strip("/"):
        mend("в адресе базы данных нет сервера", f"запишите так: «{_POSTGRES}://пользователь:пароль@сервер/база»")
    return text


def resolve_database(url: str, folder: Path) -> str:
    """A relative SQLite file is looked for beside the configuration file, whatever the current directory is."""
    prefix = f"{_SQLITE}:///"
    if not url.startswith(prefix):
        return url
    name, question, options = url.removeprefix(prefix).partition("?")
    if not name or name.startswith(("/", ":memory:", "file:")):
        return url
    return f"{prefix}{folder / name}{question}{options}"


Zone = Annotated[ZoneInfo, BeforeValidator(zone)]
AnyTerm = Annotated[Term, BeforeValidator(term)]
CalendarTerm = Annotated[Term, BeforeValidator(calendar_term)]
Clock = Annotated[time, BeforeValidator(clock)]
Interval = Annotated[tuple[time, time], BeforeValidator(interval)]
Day = Annotated[date, BeforeValidator(day)]
BaseUrl = Annotated[str, BeforeValidator(base_url)]
WebhookUrl = Annotated[str, BeforeValidator(webhook_url)]
Listen = Annotated[tuple[str, int], BeforeValidator(listen)]
SectorCode = Annotated[str, BeforeValidator(sector_code)]
DatabaseUrl = Annotated[str, BeforeValidator(database_url)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Share = Annotated[float, Field(gt=0, lt=1)]
PositiveId = Annotated[int, Field(ge=1)]
