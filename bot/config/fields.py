"""Types of values in the configuration file with their own parsers and Russian error texts."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from bot.config.errors import did_you_mean
from bot.domain.calendar import END_OF_DAY
from bot.domain.durations import Duration, InvalidDuration, TimeUnit
from bot.domain.rules import Share as TermShare

FAULT_ERROR_TYPE = "mcu"
"""The type of errors whose context holds a problem and a remedy in Russian."""

_SHARE = re.compile(r"\d{1,3}(?:\.\d{1,6})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_INTERVAL = re.compile(r"\s*(\d{1,2}:\d\d)\s*[-–—]\s*(\d{1,2}:\d\d)\s*")
_RUSSIAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ZONES_OF_RUSSIA = (
    *("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Barnaul"),
    *("Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Sakhalin"),
    "Asia/Kamchatka",
)
"""Zones for the message about an unknown one. Those are known without a look at the folder of all zones."""


def raise_fault(problem: str, remedy: str) -> NoReturn:
    """Return an error with a problem and a remedy in Russian."""
    raise PydanticCustomError(FAULT_ERROR_TYPE, "refused", {"problem": problem, "remedy": remedy})


def _require_text(value: Any, example: str) -> str:
    if not isinstance(value, str):
        raise_fault("ожидается текст в кавычках", f"запишите так: {example}")
    return value.strip()


@cache
def _known_zones() -> frozenset[str]:
    """Return all time zones; cached, because this reads a folder of six hundred files."""
    return frozenset(available_timezones())


def parse_zone(value: Any) -> ZoneInfo:
    """Parse «Asia/Vladivostok»."""
    name = _require_text(value, '"Asia/Vladivostok"')
    try:
        # ZoneInfo reads a file of that name: a folder, a path or a wrong letter case must not be accepted.
        if name in _ZONES_OF_RUSSIA or name in _known_zones():
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    city = name.rpartition("/")[2].casefold()
    same = next((one for one in sorted(_known_zones()) if one.rpartition("/")[2].casefold() == city), None)
    hint = f"возможно, вы имели в виду «{same}»" if same else did_you_mean(name, sorted(_known_zones()))
    raise_fault(
        f"часовой пояс «{name[:40]}» неизвестен",
        f"{hint + '; ' if hint else ''}пояса России: {', '.join(_ZONES_OF_RUSSIA)}",
    )


def parse_duration(value: Any) -> Duration:
    """Parse «8wh»."""
    if isinstance(value, Duration):
        return value
    text = _require_text(value, '"8wh"')
    try:
        return Duration.parse(text)
    except InvalidDuration as error:
        raise_fault(f"{error.problem}: «{text[:20]}»", error.remedy)


def parse_term(value: Any) -> Duration:
    """Parse «8wh», a term of work: years are no unit of it."""
    result = parse_duration(value)
    if result.unit is TimeUnit.YEAR:
        raise_fault(f"здесь срок в годах не подходит: «{result}»", "годы (y) бывают только в разделе [retention]")
    return result


def parse_wait(value: Any) -> Duration | None:
    """Parse «1h», or «0m»: at once."""
    if isinstance(value, str) and re.fullmatch(r"0+(\.0+)?\s*(s|m|h|d|wh|wd)", value.strip()):
        return None
    return parse_term(value)


MIN_RETENTION = timedelta(days=30)
"""A slip of the pen («5m» for «5y») must not cost a town its records."""


def parse_retention(value: Any) -> Duration:
    """Parse «5y», the time for which data are kept."""
    result = parse_duration(value)
    if result.is_working or result.to_timedelta() < MIN_RETENTION:
        raise_fault(
            f"«{result}» — слишком короткий срок хранения или рабочее время",
            "укажите не меньше 30 дней, в днях (d) или годах (y); например «5y»",
        )
    return result


def parse_draft_term(value: Any) -> Duration | TermShare:
    """Parse «4wh», or «0.5»: a share of the term of the answer."""
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and _SHARE.fullmatch(text):
        share = Decimal(text)
        if not 0 < share < 1:
            raise_fault(f"доля срока ответа не между 0 и 1: «{text}»", "укажите, например, «0.5» или срок: «4wh»")
        return TermShare(share)
    return parse_term(value)


def parse_words(value: Any) -> Any:
    """Return a single value as a list: a condition takes one value or several."""
    return value if isinstance(value, list | tuple) else [value]


def parse_calendar_duration(value: Any) -> Duration:
    """Parse «30m», a duration in calendar units."""
    result = parse_term(value)
    if result.is_working:
        raise_fault("здесь рабочее время не подходит", "укажите срок в обычных единицах: s, m, h, d; например «30m»")
    return result


def parse_clock(value: Any) -> time:
    """Parse «09:00», or a time of TOML without quotes."""
    if isinstance(value, time):
        return value
    text = _require_text(value, '"09:00"')
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise_fault(
            f"«{text[:20]}» не похоже на время суток", "запишите часы и минуты от «00:00» до «23:59», например «09:00»"
        )
    return time(int(match[1]), int(match[2]))


def parse_interval(value: Any) -> tuple[time, time]:
    """Parse «09:00-13:00»."""
    text = _require_text(value, '"09:00-13:00"')
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise_fault(
            f"«{text[:30]}» не похоже на промежуток времени", "запишите начало и конец через дефис: «09:00-13:00»"
        )
    opening = parse_clock(match[1])
    closing = END_OF_DAY if match[2] == "24:00" else parse_clock(match[2])
    if opening >= closing:
        raise_fault(
            f"промежуток «{text}» заканчивается не позже, чем начинается",
            "начало должно быть раньше конца; ночную смену запишите двумя промежутками: «20:00-24:00» и «00:00-08:00»",
        )
    return opening, closing


def parse_day(value: Any) -> date:
    """Parse «2026-12-30», «30.12.2026», or a date of TOML without quotes."""
    if isinstance(value, datetime):
        raise_fault("ожидается дата без времени", "запишите так: 2026-12-30")
    if isinstance(value, date):
        return value
    text = _require_text(value, "2026-12-30")
    try:
        if match := _RUSSIAN_DATE.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise_fault(f"такой даты нет: «{text[:20]}»", "запишите год, месяц и день так: 2026-12-30")


def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_open_to_internet(host: str) -> bool:
    """Return whether a listener at *host* can be reached from other networks: every address, or a public one."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_unspecified or address.is_global


def _split_url(value: Any, example: str) -> tuple[str, str, str]:
    text = _require_text(value, f'"{example}"').rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise_fault("это не адрес в сети", f"укажите адрес целиком, например {example}")
    return text, parts.scheme, host


def parse_proxy(value: Any) -> SecretStr:
    """Parse the address of a proxy; it is a secret, since it may hold a password."""
    example = "socks5://имя:пароль@proxy.gorod.ru:1080"
    text = _require_text(value, f'"{example}"')
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname and parts.port)
    except ValueError:
        is_whole, parts = False, urlsplit("")
    if parts.scheme not in ("socks5", "http") or not is_whole or parts.path.strip("/") or parts.query:
        raise_fault("это не адрес прокси", f"укажите вид, адрес и порт, например {example} или http://10.0.0.5:3128")
    return SecretStr(text)


def parse_base_url(value: Any) -> str:
    """Parse an address on the net; a slash at its end is removed."""
    return _split_url(value, "https://api.telegram.org")[0]


def parse_api_base(value: Any) -> str:
    """Parse the address of a messenger's API: https, or plain http to this machine, because tokens travel there."""
    problem = "по http токен и сообщения жителей прочтёт любой, кто стоит на пути"
    return _parse_safe_url(value, "https://api.telegram.org", problem)


def parse_webhook_url(value: Any) -> str:
    """Parse an address that a messenger calls: https, or plain http to this machine."""
    return _parse_safe_url(value, "https://bot.gorod.ru/telegram", "мессенджер вызывает только адреса https")


def _parse_safe_url(value: Any, example: str, problem: str) -> str:
    text, scheme, host = _split_url(value, example)
    if scheme != "https" and not is_loopback(host):
        raise_fault(
            problem,
            "укажите адрес, который начинается с https://; http допустим лишь для этого же компьютера (127.0.0.1)",
        )
    return text


def url_path(url: str) -> str:
    """Return the path of a webhook's address as requests have it."""
    try:
        return urlsplit(url.strip().rstrip("/")).path or "/"
    except ValueError:
        return "/"


def parse_listen(value: Any) -> tuple[str, int]:
    """Parse «127.0.0.1:8080» into host and port."""
    text = _require_text(value, '"127.0.0.1:8080"')
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise_fault(f"«{text[:60]}» не похоже на адрес и порт", "запишите так: «127.0.0.1:8080»")
    return host, int(port)


def parse_sector_code(value: Any) -> str:
    """Parse a short word of Latin letters: it becomes a part of button codes."""
    text = _require_text(value, '"roads"')
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", text):
        raise_fault(
            f"код «{text[:40]}» не подходит",
            "код состоит из строчных латинских букв, цифр, «_» и «-», начинается с буквы и не длиннее 32 знаков",
        )
    return text


_SQLITE, _POSTGRES = "sqlite+aiosqlite", "postgresql+asyncpg"


def parse_database_url(value: Any) -> str:
    """Parse the address of the database; its driver must be a supported one."""
    text = _require_text(value, f'"{_SQLITE}:///var/mcu.sqlite3"')
    driver, separator, rest = text.partition("://")
    if not separator or driver not in (_SQLITE, _POSTGRES):
        # The address may hold a password: only the driver is repeated.
        known = driver[:30] if separator and re.fullmatch(r"[a-z0-9+]+", driver) else ""
        raise_fault(
            f"база данных «{known}» не поддерживается" if known else "это не адрес базы данных",
            f"укажите «{_SQLITE}:///var/mcu.sqlite3» или «{_POSTGRES}://пользователь:пароль@сервер/база»",
        )
    example = f"запишите так: «{_POSTGRES}://пользователь:пароль@сервер/база»"
    if driver == _POSTGRES and not rest.strip("/"):
        raise_fault("в адресе базы данных нет сервера", example)
    port = rest.rpartition("@")[2].partition("/")[0].rpartition("]")[2].partition(":")[2]
    if driver == _POSTGRES and port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise_fault("порт в адресе базы данных не от 1 до 65535", example)
    return text


def resolve_database_url(url: str, folder: Path) -> str:
    """Resolve a relative SQLite file against the folder of the configuration file, not the current directory."""
    prefix = f"{_SQLITE}:///"
    if not url.startswith(prefix):
        return url
    name, question, options = url.removeprefix(prefix).partition("?")
    if not name or name.startswith(("/", ":memory:", "file:")):
        return url
    return f"{prefix}{folder / name}{question}{options}"


Zone = Annotated[ZoneInfo, BeforeValidator(parse_zone)]
AnyDuration = Annotated[Duration, BeforeValidator(parse_term)]
WaitDuration = Annotated[Duration | None, BeforeValidator(parse_wait)]
DraftDuration = Annotated[Duration | TermShare, BeforeValidator(parse_draft_term)]
RetentionDuration = Annotated[Duration, BeforeValidator(parse_retention)]
CalendarDuration = Annotated[Duration, BeforeValidator(parse_calendar_duration)]
ClockTime = Annotated[time, BeforeValidator(parse_clock)]
Interval = Annotated[tuple[time, time], BeforeValidator(parse_interval)]
Day = Annotated[date, BeforeValidator(parse_day)]
BaseUrl = Annotated[str, BeforeValidator(parse_base_url)]
ApiBase = Annotated[str, BeforeValidator(parse_api_base)]
ProxyUrl = Annotated[SecretStr, BeforeValidator(parse_proxy)]
WebhookUrl = Annotated[str, BeforeValidator(parse_webhook_url)]
ListenAddress = Annotated[tuple[str, int], BeforeValidator(parse_listen)]
SectorCode = Annotated[str, BeforeValidator(parse_sector_code)]
DatabaseUrl = Annotated[str, BeforeValidator(parse_database_url)]
CitizenText = Annotated[str, Field(max_length=1000)]
"""A text for citizens that the municipality words; empty: nothing is said."""

ShortText = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(min_length=1, max_length=1000)]
Words = Annotated[tuple[ShortText, ...], BeforeValidator(parse_words)]
Share = Annotated[float, Field(gt=0, lt=1)]
PositiveId = Annotated[int, Field(ge=1)]
