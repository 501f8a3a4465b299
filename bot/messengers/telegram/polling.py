"""Telegram's long poll, one call at a time."""

from aiogram.methods import DeleteWebhook, GetUpdates

from bot.messengers.errors import TemporaryFailure
from bot.messengers.port import Batch
from bot.messengers.telegram.client import TelegramClient
from bot.messengers.telegram.errors import WebhookActive
from bot.messengers.telegram.parsing import ALLOWED_UPDATES, raw_update

_MAX_UPDATES_PER_POLL = 100
_MAX_ID_DIGITS = 15


class TelegramLongPoll:
    """The queue of one bot; the server holds a poll without updates for *timeout* seconds."""

    def __init__(self, client: TelegramClient, timeout: int) -> None:
        self._client = client
        self._timeout = timeout
        self._offset: int | None = None

    def set_cursor(self, cursor: str | None) -> None:
        """Ignore *cursor*: without an offset the server sends all unconfirmed updates, even those that were not stored.

        A stored offset may be wrong: after a week without updates their ids start at random.
        """
        self._offset = None

    async def fetch(self) -> Batch:
        """Ask for updates; the first call names no offset, each later one confirms the previous batch."""
        request = GetUpdates(
            offset=self._offset,
            limit=_MAX_UPDATES_PER_POLL,
            timeout=self._timeout,
            allowed_updates=list(ALLOWED_UPDATES),
        )
        try:
            answer = await self._client(request, more_time=self._timeout)
        except WebhookActive:
            await self._client(DeleteWebhook())  # pending updates are kept
            answer = await self._client(request, more_time=self._timeout)
        if not isinstance(answer, list):
            raise TemporaryFailure("getUpdates: not a list")
        updates = tuple(raw_update(one) for one in answer if isinstance(one, dict))
        known = [int(one.key) for one in updates if one.key.isdecimal() and len(one.key) <= _MAX_ID_DIGITS]
        if known:
            self._offset = max(known) + 1
        return Batch(updates, None if self._offset is None else str(self._offset))
