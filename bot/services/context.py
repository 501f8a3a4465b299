"""What every use case knows: the municipality as it is configured, and the piece of work at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import WorkingCalendar
from bot.domain.cards import Reach
from bot.domain.channels import Address, Channel, Purpose
from bot.domain.deadlines import Plan, Terms
from bot.domain.durations import Term
from bot.domain.people import Account, MessengerName, Person, Right, Staff
from bot.domain.quiet_hours import QuietHours
from bot.domain.sectors import Sector
from bot.domain.sources import PRIVATE_ROOT, Page, Source
from bot.domain.sources import author_key as author_key
from bot.domain.sources import messenger_of as messenger_of
from bot.domain.urgency import Urgency
from bot.messengers.events import Chat, ChatKind
from bot.messengers.port import Capabilities
from bot.understanding.events.signatures import Signature
from bot.understanding.reading import Reading, Understanding
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Office:
    """An account of ours in a messenger, as services need it."""

    account: str
    title: str
    capabilities: Capabilities
    invitation: str | None = None
    """An address that opens our private chat and brings a code, which stands in it as ``{code}``."""

    @property
    def messenger(self) -> str:
        return messenger_of(self.account)

    @property
    def talks(self) -> bool:
        """Whether people can be written to through it; some accounts only read."""
        return ChatKind.PRIVATE in self.capabilities.answers_in


@dataclass(frozen=True, slots=True)
class Centre:
    """The municipality. Frozen: what may change while it works is in the database."""

    name: str
    zone: ZoneInfo
    staff: Staff
    sectors: Mapping[str, Sector]
    understanding: Understanding
    calendar: WorkingCalendar
    terms: Terms
    urgent_terms: Terms
    quiet: QuietHours
    follow_up: timedelta
    digest_at: time
    sources: Mapping[tuple[str, str], Source]
    offices: Mapping[str, Office]
    fallback_after: timedelta = timedelta(minutes=10)
    """A messenger that has failed for so long is passed over: officials are written to elsewhere."""
    posting: Term = field(default_factory=lambda: Term.parse("1wh"))
    """How long an approved answer may wait for the person who posts it, before a reminder."""
    check_after: timedelta = timedelta(minutes=15)
    """How long after its publication an answer is looked at: does it still stand?"""
    problems_within: timedelta | None = None
    """How long after the last message of an event others join it; ``None``: never."""
    repeat_after: timedelta = timedelta(minutes=30)
    """How often at most one chat is given the same answer again, for those who write there later."""
    pages: tuple[Page, ...] = ()
    """Official pages that are watched."""
    gather: timedelta = timedelta(seconds=1)
    """Many changes of a ticket within this time make one edit of a card."""

    def source(self, chat: Chat) -> Source | None:
        """The configured source that *chat* belongs to; ``None``: nobody asked us to listen there."""
        if chat.kind is ChatKind.PRIVATE:
            private = self.sources.get((chat.account, PRIVATE_ROOT))
            if private is not None:
                return private
        return self.sources.get((chat.account, chat.root))

    def terms_of(self, urgency: Urgency | None) -> Terms:
        """The usual terms, or the short ones."""
        return self.terms if urgency is None else self.urgent_terms

    def sector_title(self, code: str | None) -> str:
        """For people; an unconfigured code (of an older configuration) is shown as it is."""
        if code is None:
            return "отрасль не выбрана"
        sector = self.sectors.get(code)
        return sector.title if sector else code

    def addresses(self, person: Person) -> tuple[Address, ...]:
        """Every own account of *person* in a messenger that we speak, in their order; through our first account there.

        Where the person chose to be written to, and what works now, says :meth:`Work.channels`.
        """
        firsts: dict[str, str] = {}
        for office in (one for one in self.offices.values() if one.talks):
            firsts.setdefault(office.messenger, office.account)
        return tuple(
            Address(firsts[own.messenger.value], own.user_id)
            for own in person.accounts
            if own.messenger.value in firsts
        )

    def may_ever(self, person: Person, right: Right) -> bool:
        """Whether *person* could hold *right* over some ticket of this town: what the menu shows."""
        return any(self.staff.may(person, right, sector) for sector in (None, *self.sectors))

    def person_at(self, account: str, user_id: str) -> Person | None:
        """The official behind *user_id* seen by our *account*; ``None`` for a citizen."""
        return self.staff.by_account(messenger_of(account), user_id)


def account_of(address: Address) -> Account:
    """The person's own account behind *address*."""
    return Account(MessengerName(messenger_of(address.account)), address.user_id)


@dataclass(frozen=True, slots=True)
class Understood:
    """A text that was read, also as it is compared with others (where problems are joined)."""

    reading: Reading
    seen: Signature | None


Ahead = Mapping[tuple[str, str | None], Understood]
"""What was read already, by the text and the district that it comes from."""


@dataclass(slots=True)
class Work:
    """One use case's transaction and moment. ``actor``: the official who has just pressed or written something, and
    ``here``: where; what answers that is said in the same place."""

    centre: Centre
    uow: UnitOfWork
    now: datetime
    actor: Person | None = None
    here: Address | None = None
    plans: dict[Urgency | None, Plan] = field(default_factory=dict)
    """The terms of what is registered at this moment, worked out once."""
    ahead: Ahead = field(default_factory=dict)
    """What was read before the transaction began."""
    _reaches: Mapping[Account, Reach] | None = None
    _silent: frozenset[str] = frozenset()

    def read(self, text: str, district: str | None = None) -> Reading:
        """:meth:`bot.understanding.reading.Understanding.read`, unless that was done ahead."""
        known = self.ahead.get((text, district))
        return known.reading if known is not None else self.centre.understanding.read(text, district)

    def look(self, text: str, reading: Reading) -> Signature:
        """:meth:`bot.understanding.events.matcher.Judge.look`, unless that was done ahead."""
        known = self.ahead.get((text, None))
        if known is not None and known.reading is reading and known.seen is not None:
            return known.seen
        return self.centre.understanding.judge.look(text, reading)

    def desk(self, person: Person) -> Address | None:
        """Where *person* is working: here, if it is the one who acts, else at the first account."""
        if self.here is not None and self.actor == person:
            return self.here
        return next(iter(self.centre.addresses(person)), None)

    async def channels(self, person: Person) -> tuple[Channel, ...]:
        """Every way to *person*, in the order of the accounts: what was chosen, and what does not work now."""
        reaches = await self.reaches()
        return tuple(
            self._channel(address, reaches.get(account_of(address), Reach()))
            for address in self.centre.addresses(person)
        )

    def _channel(self, first: Address, reach: Reach) -> Channel:
        known = reach.via in self.centre.offices
        address = Address(reach.via, first.user_id) if known and reach.via else first
        wanted = {Purpose.CARDS} if reach.wants_cards else set()
        wanted |= {Purpose.REPORTS} if reach.wants_reports else set()
        return Channel(
            address,
            frozenset(wanted),
            blocked=reach.unreachable_since is not None,
            silent=address.account in self._silent,
            diverted=reach.diverted_since is not None,
        )

    async def can_reach(self, person: Person) -> bool:
        """Whether messages get through to *person* somewhere, as far as we know."""
        return any(not one.blocked for one in await self.channels(person))

    async def reaches(self) -> Mapping[Account, Reach]:
        """What is known of every official's account."""
        if self._reaches is None:
            failing = await self.uow.outages.before(self.now - self.centre.fallback_after)
            self._silent = frozenset(account for account, _ in failing)
            self._reaches = await self.uow.people.reaches()
        return self._reaches

    async def silent(self) -> frozenset[str]:
        """Accounts of ours whose messenger has failed for too long."""
        await self.reaches()
        return self._silent

    def forget(self) -> None:
        """What is known of people's accounts has changed, or its change was undone."""
        self._reaches = None
