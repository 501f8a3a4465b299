"""People's names: looked up by id, many at a time, kept for a while. Best effort."""

import asyncio
from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache

from bot.messengers.errors import MessengerError
from bot.messengers.vk.client import VkClient

MAX_CACHED_NAMES = 2000
MAX_IDS_PER_CALL = 1000  # users.get takes no more at once


class UserNameLoader:
    """Names of VK users. The first who asks asks for all that came up meanwhile."""

    def __init__(self, client: VkClient) -> None:
        self._client = client
        self._known = LRUCache[int, str](MAX_CACHED_NAMES)
        self._queue: list[int] = []  # to be asked next
        self._pending: dict[int, asyncio.Future[None]] = {}  # done once the answer is in, whatever it was

    async def find_name(self, user_id: int) -> str | None:
        """First and last name, ``None`` when VK does not say in time."""
        if user_id <= 0:
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
                await asyncio.sleep(0)  # let the others of the same batch say whom they want
                if user_id in self._queue:
                    await self._load_batch()
            finally:
                if user_id in self._queue:
                    self._queue.remove(user_id)
                    self._resolve_pending([user_id])
        await asyncio.shield(answer)

    async def _load_batch(self) -> None:
        asked, self._queue = self._queue[:MAX_IDS_PER_CALL], self._queue[MAX_IDS_PER_CALL:]
        try:
            users = await self._client.call("users.get", user_ids=",".join(map(str, asked)))
            for user in users if isinstance(users, list) else ():
                self._cache_name(user)
        except MessengerError:
            pass  # a name is a nicety
        finally:
            self._resolve_pending(asked)

    def _cache_name(self, user: Mapping[str, Any]) -> None:
        if not isinstance(user, Mapping) or not isinstance(user.get("id"), int):
            return
        name = " ".join(part for part in (user.get("first_name"), user.get("last_name")) if isinstance(part, str))
        if name.strip():
            self._known[user["id"]] = name.strip()

    def _resolve_pending(self, user_ids: list[int]) -> None:
        for user_id in user_ids:
            future = self._pending.pop(user_id, None)
            if future is not None and not future.done():
                future.set_result(None)
