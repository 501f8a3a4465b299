"""Intake by webhook: keeps the subscription alive; what is brought comes in through :mod:`bot.http.webhooks`."""

import asyncio
import logging
from dataclasses import dataclass

from bot.inbox.receiver import UpdateReceiver
from bot.messengers.errors import MessengerError
from bot.messengers.port import WebhookReceiver

logger = logging.getLogger(__name__)

RESUBSCRIBE_SECONDS = 600.0
"""Seconds between looks: MAX ends a subscription after eight hours without success, VK stops after failures, and
somebody may have set another address."""


@dataclass(slots=True)
class WebhookSubscriber:
    """Asks one account of ours to bring its updates to *url*, for ever."""

    receiver: UpdateReceiver
    messenger: WebhookReceiver
    url: str
    secret: str
    resubscribe_seconds: float = RESUBSCRIBE_SECONDS

    async def run(self) -> None:
        await self.receiver.load_cursor()
        looked_back = False
        while True:
            try:
                if not looked_back:
                    batch = await self.messenger.fetch_backlog()
                    await self.receiver.store_updates(batch.updates, batch.cursor)
                    looked_back = True
                await self.messenger.subscribe(self.url, self.secret)
                await self.receiver.on_success()
                self.receiver.on_caught_up()
            except MessengerError as error:
                await asyncio.sleep(await self.receiver.on_error(error))
                continue
            logger.info("webhook set", extra={"account": self.messenger.account})
            await asyncio.sleep(self.resubscribe_seconds)
