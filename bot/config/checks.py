"""Checks of the parts of the configuration against one another.

They read the plain values of the file instead of the typed tree, so that they run even if another place of the file is
broken: an administrator gets every fault at once. Values of a wrong type are ignored here; the typed tree reports them.
"""

import errno
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic_core import PydanticCustomError

from bot.config.calendar_checks import find_calendar_faults
from bot.config.chain_checks import find_chain_faults
from bot.config.errors import Fault
from bot.config.fields import parse_duration
from bot.config.gazetteer import GAZETTEER_KEY, read_gazetteer
from bot.config.messenger_checks import (
    find_invitation_faults,
    find_messenger_faults,
    find_page_faults,
    find_webhook_faults,
)
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.notice_checks import find_notice_faults
from bot.config.role_checks import find_role_faults
from bot.config.rule_checks import find_rule_faults
from bot.config.sector_checks import find_sector_faults
from bot.config.staff_checks import find_staff_faults, find_unassigned_sectors
from bot.config.system_checks import find_system_faults
from bot.config.term_checks import find_term_faults
from bot.config.values import Values, find_repeated, section, tables
from bot.os_errors import describe_os_error


def find_faults(tree: Values, folder: Path, *, for_work: bool) -> Iterator[Fault]:
    """Yield all faults. *for_work*: the configuration is to be run, so somebody must receive the tickets."""
    if for_work:
        yield from find_messenger_faults(tree)
        yield from find_unassigned_sectors(tree)
    yield from find_webhook_faults(tree)
    yield from find_invitation_faults(tree)
    yield from find_page_faults(tree)
    yield from _duplicates(tree)
    yield from find_sector_faults(tree)
    yield from find_staff_faults(tree)
    yield from find_role_faults(tree, for_work=for_work)
    yield from find_system_faults(tree)
    yield from find_rule_faults(tree, folder, for_work=for_work)
    yield from find_chain_faults(tree, for_work=for_work)
    yield from find_notice_faults(tree)
    yield from find_term_faults(tree)
    yield from _answers(tree)
    yield from find_calendar_faults(tree)
    yield from _gazetteer(tree, folder)


def _answers(tree: Values) -> Iterator[Fault]:
    values = section(tree, "answers")
    with suppress(PydanticCustomError):
        ask = parse_duration(values.get("ask_solved_after", "1d"))
        close = parse_duration(values.get("close_after", "14d"))
        if not (ask.is_working or close.is_working) and ask.to_timedelta() >= close.to_timedelta():
            yield Fault(
                "answers.close_after",
                f"сообщение закроется ({close.in_russian()}) раньше, чем жителя спросят ({ask.in_russian()})",
                "сделайте close_after длиннее, чем ask_solved_after",
            )


def _gazetteer(tree: Values, folder: Path) -> Iterator[Fault]:
    name = section(tree, "places").get("gazetteer")
    if not isinstance(name, str) or not name.strip():
        return
    try:
        _, faults = read_gazetteer(folder / name.strip())
    except (OSError, ValueError) as error:  # no such file, an invalid name, a folder without read permission, a pipe
        why = f"файла со списком улиц нет или его не прочитать: «{name[:100]}»"
        if isinstance(error, OSError) and error.errno in (errno.EFBIG, errno.ENODEV, errno.EISDIR):
            why = f"список улиц не прочитать: {describe_os_error(error)}"
        yield Fault(GAZETTEER_KEY, why, "укажите верный путь (он считается от папки файла настроек) или удалите ключ")
        return
    yield from faults


def _duplicates(tree: Values) -> Iterator[Fault]:
    lists = (
        ("sectors", tree, "sectors", "code", "блок с таким кодом"),
        ("roles", tree, "roles", "code", "роль с таким кодом"),
        ("themes", tree, "themes", "code", "тема с таким кодом"),
        ("systems", tree, "systems", "code", "система с таким кодом"),
        *(
            (
                f"{kind.section_name}.{kind.chats_key}",
                section(tree, kind.section_name),
                kind.chats_key,
                "id",
                f"{kind.chat_word} с таким id",
            )
            for kind in MESSENGER_KINDS
        ),
    )
    for key, parent, name, field, what in lists:
        values = [(f"{key}[{i}]", str(item[field])) for i, item in tables(parent, name) if field in item]
        for place, first in find_repeated(values):
            yield Fault(f"{place}.{field}", f"{what} уже есть: {first}", "удалите одну из двух записей")
