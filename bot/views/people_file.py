"""The people of the centre on the console: as lines of the configuration, and the steps from one state to another."""

import json
from collections.abc import Iterable, Sequence

from bot.domain.people import Person
from bot.domain.people_plan import PeoplePlan, PersonField
from bot.domain.russian_text import plural
from bot.domain.sources import messenger_title
from bot.views.notifications.people import FIELD_TITLES

HEADER = (
    "# Сотрудники из базы. Этими строками можно заменить все записи [[staff]] в файле настроек:\n"
    "# тогда команда «people apply» ничего не изменит.\n"
)


def render_file(people: Sequence[Person]) -> str:
    """Return the lines of the file that name *people*."""
    return HEADER + "".join("\n".join(("\n[[staff]]", *_lines(one), "")) for one in people)


def _lines(person: Person) -> Iterable[str]:
    yield f"name = {_text(person.name)}"
    if person.title:
        yield f"title = {_text(person.title)}"
    roles = sorted(person.roles)
    yield f"role = {_text(roles[0])}" if len(roles) == 1 else f"roles = {_list(roles)}"
    for key, values in (
        ("sectors", sorted(person.sectors)),
        ("districts", sorted(person.districts)),
        ("stands_in", person.stands_in),
        ("systems", sorted(person.systems)),
    ):
        if values:
            yield f"{key} = {_list(values)}"
    if person.digest_at is not None:
        yield f'digest_at = "{person.digest_at:%H:%M}"'
    named = set()
    for own in person.accounts:
        is_further = own.messenger in named or not own.user_id.isdecimal()
        yield f"{'# ещё: ' if is_further else ''}{own.messenger.value}_id = {own.user_id}"
        named.add(own.messenger)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML escapes one more than JSON


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def describe_plan(plan: PeoplePlan) -> list[str]:
    """Return the steps of *plan*, a line each, with what was and what will be."""
    lines = [f"+ новый: {one.name} ({_place(one)})" for one in plan.added]
    for one in plan.changed:
        lines.append(f"~ изменится: {one.before.name}")
        lines += [
            f"    {FIELD_TITLES[field]}: {_value(one.before, field)} → {_value(one.after, field)}"
            for field in one.fields
        ]
    lines += [f"- уволен: {one.name} ({_place(one)})" for one in plan.dismissed]
    return lines


def count_steps(plan: PeoplePlan) -> str:
    """Return «1 новый, 2 изменятся, 0 уволены»."""
    return ", ".join(
        (
            plural(len(plan.added), "новый", "новых", "новых"),
            plural(len(plan.changed), "изменится", "изменятся", "изменятся"),
            plural(len(plan.dismissed), "уволен", "уволены", "уволены"),
        )
    )


def _place(person: Person) -> str:
    return ", ".join([person.title, *sorted(person.roles), *sorted(person.sectors), *sorted(person.districts)]).lstrip(
        ", "
    )


def _value(person: Person, field: PersonField) -> str:
    if field is PersonField.ACCOUNTS:
        return _words(f"{messenger_title(own.messenger.value)} {own.user_id}" for own in person.accounts)
    if field is PersonField.DIGEST_AT:
        return f"{person.digest_at:%H:%M}" if person.digest_at is not None else "общий"
    value = getattr(person, field.value)
    return _words(value if isinstance(value, tuple) else sorted(value)) if not isinstance(value, str) else value or "—"


def _words(values: Iterable[str]) -> str:
    return ", ".join(values) or "—"
