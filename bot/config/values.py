"""The plain values of the file, before they are typed. Values of a wrong type count as absent."""

from collections.abc import Iterable, Iterator
from typing import Any

Values = dict[str, Any]


def section(tree: Values, name: str) -> Values:
    value = tree.get(name)
    return value if isinstance(value, dict) else {}


def tables(tree: Values, name: str) -> list[tuple[int, Values]]:
    """Return the tables of a list with their indexes; items that are no tables are left out."""
    value = tree.get(name)
    return [(i, item) for i, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def roles_of(member: Values) -> set[str]:
    single = member.get("role")
    return {*texts(member.get("roles")), *([single] if isinstance(single, str) else [])}


def find_repeated(values: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the keys whose value has occurred before, each with the key of the first occurrence."""
    seen: dict[str, str] = {}
    for place, value in values:
        if value in seen:
            yield place, seen[value]
        seen.setdefault(value, place)
