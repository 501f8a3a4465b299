"""Checks of ``[[roles]]``: each must be made of a known role, and somebody must still sort and manage people."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.staff_sections import RoleEntry, StaffMember
from bot.config.values import Values, section, tables, texts
from bot.domain.people import Person, Staff
from bot.domain.posts import Routing
from bot.domain.recipients import SORTS, Hearing
from bot.domain.role_book import BUILT_IN_ROLES, InvalidRole, RoleBook, RoleChange
from bot.domain.roles import Right, Role

BUILT_IN = tuple(role.value for role in Role)

_NEEDED = (
    (Right.TRIAGE, "сортировать сообщения", "coordinator"),
    (Right.MANAGE_PEOPLE, "приглашать и увольнять сотрудников", "administrator"),
    (Right.MANAGE_ROLES, "менять роли сотрудников", "administrator"),
)


def to_role_change(entry: RoleEntry) -> RoleChange:
    """Return the change as the domain knows it."""
    return RoleChange(
        entry.code,
        entry.base,
        entry.title,
        frozenset(entry.may),
        frozenset(entry.may_not),
        frozenset(entry.hears),
        frozenset(entry.hears_not),
    )


def role_codes(tree: Values) -> list[str]:
    """Return the codes of all roles: the built-in ones, and those of the file."""
    added = (str(item["code"]).strip() for _, item in tables(tree, "roles") if "code" in item)
    return list(dict.fromkeys((*BUILT_IN, *added)))


def role_book(tree: Values) -> RoleBook:
    """Return the roles of the file; the built-in ones alone while some entry has faults."""
    try:
        return RoleBook(tuple(to_role_change(RoleEntry.model_validate(item)) for _, item in tables(tree, "roles")))
    except (ValidationError, InvalidRole):
        return BUILT_IN_ROLES


def find_role_faults(tree: Values, *, for_work: bool) -> Iterator[Fault]:
    """Yield the faults of all roles; those of a wrong type are left to the typed tree."""
    entries = []
    for index, item in tables(tree, "roles"):
        try:
            entries.append((index, RoleEntry.model_validate(item)))
        except ValidationError:
            continue
    faults = [fault for index, entry in entries for fault in _faults_of(tree, index, entry)]
    yield from _sorting_roles(tree)
    yield from faults or _circle(entries)
    if for_work and not faults:
        yield from _locked_out(tree)


def _faults_of(tree: Values, index: int, entry: RoleEntry) -> Iterator[Fault]:
    key, codes = f"roles[{index}]", role_codes(tree)
    if entry.code in BUILT_IN:
        if entry.base is not None:
            yield Fault(f"{key}.base", f"«{entry.code}» — встроенная роль", "удалите base или придумайте другой код")
    elif entry.base is None:
        hint = did_you_mean(entry.code, BUILT_IN)
        remedy = f'добавьте base = "…" с похожей ролью: {quoted_list(BUILT_IN)}'
        yield Fault(f"{key}.base", f"у новой роли «{entry.code}» нет основы", f"{hint}; {remedy}" if hint else remedy)
    elif entry.base not in codes:
        remedy = did_you_mean(entry.base, codes) or f"роли: {quoted_list(codes)}"
        yield Fault(f"{key}.base", f"роли «{entry.base[:40]}» нет", remedy)
    for added, removed in (("may", "may_not"), ("hears", "hears_not")):
        both = [str(one) for one in getattr(entry, added) if one in getattr(entry, removed)]
        if both:
            yield Fault(f"{key}.{removed}", f"{quoted_list(both)} есть и в {added}", "оставьте в одном из списков")
    if Hearing.CARDS in entry.hears_not:
        problem = "карточки получает тот, кто отвечает за сообщение, и отказаться от них нельзя"
        yield Fault(f"{key}.hears_not", problem, "удалите cards")


def unknown_role(key: str, code: str, codes: Sequence[str]) -> Fault:
    return Fault(key, f"роли «{code[:40]}» нет", did_you_mean(code, codes) or f"роли: {quoted_list(codes)}")


def _sorting_roles(tree: Values) -> Iterator[Fault]:
    codes, book = role_codes(tree), role_book(tree)
    able = [code for code in codes if code not in book.definitions or Right.TRIAGE in book.definitions[code].rights]
    for number, code in enumerate(_sorts(tree)):
        key = f"routing.sorts[{number}]"
        if code not in codes:
            yield unknown_role(key, code, codes)
        elif code not in able:
            remedy = f'добавьте её в [[roles]] с may = ["triage"] или выберите другую: {quoted_list(able)}'
            yield Fault(key, f"у роли «{code}» нет права сортировать сообщения", remedy)


def _sorts(tree: Values) -> list[str]:
    return [code.strip() for code in texts(section(tree, "routing").get("sorts"))]


def _circle(entries: list[tuple[int, RoleEntry]]) -> Iterator[Fault]:
    try:
        RoleBook(tuple(to_role_change(entry) for _, entry in entries))
    except InvalidRole as error:
        index = next(index for index, entry in entries if entry.code == str(error))
        problem = f"роль «{error}» через base опирается сама на себя"
        yield Fault(f"roles[{index}].base", problem, f"укажите встроенную роль: {quoted_list(BUILT_IN)}")


def _locked_out(tree: Values) -> Iterator[Fault]:
    """Find what the built-in roles of the town's people let somebody do, and its own roles let nobody do."""
    members = []
    for number, (_, values) in enumerate(tables(tree, "staff")):
        try:
            one = StaffMember.model_validate(values)
        except ValidationError:
            return
        roles = frozenset({*one.roles, *([one.role] if one.role else [])})
        members.append(Person(number, one.name, roles, frozenset(one.sectors), frozenset(one.districts)))
    book = role_book(tree)
    usual = tuple(Person(one.id, one.name, book.bases(one.roles), one.sectors, one.districts) for one in members)
    routing = Routing(sorts=tuple(_sorts(tree)) or SORTS)
    before, after = Staff(usual, routing), Staff(tuple(members), routing, roles=book)
    for right, what, role in _NEEDED:
        if _somebody(before, right) and not _somebody(after, right):
            remedy = f"не отнимайте право «{right}» или дайте его в may роли, которая у кого-то есть, например «{role}»"
            yield Fault("roles", f"некому будет {what}", remedy)


def _somebody(staff: Staff, right: Right) -> bool:
    return any(staff.has_right(person, right, None) for person in staff.people)
