"""The harness of MAX."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.domain.clock import Clock, SystemClock
from bot.messengers.events import Chat, ChatKind, Event
from bot.messengers.max import MaxMessenger, MaxTimeouts
from sandbox.faults import Fault, FaultKind
from sandbox.max import max_fault, rate_limit_fault
from sandbox.max.state import Message
from sandbox.server import Sandbox
from tests.contract.harness import TOKEN, ShownMessage

CITIZEN, NEIGHBOUR = 501, 502
HOUSE_CHAT = -70_801_090_403_050
CHANNEL = -70_801_090_403_051


class MaxHarness:
    """See `tests.contract.harness.MessengerHarness`; the last part is only for the tests of MAX."""

    send_method = "sendMessage"
    poll_method = "getUpdates"
    citizen = str(CITIZEN)
    private = Chat("max", str(CITIZEN), ChatKind.PRIVATE, str(CITIZEN))
    public = Chat("max", str(HOUSE_CHAT), ChatKind.GROUP, str(HOUSE_CHAT))

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.server = sandbox.max
        self.faults = sandbox.max.faults
        self.messenger = self.new_messenger()

    def new_messenger(
        self,
        *,
        token: str | None = None,
        request_timeout: float | None = None,
        clock: Clock | None = None,
        webhook_url: str | None = None,
        **timeouts: Any,
    ) -> MaxMessenger:
        limits = {"call": request_timeout or 5.0, "poll": 0, "between_polls": 0.0, "file": 5.0, **timeouts}
        return MaxMessenger(
            token or TOKEN,
            f"{self.sandbox.url}/max",
            [(HOUSE_CHAT, "Дом на Ленина, 45")],
            clock or SystemClock(),
            webhook_url=webhook_url,
            timeouts=MaxTimeouts(**limits),
        )

    def rate_limit_fault(self, seconds: int) -> Fault:
        return rate_limit_fault()

    async def write_privately(self, text: str, *, photo: bytes | None = None) -> str:
        return await self.server.send_message(CITIZEN, CITIZEN, text, photos=[photo] if photo else ())

    async def write_publicly(self, text: str, *, photo: bytes | None = None, reply_to: str | None = None) -> str:
        return await self.server.send_message(
            HOUSE_CHAT, CITIZEN, text, photos=[photo] if photo else (), reply_to=reply_to
        )

    async def edit_publicly(self, message_id: str, text: str) -> None:
        await self.server.edit(message_id, text)

    async def delete_publicly(self, message_id: str) -> None:
        await self.server.remove(message_id)

    def shown_privately(self) -> list[ShownMessage]:
        return [self.shown_message(one) for one in self.server.from_bot(CITIZEN)]

    def shown_publicly(self) -> list[ShownMessage]:
        return [self.shown_message(one) for one in self.server.from_bot(HOUSE_CHAT)]

    def shown_message(self, message: Message) -> ShownMessage:
        return ShownMessage(
            message.mid,
            message.text,
            tuple(tuple(button["text"] for button in row) for row in message.keyboard),
            message.reply_to,
            tuple(self.server.file(one) for one in message.media if "token" in one.get("payload", {})),
            not message.notify,
        )

    async def press_button(self, message_id: str, words: str) -> None:
        await self.server.press_button(CITIZEN, message_id, words)

    def press_answers(self) -> list[str | None]:
        return [one["notification"] for one in self.server.callback_answers.values()]

    async def block_bot(self) -> None:
        await self.server.stop_bot(CITIZEN)

    async def push(self, payload: dict[str, Any]) -> None:
        await self.server.push_raw(payload)

    def unknown_update(self) -> dict[str, Any]:
        return {"update_type": "telepathy", "timestamp": 1, "user_id": CITIZEN}

    def malformed_update(self) -> dict[str, Any]:
        return {"update_type": "message_created", "timestamp": 1, "message": {"recipient": "seven", "body": {}}}

    # Only for MAX

    async def new_events(self) -> Sequence[Event]:
        """Return the events since the last call."""
        batch = await self.messenger.fetch()
        return [event for update in batch.updates for event in self.messenger.parse(update.payload)]

    async def one_event(self, kind: type[Any] = object) -> Any:
        """Return the only event of *kind* since the last call."""
        found = [event for event in await self.new_events() if isinstance(event, kind)]
        assert len(found) == 1, found
        return found[0]

    def refuse_next(self, method: str, status: int, code: str, message: str = "no", times: int = 1) -> None:
        """Refuse the next calls of *method* with this error."""
        self.faults.order(method, max_fault(status, code, message), times)

    def fail_next(self, method: str, kind: FaultKind, times: int = 1) -> None:
        self.faults.order(method, Fault(kind), times)

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        """Return query and body of every call of *method* so far."""
        return [{**call.query, **call.body} for call in self.server.calls if call.name == method]


@asynccontextmanager
async def open_harness(sandbox: Sandbox) -> AsyncIterator[MaxHarness]:
    """Yield a harness in a started sandbox; the citizen has pressed «Начать», and the bot has read that."""
    server = sandbox.max
    server.add_bot(TOKEN, username="lgo_bot")
    server.user(CITIZEN, "Мария", "Кузнецова", "masha")
    server.user(NEIGHBOUR, "Иван", "Петров")
    server.chat(HOUSE_CHAT, "Дом на Ленина, 45")
    server.channel(CHANNEL, "Администрация")
    await server.start_bot(CITIZEN)
    harness = MaxHarness(sandbox)
    try:
        await harness.messenger.fetch()
        yield harness
    finally:
        await harness.messenger.close()
