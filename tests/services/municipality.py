"""A small municipality for tests of services: two heads, a coordinator, a curator; two blocks; one messenger."""

from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.applicants import Applicant
from bot.domain.calendar import WorkingCalendar
from bot.domain.deadlines import DeadlineTerms
from bot.domain.durations import Duration
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.quiet_hours import QuietHours
from bot.domain.roles import Role
from bot.domain.sectors import Sector
from bot.domain.working_hours import WorkingHours
from bot.messengers.events import ChatKind
from bot.messengers.port import Capabilities, SendRateLimits
from bot.messengers.rate_limits import Rate
from bot.services.context import BotAccount, Municipality
from bot.understanding.reading import Reading

ZONE = ZoneInfo("Europe/Berlin")
"""Its clocks are put back on 25 October 2026."""

ACCEPT_TERM = Duration.parse("2h")
DIGEST_AT = time(2, 30)
"""Comes twice on that day."""

HEADS = {"roads": "1", "housing": "2"}
COORDINATOR, CURATOR = "3", "4"

NO_UNDERSTANDING: Any = SimpleNamespace(
    redact=lambda text: text,
    read_applicant=lambda text: Applicant(),
    check_answer=lambda *about: (),
    read=lambda text, *_: Reading(None, True, 1.0, None, {}, False, None, None, None),
    districts=("Северный", "Южный"),
)
"""Nothing reads texts in these tests; a digest masks the personal data of overdue messages."""


def _person(number: int, role: Role, *sectors: str) -> Person:
    account = StaffAccount(MessengerName.TELEGRAM, str(number))
    return Person(0, f"{role}{number}", frozenset({role}), frozenset(sectors), accounts=(account,))


STAFF = (
    _person(1, Role.HEAD, "roads"),
    _person(2, Role.HEAD, "housing"),
    _person(3, Role.COORDINATOR),
    _person(4, Role.CURATOR),
)


def municipality_of(staff: Staff) -> Municipality:
    limits = SendRateLimits(Rate(30))
    capabilities = Capabilities(
        4096, 8, 10, frozenset({ChatKind.PRIVATE}), frozenset(), idempotent=False, rate_limits=limits
    )
    return Municipality(
        name="Город",
        zone=ZONE,
        staff=staff,
        sectors={code: Sector(code, code) for code in HEADS},
        understanding=NO_UNDERSTANDING,
        hours=WorkingHours(WorkingCalendar(ZONE, [(time(9), time(13)), (time(14), time(18))])),
        terms=DeadlineTerms(ACCEPT_TERM, Duration.parse("14h"), (0.5, 0.8)),
        urgent_terms=DeadlineTerms(ACCEPT_TERM, Duration.parse("14h"), (0.5, 0.8)),
        quiet_hours=QuietHours(ZONE, time(22), time(8)),
        follow_up_window=timedelta(minutes=30),
        digest_at=DIGEST_AT,
        sources={},
        bot_accounts={"telegram": BotAccount("telegram", "Telegram", capabilities)},
    )
