"""The sections of people: roles, officials, their notices and invitations."""

from typing import Annotated

from pydantic import Field

from bot.config.fields import (
    CalendarDuration,
    ClockTime,
    PositiveId,
    SectorCode,
    ShortText,
    parse_duration,
)
from bot.config.section import Section
from bot.domain.list_hours import USUAL_LIST_HOURS
from bot.domain.recipients import Hearing
from bot.domain.roles import Right


class RoleEntry(Section):
    """A built-in role that is changed, or a new one with a ``base``."""

    code: Annotated[SectorCode, Field(max_length=24)]  # as wide as its column
    base: ShortText | None = None
    title: ShortText | None = None
    may: tuple[Right, ...] = ()
    may_not: tuple[Right, ...] = ()
    hears: tuple[Hearing, ...] = ()
    hears_not: tuple[Hearing, ...] = ()


class StaffMember(Section):
    """An official; exactly one of ``role`` and ``roles`` is given: codes of built-in roles or of ``[[roles]]``.

    ``title``: the post; ``stands_in``: the posts (or names where there is no title) whose work falls to this person
    while their holders are away; ``systems``: for a system curator; ``digest_at``: an own hour of the daily digest.
    """

    name: ShortText
    role: ShortText | None = None
    roles: tuple[ShortText, ...] = ()
    sectors: tuple[str, ...] = ()
    districts: tuple[ShortText, ...] = ()
    telegram_id: PositiveId | None = None
    vk_id: PositiveId | None = None
    max_id: PositiveId | None = None
    title: ShortText | None = None
    stands_in: tuple[ShortText, ...] = ()
    systems: tuple[ShortText, ...] = ()
    digest_at: ClockTime | None = None


class StaffNoticesSection(Section):
    """``fallback_after``: officials are written to elsewhere when their messenger has failed for this long.

    ``lists_at``: when those who watch deadlines get their lists; ``collect``: for how long a citizen's additions become
    one note.
    """

    fallback_after: CalendarDuration = Field(default_factory=lambda: parse_duration("10m"))
    lists_at: tuple[ClockTime, ...] = USUAL_LIST_HOURS
    collect: CalendarDuration = Field(default_factory=lambda: parse_duration("1m"))


class StaffInvitationsSection(Section):
    """``valid``: the time during which an invitation code can be used."""

    valid: CalendarDuration = Field(default_factory=lambda: parse_duration("24h"))
