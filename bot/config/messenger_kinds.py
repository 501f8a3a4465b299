"""The table of messengers that the configuration supports; code that handles their sections reads it."""

from dataclasses import dataclass

from bot.domain.people import MESSENGER_TITLES, MessengerName


@dataclass(frozen=True, slots=True)
class MessengerKind:
    """One messenger. ``token_from``: where an administrator gets a token. ``secret``: how short and how long a
    webhook's secret may be. ``places``: the list of monitored places, ``place``: one of them in words, ``example_id``:
    how their numbers look. ``by_place``: each place has token and secret of its own."""

    messenger: MessengerName
    token_origin: str
    secret_length: tuple[int, int]
    chats_key: str = "chats"
    chat_word: str = "чат"
    example_id: int = -123456
    has_token_per_chat: bool = False

    @property
    def section_name(self) -> str:
        """The name of its section."""
        return self.messenger.value

    @property
    def title(self) -> str:
        return MESSENGER_TITLES[self.messenger]

    @property
    def staff_key(self) -> str:
        """The key that holds an official's id."""
        return f"{self.section_name}_id"


MESSENGER_KINDS: tuple[MessengerKind, ...] = (
    MessengerKind(
        MessengerName.TELEGRAM,
        token_origin="его выдаёт @BotFather в Telegram",  # noqa: S106 - no token, words about it
        secret_length=(1, 256),
        example_id=-1001234567890,
    ),
    MessengerKind(
        MessengerName.VK,
        token_origin="он создаётся в управлении сообществом: «Работа с API», «Ключи доступа»",  # noqa: S106
        secret_length=(1, 50),
        chats_key="communities",
        chat_word="сообщество",
        example_id=123456,
        has_token_per_chat=True,
    ),
    MessengerKind(MessengerName.MAX, token_origin="он выдаётся на платформе MAX для партнёров", secret_length=(5, 256)),  # noqa: S106
)
