"""Titles of chats that are not in the settings: MAX's updates have none, so each is looked up once, best effort."""

import asyncio
from dataclasses import replace

from cachetools import LRUCache

from bot.messengers.errors import MessengerError
from bot.messengers.events import Chat, ChatChanged, ChatKind, Event, MessagePosted
from bot.messengers.json_reader import find_text
from bot.messengers.max.client import MaxClient
from bot.messengers.max.errors import MaxOperation

_CACHE_SIZE = 500


class ChatTitleLoader:
    """A loader of chat titles, for the administrators who decide which chats to monitor.

    *monitored_ids* are the ids of the monitored chats, whose titles are in the settings.
    """

    def __init__(self, client: MaxClient, monitored_ids: frozenset[str]) -> None:
        self._client = client
        self._monitored_ids = monitored_ids
        self._cached_titles = LRUCache[str, str | None](_CACHE_SIZE)

    async def add_title(self, event: Event) -> Event:
        """Return *event* with the title of its chat, if it was missing and MAX answers in time."""
        if not isinstance(event, MessagePosted | ChatChanged):
            return event
        chat = event.chat
        if chat.kind is ChatKind.PRIVATE or chat.title is not None or chat.source_id in self._monitored_ids:
            return event
        title = await self._find_title(chat)
        return event if title is None else replace(event, chat=replace(chat, title=title))

    async def _find_title(self, chat: Chat) -> str | None:
        if chat.source_id not in self._cached_titles:
            title = None
            try:
                async with asyncio.timeout(self._client.timeouts.lookup):
                    answer = await self._client.call("GET", f"/chats/{chat.source_id}", MaxOperation("getChat"))
                    title = find_text(answer, "title")
            except (MessengerError, TimeoutError):
                pass  # the title is optional, so the bot does not ask again
            self._cached_titles[chat.source_id] = title
        return self._cached_titles[chat.source_id]
