"""The configuration file as a typed tree: one class per section, names as in the file. Unknown keys are refused."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.fields import (
    AnyTerm,
    BaseUrl,
    CalendarTerm,
    Clock,
    DatabaseUrl,
    Day,
    Interval,
    Listen,
    PositiveId,
    SectorCode,
    Share,
    WebhookUrl,
    Words,
    Zone,
    clock,
    interval,
    listen,
    term,
)
from bot.domain.people import Role


class Answers(StrEnum):
    """Who may answer citizens in a place."""

    BOT = "bot"  # the bot posts the answer itself
    PERSON = "person"  # an employee posts it by hand; the bot gives the text and the link
    OFF = "off"  # nobody answers there, messages are only registered


class PlaceKind(StrEnum):
    """What sort of place it is."""

    CHAT = "chat"  # talk of neighbours: only what needs doing becomes a ticket
    OFFICIAL = "official"  # people come here to report: everything but noise does


class Mode(StrEnum):
    """How updates reach us."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Section(BaseModel):
    """What all sections share."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True, str_strip_whitespace=True
    )


class Municipality(Section):
    name: Words
    timezone: Zone


class Database(Section):
    url: DatabaseUrl = Field(default="sqlite+aiosqlite:///var/mcu.sqlite3", repr=False)  # may hold a password


class BotChat(Section):
    """A monitored chat of a messenger in which we are one bot."""

    id: int
    title: str = ""
    kind: PlaceKind = PlaceKind.CHAT
    answers: Answers = Answers.BOT
    invite: BaseUrl | None = None


class BotSection(Section):
    """A messenger in which we are one bot. ``token`` is empty only in a configuration loaded without tokens."""

    token: SecretStr = SecretStr("")
    token_file: Words | None = None
    api_base: BaseUrl
    mode: Mode = Mode.POLLING
    webhook_url: WebhookUrl | None = None
    secret: SecretStr | None = None
    private: Answers = Answers.BOT
    invite: BaseUrl | None = None
    chats: tuple[BotChat, ...] = ()


class TelegramChat(BotChat):
    """Who answers there must be written out: law 41-ФЗ of 01.04.2025."""

    answers: Answers


class Telegram(BotSection):
    api_base: BaseUrl = "https://api.telegram.org"
    chats: tuple[TelegramChat, ...] = ()


class VkCommunity(Section):
    """A community of ours: its wall, messages, photos, videos and discussions. ``secret`` and ``confirmation`` are of
    its Callback API; with ``confirmation`` an administrator has connected the address by hand."""

    id: PositiveId
    title: str = ""
    token: SecretStr = SecretStr("")
    token_file: Words | None = None
    secret: SecretStr | None = None
    confirmation: SecretStr | None = None
    kind: PlaceKind = PlaceKind.OFFICIAL
    answers: Answers = Answers.BOT
    invite: BaseUrl | None = None


class Vk(Section):
    api_base: BaseUrl = "https://api.vk.ru"
    mode: Mode = Mode.POLLING
    webhook_url: WebhookUrl | None = None
    service_token: SecretStr | None = None
    pages_every: CalendarTerm = Field(default_factory=lambda: term("5m"))
    communities: tuple[VkCommunity, ...] = ()


class Max(BotSection):
    api_base: BaseUrl = "https://platform-api2.max.ru"


class Http(Section):
    listen: Listen = Field(default_factory=lambda: listen("127.0.0.1:8080"))

    @property
    def host(self) -> str:
        return self.listen[0]

    @property
    def port(self) -> int:
        return self.listen[1]


class SectorEntry(Section):
    """``title`` may be left out for a standard code."""

    code: SectorCode
    title: Words | None = None
    keywords: tuple[Words, ...] = ()


class Routing(Section):
    threshold: float = Field(default=0.6, ge=0, le=1)
    model: Words = "var/model"


class Learning(Section):
    nightly: bool = True
    at: Clock = Field(default_factory=lambda: clock("03:30"))


class StaffMember(Section):
    """``role`` or ``roles``, exactly one of the two."""

    name: Words
    role: Role | None = None
    roles: tuple[Role, ...] = ()
    sectors: tuple[str, ...] = ()
    districts: tuple[Words, ...] = ()
    telegram_id: PositiveId | None = None
    vk_id: PositiveId | None = None
    max_id: PositiveId | None = None


class Deadlines(Section):
    accept: AnyTerm = Field(default_factory=lambda: term("1wh"))
    answer: AnyTerm = Field(default_factory=lambda: term("8wh"))
    remind_at: tuple[Share, ...] = (0.5, 0.8)


class Urgent(Section):
    """The terms of what cannot wait: danger to people, or no water, heat, light or gas for a house or more."""

    accept: AnyTerm = Field(default_factory=lambda: term("30m"))
    answer: AnyTerm = Field(default_factory=lambda: term("4h"))


class Calendar(Section):
    working: tuple[Interval, ...] = Field(default_factory=lambda: (interval("09:00-13:00"), interval("14:00-18:00")))
    days_off: tuple[Day, ...] = ()
    working_days: tuple[Day, ...] = ()


class Quiet(Section):
    start: Clock = Field(default_factory=lambda: clock("22:00"), alias="from")
    end: Clock = Field(default_factory=lambda: clock("08:00"), alias="to")


class FollowUp(Section):
    within: CalendarTerm = Field(default_factory=lambda: term("30m"))


class Problems(Section):
    join: bool = True
    within: CalendarTerm = Field(default_factory=lambda: term("6h"))
    repeat_after: CalendarTerm = Field(default_factory=lambda: term("30m"))


class StaffNotices(Section):
    """``fallback_after``: a messenger that has failed for so long is passed over, officials get theirs elsewhere."""

    fallback_after: CalendarTerm = Field(default_factory=lambda: term("10m"))


class Places(Section):
    gazetteer: Words | None = None


class PageMessenger(StrEnum):
    """Where an official page is."""

    TELEGRAM = "telegram"
    VK = "vk"
    MAX = "max"


class PageEntry(Section):
    """An official page to watch."""

    messenger: PageMessenger
    id: int
    title: Words
    discussion: int | None = None
    kind: PlaceKind = PlaceKind.OFFICIAL
    answers: Answers = Answers.PERSON
    silent_after: CalendarTerm = Field(default_factory=lambda: term("7d"))


class Answering(Section):
    """What follows an approved answer: it is posted by hand where the bot may not."""

    remind_posting: AnyTerm = Field(default_factory=lambda: term("1wh"))
    check_after: CalendarTerm = Field(default_factory=lambda: term("15m"))


class Digest(Section):
    at: Clock = Field(default_factory=lambda: clock("09:00"))


class Tree(BaseSettings):
    """The whole file. Values come ready-merged from :mod:`bot.config.sources`: the environment over the file."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix="MCU_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
    )

    municipality: Municipality
    database: Database = Database()
    telegram: Telegram | None = None
    vk: Vk | None = None
    max: Max | None = None
    http: Http | None = None
    sectors: tuple[SectorEntry, ...] = ()
    routing: Routing = Routing()
    learning: Learning = Learning()
    staff: tuple[StaffMember, ...] = ()
    deadlines: Deadlines = Deadlines()
    urgent: Urgent = Urgent()
    calendar: Calendar = Calendar()
    quiet: Quiet = Quiet()
    follow_up: FollowUp = FollowUp()
    problems: Problems = Problems()
    staff_notices: StaffNotices = StaffNotices()
    places: Places = Places()
    pages: tuple[PageEntry, ...] = ()
    answers: Answering = Answering()
    digest: Digest = Digest()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in: merging lists of tables by index is more than the stock sources can."""
        return (init_settings,)
