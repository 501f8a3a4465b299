"""Intake by webhook: keeps the subscription alive; what is brought comes in through :mod:`bot.http.webhooks`."""

import asyncio
import logging
from dataclasses import dataclass

from bot.inbox.receiver import Intake
from bot.messengers.errors import MessengerError
from bot.messengers.port import Pushing

logger = logging.getLogger(__name__)

AGAIN = 600.0
"""Seconds between looks: MAX ends a subscription after eight hours without success, VK stops after failures, and
somebody may have set another address."""


@dataclass(slots=True)
class Subscriber:
    """Asks one account of ours to bring its updates to *url*, for ever."""

    intake: Intake
    messenger: Pushing
    url: str
    secret: str
    again: float = AGAIN

    async def run(self) -> None:
        await self.intake.resume()
        looked_back = False
        while True:
            try:
                if not looked_back:
                    batch = await self.messenger.left_over()
                    await self.intake.store(batch.updates, batch.cursor)
                    looked_back = True
                await self.messenger.subscribe(self.url, self.secret)
                await self.intake.answered()
                self.intake.caught_up()
            except MessengerError as error:
                await asyncio.sleep(await self.intake.stumbled(error))
                continue
            logger.info("webhook set", extra={"account": self.messenger.account})
            await asyncio.sleep(self.again)
