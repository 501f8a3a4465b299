"""Durable intake by polling: updates are stored together with the cursor; only then is the messenger asked for more."""

import asyncio
from dataclasses import dataclass

from bot.inbox.receiver import Intake
from bot.messengers.errors import MessengerError


@dataclass(slots=True)
class Poller:
    """Asks one account of ours for news, for ever."""

    intake: Intake

    async def run(self) -> None:
        messenger = self.intake.messenger
        await self.intake.resume()
        while True:
            try:
                await self.intake.read_back()
                batch = await messenger.fetch()
                await self.intake.answered()
                await self.intake.store(batch.updates, batch.cursor, gap=batch.gap)
                self.intake.caught_up()
            except MessengerError as error:
                await asyncio.sleep(await self.intake.stumbled(error))
