"""The channels whose discussion groups the bot is in: their owners answer there in the channel's name."""

import asyncio

from aiogram.methods import GetChat
from cachetools import TTLCache

from bot.messengers.errors import Rejected
from bot.messengers.events import AuthorKind, ChatKind, MessagePosted
from bot.messengers.json_reader import find_int
from bot.messengers.telegram.client import TelegramClient

_MAX_CACHED_GROUPS = 1000
_CACHE_SECONDS = 600
"""Seconds after which a group's channel is looked up again: administrators change it hardly ever."""


class LinkedChannels:
    """A cache of groups and their channels (``ChatFullInfo.linked_chat_id``), filled when a channel speaks."""

    def __init__(self, client: TelegramClient) -> None:
        self._client = client
        self._known: TTLCache[str, str | None] = TTLCache(_MAX_CACHED_GROUPS, _CACHE_SECONDS)
        self._lock = asyncio.Lock()

    async def is_written_by_owner(self, message: MessagePosted) -> bool:
        """Return whether *message* was written in the name of the channel whose discussion its group is.

        Raise `TemporaryFailure` if Telegram does not answer: the message is then handled later.
        """
        chat, author = message.chat, message.author
        if author.kind is not AuthorKind.CHAT or chat.kind is not ChatKind.GROUP or message.automatic:
            return False
        return author.id != chat.id and await self._find_channel(chat.id) == author.id

    async def _find_channel(self, group_id: str) -> str | None:
        async with self._lock:
            if group_id not in self._known:
                try:
                    found = find_int(await self._client(GetChat(chat_id=int(group_id))), "linked_chat_id")
                except Rejected:  # the bot is not in the group any more
                    found = None
                self._known[group_id] = None if found is None else str(found)
            known: str | None = self._known[group_id]
            return known
