"""What every use case knows: the municipality as it is configured, and the piece of work at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import WorkingCalendar
from bot.domain.cards import AccountReachability
from bot.domain.channels import Address, Channel, Purpose
from bot.domain.deadlines import DeadlinePlan, DeadlineTerms
from bot.domain.durations import Duration
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.quiet_hours import QuietHours
from bot.domain.roles import Right
from bot.domain.sectors import Sector
from bot.domain.sources import PRIVATE_SOURCE_ID, OfficialPage, Source
from bot.domain.sources import author_key as author_key
from bot.domain.sources import messenger_of as messenger_of
from bot.domain.urgency import Urgency
from bot.messengers.events import Chat, ChatKind
from bot.messengers.port import Capabilities
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.events.signatures import Signature
from bot.understanding.reading import Reading
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BotAccount:
    """An account of ours in a messenger, as services need it."""

    account: str
    title: str
    capabilities: Capabilities
    start_link: str | None = None
    """An address that opens our private chat and brings a code, which stands in it as ``{code}``."""

    @property
    def messenger(self) -> str:
        return messenger_of(self.account)

    @property
    def supports_private_messages(self) -> bool:
        """Whether people can be written to through it; some accounts only read."""
        return ChatKind.PRIVATE in self.capabilities.can_answer_in


@dataclass(frozen=True, slots=True)
class Municipality:
    """The municipality. Frozen: what may change while it works is in the database."""

    name: str
    zone: ZoneInfo
    staff: Staff
    sectors: Mapping[str, Sector]
    understanding: TextAnalyzer
    calendar: WorkingCalendar
    terms: DeadlineTerms
    urgent_terms: DeadlineTerms
    quiet_hours: QuietHours
    follow_up_window: timedelta
    digest_at: time
    sources: Mapping[tuple[str, str], Source]
    bot_accounts: Mapping[str, BotAccount]
    failover_after: timedelta = timedelta(minutes=10)
    """A messenger that has failed for so long is passed over: officials are written to elsewhere."""
    manual_posting_term: Duration = field(default_factory=lambda: Duration.parse("1wh"))
    """How long an approved answer may wait for the person who posts it, before a reminder."""
    check_after: timedelta = timedelta(minutes=15)
    """How long after its publication an answer is looked at: does it still stand?"""
    problem_window: timedelta | None = None
    """How long after the last message of an event others join it; ``None``: never."""
    repeat_interval: timedelta = timedelta(minutes=30)
    """How often at most one chat is given the same answer again, for those who write there later."""
    pages: tuple[OfficialPage, ...] = ()
    """Official pages that are watched."""
    card_edit_interval: timedelta = timedelta(seconds=1)
    """Many changes of a ticket within this time make one edit of a card."""

    def configured_source(self, chat: Chat) -> Source | None:
        """The configured source that *chat* belongs to; ``None``: nobody asked us to listen there."""
        if chat.kind is ChatKind.PRIVATE:
            private = self.sources.get((chat.account, PRIVATE_SOURCE_ID))
            if private is not None:
                return private
        return self.sources.get((chat.account, chat.source_id))

    def terms_for(self, urgency: Urgency | None) -> DeadlineTerms:
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
        for office in (one for one in self.bot_accounts.values() if one.supports_private_messages):
            firsts.setdefault(office.messenger, office.account)
        return tuple(
            Address(firsts[own.messenger.value], own.user_id)
            for own in person.accounts
            if own.messenger.value in firsts
        )

    def has_right_anywhere(self, person: Person, right: Right) -> bool:
        """Whether *person* could hold *right* over some ticket of this town: what the menu shows."""
        return any(self.staff.has_right(person, right, sector) for sector in (None, *self.sectors))

    def find_official(self, account: str, user_id: str) -> Person | None:
        """The official behind *user_id* seen by our *account*; ``None`` for a citizen."""
        return self.staff.find_by_account(messenger_of(account), user_id)


def account_of(address: Address) -> StaffAccount:
    """The person's own account behind *address*."""
    return StaffAccount(MessengerName(messenger_of(address.account)), address.user_id)


@dataclass(frozen=True, slots=True)
class PrefetchedReading:
    """A text that was read, also as it is compared with others (where problems are joined)."""

    reading: Reading
    signature: Signature | None


PrefetchedReadings = Mapping[tuple[str, str | None], PrefetchedReading]
"""What was read already, by the text and the district that it comes from."""


@dataclass(slots=True)
class UseCaseContext:
    """One use case's transaction and moment. ``actor``: the official who has just pressed or written something, and
    ``here``: where; what answers that is said in the same place."""

    municipality: Municipality
    uow: UnitOfWork
    now: datetime
    actor: Person | None = None
    origin: Address | None = None
    plan_cache: dict[Urgency | None, DeadlinePlan] = field(default_factory=dict)
    """The terms of what is registered at this moment, worked out once."""
    prefetched: PrefetchedReadings = field(default_factory=dict)
    """What was read before the transaction began."""
    _reachability: Mapping[StaffAccount, AccountReachability] | None = None
    _failing_accounts: frozenset[str] = frozenset()

    def read(self, text: str, district: str | None = None) -> Reading:
        """:meth:`bot.understanding.reading.Understanding.read`, unless that was done ahead."""
        known = self.prefetched.get((text, district))
        return known.reading if known is not None else self.municipality.understanding.read(text, district)

    def signature(self, text: str, reading: Reading) -> Signature:
        """:meth:`bot.understanding.events.matcher.Judge.look`, unless that was done ahead."""
        known = self.prefetched.get((text, None))
        if known is not None and known.reading is reading and known.signature is not None:
            return known.signature
        return self.municipality.understanding.event_matcher.signature(text, reading)

    def reply_address(self, person: Person) -> Address | None:
        """Where *person* is working: here, if it is the one who acts, else at the first account."""
        if self.origin is not None and self.actor == person:
            return self.origin
        return next(iter(self.municipality.addresses(person)), None)

    async def channels(self, person: Person) -> tuple[Channel, ...]:
        """Every way to *person*, in the order of the accounts: what was chosen, and what does not work now."""
        reaches = await self.reachability()
        return tuple(
            self._build_channel(address, reaches.get(account_of(address), AccountReachability()))
            for address in self.municipality.addresses(person)
        )

    def _build_channel(self, default_address: Address, reach: AccountReachability) -> Channel:
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
            unavailable=address.account in self._failing_accounts,
            diverted=reach.diverted_since is not None,
        )

    async def can_reach(self, person: Person) -> bool:
        """Whether messages get through to *person* somewhere, as far as we know."""
        return any(not one.blocked for one in await self.channels(person))

    async def reachability(self) -> Mapping[StaffAccount, AccountReachability]:
        """What is known of every official's account."""
        if self._reachability is None:
            failing = await self.uow.outages.started_before(self.now - self.municipality.failover_after)
            self._failing_accounts = frozenset(account for account, _ in failing)
            self._reachability = await self.uow.staff.list_reachability()
        return self._reachability

    async def failing_accounts(self) -> frozenset[str]:
        """Accounts of ours whose messenger has failed for too long."""
        await self.reachability()
        return self._failing_accounts

    def invalidate_reachability(self) -> None:
        """What is known of people's accounts has changed, or its change was undone."""
        self._reachability = None
