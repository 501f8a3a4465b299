"""The harness of Telegram."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.messengers.events import Chat, ChatKind
from bot.messengers.telegram import TelegramMessenger
from sandbox.faults import Fault
from sandbox.server import Sandbox
from sandbox.telegram import api_fault
from tests.contract.harness import TOKEN, ShownMessage

CITIZEN = 501
GROUP = -1001234567890


class TelegramHarness:
    """See `tests.contract.harness.MessengerHarness`."""

    send_method = "sendMessage"
    poll_method = "getUpdates"
    citizen = str(CITIZEN)
    private = Chat("telegram", str(CITIZEN), ChatKind.PRIVATE, str(CITIZEN))
    public = Chat("telegram", str(GROUP), ChatKind.GROUP, str(GROUP), "Подслушано")

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.server = sandbox.telegram
        self.faults = sandbox.telegram.faults
        self.messenger = self.new_messenger()

    def new_messenger(self, *, token: str | None = None, request_timeout: float | None = None) -> TelegramMessenger:
        return TelegramMessenger(
            token or TOKEN,
            f"{self.sandbox.url}/telegram",
            [(GROUP, "Подслушано")],
            poll_timeout=0,
            request_timeout=request_timeout or 10,
        )

    def rate_limit_fault(self, seconds: int) -> Fault:
        return api_fault(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    async def write_privately(self, text: str, *, photo: bytes | None = None) -> str:
        return str(await self.server.send_message(CITIZEN, CITIZEN, text, photo=photo))

    async def write_publicly(self, text: str, *, photo: bytes | None = None, reply_to: str | None = None) -> str:
        replied = None if reply_to is None else int(reply_to)
        return str(await self.server.send_message(GROUP, CITIZEN, text, photo=photo, reply_to=replied))

    async def edit_publicly(self, message_id: str, text: str) -> None:
        await self.server.edit(GROUP, int(message_id), text)

    async def delete_publicly(self, message_id: str) -> None:
        await self.server.delete(GROUP, int(message_id))

    def shown_privately(self) -> list[ShownMessage]:
        return [self._shown(one) for one in self.server.from_bot(CITIZEN)]

    def shown_publicly(self) -> list[ShownMessage]:
        return [self._shown(one) for one in self.server.from_bot(GROUP)]

    def _shown(self, message: dict[str, Any]) -> ShownMessage:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        replied = message.get("reply_to_message", {}).get("message_id")
        files = [message["photo"][-1]] if "photo" in message else []
        files += [message[kind] for kind in ("document", "video", "voice", "audio") if kind in message]
        return ShownMessage(
            str(message["message_id"]),
            message.get("text") or message.get("caption") or "",
            tuple(tuple(button["text"] for button in row) for row in rows),
            None if replied is None else str(replied),
            tuple(self.server.file(one["file_id"]) for one in files),
            message.get("disable_notification", False),
        )

    async def press_button(self, message_id: str, words: str) -> None:
        await self.server.press_button(CITIZEN, CITIZEN, int(message_id), words)

    def press_answers(self) -> list[str | None]:
        return [one["text"] for one in self.server.callback_answers.values()]

    async def block_bot(self) -> None:
        await self.server.block(CITIZEN)

    async def push(self, payload: dict[str, Any]) -> None:
        await self.server.push_raw(payload)

    def unknown_update(self) -> dict[str, Any]:
        return {"telepathy": {"from": {"id": CITIZEN}}}

    def malformed_update(self) -> dict[str, Any]:
        return {"message": {"message_id": "seven", "chat": {"id": CITIZEN, "type": "private"}, "date": None}}


@asynccontextmanager
async def open_harness(sandbox: Sandbox) -> AsyncIterator[TelegramHarness]:
    """Yield a harness in a started sandbox; the citizen has pressed «Start», and the bot has read that."""
    server = sandbox.telegram
    server.add_bot(TOKEN, username="lgo_bot")
    server.user(CITIZEN, "Мария", "Кузнецова", "masha")
    server.group(GROUP, "Подслушано", bot_is_admin=False)
    await server.start_bot(CITIZEN)
    harness = TelegramHarness(sandbox)
    await harness.messenger.fetch()
    yield harness
    await harness.messenger.close()
