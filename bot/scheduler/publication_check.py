"""Looks at posted answers some time later, a few at a time: nobody waits for it, and messengers count every call."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.clock import Clock
from bot.messengers.errors import MessengerError, RetryAfter
from bot.messengers.port import Messenger, Placed, Seen, Standing
from bot.runtime.supervisor import Bell
from bot.services.answers import verify_published
from bot.services.context import Centre, Work
from storage.database import Database

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""What was begun and not finished (the process died) is looked at again after this."""

AGAIN = timedelta(minutes=2)
"""After a messenger has not answered."""

TRIES = 6
"""So often a messenger is asked about one answer before it is taken as it is."""

AT_ONCE = 50


@dataclass(slots=True)
class Lookout:
    """The sweep over answers that should be looked at by now."""

    database: Database
    messengers: Mapping[str, Messenger]
    centre: Callable[[], Centre]
    clock: Clock
    outbox_bell: Bell

    async def sweep(self) -> None:
        for account, chosen in (await self._take()).items():
            await self._look(self.messengers.get(account), chosen)

    async def _take(self) -> dict[str, dict[int, Placed]]:
        """By account: what to look at now, each under a lease."""
        now = self.clock.now()
        async with self.database.read() as uow:
            if not await uow.answers.to_check(now, 1):
                return {}
        chosen: dict[str, dict[int, Placed]] = defaultdict(dict)
        async with self.database.begin() as uow:
            work = Work(self.centre(), uow, now)
            for publication in await uow.answers.to_check(now, AT_ONCE):
                place = await verify_published.placed(work, publication)
                account = place.chat.account if place else ""
                messenger = self.messengers.get(account)
                if place is None:
                    await uow.answers.checked(publication.id)
                elif len(chosen[account]) < (messenger.capabilities.looks if messenger else AT_ONCE):
                    chosen[account][publication.id] = place
            taken = [publication_id for one in chosen.values() for publication_id in one]
            await uow.answers.check_again(taken, now + LEASE, TRIES)
        return chosen

    async def _look(self, messenger: Messenger | None, chosen: Mapping[int, Placed]) -> None:
        unseen = Seen(Standing.UNKNOWN)
        seen = dict.fromkeys(chosen, unseen)
        visible = {publication_id: place for publication_id, place in chosen.items() if place.ids}
        if messenger is not None and visible:
            try:
                seen |= dict(zip(visible, await messenger.look(list(visible.values())), strict=True))
            except MessengerError as error:
                await self._later(messenger, error, list(chosen))
                return
        async with self.database.begin() as uow:
            work = Work(self.centre(), uow, self.clock.now())
            for publication_id, one in seen.items():
                await verify_published.judge(work, publication_id, one)
        self.outbox_bell.ring()

    async def _later(self, messenger: Messenger, error: MessengerError, ids: list[int]) -> None:
        logger.info("look failed: %s", type(error).__name__, extra={"account": messenger.account})
        pause = timedelta(seconds=error.seconds) if isinstance(error, RetryAfter) else AGAIN
        async with self.database.begin() as uow:
            await uow.answers.check_again(ids, self.clock.now() + max(pause, AGAIN), TRIES)
