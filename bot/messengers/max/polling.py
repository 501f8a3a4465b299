"""MAX's long poll, one call at a time, with a marker that survives a restart.

dev.max.ru, GET /updates: the marker names the next update, and passing it confirms all earlier ones. Without a marker
MAX returns only the latest update, so the bot stores it with the updates. It also stores the time at which the marker
was valid, because MAX drops updates after a day.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.clock import Clock
from bot.messengers.errors import Conflict, Rejected, TemporaryFailure
from bot.messengers.json_reader import find_int, find_text, list_objects, object_or_empty
from bot.messengers.max import webhook
from bot.messengers.max.client import MaxClient
from bot.messengers.max.errors import MaxOperation
from bot.messengers.max.parsing import raw_update
from bot.messengers.port import Batch, RawUpdate

MAX_UPDATES_PER_POLL = 100
UPDATE_RETENTION = timedelta(hours=24)
_MESSAGES_PER_PAGE = 100  # messages of a chat; MAX returns no more per call
_MAX_PAGES = 50
_MAX_BACKLOG_UPDATES = 1000  # updates of one poll; MAX returns no more per call


class MaxLongPoll:
    """The queue of one bot. *chats* are those whose history may be read after a gap."""

    def __init__(self, client: MaxClient, clock: Clock, chats: Sequence[int]) -> None:
        self._client = client
        self._clock = clock
        self._chats = tuple(chats)
        self._marker: int | None = None
        self._cursor_valid_at: datetime | None = None  # of a stored cursor that is not used yet
        self._ready = False
        self._not_before = 0.0

    def set_cursor(self, cursor: str | None) -> None:
        marker, _, seconds = (cursor or "").partition("@")
        self._marker = int(marker) if marker.isdecimal() else None
        self._cursor_valid_at = datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() else None

    async def fetch(self) -> Batch:
        """Poll once. A bot's very first poll has no marker, so it returns only the latest update, and a marker."""
        if not self._ready:
            await self._end_subscriptions()
            self._ready = True
        await self._wait_between_polls()
        seconds = self._client.timeouts.poll
        query = {"limit": str(MAX_UPDATES_PER_POLL), "timeout": str(seconds)}
        if self._marker is not None:
            query["marker"] = str(self._marker)
        try:
            answer = await self._client.call(
                "GET", "/updates", MaxOperation("getUpdates"), query=query, more_time=seconds
            )
        except Conflict:
            self._ready = False  # an address was subscribed in the meantime
            raise
        updates = _parse_updates(answer)
        marker = find_int(answer, "marker")
        self._marker = self._marker if marker is None else marker
        now = self._clock.now()
        gap = self._cursor_valid_at is not None and now - self._cursor_valid_at > UPDATE_RETENTION
        self._cursor_valid_at = None
        cursor = None if self._marker is None else f"{self._marker}@{int(now.timestamp())}"
        return Batch(updates, cursor, gap)

    async def _end_subscriptions(self) -> None:
        """Unsubscribe all webhooks, because MAX refuses polling otherwise. Waiting updates are kept."""
        with suppress(Rejected):
            await webhook.unsubscribe(self._client, await webhook.list_addresses(self._client))

    async def fetch_backlog(self) -> tuple[RawUpdate, ...]:
        """Return updates after the stored marker, without waiting, before webhooks replace polling.

        Return nothing if a webhook is set already.
        """
        if self._marker is None:
            return ()
        query = {"limit": str(_MAX_BACKLOG_UPDATES), "timeout": "0", "marker": str(self._marker)}
        try:
            answer = await self._client.call("GET", "/updates", MaxOperation("getUpdates"), query=query)
        except Conflict:
            return ()
        return _parse_updates(answer)

    async def _wait_between_polls(self) -> None:
        loop = asyncio.get_running_loop()
        wait = self._not_before - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        self._not_before = loop.time() + self._client.timeouts.between_polls

    async def fetch_missed(self, since: datetime) -> Sequence[RawUpdate]:
        """Return messages of the monitored chats whose updates MAX has dropped.

        Dialogs cannot be read: MAX gives bots no list of theirs.
        """
        found: list[RawUpdate] = []
        for chat_id in self._chats:
            with suppress(Rejected):  # the self-check reports a chat that the bot may not read
                found += await self._fetch_history(chat_id, int(since.timestamp() * 1000))
        return found

    async def _fetch_history(self, chat_id: int, earliest: int) -> list[RawUpdate]:
        """Return messages since *earliest* (Unix time in milliseconds), oldest first; MAX lists the latest first."""
        messages: list[Mapping[str, Any]] = []
        query = {"chat_id": str(chat_id), "count": str(_MESSAGES_PER_PAGE)}
        for _ in range(_MAX_PAGES):
            answer = await self._client.call("GET", "/messages", MaxOperation("getMessages"), query=query)
            page = [one for one in list_objects(answer, "messages") if (find_int(one, "timestamp") or 0) >= earliest]
            messages += page
            if len(page) < _MESSAGES_PER_PAGE:
                break
            query["from"] = str(find_int(page[-1], "timestamp"))  # the later end; repeated messages do no harm
        return [
            raw_update({"update_type": "message_created", "timestamp": one.get("timestamp"), "message": dict(one)})
            for one in reversed(messages)
            if find_text(object_or_empty(one, "body"), "mid")
        ]


def _parse_updates(answer: Mapping[str, Any]) -> tuple[RawUpdate, ...]:
    if not isinstance(answer.get("updates"), list):
        raise TemporaryFailure("MAX: getUpdates: not a list")
    return tuple(raw_update(dict(one)) for one in list_objects(answer, "updates"))
