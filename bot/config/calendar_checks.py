"""Checks of working time: that of ``[calendar]``, and that of the posts of ``[[post_hours]]``."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import pairwise
from typing import Any

from pydantic_core import PydanticCustomError

from bot.config.errors import Fault
from bot.config.fields import parse_day, parse_interval
from bot.config.values import Values, section, tables

_HOURS_EXAMPLE = 'working = ["09:00-13:00", "14:00-18:00"]'

_ALL_WEEK = 'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'


def find_calendar_faults(tree: Values) -> Iterator[Fault]:
    """Yield the faults of all working times; values of a wrong type are left to the typed tree."""
    values = section(tree, "calendar")
    yield from _hours("calendar.working", values.get("working"))
    both = _parse_dates(values.get("days_off")) & _parse_dates(values.get("working_days"))
    for clash in sorted(both):
        yield Fault(
            "calendar.working_days",
            f"день {clash:%d.%m.%Y} указан и рабочим, и выходным",
            "оставьте его только в одном из списков days_off и working_days",
        )
    yield from _post_hours(tree)


def _post_hours(tree: Values) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for index, values in tables(tree, "post_hours"):
        key = f"post_hours[{index}]"
        yield from _hours(f"{key}.working", values.get("working"))
        if values.get("weekdays") == []:
            problem = "список пуст: должность никогда не работает"
            yield Fault(f"{key}.weekdays", problem, "перечислите дни недели или удалите ключ: тогда дни как у города")
        if values.get("post") == []:
            yield Fault(f"{key}.post", "не указана ни одна должность", "укажите title из [[staff]]")
        if values.get("holidays") is True and "weekdays" not in values:
            problem = "не сказано, по каким дням недели должность работает в праздники"
            yield Fault(f"{key}.weekdays", problem, f"добавьте дни, например {_ALL_WEEK}")
        posts = values.get("post")
        for post in [posts] if isinstance(posts, str) else posts if isinstance(posts, list) else []:
            if isinstance(post, str):
                first = seen.setdefault(post.strip(), key)
                if first != key:
                    problem = f"часы должности «{post.strip()[:60]}» уже указаны: {first}"
                    yield Fault(
                        f"{key}.post", problem, "оставьте одну запись; промежутков в working может быть несколько"
                    )


def _hours(key: str, working: object) -> Iterator[Fault]:
    if isinstance(working, list):
        if not working:
            yield Fault(key, "список пуст: никто никогда не работает", f"добавьте {_HOURS_EXAMPLE}")
        yield from _overlaps(key, working)


def _overlaps(key: str, working: list[Any]) -> Iterator[Fault]:
    spans = []
    for index, text in enumerate(working):
        with suppress(PydanticCustomError):
            spans.append((parse_interval(text), index))
    spans.sort()
    for (earlier, _), (later, index) in pairwise(spans):
        if later[0] < earlier[1]:
            yield Fault(
                f"{key}[{index}]",
                "промежутки рабочего времени пересекаются",
                f"разделите их, например {_HOURS_EXAMPLE}",
            )


def _parse_dates(value: Any) -> set[date]:
    found = set()
    for item in value if isinstance(value, list) else ():
        with suppress(PydanticCustomError):
            found.add(parse_day(item))
    return found
