"""The transaction and the moment of one use case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.domain.absences import AbsencePlan
from bot.domain.cards import AccountReachability
from bot.domain.channels import Address, Channel, Purpose
from bot.domain.people import Person, StaffAccount
from bot.domain.sources import Source
from bot.messengers.events import Chat
from bot.services.context.municipality import Municipality, account_of
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.understanding.events.signatures import Signature
    from bot.understanding.reading import Reading

_UNKNOWN = AccountReachability()
"""The reachability of an account about which nothing is stored."""


@dataclass(frozen=True, slots=True)
class PrefetchedReading:
    """The reading of a text, and its signature if problems are matched."""

    reading: "Reading"
    signature: "Signature | None"


PrefetchedReadings = Mapping[tuple[str, str | None], PrefetchedReading]
"""Readings made before the transaction, by text and district."""


@dataclass(slots=True)
class UseCaseContext:
    """The transaction and moment of one use case.

    ``actor``: the official who has just pressed or written something; ``origin``: the address, which gets the response.
    """

    municipality: Municipality
    uow: UnitOfWork
    now: datetime
    actor: Person | None = None
    origin: Address | None = None
    prefetched: PrefetchedReadings = field(default_factory=dict)
    """Readings made before the transaction began."""
    remembers_promises: bool = False
    """True if the actor has pressed a button that also remembers the day which the published words promise."""
    _failing_accounts: frozenset[str] | None = None

    def as_of(self, moment: datetime) -> "UseCaseContext":
        """Return the same use case at another moment, to compute what follows from it."""
        return replace(self, now=moment)

    def read(self, text: str, district: str | None = None) -> "Reading":
        """Return the prefetched reading of *text*, else read it now."""
        known = self.prefetched.get((text, district))
        return known.reading if known is not None else self.municipality.understanding.read(text, district)

    def signature(self, text: str, reading: "Reading") -> "Signature":
        """Return the prefetched signature of *text*, else compute it now."""
        known = self.prefetched.get((text, None))
        if known is not None and known.reading is reading and known.signature is not None:
            return known.signature
        return self.municipality.understanding.event_matcher.signature(text, reading)

    async def find_source(self, chat: Chat) -> Source | None:
        """Return the configured source of *chat*, also if the configuration has a former or newer id of the group."""
        source = self.municipality.configured_source(chat)
        if source is not None:
            return source
        aliases = self.uow.chat_aliases
        other_id = await aliases.find_former_id(chat.account, chat.source_id) or await aliases.find_current_id(
            chat.account, chat.source_id
        )
        return self.municipality.sources.get((chat.account, other_id)) if other_id else None

    def reply_address(self, person: Person) -> Address | None:
        """Return the address for a response to *person*: the origin if they are the actor, else their first account."""
        if self.origin is not None and self.actor == person:
            return self.origin
        return next(iter(self.municipality.addresses(person)), None)

    async def channels(self, person: Person) -> tuple[Channel, ...]:
        """Return the channels to *person* in the order of the accounts, with preferences and current failures."""
        reaches, failing = await self.reachability(), await self.failing_accounts()
        return tuple(
            self._build_channel(address, reaches.get(account_of(address), _UNKNOWN), failing)
            for address in self.municipality.addresses(person)
        )

    def _build_channel(
        self, default_address: Address, reach: AccountReachability, failing_accounts: frozenset[str]
    ) -> Channel:
        known = reach.last_bot_account in self.municipality.bot_accounts
        address = (
            Address(reach.last_bot_account, default_address.user_id)
            if known and reach.last_bot_account
            else default_address
        )
        wanted = {Purpose.CARDS} if reach.wants_cards else set()
        wanted |= {Purpose.REPORTS} if reach.wants_reports else set()
        return Channel(
            address,
            frozenset(wanted),
            blocked=reach.unreachable_since is not None,
            unavailable=address.account in failing_accounts,
            diverted=reach.diverted_since is not None,
        )

    async def can_reach(self, person: Person) -> bool:
        """Return whether any account of *person* is known to be reachable."""
        reaches = await self.reachability()
        return any(
            reaches.get(account, _UNKNOWN).unreachable_since is None
            for account in self.municipality.reachable_accounts(person)
        )

    async def absence_plan(self) -> AbsencePlan:
        """Return who is away, and who stands in."""
        return await self.uow.absences.plan(self.today)

    async def is_quiet_for(self, person_id: int) -> bool:
        """Return whether the official is not to be disturbed now: the town's quiet hours or their own, or a day off."""
        own = await self.uow.staff.find_own_times(person_id)
        return own.is_quiet(self.now, self.municipality.quiet_hours)

    @property
    def today(self) -> date:
        """The day in the municipality."""
        return self.now.astimezone(self.municipality.zone).date()

    async def reachability(self) -> Mapping[StaffAccount, AccountReachability]:
        """Return the stored reachability of every official's account."""
        return await self.uow.staff.list_reachability()

    async def failing_accounts(self) -> frozenset[str]:
        """Return the bot's accounts whose messenger has failed for too long."""
        if self._failing_accounts is None:
            failing = await self.uow.outages.started_before(self.now - self.municipality.failover_after)
            self._failing_accounts = frozenset(account for account, _ in failing)
        return self._failing_accounts
