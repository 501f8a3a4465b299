"""The webhook subscription of an account; the updates arrive through `bot.http.webhooks`."""

import asyncio
import logging
from dataclasses import dataclass

from bot.inbox.receiver import UpdateReceiver
from bot.messengers.errors import MessengerError
from bot.messengers.port import WebhookReceiver

logger = logging.getLogger(__name__)

RESUBSCRIBE_SECONDS = 600.0
"""Seconds between renewals: MAX ends a subscription after eight hours without success, VK stops after failures, and
somebody may have set another address."""

BACKLOG_SECONDS = 300.0
"""Seconds that fetching what the messenger has kept, and subscribing, may take."""


@dataclass(slots=True)
class WebhookSubscriber:
    """The loop that keeps one account subscribed to *url*."""

    receiver: UpdateReceiver
    messenger: WebhookReceiver
    url: str
    secret: str
    resubscribe_seconds: float = RESUBSCRIBE_SECONDS

    async def run(self) -> None:
        progress, loop = self.receiver.runtime.progress, f"webhook {self.receiver.messenger.account}"
        await self.receiver.load_cursor()
        is_backlog_stored = False
        while True:
            progress.report(loop, BACKLOG_SECONDS)
            try:
                if not is_backlog_stored:
                    batch = await self.messenger.fetch_backlog()
                    await self.receiver.store_updates(batch.updates, batch.cursor)
                    is_backlog_stored = True
                await self.messenger.subscribe(self.url, self.secret)
                await self.receiver.on_success()
                self.receiver.on_caught_up()
            except MessengerError as error:
                pause = await self.receiver.on_error(error)
                progress.report(loop, pause)
                await asyncio.sleep(pause)
                continue
            logger.info("webhook set", extra={"account": self.messenger.account})
            progress.report(loop, self.resubscribe_seconds)
            await asyncio.sleep(self.resubscribe_seconds)
