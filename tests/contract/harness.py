"""Interface of a messenger's sandbox for the common suite in ``test_messengers.py``.

A messenger joins with a module that has ``open_harness(sandbox)``, an async context manager that yields a
`MessengerHarness`, and a line in ``conftest.py``.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.messengers.events import Chat, Event
from bot.messengers.port import Messenger
from sandbox.faults import Fault, Faults

TOKEN = "4200:AAtown"
"""The token of the account in every harness."""


@dataclass(frozen=True)
class ShownMessage:
    """A message of the bot as a person sees it."""

    id: str
    text: str
    buttons: tuple[tuple[str, ...], ...] = ()  # their captions, row by row
    reply_to: str | None = None
    files: tuple[bytes, ...] = field(default=(), repr=False)
    silent: bool | None = None  # None if the messenger does not say


class MessengerHarness(Protocol):
    """One citizen (Мария Кузнецова), an open private chat with her, and one public chat."""

    messenger: Messenger
    faults: Faults
    citizen: str  # the citizen's id
    private: Chat
    public: Chat
    send_method: str  # the method that sends a text to the private chat, by its name in faults
    poll_method: str

    def new_messenger(self, *, token: str | None = None, request_timeout: float | None = None) -> Messenger:
        """Return another messenger object for the same account, as after a restart; the suite closes it."""
        ...

    def rate_limit_fault(self, seconds: int) -> Fault:
        """Return the messenger's own error for an exceeded rate limit."""
        ...

    async def write_privately(self, text: str, *, photo: bytes | None = None) -> str:
        """Write to the bot as the citizen; return the message's id."""
        ...

    async def write_publicly(self, text: str, *, photo: bytes | None = None, reply_to: str | None = None) -> str:
        """Write in the public chat as the citizen; return the message's id."""
        ...

    async def edit_publicly(self, message_id: str, text: str) -> None: ...

    async def delete_publicly(self, message_id: str) -> None: ...

    def shown_privately(self) -> list[ShownMessage]:
        """Return the bot's messages in the private chat, oldest first."""
        ...

    def shown_publicly(self) -> list[ShownMessage]:
        """Return the bot's messages in the public chat, oldest first."""
        ...

    async def press_button(self, message_id: str, words: str) -> None:
        """Press a button under a message of the bot in the person's private chat."""
        ...

    def press_answers(self) -> list[str | None]:
        """Return the texts of the bot's answers to presses so far."""
        ...

    async def block_bot(self) -> None:
        """Block the bot as the citizen."""
        ...

    async def push(self, payload: dict[str, Any]) -> None:
        """Make the server send an update that the sandbox itself would never send."""
        ...

    def unknown_update(self) -> dict[str, Any]:
        """Return an update of an unknown kind, for `push`."""
        ...

    def malformed_update(self) -> dict[str, Any]:
        """Return an unreadable update of a known kind, for `push`."""
        ...


async def fetch_events(messenger: Messenger) -> list[Event]:
    """Poll once and return the events."""
    batch = await messenger.fetch()
    return [await messenger.enrich(event) for one in batch.updates for event in messenger.parse(one.payload)]
