"""Tokens and other secrets: reading them from files, and refusing examples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from bot.bounded_files import read_bounded
from bot.config.errors import Fault
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.sources import ENV_PREFIX

MAX_TOKEN_FILE_BYTES = 1 << 16

_EXAMPLE_WORDS = frozenset(
    {"token", "secret", "changeme", "change-me", "change_me", "your-token", "your_token", "yourtoken", "xxx", "todo"}
)
# Samples from Telegram's manual, which people copy.
_EXAMPLE_STARTS = ("123456:abc", "123456789:abc", "110201543:aahdqtcvch1vgwjxfseofsas0k5paldsaw", "<", "your")
_TELEGRAM = re.compile(r"\d+:[A-Za-z0-9_-]+")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class TokenSection:
    """A table of the configuration that holds a token."""

    key: str  # telegram, vk.communities[0], max
    values: dict[str, Any]
    token_origin: str  # where an administrator gets a token

    @property
    def environment_variable(self) -> str:
        return ENV_PREFIX + re.sub(r"\[(\d+)\]", r"__\1", self.key).replace(".", "__").upper() + "__TOKEN"


def token_sections(tree: dict[str, Any]) -> Iterator[TokenSection]:
    """Return every table that must have a token; tables of a wrong type are left out."""
    for kind in MESSENGER_KINDS:
        section = tree.get(kind.section_name)
        if not isinstance(section, dict):
            continue
        if not kind.has_token_per_chat:
            yield TokenSection(kind.section_name, section, kind.token_origin)
            continue
        places = section.get(kind.chats_key)
        for index, place in enumerate(places if isinstance(places, list) else ()):
            if isinstance(place, dict):
                yield TokenSection(f"{kind.section_name}.{kind.chats_key}[{index}]", place, kind.token_origin)


def is_placeholder(token: str) -> bool:
    """Return whether a token is an example or a placeholder."""
    low = token.strip().lower()
    return (
        not low
        or "…" in low
        or "..." in low
        or not low.isascii()
        or any(char.isspace() for char in low)
        or low.strip("*xX-_.") == ""
        or low in _EXAMPLE_WORDS
        or low.startswith(_EXAMPLE_STARTS)
    )


def _service_key_faults(tree: dict[str, Any]) -> Iterator[Fault]:
    vk = tree.get("vk")
    key = vk.get("service_token") if isinstance(vk, dict) else None
    if isinstance(key, str) and is_placeholder(key):
        yield Fault(
            "vk.service_token",
            "вместо ключа стоит образец",
            "впишите сервисный ключ приложения (dev.vk.com, «Мои приложения», «Управление») или удалите строку",
        )


def resolve_tokens(
    tree: dict[str, Any], folder: Path, *, needed: bool, examples_allowed: bool = False
) -> Iterator[Fault]:
    """Put the content of every ``token_file`` in the place of the token, and check all tokens; yields the faults.

    Without need nothing is read and nothing but the double entry is a fault; with *examples_allowed* a missing token
    and an example are none. Values of a wrong type are left for the
    types' own check.
    """
    yield from _resolve_proxies(tree, folder, needed=needed)
    if needed and not examples_allowed:
        yield from _service_key_faults(tree)
    for holder in token_sections(tree):
        token, file = holder.values.get("token"), holder.values.get("token_file")
        key = f"{holder.key}.token"
        if token is not None and file is not None:
            yield Fault(key, "указаны и token, и token_file", "оставьте что-то одно")
            continue
        if not needed or any(value is not None and not isinstance(value, str) for value in (token, file)):
            continue
        if file is not None:
            key = f"{holder.key}.token_file"
            token = _read_token_file(folder / file)
            if token is None:
                yield Fault(
                    key, f"файл с токеном «{file[:100]}» не читается", "проверьте путь к файлу и права на чтение"
                )
                continue
        if token is not None:
            holder.values["token"] = token.strip()
        if examples_allowed and (token is None or is_placeholder(token)):
            continue
        fault = _token_fault(holder, key, token)
        if fault is not None:
            yield fault


def _resolve_proxies(tree: dict[str, Any], folder: Path, *, needed: bool) -> Iterator[Fault]:
    """Put the content of every ``proxy_file`` in the place of the proxy."""
    for kind in MESSENGER_KINDS:
        section = tree.get(kind.section_name)
        file = section.get("proxy_file") if isinstance(section, dict) else None
        if not isinstance(section, dict) or not isinstance(file, str):
            continue
        if "proxy" in section:
            yield Fault(f"{kind.section_name}.proxy", "указаны и proxy, и proxy_file", "оставьте что-то одно")
        elif needed:
            section["proxy"] = _read_token_file(folder / file)
            if section["proxy"] is None:
                key, problem = f"{kind.section_name}.proxy_file", f"файл с адресом прокси «{file[:100]}» не читается"
                yield Fault(key, problem, "проверьте путь к файлу и права на чтение")


def _read_token_file(path: Path) -> str | None:
    try:
        return read_bounded(path, MAX_TOKEN_FILE_BYTES).decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError, ValueError):
        return None


def _token_fault(holder: TokenSection, key: str, token: str | None) -> Fault | None:
    variable = holder.environment_variable
    remedy = f"впишите настоящий токен ({holder.token_origin}) сюда, в файл token_file или в переменную {variable}"
    if token is None:
        return Fault(key, "токен не указан", remedy)
    if is_placeholder(token):
        return Fault(key, "вместо токена стоит образец", remedy)
    if holder.key == "telegram" and not _TELEGRAM.fullmatch(token.strip()):
        return Fault(key, "это не похоже на токен Telegram: он состоит из числа, двоеточия и набора знаков", remedy)
    return None


def webhook_secret_fault(key: str, secret: object, min_length: int, max_length: int) -> Fault | None:
    """Return the fault of a webhook's secret, which must have *min_length* to *max_length* characters."""
    remedy = "впишите случайную строку из 32 латинских букв и цифр; её знают только бот и мессенджер"
    if secret is None:
        return Fault(key, "для режима webhook нужен секрет, иначе бот примет поддельные сообщения", remedy)
    if not isinstance(secret, str):
        return None
    if is_placeholder(secret):
        return Fault(key, "вместо секрета стоит образец", remedy)
    if not _WEBHOOK_SECRET.fullmatch(secret) or not min_length <= len(secret) <= max_length:
        allowed = (
            f"секрет может состоять только из латинских букв, цифр, «_» и «-», от {min_length} до {max_length} знаков"
        )
        return Fault(key, allowed, remedy)
    return None


def token_files_in(value: object) -> Iterator[str]:
    """Yield the names of the files with tokens and proxies, from any depth of the typed tree."""
    if isinstance(value, BaseModel):
        for key in ("token_file", "proxy_file"):
            name = getattr(value, key, None)
            if name is not None:
                yield name
        yield from token_files_in(tuple(value.__dict__.values()))
    elif isinstance(value, tuple):
        for one in value:
            yield from token_files_in(one)


def secrets_in(value: object) -> Iterator[str]:
    """Yield every token and secret, from any depth of the typed tree."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        yield from secrets_in(tuple(value.__dict__.values()))
    elif isinstance(value, tuple):
        for one in value:
            yield from secrets_in(one)
