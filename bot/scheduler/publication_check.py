"""The later check of posted answers, a few at a time, because messengers limit calls."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.messengers.errors import MessengerError, RetryAfter
from bot.messengers.port import CheckResult, Messenger, PublishedAnswer, Visibility
from bot.runtime.runtime import Runtime
from bot.services.answers import verify_published
from bot.services.context import UseCaseContext
from bot.services.notifications.isolation import isolated

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Time after which a check that was begun and not finished is repeated."""

RETRY_INTERVAL = timedelta(minutes=2)
"""Pause after a messenger has failed."""

MAX_ATTEMPTS = 6
"""Attempts to check one answer."""

BATCH_SIZE = 50


@dataclass(slots=True)
class PublicationChecker:
    """The check of all answers that are due."""

    runtime: Runtime

    async def run(self) -> None:
        for account, chosen in (await self._claim_due()).items():
            await self._check(self.runtime.messengers.get(account), chosen)

    async def _claim_due(self) -> dict[str, dict[int, PublishedAnswer]]:
        """Lease the answers to check now and return them by account and publication id."""
        now = self.runtime.clock.now()
        async with self.runtime.database.read() as uow:
            if not await uow.answers.list_due_checks(now, 1):
                return {}
        chosen: dict[str, dict[int, PublishedAnswer]] = defaultdict(dict)
        async with self.runtime.database.begin() as uow:
            ctx = UseCaseContext(self.runtime.municipality(), uow, now)
            for publication in await uow.answers.list_due_checks(now, BATCH_SIZE):
                place = await verify_published.find_published_answer(ctx, publication)
                account = place.chat.account if place else ""
                messenger = self.runtime.messengers.get(account)
                if place is None:
                    await uow.answers.clear_check(publication.id)
                elif len(chosen[account]) < (messenger.capabilities.checks_per_call if messenger else BATCH_SIZE):
                    chosen[account][publication.id] = place
            taken = [publication_id for one in chosen.values() for publication_id in one]
            await uow.answers.reschedule_checks(taken, now + LEASE, MAX_ATTEMPTS)
        return chosen

    async def _check(self, messenger: Messenger | None, answers: Mapping[int, PublishedAnswer]) -> None:
        unseen = CheckResult(Visibility.UNKNOWN)
        seen = dict.fromkeys(answers, unseen)
        visible = {publication_id: place for publication_id, place in answers.items() if place.ids}
        if messenger is not None and visible:
            try:
                seen |= dict(zip(visible, await messenger.check_published(list(visible.values())), strict=True))
            except MessengerError as error:
                await self._postpone(messenger, error, list(answers))
                return
        async with self.runtime.database.begin() as uow:
            ctx = self.runtime.context(uow)
            for publication_id, one in seen.items():
                async with isolated(ctx, "publication_check", None):
                    await verify_published.apply_check(ctx, publication_id, one)
        self.runtime.outbox_wake_up.set()

    async def _postpone(self, messenger: Messenger, error: MessengerError, ids: list[int]) -> None:
        logger.info("publication check failed: %s", type(error).__name__, extra={"account": messenger.account})
        pause = timedelta(seconds=error.seconds) if isinstance(error, RetryAfter) else RETRY_INTERVAL
        async with self.runtime.database.begin() as uow:
            await uow.answers.reschedule_checks(
                ids, self.runtime.clock.now() + max(pause, RETRY_INTERVAL), MAX_ATTEMPTS
            )
