"""The configuration file as a typed tree: one class per section, names as in the file. Unknown keys are refused."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.config.deadline_sections import (
    CalendarSection,
    DeadlinesSection,
    EscalationEntry,
    PostHoursEntry,
    QuietSection,
    RuleEntry,
    UrgentSection,
)
from bot.config.fields import (
    AnyDuration,
    CalendarDuration,
    CitizenText,
    ClockTime,
    DatabaseUrl,
    ListenAddress,
    LongText,
    RetentionDuration,
    SectorCode,
    ShortText,
    Zone,
    parse_clock,
    parse_duration,
    parse_listen,
)
from bot.config.messenger_sections import MaxSection, PageEntry, TelegramSection, VkSection
from bot.config.section import Section
from bot.config.staff_sections import RoleEntry, StaffInvitationsSection, StaffMember, StaffNoticesSection
from bot.config.system_sections import SystemEntry
from bot.domain.posts import Prefer
from bot.domain.recipients import SORTS


def _of_defaults() -> Any:
    """Return the default of a section that the file may leave out: the tree makes it of an empty table.

    An instance as the default would have the section build a validator of its own, which nothing else uses.
    """
    return Field(default={}, validate_default=True)


class MunicipalitySection(Section):
    name: ShortText
    timezone: Zone


class DatabaseSection(Section):
    """The database. ``connections``: the most that one process of the bot opens."""

    url: DatabaseUrl = Field(default="sqlite+aiosqlite:///var/mcu.sqlite3", repr=False)  # may hold a password
    connections: Annotated[int, Field(ge=4, le=200)] = 48


class HttpSection(Section):
    listen: ListenAddress = Field(default_factory=lambda: parse_listen("127.0.0.1:8080"))

    @property
    def host(self) -> str:
        return self.listen[0]

    @property
    def port(self) -> int:
        return self.listen[1]


class SectorEntry(Section):
    """A sector; ``title`` may be left out for a standard code."""

    code: SectorCode
    title: ShortText | None = None
    keywords: tuple[ShortText, ...] = ()


class ThemeEntry(SectorEntry):
    """A theme; ``sector``: its block, without which a person who sorts decides."""

    sector: ShortText | None = None


class RoutingSection(Section):
    """``threshold``: a coordinator decides if the best sector scores less; ``model``: the folder of trained models.

    ``prefer``: the post that gets a message if one answers for its block and another for its district; ``sorts``: the
    roles that sort messages, the preferred first.
    """

    threshold: float = Field(default=0.6, ge=0, le=1)
    model: ShortText = "var/model"
    prefer: Prefer = Prefer.DISTRICT
    sorts: tuple[ShortText, ...] = Field(default=SORTS, min_length=1)


class LearningSection(Section):
    nightly: bool = True
    at: ClockTime = Field(default_factory=lambda: parse_clock("03:30"))


class DangerSection(Section):
    """The words that people in danger read at once, instead of the built-in ones; a key for each ``Danger``."""

    gas: LongText | None = None
    fire: LongText | None = None
    wire: LongText | None = None
    child: LongText | None = None
    suicide: LongText | None = None
    violence: LongText | None = None


class FollowUpSection(Section):
    """``within``: how long a further message of the same author joins the ticket."""

    within: CalendarDuration = Field(default_factory=lambda: parse_duration("30m"))


class ProblemsSection(Section):
    """Messages about one event become one problem if ``join``.

    ``within``: how long messages join the event after its last message; ``repeat_after``: the shortest interval at
    which one chat is given the same answer for people who write there later.
    """

    join: bool = True
    within: CalendarDuration = Field(default_factory=lambda: parse_duration("6h"))
    repeat_after: CalendarDuration = Field(default_factory=lambda: parse_duration("30m"))


class LimitsSection(Section):
    """Messages an hour that reach officials, answers that need no coordinator, and a month of missed deadlines."""

    messages_per_author_hour: int = Field(default=20, ge=1, le=100_000)
    messages_per_chat_hour: int = Field(default=600, ge=1, le=100_000)
    same_answer_per_hour: int | None = Field(default=None, ge=1, le=100_000)
    answers_per_day: int | None = Field(default=None, ge=1, le=100_000)
    breaches_per_month: int | None = Field(default=None, ge=1, le=100_000)


class PlacesSection(Section):
    gazetteer: ShortText | None = None


class DismissedSection(Section):
    """The words to citizens whose message gets no answer, by reason (:class:`bot.domain.tickets.DismissReason`)."""

    not_a_problem: CitizenText | None = None
    answered_elsewhere: CitizenText | None = None
    duplicate: CitizenText | None = None
    insults: CitizenText | None = None
    not_ours: CitizenText | None = None
    other: CitizenText | None = None


class AnswersSection(Section):
    """The time after an approved answer.

    ``remind_posting``: how long it may wait to be posted by hand before a reminder; ``check_after``: how long after its
    publication the bot checks that it is still visible; ``hold_after_restore``: the age from which answers that were
    not published yet wait for a person's word after the database was restored; ``ask_solved_after``: how long after the
    answer its reader is asked whether the problem is solved, where a rule says ``satisfaction``; ``close_after``: the
    silence after which an answered ticket ends; ``reopen_within``: how long a complaint about the answer returns the
    same ticket; ``clarify_silence``: how long a question to the citizen stops the clocks; ``dismissed``: the words to
    citizens who were promised an answer and get none, by reason.
    """

    remind_posting: AnyDuration = Field(default_factory=lambda: parse_duration("1wh"))
    check_after: CalendarDuration = Field(default_factory=lambda: parse_duration("15m"))
    hold_after_restore: CalendarDuration = Field(default_factory=lambda: parse_duration("1h"))
    ask_solved_after: CalendarDuration = Field(default_factory=lambda: parse_duration("1d"))
    close_after: CalendarDuration = Field(default_factory=lambda: parse_duration("14d"))
    reopen_within: CalendarDuration = Field(default_factory=lambda: parse_duration("90d"))
    clarify_silence: AnyDuration = Field(default_factory=lambda: parse_duration("3d"))
    dismissed: DismissedSection = _of_defaults()


class DigestSection(Section):
    """``at``: the local time of the daily digest."""

    at: ClockTime = Field(default_factory=lambda: parse_clock("09:00"))


class RetentionSection(Section):
    """The time for which data are kept, by purpose.

    ``words``: citizens' words, names and accounts, after the end of their ticket (then the statistics alone remain);
    ``person_erasure_proof``: the record that a person's data were erased.
    """

    words: RetentionDuration = Field(default_factory=lambda: parse_duration("5y"))
    person_erasure_proof: RetentionDuration = Field(default_factory=lambda: parse_duration("3y"))


class ConfigTree(BaseModel):
    """The whole file. Values come ready-merged from :mod:`bot.config.sources`: the environment over the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)

    municipality: MunicipalitySection
    database: DatabaseSection = _of_defaults()
    telegram: TelegramSection | None = None
    vk: VkSection | None = None
    max: MaxSection | None = None
    http: HttpSection | None = None
    sectors: tuple[SectorEntry, ...] = ()
    themes: tuple[ThemeEntry, ...] = ()
    routing: RoutingSection = _of_defaults()
    learning: LearningSection = _of_defaults()
    roles: tuple[RoleEntry, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    deadlines: DeadlinesSection = _of_defaults()
    urgent: UrgentSection = _of_defaults()
    rules: tuple[RuleEntry, ...] = ()
    escalation: tuple[EscalationEntry, ...] = ()
    systems: tuple[SystemEntry, ...] = ()
    danger: DangerSection = _of_defaults()
    calendar: CalendarSection = _of_defaults()
    post_hours: tuple[PostHoursEntry, ...] = ()
    quiet: QuietSection = _of_defaults()
    follow_up: FollowUpSection = _of_defaults()
    problems: ProblemsSection = _of_defaults()
    limits: LimitsSection = _of_defaults()
    staff_notices: StaffNoticesSection = _of_defaults()
    staff_invitations: StaffInvitationsSection = _of_defaults()
    places: PlacesSection = _of_defaults()
    pages: tuple[PageEntry, ...] = ()
    answers: AnswersSection = _of_defaults()
    digest: DigestSection = _of_defaults()
    retention: RetentionSection = _of_defaults()
