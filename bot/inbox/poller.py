"""Durable polling: updates are stored together with the cursor before the messenger is asked for more."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.inbox.receiver import UpdateReceiver
from bot.messengers.errors import MessengerError

POLL_SECONDS = 120.0
"""Seconds that a long poll may take: the messenger's own wait, and the longest timeout of a client."""

HISTORY_SECONDS = 900.0
"""Seconds that reading a messenger's history may take after a gap: a busy community's has hundreds of pages."""


@dataclass(slots=True)
class Poller:
    """The polling loop of one account."""

    receiver: UpdateReceiver
    on_poll: Callable[[], None] = lambda: None
    """Called when the messenger is about to be asked."""

    async def run(self) -> None:
        messenger, progress = self.receiver.messenger, self.receiver.runtime.progress
        loop = f"poll {messenger.account}"
        progress.report(loop)
        await self.receiver.load_cursor()
        while True:
            try:
                progress.report(loop, HISTORY_SECONDS)
                await self.receiver.recover_gap()
                progress.report(loop, POLL_SECONDS)
                self.on_poll()
                batch = await messenger.fetch()
                await self.receiver.on_success()
                await self.receiver.store_updates(batch.updates, batch.cursor, gap=batch.gap)
                self.receiver.on_caught_up()
            except MessengerError as error:
                pause = await self.receiver.on_error(error)
                progress.report(loop, pause)
                await asyncio.sleep(pause)
