"""The harness of VK."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.domain.clock import SystemClock
from bot.messengers.events import Chat, ChatKind, Event, PagePosted
from bot.messengers.vk import VkMessenger, VkTimeouts
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from sandbox.vk.state import Comment, Message
from tests.contract.harness import TOKEN, ShownMessage

GROUP = 101
TITLE = "Администрация"
MARIA, IVAN = 7, 8
CHAT = 2_000_000_005
SERVICE_TOKEN = "service-key-for-tests-only"
PHOTO = b"\xff\xd8\xff\xe0 a picture"


class VkHarness:
    """See `tests.contract.harness.MessengerHarness`; the last part is only for the tests of VK."""

    send_method = "messages.send"
    poll_method = "longpoll"
    citizen = str(MARIA)
    private = Chat(f"vk:{GROUP}", str(MARIA), ChatKind.PRIVATE, str(GROUP), TITLE)

    def __init__(self, sandbox: Sandbox, **timeouts: Any) -> None:
        self.sandbox = sandbox
        self.vk = sandbox.vk
        self.faults = sandbox.vk.faults
        self.messenger = self.new_messenger(**timeouts)
        self.post = 0
        self.public = self.private

    def new_messenger(
        self,
        *,
        token: str | None = None,
        request_timeout: float | None = None,
        webhook_url: str | None = None,
        service_token: str | None = SERVICE_TOKEN,
        **timeouts: Any,
    ) -> VkMessenger:
        limits = {"call": request_timeout or 5.0, "poll": 5, "lookup": 5.0, "file": 5.0, **timeouts}
        return VkMessenger(
            GROUP,
            TITLE,
            token or TOKEN,
            f"{self.sandbox.url}/vk",
            SystemClock(),
            webhook_url=webhook_url,
            service_token=service_token,
            timeouts=VkTimeouts(**limits),
        )

    def rate_limit_fault(self, seconds: int) -> Fault:
        return vk_fault(6, "Too many requests per second")

    async def write_privately(self, text: str, *, photo: bytes | None = None) -> str:
        message = await self.vk.send_message(GROUP, MARIA, text, photos=[photo] if photo else ())
        return str(message.cmid)

    async def write_publicly(self, text: str, *, photo: bytes | None = None, reply_to: str | None = None) -> str:
        replied = None if reply_to is None else int(reply_to)
        return str(await self.vk.comment(GROUP, self.post, MARIA, text, photo=photo, reply_to=replied))

    async def edit_publicly(self, message_id: str, text: str) -> None:
        await self.vk.edit_comment(GROUP, self.post, int(message_id), text)

    async def delete_publicly(self, message_id: str) -> None:
        await self.vk.delete_comment(GROUP, self.post, int(message_id))

    def shown_privately(self) -> list[ShownMessage]:
        return [self._shown_message(one) for one in self.vk.messages(GROUP, MARIA) if one.out]

    def shown_publicly(self) -> list[ShownMessage]:
        return [self._shown_comment(one) for one in self.vk.comments(GROUP, self.post) if one.from_id == -GROUP]

    def _shown_message(self, message: Message) -> ShownMessage:
        rows = (message.keyboard or {}).get("buttons", [])
        return ShownMessage(
            str(message.cmid),
            message.text,
            tuple(tuple(button["action"]["label"] for button in row) for row in rows),
            str(message.reply.cmid) if message.reply else None,
            self._files(message.attachments),
        )

    def _shown_comment(self, comment: Comment) -> ShownMessage:
        replied = comment.reply_to_comment
        return ShownMessage(
            str(comment.id),
            comment.text,
            reply_to=None if replied is None else str(replied),
            files=self._files(comment.attachments),
        )

    def _files(self, attachments: Sequence[dict[str, Any]]) -> tuple[bytes, ...]:
        return tuple(self.vk.file(one) for one in attachments)

    async def press_button(self, message_id: str, words: str) -> None:
        [message] = [one for one in self.vk.messages(GROUP, MARIA) if str(one.cmid) == message_id]
        await self.vk.press_button(MARIA, GROUP, message, words)

    def press_answers(self) -> list[str | None]:
        return [(press.answer or {}).get("text") for press in self.vk.event_answers]

    async def block_bot(self) -> None:
        await self.vk.deny_messages(GROUP, MARIA)

    async def push(self, payload: dict[str, Any]) -> None:
        await self.vk.push_raw(GROUP, payload)

    def unknown_update(self) -> dict[str, Any]:
        return {"type": "telepathy", "group_id": GROUP, "event_id": "t1", "object": {"from_id": MARIA}}

    def malformed_update(self) -> dict[str, Any]:
        return {"type": "message_new", "group_id": GROUP, "event_id": "t2", "object": {"message": {"peer_id": "seven"}}}

    # Only for VK

    async def new_events(self) -> Sequence[Event]:
        """Return the events since the last call."""
        batch = await self.messenger.fetch()
        events = [event for update in batch.updates for event in self.messenger.parse(update.payload)]
        return [event for event in events if not isinstance(event, PagePosted)]

    async def one_event(self, kind: type[Any] = object) -> Any:
        """Return the only event of *kind* since the last call."""
        found = [event for event in await self.new_events() if isinstance(event, kind)]
        assert len(found) == 1, found
        return found[0]

    def refuse_next(self, method: str, code: int, words: str = "no", **more: Any) -> None:
        """Answer the next call of *method* with VK's error *code*."""
        self.faults.order(method, vk_fault(code, words, **more))

    def fail_next(self, method: str, kind: FaultKind, times: int = 1) -> None:
        self.faults.order(method, Fault(kind), times)

    def calls_of(self, method: str) -> list[dict[str, str]]:
        """Return the parameters of every call of *method* so far."""
        return [call.params for call in self.vk.calls if call.method == method]


def vk_fault(code: int, words: str, **more: Any) -> Fault:
    """Return an answer with VK's error *code*."""
    error = {"error_code": code, "error_msg": words, "request_params": [], **more}
    return Fault(FaultKind.ANSWER, answer={"error": error})


@asynccontextmanager
async def open_vk_harness(sandbox: Sandbox, **timeouts: Any) -> AsyncIterator[VkHarness]:
    """Yield a community and two people who have not written to it yet; the messenger has begun to poll."""
    sandbox.vk.community(GROUP, TITLE, TOKEN)
    sandbox.vk.service_key(SERVICE_TOKEN)
    sandbox.vk.user(MARIA, "Мария", "Кузнецова")
    sandbox.vk.user(IVAN, "Иван", "Петров")
    sandbox.vk.conversation(GROUP, CHAT, "Соседи")
    harness = VkHarness(sandbox, **timeouts)
    try:
        await harness.messenger.fetch()
        yield harness
    finally:
        await harness.messenger.close()


@asynccontextmanager
async def open_harness(sandbox: Sandbox) -> AsyncIterator[VkHarness]:
    """Yield the harness of the common suite: a post to comment on, and a citizen who allows messages."""
    async with open_vk_harness(sandbox, poll=0) as harness:
        harness.post = await harness.vk.post(GROUP, "Новость")
        place = f"wall-{GROUP}_{harness.post}"
        harness.public = Chat(f"vk:{GROUP}", place, ChatKind.WALL, str(GROUP), TITLE, str(harness.post))
        await harness.vk.allow_messages(GROUP, MARIA)
        await harness.messenger.fetch()
        yield harness
