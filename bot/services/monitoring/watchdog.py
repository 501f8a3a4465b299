"""The watchdog: detects work that should have been done and was not.

The administrator is notified when an incident begins and when it is over; meanwhile ``/readyz`` of every process shows
it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.channels import Direction
from bot.domain.notifications.monitoring import IncidentOver, IncidentStarted
from bot.services.context import UseCaseContext
from bot.services.monitoring import training
from bot.services.monitoring.inactivity import InactiveSource
from bot.services.notifications import notify
from bot.services.reports import digest
from storage.repositories.base import MAX_WAIT
from storage.unit_of_work import UnitOfWork

MAX_UPDATE_AGE = timedelta(minutes=1)
"""An update received earlier should have been handled."""

MAX_MESSAGE_DELAY = timedelta(minutes=10)
"""A message due earlier should have been sent. A rate-limited one may wait for
:data:`~storage.repositories.base.MAX_WAIT` more."""

MAX_NOTICE_DELAY = timedelta(minutes=2)
"""A deadline that passed earlier should have its reminder."""

MAX_DIGEST_DELAY = timedelta(minutes=10)

MAX_MESSENGER_OUTAGE = timedelta(minutes=5)
"""A longer failure of a messenger is reported to a person."""


INCIDENT_KEY_PREFIX = "trouble:"
"""Prefix of the keys of incidents that were reported and are not over."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Work that was not done: a code for the view, its subject, and its start."""

    code: str
    subject: str
    since: datetime

    @property
    def key(self) -> str:
        return f"{INCIDENT_KEY_PREFIX}{self.code}:{self.subject}"[:160]

    @classmethod
    def from_key(cls, key: str, since: datetime) -> "Incident":
        """Restore the incident that has this *key*."""
        code, _, subject = key.removeprefix(INCIDENT_KEY_PREFIX).partition(":")
        return cls(code, subject, since)


async def list_incidents(
    ctx: UseCaseContext, failing_since: Mapping[str, datetime], inactive: Iterable[InactiveSource] | None = ()
) -> list[Incident]:
    """List the current incidents.

    *failing_since*: start of the failure of each account that does not answer polls. *inactive*: sources that are
    silent for unusually long; ``None`` before the first check, then reported ones are kept.
    """
    found = []
    for code, since, max_age in (
        ("inbox", await ctx.uow.inbox.get_oldest_pending(), MAX_UPDATE_AGE),
        ("terms", await ctx.uow.deadlines.find_oldest_due(), MAX_NOTICE_DELAY),
    ):
        if since is not None and ctx.now - since > max_age:
            found.append(Incident(code, "", since))
    found += await _list_unsent(ctx)
    due = await digest.due_since(ctx)
    if due is not None and ctx.now - due > MAX_DIGEST_DELAY:
        found.append(Incident("digest", "", due))
    found += await _list_unresponsive(ctx, failing_since)
    for key, at in (await ctx.uow.once_keys.list_by_prefix(training.FAULT_KEY_PREFIX)).items():
        found.append(Incident(f"training_{key.removeprefix(training.FAULT_KEY_PREFIX)}", "", at))
    if inactive is None:
        return [*found, *(incident for incident in await list_reported(ctx.uow) if incident.code == "hush")]
    return [*found, *(Incident("hush", source.title, source.since) for source in inactive)]


async def list_reported(uow: UnitOfWork) -> list[Incident]:
    """List the incidents that were reported by any process and are not over, each with the time of its report."""
    return [Incident.from_key(key, at) for key, at in (await uow.once_keys.list_by_prefix(INCIDENT_KEY_PREFIX)).items()]


async def _list_unresponsive(ctx: UseCaseContext, failing_since: Mapping[str, datetime]) -> list[Incident]:
    """List accounts that have not answered for too long.

    A reported one stays listed while the database knows its outage to go on, even if a new leader has not waited that
    long itself.
    """
    found = [
        Incident("silent", _account_title(ctx, account), at)
        for account, at in failing_since.items()
        if ctx.now - at > MAX_MESSENGER_OUTAGE
    ]
    reported = {incident.key for incident in await list_reported(ctx.uow)}
    before = [
        Incident("silent", _account_title(ctx, account), at)
        for account, at in (await ctx.uow.outages.ongoing_since(Direction.IN)).items()
        if account in ctx.municipality.bot_accounts
    ]
    keys = {incident.key for incident in found}
    return found + [incident for incident in before if incident.key in reported - keys]


async def _list_unsent(ctx: UseCaseContext) -> list[Incident]:
    """List accounts with unsent messages that wait for too long, or whose account accepts none at all.

    A failing account without pending messages is no incident.
    """
    send_outages = await ctx.uow.outages.ongoing_since(Direction.OUT)
    found = []
    for row in await ctx.uow.outbox.oldest_pending():
        outage = ctx.now - send_outages.get(row.account, ctx.now)
        late_since = [
            since
            for since, max_age in (
                (row.since, MAX_MESSAGE_DELAY),
                (row.rate_limited_since, MAX_MESSAGE_DELAY + MAX_WAIT),
            )
            if since is not None and since <= ctx.now and (ctx.now - since > max_age or outage > MAX_MESSENGER_OUTAGE)
        ]
        found += [Incident("outbox", _account_title(ctx, row.account), min(late_since))] if late_since else []
    return found


def _account_title(ctx: UseCaseContext, account: str) -> str:
    bot_account = ctx.municipality.bot_accounts.get(account)
    return bot_account.title if bot_account else account


async def report_incidents(ctx: UseCaseContext, incidents: list[Incident]) -> None:
    """Notify the administrator of incidents that have begun or ended since the last call."""
    for incident in incidents:
        await notify.notify_administrator(
            ctx,
            IncidentStarted(incident=incident.code, subject=incident.subject, since=incident.since),
            once_key=incident.key,
        )
    keys = {incident.key for incident in incidents}
    for reported in await list_reported(ctx.uow):
        if reported.key not in keys:
            await ctx.uow.once_keys.delete(reported.key)
            await notify.notify_administrator(ctx, IncidentOver(incident=reported.code, subject=reported.subject))
