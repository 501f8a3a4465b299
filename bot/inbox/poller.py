"""Durable polling: updates are stored together with the cursor before the messenger is asked for more."""

import asyncio
from dataclasses import dataclass

from bot.inbox.receiver import UpdateReceiver
from bot.messengers.errors import MessengerError


@dataclass(slots=True)
class Poller:
    """The polling loop of one account."""

    receiver: UpdateReceiver

    async def run(self) -> None:
        messenger = self.receiver.messenger
        await self.receiver.load_cursor()
        while True:
            try:
                await self.receiver.recover_gap()
                batch = await messenger.fetch()
                await self.receiver.on_success()
                await self.receiver.store_updates(batch.updates, batch.cursor, gap=batch.gap)
                self.receiver.on_caught_up()
            except MessengerError as error:
                await asyncio.sleep(await self.receiver.on_error(error))
