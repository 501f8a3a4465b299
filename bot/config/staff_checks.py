"""Checks of officials: their roles and accounts, and the blocks that nobody leads."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.role_checks import role_book, role_codes
from bot.config.sector_checks import unknown_sector
from bot.config.staff_sections import StaffMember
from bot.config.values import Values, find_repeated, roles_of, tables, texts
from bot.domain.recipients import Audience, roles_on
from bot.domain.role_book import RoleBook
from bot.domain.roles import BLOCK_ROLES

_ACCOUNT_TITLES = {kind.staff_key: kind.title for kind in MESSENGER_KINDS}

_NOBODY_SORTS_REMEDY = (
    "добавьте в [[staff]] того, кто их разбирает: координатора (coordinator), сотрудника МЦУ (centre_staff), "
    "руководителя МЦУ (manager) или администратора (administrator)"
)


_UNASSIGNED_REMEDY = (
    "добавьте в [[staff]] руководителя (head) или заместителя (deputy) блока без ограничения по районам либо одного "
    "на все блоки: координатора (coordinator), руководителя МЦУ (manager) или администратора (administrator)"
)


def find_staff_faults(tree: Values) -> Iterator[Fault]:
    codes = [str(item["code"]).strip() for _, item in tables(tree, "sectors") if "code" in item]
    book = role_book(tree)
    for index, member in tables(tree, "staff"):
        key = f"staff[{index}]"
        yield from _roles(role_codes(tree), book, key, member)
        for number, code in enumerate(texts(member.get("sectors"))):
            if code.strip() not in codes:
                yield unknown_sector(f"{key}.sectors[{number}]", code, codes)
    for field, messenger in _ACCOUNT_TITLES.items():
        ids = [(f"staff[{i}]", str(m[field])) for i, m in tables(tree, "staff") if field in m]
        names = {f"staff[{i}]": str(m.get("name", "без имени"))[:40] for i, m in tables(tree, "staff")}
        for place, first in find_repeated(ids):
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


def find_unassigned_sectors(tree: Values) -> Iterator[Fault]:
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
