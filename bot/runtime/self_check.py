"""Checks of the accounts' tokens, rights and settings: regular ones, and one whenever the bot's rights change."""

import logging
from dataclasses import dataclass

from bot.messengers.errors import MessengerError
from bot.messengers.port import Messenger, Severity
from bot.runtime.runtime import Runtime
from bot.services.monitoring.health import Health
from bot.services.sources import sources

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class SelfCheck:
    """Asks every messenger what the bot cannot read or do, and notifies the administrator."""

    runtime: Runtime
    health: Health
    interval_seconds: float

    async def run(self) -> None:
        while True:
            for messenger in self.runtime.messengers.values():
                await self._check(messenger)
            self.runtime.outbox_wake_up.set()
            await self.runtime.self_check_wake_up.wait(self.interval_seconds)

    async def _check(self, messenger: Messenger) -> None:
        try:
            findings = await messenger.check()
        except MessengerError as error:
            logger.warning("self-check failed: %s", type(error).__name__, extra={"account": messenger.account})
            return
        faults = [finding for finding in findings if finding.severity is Severity.FAULT]
        self.health.rights_faults[messenger.account] = [fault.subject for fault in faults]
        async with self.runtime.database.begin() as uow:
            ctx = self.runtime.context(uow)
            for fault in faults:
                await sources.report_check_fault(ctx, fault.subject, fault.text)
