"""Checks of the parts of the configuration against one another.

They read the plain values of the file instead of the typed tree, so that they run even if another place of the file is
broken: an administrator gets every fault at once. Values of a wrong type are ignored here; the typed tree reports them.
"""

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from bot.config.chain_checks import find_chain_faults
from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.fields import parse_day, parse_duration, parse_interval, url_path
from bot.config.gazetteer import GAZETTEER_KEY, read_gazetteer
from bot.config.messenger_kinds import MESSENGER_KINDS, MessengerKind
from bot.config.role_checks import find_role_faults, role_book, role_codes
from bot.config.rule_checks import find_rule_faults
from bot.config.secrets import webhook_secret_fault
from bot.config.staff_sections import StaffMember
from bot.config.values import Values, roles_of, section, tables, texts
from bot.domain.recipients import Audience, roles_on
from bot.domain.role_book import RoleBook
from bot.domain.roles import BLOCK_ROLES
from bot.domain.sectors import STANDARD_SECTORS
from bot.os_errors import describe_os_error

_ACCOUNT_TITLES = {kind.staff_key: kind.title for kind in MESSENGER_KINDS}

_HOURS_EXAMPLE = 'working = ["09:00-13:00", "14:00-18:00"]'

_NOBODY_SORTS_REMEDY = (
    "добавьте в [[staff]] того, кто их разбирает: координатора (coordinator), сотрудника МЦУ (centre_staff), "
    "руководителя МЦУ (manager) или администратора (administrator)"
)

_UNASSIGNED_REMEDY = (
    "добавьте в [[staff]] руководителя (head) или заместителя (deputy) блока без ограничения по районам либо одного "
    "на все блоки: координатора (coordinator), руководителя МЦУ (manager) или администратора (administrator)"
)


def find_faults(tree: Values, folder: Path, *, for_work: bool) -> Iterator[Fault]:
    """Yield all faults. *for_work*: the configuration is to be run, so somebody must receive the tickets."""
    if for_work:
        yield from _messengers(tree)
        yield from _unassigned_sectors(tree)
    yield from _webhooks(tree)
    yield from _invitations(tree)
    yield from _pages(tree)
    yield from _duplicates(tree)
    yield from _sectors(tree)
    yield from _staff(tree)
    yield from find_role_faults(tree, for_work=for_work)
    yield from find_rule_faults(tree, folder, for_work=for_work)
    yield from find_chain_faults(tree, for_work=for_work)
    yield from _deadlines(tree)
    yield from _answers(tree)
    yield from _calendar(tree)
    yield from _gazetteer(tree, folder)


def _messengers(tree: Values) -> Iterator[Fault]:
    names = [kind.section_name for kind in MESSENGER_KINDS]
    if not any(name in tree for name in names):
        remedy = f"добавьте хотя бы один из разделов {', '.join(f'[{name}]' for name in names)}"
        yield Fault(", ".join(names), "не подключён ни один мессенджер", remedy)
    for kind in MESSENGER_KINDS:
        own = tree.get(kind.section_name)
        if kind.has_token_per_chat and isinstance(own, dict) and not own.get(kind.chats_key):
            key = f"{kind.section_name}.{kind.chats_key}"
            yield Fault(key, "не указано ни одного сообщества", f"добавьте запись [[{key}]] с id и token")


def _webhooks(tree: Values) -> Iterator[Fault]:
    """Webhook mode needs a secret (authentication) and a distinct path (routing)."""
    paths: dict[str, str] = {}
    for kind in MESSENGER_KINDS:
        name, values = kind.section_name, section(tree, kind.section_name)
        if values.get("mode") != "webhook":
            continue
        url = values.get("webhook_url")
        if url is None:
            yield Fault(
                f"{name}.webhook_url",
                "для режима webhook нужен адрес, который вызовет мессенджер",
                'добавьте webhook_url = "https://…" или укажите mode = "polling"',
            )
        elif isinstance(url, str):
            first = paths.setdefault(url_path(url), name)
            if first != name:
                problem = f"тот же путь «{url_path(url)[:60]}» уже указан в разделе [{first}]"
                yield Fault(f"{name}.webhook_url", problem, f"дайте мессенджерам разные пути, например «/{name}»")
        yield from _webhook_secrets(kind, values)
    if "http" not in tree and any(
        section(tree, kind.section_name).get("mode") == "webhook" for kind in MESSENGER_KINDS
    ):
        yield Fault("http", "для режима webhook нужен раздел [http]", 'добавьте [http] и listen = "127.0.0.1:8080"')


def _webhook_secrets(kind: MessengerKind, values: Values) -> Iterator[Fault]:
    """VK has a secret for each community, the other messengers one for the bot."""
    holders = [(kind.section_name, values)]
    if kind.has_token_per_chat:
        holders = [
            (f"{kind.section_name}.{kind.chats_key}[{index}]", place) for index, place in tables(values, kind.chats_key)
        ]
    for key, holder in holders:
        fault = webhook_secret_fault(f"{key}.secret", holder.get("secret"), *kind.secret_length)
        if fault is not None:
            yield fault


def _invitations(tree: Values) -> Iterator[Fault]:
    """An invitation replaces answers; in a place with answers it would only confuse."""
    places = [
        (kind.section_name, section(tree, kind.section_name), "private")
        for kind in MESSENGER_KINDS
        if not kind.has_token_per_chat
    ]
    for kind in MESSENGER_KINDS:
        items = tables(section(tree, kind.section_name), kind.chats_key)
        places += [(f"{kind.section_name}.{kind.chats_key}[{index}]", item, "answers") for index, item in items]
    for key, values, rule in places:
        if values.get("invite") is not None and values.get(rule) != "off":
            problem = f'приглашение бывает только там, где ответы выключены ({rule} = "off")'
            yield Fault(f"{key}.invite", problem, f'удалите invite или укажите {rule} = "off"')


def _pages(tree: Values) -> Iterator[Fault]:
    """A page can be watched only in a place that the bot reads."""
    own = {item.get("id") for _, item in tables(section(tree, "vk"), "communities")}
    heard = {name: {item.get("id") for _, item in tables(section(tree, name), "chats")} for name in ("telegram", "max")}
    for index, page in tables(tree, "pages"):
        key, name = f"pages[{index}]", page.get("messenger")
        if name == "vk" and page.get("id") not in own and not section(tree, "vk").get("service_token"):
            problem = "эту страницу VK нечем читать: её ключа нет в [[vk.communities]], сервисного ключа нет в [vk]"
            yield Fault(f"{key}.id", problem, "добавьте в [vk] service_token или ключ сообщества")
        if name == "telegram" and page.get("discussion") not in heard["telegram"]:
            problem = "комментарии канала Telegram пишут в его группе обсуждения, а бот её не слушает"
            yield Fault(f"{key}.discussion", problem, "укажите id группы обсуждения и добавьте её в [[telegram.chats]]")
        if name == "max" and page.get("id") not in heard["max"]:
            yield Fault(f"{key}.id", "бот не слушает этот канал MAX", "добавьте канал в [[max.chats]]")


def _duplicates(tree: Values) -> Iterator[Fault]:
    lists = (
        ("sectors", tree, "sectors", "code", "блок с таким кодом"),
        ("roles", tree, "roles", "code", "роль с таким кодом"),
        ("themes", tree, "themes", "code", "тема с таким кодом"),
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
        for place, first in _find_repeated(values):
            yield Fault(f"{place}.{field}", f"{what} уже есть: {first}", "удалите одну из двух записей")


def _find_repeated(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the keys whose value has occurred before, each with the key of the first occurrence."""
    seen: dict[str, str] = {}
    for place, value in values:
        if value in seen:
            yield place, seen[value]
        seen.setdefault(value, place)


def _sectors(tree: Values) -> Iterator[Fault]:
    for name, what in (("sectors", "своего блока"), ("themes", "своей темы")):
        for index, item in tables(tree, name):
            code = item.get("code")
            if isinstance(code, str) and code.strip() not in STANDARD_SECTORS and "title" not in item:
                hint = did_you_mean(code, list(STANDARD_SECTORS))
                standard = quoted_list(list(STANDARD_SECTORS))
                yield Fault(
                    f"{name}[{index}].title",
                    f"у {what} «{code[:40]}» нет названия",
                    f"добавьте title{'; ' + hint if hint else ''}; стандартные коды: {standard}",
                )
    codes = [str(item["code"]).strip() for _, item in tables(tree, "sectors") if "code" in item]
    for key, holder in _holders_of_a_sector(tree):
        code = holder.get("sector")
        if isinstance(code, str) and code.strip() not in codes:
            yield _unknown_sector(f"{key}.sector", code, codes)


def _holders_of_a_sector(tree: Values) -> Iterator[tuple[str, Values]]:
    """Yield themes, chats and communities, each of which may name its block."""
    yield from ((f"themes[{index}]", item) for index, item in tables(tree, "themes"))
    for kind in MESSENGER_KINDS:
        key = f"{kind.section_name}.{kind.chats_key}"
        chats = tables(section(tree, kind.section_name), kind.chats_key)
        yield from ((f"{key}[{index}]", item) for index, item in chats)


def _unknown_sector(key: str, code: str, codes: list[str]) -> Fault:
    hint = did_you_mean(code, codes)
    return Fault(
        key,
        f"блока «{code[:40]}» нет в [[sectors]]",
        hint or f"добавьте его или выберите из имеющихся: {quoted_list(codes) or 'пока нет ни одного'}",
    )


def _staff(tree: Values) -> Iterator[Fault]:
    codes = [str(item["code"]).strip() for _, item in tables(tree, "sectors") if "code" in item]
    book = role_book(tree)
    for index, member in tables(tree, "staff"):
        key = f"staff[{index}]"
        yield from _roles(role_codes(tree), book, key, member)
        for number, code in enumerate(texts(member.get("sectors"))):
            if code.strip() not in codes:
                yield _unknown_sector(f"{key}.sectors[{number}]", code, codes)
    for field, messenger in _ACCOUNT_TITLES.items():
        ids = [(f"staff[{i}]", str(m[field])) for i, m in tables(tree, "staff") if field in m]
        names = {f"staff[{i}]": str(m.get("name", "без имени"))[:40] for i, m in tables(tree, "staff")}
        for place, first in _find_repeated(ids):
            yield Fault(
                f"{place}.{field}",
                f"«{names[place]}»: аккаунт {messenger} уже указан у другого сотрудника: {first} «{names[first]}»",
                "у аккаунта один владелец; несколько ролей одного человека перечислите в roles",
            )


def _roles(codes: Sequence[str], book: RoleBook, key: str, member: Values) -> Iterator[Fault]:
    if "role" in member and "roles" in member:
        yield Fault(f"{key}.role", "указаны и role, и roles", "оставьте что-то одно")
    elif "role" not in member and not member.get("roles"):
        yield Fault(
            f"{key}.role", "роль не указана", f'добавьте role = "…" или roles = […]; роли: {quoted_list(codes)}'
        )
    single = [(f"{key}.role", member["role"])] if isinstance(member.get("role"), str) else []
    for place, code in (*single, *((f"{key}.roles[{i}]", one) for i, one in enumerate(texts(member.get("roles"))))):
        if code.strip() not in codes:
            hint = did_you_mean(code, codes)
            yield Fault(place, f"роли «{code[:40]}» нет", f"{hint + '; ' if hint else ''}роли: {quoted_list(codes)}")
    block = sorted(code for code in roles_of(member) if book.is_in_block(code))
    if block and not member.get("sectors") and not member.get("districts"):
        yield Fault(
            f"{key}.sectors",
            f"у роли «{block[0]}» нет ни блоков, ни районов",
            'добавьте sectors = ["код блока"] или districts = ["район"]',
        )


def _unassigned_sectors(tree: Values) -> Iterator[Fault]:
    """Find sectors whose tickets nobody would receive; skipped unless every staff entry is valid."""
    members = []
    for _, values in tables(tree, "staff"):
        try:
            members.append(StaffMember.model_validate(values))
        except ValidationError:
            return
    if any(not member.roles and member.role is None for member in members):
        return
    book = role_book(tree)
    held = book.bases(role for member in members for role in (*member.roles, *([member.role] if member.role else [])))
    if held & (roles_on(Audience.TICKET) - BLOCK_ROLES):
        return
    codes = [(index, str(item.get("code", "")).strip()) for index, item in tables(tree, "sectors")]
    if not codes and not tree.get("sectors"):
        yield Fault("staff", "сообщения некому передать", _NOBODY_SORTS_REMEDY)
        return
    orphans = [(index, code) for index, code in codes if not any(_covers_all_districts(m, code, book) for m in members)]
    if len(orphans) > 1 and len(orphans) == len(codes):
        yield Fault("staff", "сообщения всех блоков некому передать", _UNASSIGNED_REMEDY)
        return
    for index, code in orphans:
        yield Fault(f"sectors[{index}]", f"сообщения блока «{code[:40]}» некому передать", _UNASSIGNED_REMEDY)


def _covers_all_districts(member: StaffMember, code: str, book: RoleBook) -> bool:
    """Return whether *member* receives the messages of the sector from everywhere, not only from one district."""
    bases = book.bases((*member.roles, *([member.role] if member.role else [])))
    leads = roles_on(Audience.TICKET) & BLOCK_ROLES & bases
    return bool(leads) and code in member.sectors and not member.districts


def _deadlines(tree: Values) -> Iterator[Fault]:
    for name, usual in (("deadlines", ("1wh", "8wh")), ("urgent", ("30m", "4h"))):
        yield from _deadline_pair(name, section(tree, name), *usual)


def _deadline_pair(name: str, values: Values, accept_usually: str, answer_usually: str) -> Iterator[Fault]:
    with suppress(PydanticCustomError):
        accept, answer = (
            parse_duration(values.get("accept", accept_usually)),
            parse_duration(values.get("answer", answer_usually)),
        )
        if accept.unit is answer.unit and accept.amount > answer.amount:
            yield Fault(
                f"{name}.accept",
                f"срок принятия ({accept.in_russian()}) длиннее срока ответа ({answer.in_russian()})",
                "сделайте accept не длиннее, чем answer",
            )


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


def _calendar(tree: Values) -> Iterator[Fault]:
    values = section(tree, "calendar")
    working = values.get("working")
    if isinstance(working, list):
        if not working:
            yield Fault("calendar.working", "список пуст: никто никогда не работает", f"добавьте {_HOURS_EXAMPLE}")
        yield from _overlaps(working)
    both = _parse_dates(values.get("days_off")) & _parse_dates(values.get("working_days"))
    for clash in sorted(both):
        yield Fault(
            "calendar.working_days",
            f"день {clash:%d.%m.%Y} указан и рабочим, и выходным",
            "оставьте его только в одном из списков days_off и working_days",
        )


def _overlaps(working: list[Any]) -> Iterator[Fault]:
    spans = []
    for index, text in enumerate(working):
        with suppress(PydanticCustomError):
            spans.append((parse_interval(text), index))
    spans.sort()
    for (earlier, _), (later, index) in pairwise(spans):
        if later[0] < earlier[1]:
            yield Fault(
                f"calendar.working[{index}]",
                "промежутки рабочего времени пересекаются",
                f"разделите их, например {_HOURS_EXAMPLE}",
            )


def _parse_dates(value: Any) -> set[date]:
    found = set()
    for item in value if isinstance(value, list) else ():
        with suppress(PydanticCustomError):
            found.add(parse_day(item))
    return found


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
