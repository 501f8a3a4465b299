"""The checked configuration: its sections, and the domain objects made of them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.config import monitored_places
from bot.config.chain_checks import to_chain
from bot.config.deadline_sections import PostHoursEntry
from bot.config.fields import resolve_database_url
from bot.config.gazetteer import read_gazetteer
from bot.config.messenger_kinds import MESSENGER_KINDS, MessengerKind
from bot.config.messenger_sections import BotSection, PageMessenger, TelegramSection, UpdateMode, VkSection
from bot.config.role_checks import to_role_change
from bot.config.rule_checks import to_rule
from bot.config.schema import ConfigTree
from bot.config.secrets import secrets_in, token_files_in
from bot.config.staff_sections import StaffMember
from bot.config.system_checks import to_layout
from bot.domain.answer_limits import AnswerLimits
from bot.domain.applicants import PersonalDataPolicy
from bot.domain.calendar import WorkingCalendar
from bot.domain.deadlines import DeadlineTerms
from bot.domain.districts import district_key, merge_names
from bot.domain.escalation import Chain
from bot.domain.layouts import BUILT_IN, Layout
from bot.domain.limits import MessageLimits
from bot.domain.people import Person, StaffAccount
from bot.domain.post_hours import PostHours
from bot.domain.posts import Routing
from bot.domain.quiet_hours import QuietHours
from bot.domain.role_book import RoleBook
from bot.domain.rules import Rules
from bot.domain.sectors import STANDARD_SECTORS, Sector, Theme
from bot.domain.sources import OfficialPage, Source
from bot.domain.streets import StreetRow
from bot.domain.systems import KNOWN_SYSTEMS, Systems
from bot.domain.tickets import DismissReason
from bot.domain.urgency import Danger
from bot.domain.working_hours import WorkingHours

AUDITED_SECTIONS = (
    *(
        "routing",
        "roles",
        "deadlines",
        "urgent",
        "rules",
        "escalation",
        "calendar",
        "post_hours",
        "quiet",
        "follow_up",
        "problems",
        "limits",
    ),
    *("staff_notices", "staff_invitations", "answers", "digest", "retention"),
)
"""Sections of the file whose changes are in the audit."""


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration. Paths are absolute, secrets are hidden in ``repr``."""

    tree: ConfigTree
    folder: Path = field(repr=False)
    file: Path | None = field(default=None, repr=False)
    """The file it was read from; ``None`` if a program made it."""

    @property
    def zone(self) -> ZoneInfo:
        return self.tree.municipality.timezone

    @property
    def database_url(self) -> str:
        """The URL with an absolute path of an SQLite file; may hold a password."""
        return resolve_database_url(self.tree.database.url, self.folder)

    @property
    def uses_server(self) -> bool:
        """True if the database is a server's, not a file."""
        return not self.database_url.startswith("sqlite")

    @property
    def telegram(self) -> TelegramSection | None:
        return self.tree.telegram

    @property
    def vk(self) -> VkSection | None:
        return self.tree.vk

    def tokens(self) -> Iterator[tuple[str, SecretStr]]:
        """Yield every token with the key of its table."""
        for kind in MESSENGER_KINDS:
            section = self.section(kind)
            if isinstance(section, VkSection):
                yield from ((f"vk.communities[{index}]", one.token) for index, one in enumerate(section.communities))
            elif section is not None:
                yield kind.section_name, section.token

    def section(self, kind: MessengerKind) -> BotSection | VkSection | None:
        """Return the section of one messenger."""
        found: BotSection | VkSection | None = getattr(self.tree, kind.section_name)
        return found

    @property
    def uses_webhooks(self) -> bool:
        """True if some messenger delivers its updates by webhook."""
        sections = (self.section(kind) for kind in MESSENGER_KINDS)
        return any(one is not None and one.mode is UpdateMode.WEBHOOK for one in sections)

    @property
    def model_folder(self) -> Path:
        """The folder of trained models; it need not exist."""
        return self.folder / self.tree.routing.model

    def secret_files(self) -> tuple[Path, ...]:
        """Return the files that hold tokens or passwords: the configuration, and those that it names."""
        own = () if self.file is None else (self.file,)
        return (*own, *(self.folder / name for name in token_files_in(self.tree)))

    @property
    def nightly_training_at(self) -> time | None:
        """The local time at which the bot learns from the day's decisions; ``None``: never automatically."""
        return self.tree.learning.at if self.tree.learning.nightly else None

    @property
    def gazetteer(self) -> Path | None:
        """The file with the list of streets."""
        name = self.tree.places.gazetteer
        return None if name is None else self.folder / name

    def audited_settings(self) -> dict[str, str]:
        """Return the settings that decide about terms, limits and rights, flat and as texts: no tokens, no people."""
        flat: dict[str, str] = {}
        for name, section in self.tree.model_dump(include=set(AUDITED_SECTIONS)).items():
            values = section.items() if isinstance(section, dict) else [("", section)]
            for key, value in values:
                flat[f"{name}.{key}".rstrip(".")] = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        return flat

    def read_streets(self) -> list[StreetRow]:
        """Read the list of streets from its file; it is empty if no file is configured."""
        rows = read_gazetteer(self.gazetteer)[0] if self.gazetteer is not None else []
        spelled = self._spell_district
        return [replace(row, district=spelled(row.district)) if row.district else row for row in rows]

    def districts(self, streets: Iterable[StreetRow]) -> tuple[str, ...]:
        """Return all districts, as their officials, *streets* and chats name them."""
        of_streets = (row.district for row in streets)
        names = (*self._staff_districts, *of_streets, *(source.district for source in self.sources()))
        return tuple(merge_names(name for name in names if name is not None).values())

    @property
    def _staff_districts(self) -> tuple[str, ...]:
        return tuple(district for member in self.tree.staff for district in member.districts)

    def _spell_district(self, district: str) -> str:
        """Return a district as it is spelled where officials are named: it may have «район» in one place only."""
        return merge_names(self._staff_districts).get(district_key(district), district)

    def routing(self) -> Routing:
        """Return the rules by which messages find their post."""
        return Routing(self.tree.routing.prefer, self.tree.routing.sorts)

    @property
    def staff(self) -> tuple[Person, ...]:
        """All officials of the file, in its order, without the ids that the database gives."""
        spelled = self._spell_district
        return tuple(
            replace(one, districts=frozenset(map(spelled, one.districts))) for one in map(_official, self.tree.staff)
        )

    def working_calendar(self) -> WorkingCalendar:
        """Create a calendar; keep it, because it caches the days it has computed."""
        section = self.tree.calendar
        return WorkingCalendar(
            self.zone,
            section.working,
            section.days_off,
            section.working_days,
            shortens_eves=section.shorten_before_holidays,
        )

    def working_hours(self) -> WorkingHours:
        """Return the working time of the town and of its posts; keep it like the calendar."""
        own = {title: _post_hours(entry) for entry in self.tree.post_hours for title in entry.post}
        return WorkingHours(self.working_calendar(), own)

    def quiet_hours(self) -> QuietHours:
        return QuietHours(self.zone, self.tree.quiet.start, self.tree.quiet.end)

    def deadline_terms(self) -> DeadlineTerms:
        section = self.tree.deadlines
        return DeadlineTerms(section.accept, section.answer, section.remind_at)

    def urgent_deadline_terms(self) -> DeadlineTerms:
        """Return the terms of urgent tickets; their reminders come at the same shares."""
        section = self.tree.urgent
        return DeadlineTerms(section.accept, section.answer, self.tree.deadlines.remind_at)

    def covered_messengers(self) -> frozenset[str]:
        """Return the messengers in which officials do not see the names and telephones of applicants."""
        sections = ((kind, self.section(kind)) for kind in MESSENGER_KINDS)
        covering = (kind for kind, one in sections if one is not None and one.personal_data is PersonalDataPolicy.COVER)
        return frozenset(kind.messenger.value for kind in covering)

    def message_limits(self) -> MessageLimits:
        section = self.tree.limits
        return MessageLimits(section.messages_per_author_hour, section.messages_per_chat_hour)

    def roles(self) -> RoleBook:
        """Return the built-in roles with the changes and additions of the file."""
        return RoleBook(tuple(map(to_role_change, self.tree.roles)))

    def answer_limits(self) -> AnswerLimits:
        return AnswerLimits(self.tree.limits.same_answer_per_hour, self.tree.limits.answers_per_day)

    def rules(self) -> Rules:
        """Return the rules in the order of the file."""
        return Rules(tuple(map(to_rule, self.tree.rules)))

    def chains(self) -> dict[str, Chain]:
        """Return the chains of escalation by code."""
        return {one.code: to_chain(one) for one in self.tree.escalation}

    def systems(self) -> Systems:
        """Return the systems that messages come from, with the titles of the file."""
        return Systems({one.code: one.title or KNOWN_SYSTEMS.get(one.code, one.code) for one in self.tree.systems})

    def layouts(self) -> dict[str, Layout]:
        """Return the tables that can be imported, by the code of their system: the built-in ones and the file's."""
        own = {one.code: layout for one in self.tree.systems if (layout := to_layout(one)) is not None}
        return {**BUILT_IN, **own}

    def danger_texts(self) -> dict[Danger, str]:
        """Return the municipality's own words for people in danger."""
        texts = {danger: getattr(self.tree.danger, danger.value) for danger in Danger}
        return {danger: text for danger, text in texts.items() if text is not None}

    def sectors(self) -> tuple[Sector, ...]:
        """Return the sectors in the order of the file; a standard one has a default title."""
        return tuple(
            Sector(entry.code, entry.title or STANDARD_SECTORS[entry.code], entry.keywords)
            for entry in self.tree.sectors
        )

    def themes(self) -> tuple[Theme, ...]:
        """Return the themes in the order of the file; one with a standard code has a default title."""
        return tuple(
            Theme(entry.code, entry.title or STANDARD_SECTORS[entry.code], entry.sector, entry.keywords)
            for entry in self.tree.themes
        )

    def sources(self) -> tuple[Source, ...]:
        """Return every monitored place, with its answer policy."""
        found: list[Source] = []
        for kind in MESSENGER_KINDS:
            section = self.section(kind)
            if isinstance(section, VkSection):
                found += monitored_places.community_sources(section)
            elif section is not None:
                found += monitored_places.chat_sources(kind, section)
        own = {source.source_id for source in found if source.account.startswith("vk:")}
        pages = [page for page in self.tree.pages if page.messenger is PageMessenger.VK and str(page.id) not in own]
        spelled = [
            replace(source, district=self._spell_district(source.district)) if source.district else source
            for source in found
        ]
        return (*spelled, *map(monitored_places.page_source, pages))

    def dismissal_texts(self) -> dict[DismissReason, str]:
        """Return the words to citizens whose message is dismissed that the file gives; the others are built in."""
        given = self.tree.answers.dismissed.model_dump(exclude_none=True)
        return {DismissReason(name): text for name, text in given.items()}

    def pages(self) -> tuple[OfficialPage, ...]:
        """Return the official pages to watch."""
        own = {community.id for community in self.vk.communities} if self.vk else set()
        return tuple(monitored_places.official_page(entry, own) for entry in self.tree.pages)

    def service_key_pages(self) -> tuple[OfficialPage, ...]:
        """Return the pages in VK that are read with the service key.

        They include pages with a key of their own, because that key does not repeat comments after a gap.
        """
        if self.vk is None or self.vk.service_token is None:
            return ()
        return tuple(page for page in self.pages() if page.account.startswith("vk:"))

    def known_secrets(self) -> frozenset[str]:
        """Return every token, secret and password of the configuration, for the log to mask."""
        sections = (self.telegram, self.vk, self.tree.max)
        proxies = [one.proxy_url for one in sections if one is not None and one.proxy_url is not None]
        passwords = {urlsplit(url).password or "" for url in (self.tree.database.url, *proxies)}
        return frozenset({*secrets_in(self.tree), *passwords, *map(unquote, passwords)} - {""})


def _post_hours(entry: PostHoursEntry) -> PostHours:
    return PostHours(tuple(sorted(entry.working)), frozenset(entry.weekdays or ()), entry.holidays)


def _official(member: StaffMember) -> Person:
    ids = [(kind.messenger, getattr(member, kind.staff_key)) for kind in MESSENGER_KINDS]
    return Person(
        id=0,
        name=member.name,
        roles=frozenset({*member.roles, *([member.role] if member.role else [])}),
        sectors=frozenset(member.sectors),
        districts=frozenset(member.districts),
        accounts=tuple(StaffAccount(messenger, str(number)) for messenger, number in ids if number is not None),
        title=member.title or "",
        stands_in=member.stands_in,
        systems=frozenset(member.systems),
        digest_at=member.digest_at,
    )
