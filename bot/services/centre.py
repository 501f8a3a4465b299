"""What every use case knows: the municipality as it is configured, and the piece of work at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import WorkingCalendar
from bot.domain.deadlines import Terms
from bot.domain.people import Person, Right, Staff
from bot.domain.quiet import QuietHours
from bot.domain.sectors import Sector
from bot.domain.sources import PRIVATE_ROOT, Source
from bot.domain.sources import author_key as author_key
from bot.domain.sources import messenger_of as messenger_of
from bot.messengers.base import Capabilities
from bot.messengers.events import Chat, ChatKind
from bot.understanding.base import Understanding
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Office:
    """An account of ours in a messenger, as services need it."""

    account: str
    title: str
    capabilities: Capabilities

    @property
    def messenger(self) -> str:
        return messenger_of(self.account)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an official is spoken to in private."""

    account: str
    user_id: str
    chat_id: str


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
    quiet: QuietHours
    follow_up: timedelta
    digest_at: time
    sources: Mapping[tuple[str, str], Source]
    offices: Mapping[str, Office]
    gather: timedelta = timedelta(seconds=1)
    """Many changes of a ticket within this time make one edit of a card."""

    def source(self, chat: Chat) -> Source | None:
        """The configured source that *chat* belongs to; ``None``: nobody asked us to listen there."""
        if chat.kind is ChatKind.PRIVATE:
            private = self.sources.get((chat.account, PRIVATE_ROOT))
            if private is not None:
                return private
        return self.sources.get((chat.account, chat.root))

    def sector_title(self, code: str | None) -> str:
        """For people; an unconfigured code (of an older configuration) is shown as it is."""
        if code is None:
            return "отрасль не выбрана"
        sector = self.sectors.get(code)
        return sector.title if sector else code

    def address(self, person: Person) -> Address | None:
        """Where *person* gets cards: the first own account in a messenger that we speak."""
        for own in person.accounts:
            for office in self.offices.values():
                if office.messenger == own.messenger.value:
                    return Address(office.account, own.user_id, own.user_id)
        return None

    def may_ever(self, person: Person, right: Right) -> bool:
        """Whether *person* could hold *right* over some ticket of this town: what the menu shows."""
        return any(self.staff.may(person, right, sector) for sector in (None, *self.sectors))

    def person_at(self, account: str, user_id: str) -> Person | None:
        """The official behind *user_id* seen by our *account*; ``None`` for a citizen."""
        return self.staff.by_account(messenger_of(account), user_id)


@dataclass(slots=True)
class Work:
    """One use case's transaction and moment."""

    centre: Centre
    uow: UnitOfWork
    now: datetime
    unreachable: set[tuple[str, str]] | None = field(default=None)

    async def can_reach(self, person: Person) -> bool:
        """Whether messages get through to *person*, as far as we know."""
        address = self.centre.address(person)
        if address is None:
            return False
        if self.unreachable is None:
            self.unreachable = set(await self.uow.people.unreachable())
        return (messenger_of(address.account), address.user_id) not in self.unreachable
