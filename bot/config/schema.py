"""The configuration file as a typed tree: one class per section, names as in the file. Unknown keys are refused."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.fields import (
    AnyDuration,
    ApiBase,
    BaseUrl,
    CalendarDuration,
    CitizenText,
    ClockTime,
    DatabaseUrl,
    Day,
    DraftDuration,
    Interval,
    ListenAddress,
    LongText,
    PositiveId,
    RetentionDuration,
    SectorCode,
    Share,
    ShortText,
    WaitDuration,
    WebhookUrl,
    Words,
    Zone,
    parse_clock,
    parse_duration,
    parse_interval,
    parse_listen,
    parse_words,
)
from bot.domain.applicants import ApplicantKind, PersonalDataPolicy
from bot.domain.escalation import After
from bot.domain.importance import Importance
from bot.domain.list_hours import USUAL_LIST_HOURS
from bot.domain.posts import Prefer
from bot.domain.recipients import SORTS, Hearing
from bot.domain.roles import Right
from bot.domain.sources import AnswerPolicy, SourceKind


class UpdateMode(StrEnum):
    """The way in which updates reach the bot."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Section(BaseModel):
    """The settings that all sections share."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True, str_strip_whitespace=True
    )


class MunicipalitySection(Section):
    name: ShortText
    timezone: Zone


class DatabaseSection(Section):
    url: DatabaseUrl = Field(default="sqlite+aiosqlite:///var/mcu.sqlite3", repr=False)  # may hold a password


class BotChat(Section):
    """A monitored chat of a messenger in which the bot has one account.

    ``sector`` and ``district`` are those of messages that do not say theirs.
    """

    id: int
    title: str = ""
    kind: SourceKind = SourceKind.CHAT
    answers: AnswerPolicy = AnswerPolicy.BOT
    invite: BaseUrl | None = None
    sector: ShortText | None = None
    district: ShortText | None = None


class BotSection(Section):
    """A messenger with one account of the bot. ``token`` is empty only in a configuration loaded without tokens."""

    token: SecretStr = SecretStr("")
    token_file: ShortText | None = None
    api_base: ApiBase
    mode: UpdateMode = UpdateMode.POLLING
    webhook_url: WebhookUrl | None = None
    secret: SecretStr | None = None
    private: AnswerPolicy = AnswerPolicy.BOT
    personal_data: PersonalDataPolicy = PersonalDataPolicy.SHOW
    invite: BaseUrl | None = None
    chats: tuple[BotChat, ...] = ()


class TelegramChat(BotChat):
    """A Telegram chat: ``answers`` has no default because of law 41-ФЗ of 01.04.2025."""

    answers: AnswerPolicy


class TelegramSection(BotSection):
    api_base: ApiBase = "https://api.telegram.org"
    chats: tuple[TelegramChat, ...] = ()


class VkCommunity(Section):
    """A community of the municipality: its wall, messages, photos, videos and discussions.

    ``secret`` and ``confirmation`` belong to its Callback API; with ``confirmation`` an administrator has connected the
    address by hand.
    """

    id: PositiveId
    title: str = ""
    token: SecretStr = SecretStr("")
    token_file: ShortText | None = None
    secret: SecretStr | None = None
    confirmation: SecretStr | None = None
    kind: SourceKind = SourceKind.OFFICIAL
    answers: AnswerPolicy = AnswerPolicy.BOT
    invite: BaseUrl | None = None
    sector: ShortText | None = None
    district: ShortText | None = None


class VkSection(Section):
    api_base: ApiBase = "https://api.vk.ru"
    mode: UpdateMode = UpdateMode.POLLING
    webhook_url: WebhookUrl | None = None
    service_token: SecretStr | None = None
    personal_data: PersonalDataPolicy = PersonalDataPolicy.SHOW
    pages_every: CalendarDuration = Field(default_factory=lambda: parse_duration("5m"))
    communities: tuple[VkCommunity, ...] = ()


class MaxSection(BotSection):
    api_base: ApiBase = "https://platform-api2.max.ru"


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


class DeadlinesSection(Section):
    accept: AnyDuration = Field(default_factory=lambda: parse_duration("1wh"))
    answer: AnyDuration = Field(default_factory=lambda: parse_duration("8wh"))
    remind_at: tuple[Share, ...] = (0.5, 0.8)


class UrgentSection(Section):
    """The deadlines of urgent tickets: danger to people, or no water, heat, light or gas for a house or more."""

    accept: AnyDuration = Field(default_factory=lambda: parse_duration("30m"))
    answer: AnyDuration = Field(default_factory=lambda: parse_duration("4h"))


class RuleEntry(Section):
    """A rule: the tickets that it is for (one value or a list, any of them), then the keys that it decides."""

    source: Words = ()
    sector: Words = ()
    theme: Words = ()
    topic: Words = ()
    district: Words = ()
    importance: Annotated[tuple[Importance, ...], BeforeValidator(parse_words)] = ()
    urgent: Annotated[tuple[bool, ...], BeforeValidator(parse_words)] = ()
    applicant: Annotated[tuple[ApplicantKind, ...], BeforeValidator(parse_words)] = ()
    approval: tuple[ShortText, ...] | None = None
    four_eyes: bool | None = None
    call_before_answer: bool | None = None
    satisfaction: bool | None = None
    reopen_at_most: int | None = Field(default=None, ge=0, le=100)
    accept: AnyDuration | None = None
    first_word: AnyDuration | None = None
    draft: DraftDuration | None = None
    approve: AnyDuration | None = None
    rework: AnyDuration | None = None
    answer: AnyDuration | None = None
    final: AnyDuration | None = None
    not_ours: AnyDuration | None = None
    solve: AnyDuration | None = None
    total: AnyDuration | None = None
    escalation: ShortText | None = None


class StepEntry(Section):
    """A step of a chain; ``before`` counts in the time of the calendar."""

    after: After
    wait: WaitDuration | None = None
    before: CalendarDuration | None = None
    tell: tuple[ShortText, ...] = ()
    hand_over: bool = False
    ask: Literal["in_work"] | None = None


class EscalationEntry(Section):
    """A chain of those who are told one after another when a deadline is missed."""

    code: ShortText
    steps: tuple[StepEntry, ...] = ()


class DangerSection(Section):
    """The words that people in danger read at once, instead of the built-in ones; a key for each ``Danger``."""

    gas: LongText | None = None
    fire: LongText | None = None
    wire: LongText | None = None
    child: LongText | None = None
    suicide: LongText | None = None
    violence: LongText | None = None


class CalendarSection(Section):
    """Working time. ``shorten_before_holidays``: work ends an hour earlier on the eve of a holiday."""

    working: tuple[Interval, ...] = Field(
        default_factory=lambda: (parse_interval("09:00-13:00"), parse_interval("14:00-18:00"))
    )
    days_off: tuple[Day, ...] = ()
    working_days: tuple[Day, ...] = ()
    shorten_before_holidays: bool = True


class QuietSection(Section):
    start: ClockTime = Field(default_factory=lambda: parse_clock("22:00"), alias="from")
    end: ClockTime = Field(default_factory=lambda: parse_clock("08:00"), alias="to")


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
    """Messages within an hour that reach officials, and answers that leave without a coordinator's word."""

    messages_per_author_hour: int = Field(default=20, ge=1, le=100_000)
    messages_per_chat_hour: int = Field(default=600, ge=1, le=100_000)
    same_answer_per_hour: int | None = Field(default=None, ge=1, le=100_000)
    answers_per_day: int | None = Field(default=None, ge=1, le=100_000)


class StaffNoticesSection(Section):
    """``fallback_after``: officials are written to elsewhere when their messenger has failed for this long.

    ``lists_at``: when those who watch deadlines get their lists; ``collect``: for how long a citizen's additions become
    one note.
    """

    fallback_after: CalendarDuration = Field(default_factory=lambda: parse_duration("10m"))
    lists_at: tuple[ClockTime, ...] = Field(default=USUAL_LIST_HOURS, min_length=1, max_length=24)
    collect: CalendarDuration = Field(default_factory=lambda: parse_duration("1m"))


class StaffInvitationsSection(Section):
    """``valid``: the time during which an invitation code can be used."""

    valid: CalendarDuration = Field(default_factory=lambda: parse_duration("24h"))


class PlacesSection(Section):
    gazetteer: ShortText | None = None


class PageMessenger(StrEnum):
    """The messenger of an official page."""

    TELEGRAM = "telegram"
    VK = "vk"
    MAX = "max"


class PageEntry(Section):
    """An official page to watch."""

    messenger: PageMessenger
    id: int
    title: ShortText
    discussion: int | None = None
    kind: SourceKind = SourceKind.OFFICIAL
    answers: AnswerPolicy = AnswerPolicy.PERSON
    silent_after: CalendarDuration = Field(default_factory=lambda: parse_duration("7d"))


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
    dismissed: DismissedSection = Field(default_factory=DismissedSection)


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


class ConfigTree(BaseSettings):
    """The whole file. Values come ready-merged from :mod:`bot.config.sources`: the environment over the file."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix="MCU_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
    )

    municipality: MunicipalitySection
    database: DatabaseSection = DatabaseSection()
    telegram: TelegramSection | None = None
    vk: VkSection | None = None
    max: MaxSection | None = None
    http: HttpSection | None = None
    sectors: tuple[SectorEntry, ...] = ()
    themes: tuple[ThemeEntry, ...] = ()
    routing: RoutingSection = RoutingSection()
    learning: LearningSection = LearningSection()
    roles: tuple[RoleEntry, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    deadlines: DeadlinesSection = DeadlinesSection()
    urgent: UrgentSection = UrgentSection()
    rules: tuple[RuleEntry, ...] = ()
    escalation: tuple[EscalationEntry, ...] = ()
    danger: DangerSection = DangerSection()
    calendar: CalendarSection = CalendarSection()
    quiet: QuietSection = QuietSection()
    follow_up: FollowUpSection = FollowUpSection()
    problems: ProblemsSection = ProblemsSection()
    limits: LimitsSection = LimitsSection()
    staff_notices: StaffNoticesSection = StaffNoticesSection()
    staff_invitations: StaffInvitationsSection = StaffInvitationsSection()
    places: PlacesSection = PlacesSection()
    pages: tuple[PageEntry, ...] = ()
    answers: AnswersSection = AnswersSection()
    digest: DigestSection = DigestSection()
    retention: RetentionSection = RetentionSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the passed values: the stock sources cannot merge lists of tables by index."""
        return (init_settings,)
