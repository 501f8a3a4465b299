"""Acts of people in MAX that the person at the page triggers."""

from collections.abc import Sequence
from typing import Any

from sandbox.max import MaxServer
from sandbox.max.errors import ApiError
from sandbox.max.state import Chat, Message

Json = dict[str, Any]

PRESS_TIMEOUT_SECONDS = 1.0
"""Seconds that a press waits for words: in MAX a press that needs none is not answered at all."""


class MaxActions:
    """Messages are named by their mids; a person's number names the bot's dialog with that person.

    ``LookupError`` for what is not there.
    """

    def __init__(self, server: MaxServer) -> None:
        self._server = server

    async def send_message(
        self,
        chat: int,
        who: int,
        text: str,
        pictures: Sequence[bytes],
        location: tuple[float, float] | None,
        reply_to: str | None,
    ) -> Json:
        server = self._server
        if who not in server.world.users or (chat > 0 and chat != who):
            raise LookupError(who)
        if reply_to is not None:
            self._message(chat, reply_to)
        mid = await server.send_message(chat, who, text, photos=pictures, location=location, reply_to=reply_to)
        return {"key": f"max/{chat}/{mid}"}

    async def edit_message(self, chat: int, mid: str, text: str) -> None:
        self._message(chat, mid)
        await self._server.edit(mid, text)

    async def delete_message(self, chat: int, mid: str) -> None:
        self._message(chat, mid)
        await self._server.remove(mid)

    async def press_button(self, chat: int, who: int, mid: str, code: str) -> Json:
        self._message(chat, mid)
        press = await self._server.press_payload(who, mid, code)
        journal = self._server.change_log
        try:
            answer = (
                await journal.wait_until(lambda: self._server.callback_answers.get(press), PRESS_TIMEOUT_SECONDS) or {}
            )
        except TimeoutError:
            answer = {}
        return {"text": str(answer.get("notification") or ""), "alert": False}

    def _message(self, chat: int, mid: str) -> tuple[Chat, Message]:
        place = self._server.world.get_chat(chat)
        try:
            found, message = self._server.world.get_message(mid)
        except ApiError:
            raise LookupError(mid) from None
        if found is not place:
            raise LookupError(mid)
        return found, message
