"""The other way of updates: posted to the registered address, one at a time, until it answers 200."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from sandbox.journal import Journal
from sandbox.telegram.world import World

_RETRY = 0.2  # seconds; the real server waits longer
_PATIENCE = 10.0


class Pusher:
    """Delivers what waits in the queue to the webhook, if there is one."""

    def __init__(self, world: World, journal: Journal) -> None:
        self.world = world
        self.journal = journal

    async def context(self, app: web.Application) -> AsyncIterator[None]:
        """For ``app.cleanup_ctx``: pushes while the application runs."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PATIENCE)) as session:
            task = asyncio.get_running_loop().create_task(self._push(session))
            yield
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _push(self, session: aiohttp.ClientSession) -> None:
        while True:
            revision = self.journal.revision
            if not self.world.webhook["url"] or not self.world.queue.waiting:
                await self.journal.wait_newer(revision, 3600)
            elif await self._post(session):
                await self.journal.changed()
            else:
                await asyncio.sleep(_RETRY)

    async def _post(self, session: aiohttp.ClientSession) -> bool:
        update = self.world.queue.waiting[0]
        secret = self.world.webhook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with session.post(self.world.webhook["url"], json=update, headers=headers) as answer:
                self.world.webhook["last_status"] = answer.status
                if answer.status != 200:
                    return False
        except (aiohttp.ClientError, TimeoutError):
            return False
        self.world.queue.confirm(update["update_id"])
        return True
