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


@dataclass(slots=True)
class WebhookSubscriber:
    """The loop that keeps one account subscribed to *url*."""

    receiver: UpdateReceiver
    messenger: WebhookReceiver
    url: str
    secret: str
    resubscribe_seconds: float = RESUBSCRIBE_SECONDS

    async def run(self) -> None:
        await self.receiver.load_cursor()
        is_backlog_stored = False
        while True:
            try:
                if not is_backlog_stored:
                    batch = await self.messenger.fetch_backlog()
                    await self.receiver.store_updates(batch.updates, batch.cursor)
                    is_backlog_stored = True
                await self.messenger.subscribe(self.url, self.secret)
                await self.receiver.on_success()
                self.receiver.on_caught_up()
            except MessengerError as error:
                await asyncio.sleep(await self.receiver.on_error(error))
                continue
            logger.info("webhook set", extra={"account": self.messenger.account})
            await asyncio.sleep(self.resubscribe_seconds)
