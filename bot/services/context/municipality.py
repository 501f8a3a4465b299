"""The municipality as it is configured, with its officials, topics and accounts of the bot."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.answer_limits import AnswerLimits
from bot.domain.calendar import WorkingCalendar
from bot.domain.channels import Address
from bot.domain.deadlines import DeadlineTerms
from bot.domain.districts import merge_names
from bot.domain.durations import Duration
from bot.domain.escalation import USUAL_CHAIN, Chain
from bot.domain.layouts import BUILT_IN, Layout
from bot.domain.limits import MessageLimits
from bot.domain.list_hours import USUAL_LIST_HOURS
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.quiet_hours import QuietHours
from bot.domain.roles import EDIT_TOPICS, Right, Scope
from bot.domain.rules import RuleFacts, Rules
from bot.domain.sectors import Sector, Theme
from bot.domain.sources import PRIVATE_SOURCE_ID, OfficialPage, Source, messenger_of
from bot.domain.systems import Systems
from bot.domain.terms import TermBook
from bot.domain.tickets import DismissReason, Ticket
from bot.domain.topic_book import TopicBook
from bot.domain.urgency import Danger
from bot.domain.working_hours import WorkingHours
from bot.messengers.events import Chat, ChatKind
from bot.messengers.port import Capabilities

if TYPE_CHECKING:
    from bot.understanding.analyzer import TextAnalyzer


@dataclass(frozen=True, slots=True)
class BotAccount:
    """One of the bot's accounts in a messenger."""

    account: str
    title: str
    capabilities: Capabilities
    start_link: str | None = None
    """Link that opens the private chat with the bot; ``{code}`` in it is replaced by a code."""

    @property
    def messenger(self) -> str:
        return messenger_of(self.account)

    @property
    def supports_private_messages(self) -> bool:
        """True if the account can write to people; some accounts only read."""
        return ChatKind.PRIVATE in self.capabilities.can_answer_in


@dataclass(frozen=True, slots=True)
class Municipality:
    """The configured municipality. Frozen: whatever changes at run time is in the database."""

    name: str
    zone: ZoneInfo
    staff: Staff
    sectors: Mapping[str, Sector]
    understanding: "TextAnalyzer"
    hours: WorkingHours
    terms: DeadlineTerms
    urgent_terms: DeadlineTerms
    quiet_hours: QuietHours
    follow_up_window: timedelta
    digest_at: time
    sources: Mapping[tuple[str, str], Source]
    bot_accounts: Mapping[str, BotAccount]
    failover_after: timedelta = timedelta(minutes=10)
    """A messenger that has failed for this time is avoided: officials get messages in another one."""
    lists_at: tuple[time, ...] = USUAL_LIST_HOURS
    """The hours at which those who watch deadlines get what came due since the last one."""
    collect_additions: timedelta = timedelta(minutes=1)
    """The time for which a citizen's short additions are gathered into one note."""
    invitation_term: Duration = field(default_factory=lambda: Duration.parse("24h"))
    """Time during which an invitation code can be used."""
    manual_posting_term: Duration = field(default_factory=lambda: Duration.parse("1wh"))
    """Time until the reminder about an approved answer that a person must post."""
    check_after: timedelta = timedelta(minutes=15)
    """Time after its publication at which an answer is checked for visibility."""
    hold_after_restore: timedelta = timedelta(hours=1)
    """Age from which unpublished answers wait for a person's word after the database was restored."""
    ask_solved_after: timedelta = timedelta(days=1)
    """Time after its publication at which the reader of an answer is asked whether the problem is solved."""
    close_after: timedelta = timedelta(days=14)
    """Silence after which an answered ticket ends."""
    reopen_within: timedelta = timedelta(days=90)
    """Time after the answer during which «не решено» returns the same ticket."""
    clarify_silence: Duration = field(default_factory=lambda: Duration.parse("3d"))
    """Time during which a question to the citizen stops the clocks of the ticket."""
    danger_texts: Mapping[Danger, str] = field(default_factory=dict)
    """The municipality's own words for people in danger, where it has some."""
    words_kept: timedelta = timedelta(days=5 * 365)
    """Time after the end of a ticket for which its words, names and accounts are kept."""
    erasure_proofs_kept: timedelta = timedelta(days=3 * 365)
    """Time for which the record of the erasure of a person's data is kept."""
    themes: Mapping[str, Theme] = field(default_factory=dict)
    """The level between topic and sector, by code."""
    topics: TopicBook = field(default_factory=TopicBook)
    """The town's words and themes as the database has them; ``sectors``, ``themes`` and the analyzer follow it."""
    problem_window: timedelta | None = None
    """Time after the last message of a problem during which tickets join it; ``None``: never."""
    dismissal_texts: Mapping[DismissReason, str] = field(default_factory=dict)
    """The municipality's own words to citizens whose ticket is dismissed; an empty text: nothing is said."""
    repeat_interval: timedelta = timedelta(minutes=30)
    """The shortest time between two posts of the same answer in one chat, for people who write there later."""
    answer_limits: AnswerLimits = field(default_factory=AnswerLimits)
    limits: MessageLimits = field(default_factory=MessageLimits)
    breaches_per_month: int | None = None
    """Most tickets of a unit whose deadlines are missed in a month, without its head and the manager hearing of it."""
    rules: Rules = field(default_factory=Rules)
    chains: Mapping[str, Chain] = field(default_factory=dict)
    """The chains of escalation by code, where rules name some."""
    systems: Systems = field(default_factory=Systems)
    """The systems from which messages are entered or imported."""
    layouts: Mapping[str, Layout] = field(default_factory=lambda: BUILT_IN)
    """The tables that can be imported, by the code of their system."""
    pages: tuple[OfficialPage, ...] = ()
    """Official pages that the bot watches."""
    card_edit_interval: timedelta = timedelta(seconds=1)
    """All changes of a ticket within this time make one edit of a card."""

    covered_messengers: frozenset[str] = frozenset()
    """Messengers in which officials do not see the names and telephones of applicants."""

    _first_accounts: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """The bot's first account that writes to people, by messenger."""
    _term_book: TermBook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        writing = [one for one in self.bot_accounts.values() if one.supports_private_messages]
        object.__setattr__(self, "_first_accounts", {one.messenger: one.account for one in reversed(writing)})
        object.__setattr__(self, "_term_book", TermBook(self.rules, self.terms, self.urgent_terms))

    @property
    def calendar(self) -> WorkingCalendar:
        """The working time of the town."""
        return self.hours.town

    def calendar_of(self, person: Person | None) -> WorkingCalendar:
        """Return the working time of *person*: that of their post, if it has hours of its own."""
        return self.hours.of((person.title or person.name) if person is not None else None)

    def covers_applicants(self, account: str) -> bool:
        """Return whether officials do not see applicants' names and telephones in the messenger of *account*."""
        return messenger_of(account) in self.covered_messengers

    def configured_source(self, chat: Chat) -> Source | None:
        """Return the configured source that *chat* belongs to; ``None`` if it is not monitored."""
        if chat.kind is ChatKind.PRIVATE:
            private = self.sources.get((chat.account, PRIVATE_SOURCE_ID))
            if private is not None:
                return private
        return self.sources.get((chat.account, chat.source_id))

    def terms_of(self, facts: RuleFacts) -> DeadlineTerms:
        """Return the terms of a ticket with *facts*."""
        return self._term_book.terms_of(facts)

    def chain_of(self, facts: RuleFacts) -> Chain:
        """Return the chain of those who are told of the missed deadlines of a ticket with *facts*."""
        code = self.rules.match(facts).escalation if self.chains else None
        return self.chains.get(code or "", USUAL_CHAIN)

    def title_of(self, ticket: Ticket) -> str:
        """Return the sector of *ticket* for people; in a town without sectors, what it is about."""
        if self.sectors or ticket.sector is not None:
            return self.sector_title(ticket.sector)
        return self.theme_title(ticket.theme) or ticket.topic or "без темы"

    def with_topics(self, book: TopicBook) -> "Municipality":
        """Return the municipality with the themes and words of *book*, which its analyzer uses at once."""
        sectors, themes = book.sectors(self.sectors.values()), book.all_themes(self.sectors)
        used = book.themes_in_use(self.sectors)
        understanding = self.understanding.with_topics(sectors, used, book.topic_words(), book.topics_off())
        return replace(
            self,
            topics=book,
            sectors={one.code: one for one in sectors},
            themes={one.code: one for one in themes},
            understanding=understanding,
        )

    def edits_topics(self, person: Person) -> bool:
        """Return whether *person* changes the town's themes and words: the manager, or who gives roles."""
        return bool(EDIT_TOPICS & person.bases) or self.has_right_anywhere(person, Right.MANAGE_ROLES)

    def theme_title(self, code: str | None) -> str | None:
        """Return the title of a theme, also of a removed one; an older configuration's code is shown as it is."""
        theme = self.themes.get(code or "")
        return theme.title if theme is not None else self.topics.removed_titles.get(code or "", code)

    def theme_within(self, sector: str | None, code: str | None) -> str | None:
        """Return the theme *code*, unless it belongs to another sector than *sector*."""
        theme = self.themes.get(code or "")
        return theme.code if theme is not None and (sector is None or theme.sector in (None, sector)) else None

    def sector_title(self, code: str | None) -> str:
        """Return the title for people; a code of an older configuration is shown as it is."""
        if code is None:
            return "отрасль не выбрана" if self.sectors else "все темы"
        sector = self.sectors.get(code)
        return sector.title if sector else code

    def districts(self) -> tuple[str, ...]:
        """Return the districts of a town whose posts are divided by district; none of any other town."""
        of_posts = self.staff.districts
        return tuple(merge_names((*of_posts, *self.understanding.districts)).values()) if of_posts else ()

    def addresses(self, person: Person) -> tuple[Address, ...]:
        """Return the accounts of *person* in supported messengers, each with the bot's first account there.

        :meth:`UseCaseContext.channels` adds the person's preferences and what works now.
        """
        return tuple(
            [Address(self._first_accounts[one.messenger.value], one.user_id) for one in self.reachable_accounts(person)]
        )

    def reachable_accounts(self, person: Person) -> list[StaffAccount]:
        """Return the accounts of *person* in supported messengers."""
        return [one for one in person.accounts if one.messenger.value in self._first_accounts]

    def has_right_anywhere(self, person: Person, right: Right) -> bool:
        """Return whether *person* may hold *right* over some ticket: that decides about menu entries."""
        return any(self.staff.has_right(person, right, sector) for sector in (None, *self.sectors))

    def has_right_everywhere(self, person: Person, right: Right) -> bool:
        """Return whether *person* holds *right* over every ticket, of whatever sector and district."""
        return Scope.ALL in self.staff.roles.scopes(person.roles, right)

    def find_official(self, account: str, user_id: str) -> Person | None:
        """Return the official with *user_id* in the messenger of *account*; ``None`` for a citizen."""
        return self.staff.find_by_account(messenger_of(account), user_id)


def account_of(address: Address) -> StaffAccount:
    """Return the person's account behind *address*."""
    return StaffAccount(MessengerName(messenger_of(address.account)), address.user_id)
