"""Names of people and communities, looked up by id, many per call, and cached; best effort."""

import asyncio
from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache

from bot.messengers.errors import MessengerError
from bot.messengers.vk.client import VkClient

MAX_CACHED_NAMES = 2000
MAX_IDS_PER_CALL = 500  # groups.getById accepts no more, users.get 1,000

DELETED_USER = "Удалённый пользователь"
_NO_FIRST_NAME = "DELETED"  # VK's first name of a deleted page, and of a banned one that hides its own


class UserNameLoader:
    """A loader of names in VK; one call asks for all names of people requested at the same time."""

    def __init__(self, client: VkClient) -> None:
        self._client = client
        self._known = LRUCache[int, str](MAX_CACHED_NAMES)
        self._queue: list[int] = []  # ids for the next call
        self._pending: dict[int, asyncio.Future[None]] = {}  # done after the call, even a failed one

    async def find_name(self, user_id: int) -> str | None:
        """Return first and last name, or the title of a community (its id is negative); ``None`` if VK is slow."""
        if user_id == 0:
            return None
        if user_id not in self._known:
            try:
                async with asyncio.timeout(self._client.timeouts.lookup):
                    await self._load(user_id)
            except TimeoutError:
                return None
        return self._known.get(user_id)

    async def _load(self, user_id: int) -> None:
        answer = self._pending.get(user_id)
        if answer is None:
            answer = self._pending[user_id] = asyncio.get_running_loop().create_future()
            self._queue.append(user_id)
            try:
                await asyncio.sleep(0)  # let other callers add their ids to the batch
                if user_id in self._queue:
                    await self._load_batch()
            finally:
                if user_id in self._queue:
                    self._queue.remove(user_id)
                    self._resolve_pending([user_id])
        await asyncio.shield(answer)

    async def _load_batch(self) -> None:
        user_ids, self._queue = self._queue[:MAX_IDS_PER_CALL], self._queue[MAX_IDS_PER_CALL:]
        people = [one for one in user_ids if one > 0]
        communities = [-one for one in user_ids if one < 0]
        try:
            if people:
                users = await self._client.call("users.get", user_ids=",".join(map(str, people)))
                for user in users if isinstance(users, list) else ():
                    self._cache_name(user)
            if communities:
                answer = await self._client.call("groups.getById", group_ids=",".join(map(str, communities)))
                for group in answer.get("groups", ()) if isinstance(answer, Mapping) else ():
                    self._cache_title(group)
        except MessengerError:
            pass  # the name is optional
        finally:
            self._resolve_pending(user_ids)

    def _cache_name(self, user: Mapping[str, Any]) -> None:
        if not isinstance(user, Mapping) or not isinstance(user.get("id"), int):
            return
        name = " ".join(part for part in (user.get("first_name"), user.get("last_name")) if isinstance(part, str))
        if user.get("deactivated") == "deleted" or user.get("first_name") == _NO_FIRST_NAME:
            name = DELETED_USER
        if name.strip():
            self._known[user["id"]] = name.strip()

    def _cache_title(self, group: Mapping[str, Any]) -> None:
        if isinstance(group, Mapping) and isinstance(group.get("id"), int) and isinstance(group.get("name"), str):
            self._known[-group["id"]] = group["name"].strip()

    def _resolve_pending(self, user_ids: list[int]) -> None:
        for user_id in user_ids:
            future = self._pending.pop(user_id, None)
            if future is not None and not future.done():
                future.set_result(None)
