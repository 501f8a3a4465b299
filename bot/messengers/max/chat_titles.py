"""Titles of chats that are not in the settings: MAX's updates name none. Looked up once, best effort."""

import asyncio
from collections import OrderedDict
from dataclasses import replace

from bot.messengers.errors import MessengerError
from bot.messengers.events import Chat, ChatChanged, ChatKind, Event, MessagePosted
from bot.messengers.max.client import Client
from bot.messengers.max.errors import Asked
from bot.messengers.max.raw import may_words

_MOST_KEPT = 500


class Titles:
    """What chats are called, for the administrator who decides whether to monitor them. *known* are the ids of the
    monitored ones, which he has named himself."""

    def __init__(self, client: Client, known: frozenset[str]) -> None:
        self._client = client
        self._known = known
        self._found: OrderedDict[str, str | None] = OrderedDict()

    async def put(self, event: Event) -> Event:
        """*event* with the title of its chat, where one is missing and MAX tells it in time."""
        if not isinstance(event, MessagePosted | ChatChanged):
            return event
        chat = event.chat
        if chat.kind is ChatKind.PRIVATE or chat.title is not None or chat.root in self._known:
            return event
        title = await self._title(chat)
        return event if title is None else replace(event, chat=replace(chat, title=title))

    async def _title(self, chat: Chat) -> str | None:
        if chat.root not in self._found:
            title = None
            try:
                async with asyncio.timeout(self._client.timeouts.lookup):
                    answer = await self._client.call("GET", f"/chats/{chat.root}", Asked("getChat"))
                    title = may_words(answer, "title")
            except (MessengerError, TimeoutError):
                pass  # a title is a nicety; not asked for again
            self._found[chat.root] = title
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)
        return self._found[chat.root]
