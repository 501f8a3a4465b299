"""Checks of ``[staff_notices]``: lists that would come twice or at night, and a wait that hides a citizen's words."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import time, timedelta
from typing import Any

from pydantic_core import PydanticCustomError

from bot.config.errors import Fault
from bot.config.fields import parse_calendar_duration, parse_clock
from bot.config.values import Values, section
from bot.domain.quiet_hours import is_between

MAX_COLLECT = timedelta(minutes=30)
"""The longest wait for a citizen's next words: what they add must reach the post while it works on the ticket."""

_HOURS_EXAMPLE = 'lists_at = ["12:00", "17:00"]'


def find_notice_faults(tree: Values) -> Iterator[Fault]:
    """Yield the faults of the hours and of the wait; values of a wrong type are left to the typed tree."""
    values = section(tree, "staff_notices")
    yield from _list_hours(values.get("lists_at"), section(tree, "quiet"))
    with suppress(PydanticCustomError):
        collect = parse_calendar_duration(values.get("collect", "1m"))
        if collect.to_timedelta() > MAX_COLLECT:
            yield Fault(
                "staff_notices.collect",
                f"слова жителя дошли бы до исполнителя слишком поздно ({collect.in_russian()})",
                'укажите не больше получаса, например collect = "1m"',
            )


def _list_hours(value: Any, quiet: Values) -> Iterator[Fault]:
    known: set[time] = set()
    if value == []:
        yield Fault(
            "staff_notices.lists_at", "список пуст: о просрочках никто бы не узнал", f"добавьте {_HOURS_EXAMPLE}"
        )
    for index, text in enumerate(value if isinstance(value, list) else ()):
        with suppress(PydanticCustomError):
            hour = parse_clock(text)
            key = f"staff_notices.lists_at[{index}]"
            if hour in known:
                yield Fault(key, f"час {hour:%H:%M} указан дважды", f"оставьте его один раз: {_HOURS_EXAMPLE}")
            elif is_between(hour, parse_clock(quiet.get("from", "22:00")), parse_clock(quiet.get("to", "08:00"))):
                yield Fault(
                    key,
                    f"час {hour:%H:%M} приходится на тихие часы: список пришёл бы только утром",
                    f"выберите час вне раздела [quiet], например {_HOURS_EXAMPLE}",
                )
            known.add(hour)
