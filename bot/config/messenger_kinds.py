"""The messengers as the configuration knows them. All that is asked of their sections goes through this table."""

from dataclasses import dataclass

from bot.domain.people import MESSENGER_TITLES, MessengerName


@dataclass(frozen=True, slots=True)
class Kind:
    """One messenger. ``token_from``: where an administrator gets a token. ``secret``: how short and how long a
    webhook's secret may be. ``places``: the list of monitored places, ``place``: one of them in words, ``example_id``:
    how their numbers look. ``by_place``: each place has token and secret of its own."""

    messenger: MessengerName
    token_from: str
    secret: tuple[int, int]
    places: str = "chats"
    place: str = "чат"
    example_id: int = -123456
    by_place: bool = False

    @property
    def name(self) -> str:
        """Of its section."""
        return self.messenger.value

    @property
    def title(self) -> str:
        return MESSENGER_TITLES[self.messenger]

    @property
    def staff_key(self) -> str:
        """Where an official's number stands."""
        return f"{self.name}_id"


KINDS: tuple[Kind, ...] = (
    Kind(
        MessengerName.TELEGRAM,
        token_from="его выдаёт @BotFather в Telegram",  # noqa: S106 - no token, words about it
        secret=(1, 256),
        example_id=-1001234567890,
    ),
    Kind(
        MessengerName.VK,
        token_from="он создаётся в управлении сообществом: «Работа с API», «Ключи доступа»",  # noqa: S106
        secret=(1, 50),
        places="communities",
        place="сообщество",
        example_id=123456,
        by_place=True,
    ),
    Kind(MessengerName.MAX, token_from="он выдаётся на платформе MAX для партнёров", secret=(5, 256)),  # noqa: S106
)
