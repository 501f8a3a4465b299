"""Durable intake by polling: updates are stored together with the cursor; only then is the messenger asked for more."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.jobs.intake import Intake
from bot.messengers.base import RawUpdate
from bot.messengers.errors import MessengerError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Poller:
    """Asks one account of ours for news, for ever."""

    intake: Intake

    async def run(self) -> None:
        messenger = self.intake.messenger
        await self.intake.resume()
        while True:
            try:
                batch = await messenger.fetch()
                await self.intake.answered()
                missed: Sequence[RawUpdate] = ()
                if batch.gap:
                    logger.warning("gap in updates", extra={"account": messenger.account})
                    # Before the new place is stored: whoever falls here meets the same gap again.
                    missed = await messenger.missed()
                await self.intake.store((*missed, *batch.updates), batch.cursor)
            except MessengerError as error:
                await asyncio.sleep(await self.intake.stumbled(error))
