"""Choices of roles, blocks and districts, and what the buttons of ``/people`` carry: numbers and sets as masks."""

from collections.abc import Sequence
from typing import Literal

from bot.domain.authority import Place
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.people_pages import Choice
from bot.domain.people import Person
from bot.services.context import UseCaseContext
from bot.services.staff import people

MAX_CHOICES = 60
"""Choices of one page: their set is a number of fifteen hexadecimal digits in a button's code."""

PlaceField = Literal["roles", "sectors", "districts"]
CHOSEN_FIELDS: tuple[PlaceField, ...] = ("roles", "sectors", "districts")


def list_options(ctx: UseCaseContext, by: Person, field: PlaceField, place: Place) -> list[str]:
    if field == "roles":
        found: list[str] = [*people.list_givable_roles(ctx, by, place)]
    else:
        found = people.list_sectors(ctx, by) if field == "sectors" else people.list_districts(ctx, by)
    return found[:MAX_CHOICES]


def of_mask(options: Sequence[str], mask: int) -> frozenset[str]:
    return frozenset(one for bit, one in enumerate(options) if mask >> bit & 1)


def to_mask(options: Sequence[str], held: frozenset[str]) -> int:
    return sum(1 << bit for bit, one in enumerate(options) if one in held)


def make_choices(
    ctx: UseCaseContext, base: str, field: PlaceField, options: Sequence[str], chosen: int
) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"{base}.{chosen ^ 1 << bit:x}", _option_title(ctx, field, one), bool(chosen >> bit & 1))
        for bit, one in enumerate(options)
    )


def _option_title(ctx: UseCaseContext, field: PlaceField, option: str) -> str:
    return ctx.municipality.sector_title(option) if field == "sectors" else option


def number_at(args: Sequence[str], index: int) -> int:
    text = args[index] if index < len(args) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise OutdatedButton()
    return int(text)


def mask_at(args: Sequence[str], index: int) -> int:
    text = args[index] if index < len(args) else ""
    try:
        return int(text[:15], 16)
    except ValueError:
        raise OutdatedButton() from None


def role_at(ctx: UseCaseContext, args: Sequence[str]) -> str:
    if args[0] not in ctx.municipality.staff.roles.definitions:
        raise OutdatedButton()
    return args[0]
