"""The sections of messengers: accounts, chats, communities and official pages."""

from enum import StrEnum

from pydantic import Field, SecretStr

from bot.config.fields import (
    ApiBase,
    BaseUrl,
    CalendarDuration,
    PositiveId,
    ProxyUrl,
    ShortText,
    WebhookUrl,
    parse_duration,
)
from bot.config.section import Section
from bot.domain.applicants import PersonalDataPolicy
from bot.domain.sources import AnswerPolicy, SourceKind


class UpdateMode(StrEnum):
    """The way in which updates reach the bot."""

    POLLING = "polling"
    WEBHOOK = "webhook"


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


class ProxiedSection(Section):
    """A messenger whose servers may be reached through a proxy."""

    proxy: ProxyUrl | None = None
    proxy_file: ShortText | None = None

    @property
    def proxy_url(self) -> str | None:
        return self.proxy.get_secret_value() if self.proxy is not None else None


class BotSection(ProxiedSection):
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


class VkSection(ProxiedSection):
    api_base: ApiBase = "https://api.vk.ru"
    mode: UpdateMode = UpdateMode.POLLING
    webhook_url: WebhookUrl | None = None
    service_token: SecretStr | None = None
    personal_data: PersonalDataPolicy = PersonalDataPolicy.SHOW
    pages_every: CalendarDuration = Field(default_factory=lambda: parse_duration("5m"))
    communities: tuple[VkCommunity, ...] = ()


class MaxSection(BotSection):
    api_base: ApiBase = "https://platform-api2.max.ru"


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
