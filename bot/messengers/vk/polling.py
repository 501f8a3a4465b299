"""VK's bots long poll, one call at a time, with a cursor (``ts``) that survives a restart.

The protocol: dev.vk.com, «Bots Long Poll API».
"""

from collections.abc import Mapping
from typing import Any

from bot.messengers.errors import TemporaryFailure
from bot.messengers.port import Batch
from bot.messengers.vk.client import VkClient
from bot.messengers.vk.parsing import raw_update

EXPIRED_TS = "0"
"""A cursor that VK has dropped: it answers ``failed: 1`` to a poll from there."""

MAX_LOST_KEYS = 3  # in a row, before an error makes the caller pause


class VkLongPoll:
    """The queue of one community."""

    def __init__(self, client: VkClient, group_id: int) -> None:
        self._client = client
        self._group_id = group_id
        self._ts: str | None = None
        self._server: tuple[str, str] | None = None  # address and key
        self._lost_keys = 0
        self._version: dict[str, str] = {}  # of the protocol; none is asked for unless VK demands one

    def set_cursor(self, cursor: str | None) -> None:
        self._ts = cursor

    @property
    def has_cursor(self) -> bool:
        """True if this community has been polled before."""
        return self._ts is not None

    async def fetch(self) -> Batch:
        """Make one ``a_check``. The very first call only returns the present end of the queue, so that it is stored."""
        server = self._server
        if server is None:
            server, fresh = await self._request_server()
            if self._ts is None:
                self._ts = fresh
                return Batch((), self._ts)
        answer = await self._poll(*server)
        if "failed" in answer:
            return await self._recover(answer)
        updates, ts = answer.get("updates"), answer.get("ts")
        if not isinstance(updates, list) or not isinstance(ts, str | int):
            raise TemporaryFailure("VK: unexpected answer of the long poll")
        self._lost_keys = 0
        self._ts = str(ts)
        return Batch(tuple(raw_update(update) for update in updates), self._ts)

    async def _poll(self, url: str, key: str) -> Mapping[str, Any]:
        wait = self._client.timeouts.poll
        params = {"act": "a_check", "key": key, "ts": self._ts or "0", "wait": str(wait), **self._version}
        return await self._client.get_json(url, params, wait + self._client.timeouts.call)

    async def _recover(self, answer: Mapping[str, Any]) -> Batch:
        """Handle ``failed``: 1 — events were lost, continue from its ``ts``; 2 — the key expired; 3 — both are lost;
        4 — the version of the protocol is not served, and the answer names those that are."""
        code, ts = answer.get("failed"), answer.get("ts")
        if code == 1 and isinstance(ts, str | int):
            self._ts = str(ts)
            return Batch((), self._ts, gap=True)
        newest = answer.get("max_version")
        if code == 4 and isinstance(newest, int):
            self._version = {"version": str(newest)}
        self._server = None
        self._lost_keys += 1
        if self._lost_keys > MAX_LOST_KEYS:
            self._lost_keys = 0
            raise TemporaryFailure("VK: the long poll accepts no key")
        _, fresh = await self._request_server()
        if code in (2, 4):
            return Batch((), self._ts)
        self._ts = fresh
        return Batch((), self._ts, gap=True)

    async def _request_server(self) -> tuple[tuple[str, str], str]:
        """Ask for the server; return its address and key, and the end of its queue."""
        answer = await self._client.call("groups.getLongPollServer", group_id=self._group_id)
        try:
            self._server = (str(answer["server"]), str(answer["key"]))
            return self._server, str(answer["ts"])
        except (KeyError, TypeError):
            raise TemporaryFailure("VK: no long poll server in the answer") from None
