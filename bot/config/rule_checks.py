"""Checks of ``[[rules]]``: each rule must be able to fit, and somebody must be able to do what it asks."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from bot.config.deadline_sections import RuleEntry
from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.gazetteer import read_gazetteer
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.role_checks import role_book, role_codes, unknown_role
from bot.config.topic_names import topic_names
from bot.config.values import Values, roles_of, section, tables, texts
from bot.domain.roles import Right
from bot.domain.rules import CONDITION_KEYS, DECIDED_KEYS, Condition, Rule, Rules
from bot.domain.systems import KNOWN_SYSTEMS
from bot.domain.text_normal import fold

_Entries = list[tuple[int, RuleEntry]]

_TOPIC_EXAMPLES = 3
"""Topics that the remedy names: all of them would fill a page."""


def to_rule(entry: RuleEntry) -> Rule:
    """Return the rule of the domain."""
    condition = Condition(**{name: frozenset(getattr(entry, name)) for name in CONDITION_KEYS})
    return Rule(condition, **{name: getattr(entry, name) for name in DECIDED_KEYS})


def find_rule_faults(tree: Values, folder: Path, *, for_work: bool) -> Iterator[Fault]:
    """Yield the faults of all rules; those of a wrong type are left to the typed tree."""
    entries: _Entries = []
    for index, values in tables(tree, "rules"):
        try:
            entries.append((index, RuleEntry.model_validate(values)))
        except ValidationError:
            continue
        yield from _empty_parts(f"rules[{index}]", values)
    yield from _unknown_values(tree, folder, entries)
    yield from _approval(tree, entries, for_work=for_work)
    yield from _hidden_rules(entries)


def _empty_parts(key: str, values: Values) -> Iterator[Fault]:
    for name in CONDITION_KEYS:
        if values.get(name) == []:
            problem = "пустому списку не подходит ни одно сообщение"
            yield Fault(f"{key}.{name}", problem, f"перечислите значения или удалите ключ {name}: тогда подходит любое")
    if not set(values) & set(DECIDED_KEYS):
        yield Fault(key, "правило ничего не решает", f"добавьте один из ключей {quoted_list(DECIDED_KEYS)}")


def _unknown_values(tree: Values, folder: Path, entries: _Entries) -> Iterator[Fault]:
    connected = [kind.section_name for kind in MESSENGER_KINDS if kind.section_name in tree]
    systems = [*KNOWN_SYSTEMS, *_codes(tree, "systems")]
    known = (
        ("source", [*connected, *systems], "такой системы нет, и такой мессенджер не подключён"),
        ("sector", _codes(tree, "sectors"), "такого блока нет в [[sectors]]"),
        ("theme", _codes(tree, "themes"), "такой темы нет в [[themes]]"),
        ("district", sorted(_districts(tree, folder)), "такого района нет ни у сотрудников, ни в списке улиц"),
    )
    for index, entry in entries:
        for name, words, problem in known:
            folded = set(map(fold, words))
            for number, word in enumerate(getattr(entry, name)):
                if fold(word) not in folded:
                    hint = did_you_mean(word, words)
                    remedy = hint or (f"выберите из имеющихся: {quoted_list(words)}" if words else "удалите правило")
                    yield Fault(f"rules[{index}].{name}[{number}]", f"«{word[:40]}»: {problem}", remedy)
    yield from _unknown_topics(entries)


def _unknown_topics(entries: _Entries) -> Iterator[Fault]:
    """Find topics that no ticket can have."""
    if not any(entry.topic for _, entry in entries):
        return  # the names are in a dozen files
    names = topic_names()
    folded = set(map(fold, names))
    for index, entry in entries:
        for number, word in enumerate(entry.topic):
            if fold(word) not in folded:
                remedy = did_you_mean(word, names) or (
                    "напишите её так, как на карточке или в выводе команды classify, например: "
                    f"{quoted_list(names[:_TOPIC_EXAMPLES])}"
                )
                yield Fault(f"rules[{index}].topic[{number}]", f"«{word[:40]}»: такой встроенной темы нет", remedy)


def _codes(tree: Values, name: str) -> list[str]:
    return [str(item["code"]).strip() for _, item in tables(tree, name) if "code" in item]


def _districts(tree: Values, folder: Path) -> set[str]:
    """Return the districts of officials, of chats and of the list of streets."""
    found = {one.strip() for _, member in tables(tree, "staff") for one in texts(member.get("districts"))}
    for kind in MESSENGER_KINDS:
        places = tables(section(tree, kind.section_name), kind.chats_key)
        found |= {str(place["district"]).strip() for _, place in places if "district" in place}
    name = section(tree, "places").get("gazetteer")
    if isinstance(name, str) and name.strip():
        with suppress(OSError, ValueError):  # the check of the list of streets reports them
            found |= {row.district for row in read_gazetteer(folder / name.strip())[0] if row.district}
    return found


def _approval(tree: Values, entries: _Entries, *, for_work: bool) -> Iterator[Fault]:
    codes, book = role_codes(tree), role_book(tree)
    held = {role for _, member in tables(tree, "staff") for role in roles_of(member)}
    held |= book.bases(held)
    able = [code for code, one in book.definitions.items() if Right.APPROVE in one.rights]
    for index, entry in entries:
        for number, code in enumerate(entry.approval or ()):
            key = f"rules[{index}].approval[{number}]"
            if code not in codes:
                yield unknown_role(key, code, codes)
            elif code not in able:
                remedy = f'добавьте её в [[roles]] с may = ["approve"] или выберите другую: {quoted_list(able)}'
                yield Fault(key, f"у роли «{code}» нет права согласовать", remedy)
            elif for_work and code not in held:
                remedy = f'добавьте в [[staff]] сотрудника с role = "{code}" или уберите её из approval'
                yield Fault(key, f"согласовать некому: роли «{code}» нет ни у кого", remedy)


def _hidden_rules(entries: _Entries) -> Iterator[Fault]:
    rules = Rules(tuple(to_rule(entry) for _, entry in entries))
    for number, (index, _) in enumerate(entries):
        hidden = rules.hidden_keys(number)
        if hidden and set(hidden) == rules.rules[number].decided_keys():
            earlier = ", ".join(sorted({f"rules[{entries[one][0]}]" for one in hidden.values()}))
            problem = f"правило никогда не подействует: все такие сообщения раньше решает {earlier}"
            yield Fault(f"rules[{index}]", problem, "поставьте его выше или удалите: действует первое подходящее")
