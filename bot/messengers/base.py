"""Defaults for what most messengers answer alike; see `bot.messengers.port` for what each member promises."""

from abc import ABC
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bot.messengers.events import Chat, Event
from bot.messengers.port import Capabilities, MenuCommand, Messenger, RawUpdate, WebhookReceiver


class BaseMessenger(Messenger, ABC):
    """A messenger without history to read back, command menu, start links or knowledge of who accepts messages."""

    def __init__(self, account: str, title: str, capabilities: Capabilities) -> None:
        self._account = account
        self._title = title
        self._capabilities = capabilities

    @property
    def account(self) -> str:
        return self._account

    @property
    def title(self) -> str:
        return self._title

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    async def fetch_missed(self, since: datetime) -> Sequence[RawUpdate]:
        return ()

    async def enrich(self, event: Event) -> Event:
        return event

    async def set_commands(self, chat: Chat, commands: Sequence[MenuCommand]) -> None:
        return None

    def start_link(self, code: str) -> str | None:
        return None

    async def can_message(self, user_id: str) -> bool | None:
        return None


class BaseWebhookMessenger(BaseMessenger, WebhookReceiver, ABC):
    """A messenger that can push updates: one account per address, no handshake, the secret in a header."""

    SECRET_HEADER: ClassVar[str] = ""

    @property
    def ack_body(self) -> str:
        return ""

    def accepts(self, payload: Mapping[str, Any]) -> bool:
        return True

    def header_secret(self, headers: Mapping[str, str]) -> str | None:
        return headers.get(self.SECRET_HEADER, "")

    def body_secret(self, payload: Mapping[str, Any]) -> str:
        return ""

    async def handshake(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        return None
