"""Interface of a messenger's sandbox for the common suite in ``test_messengers.py``.

A messenger joins with a module that has ``open_town(sandbox)``, an async context manager that gives a
`MessengerHarness`, and a line in ``conftest.py``.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.messengers.events import Chat, Event
from bot.messengers.port import Messenger
from sandbox.faults import Fault, Faults

TOKEN = "4200:AAtown"
"""Of the account in every town."""


@dataclass(frozen=True)
class ShownMessage:
    """A message of the bot as a person sees it."""

    id: str
    text: str
    buttons: tuple[tuple[str, ...], ...] = ()  # their words, row by row
    reply_to: str | None = None
    files: tuple[bytes, ...] = field(default=(), repr=False)
    silent: bool | None = None  # None where the messenger does not tell


class MessengerHarness(Protocol):
    """One citizen (Мария Кузнецова), a private chat with her that is open, and one public place."""

    messenger: Messenger
    faults: Faults
    citizen: str  # her id
    private: Chat
    public: Chat
    send_method: str  # the method behind a text in the private chat, as faults know it
    poll_method: str

    def new_messenger(self, *, token: str | None = None, request_timeout: float | None = None) -> Messenger:
        """A further messenger object for the same account, as after a restart; perhaps with a wrong token or with
        little patience. The suite closes it."""
        ...

    def rate_limit_fault(self, seconds: int) -> Fault:
        """The messenger's own way of saying that we are too fast."""
        ...

    async def write_privately(self, text: str, *, photo: bytes | None = None) -> str:
        """She writes to us; the message's id."""
        ...

    async def write_publicly(self, text: str, *, photo: bytes | None = None, reply_to: str | None = None) -> str:
        """She writes in the public place; the message's id."""
        ...

    async def edit_publicly(self, message_id: str, text: str) -> None: ...

    async def delete_publicly(self, message_id: str) -> None: ...

    def shown_privately(self) -> list[ShownMessage]:
        """Our messages in her private chat, oldest first."""
        ...

    def shown_publicly(self) -> list[ShownMessage]:
        """Our messages in the public place, oldest first."""
        ...

    async def press_button(self, message_id: str, words: str) -> None:
        """Press a button under a message of the bot in the person's private chat."""
        ...

    def press_answers(self) -> list[str | None]:
        """The words of our answers to presses so far."""
        ...

    async def block_bot(self) -> None:
        """She forbids us to write to her."""
        ...

    async def push(self, payload: dict[str, Any]) -> None:
        """The server says something the sandbox would never say."""
        ...

    def unknown_update(self) -> dict[str, Any]:
        """For `push`: an update of a kind nobody knows."""
        ...

    def malformed_update(self) -> dict[str, Any]:
        """For `push`: an update of a known kind that cannot be read."""
        ...


async def fetch_events(messenger: Messenger) -> list[Event]:
    """One poll's worth of events."""
    batch = await messenger.fetch()
    return [await messenger.enrich(event) for one in batch.updates for event in messenger.parse(one.payload)]
