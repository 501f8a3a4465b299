"""The auditor: what should have happened and did not. The administrator is told once when it begins and once when it
is over; ``/readyz`` of every process shows it all the while."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.channels import Direction
from bot.services.context import UseCaseContext
from bot.services.monitoring.inactivity import InactiveSource
from bot.services.notifications import notify
from bot.services.reports import digest
from storage.repositories.base import MAX_WAIT
from storage.unit_of_work import UnitOfWork

MAX_UPDATE_AGE = timedelta(minutes=1)
"""An update that came so long ago should have been handled."""

MAX_MESSAGE_DELAY = timedelta(minutes=10)
"""A message that was due so long ago should have left. One for which the messenger asks for patience may wait for
:data:`~storage.repositories.base.LONGEST_WAIT` more."""

MAX_NOTICE_DELAY = timedelta(minutes=2)
"""A term that ended so long ago should have its notice."""

MAX_DIGEST_DELAY = timedelta(minutes=10)

MAX_MESSENGER_OUTAGE = timedelta(minutes=5)
"""A messenger that has refused or not answered for so long is worth a person's look."""


INCIDENT_KEY_PREFIX = "trouble:"
"""How the keys begin of what was told and is not over."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that did not happen: a code for the words, whom it is about, since when."""

    code: str
    subject: str
    since: datetime

    @property
    def key(self) -> str:
        return f"{INCIDENT_KEY_PREFIX}{self.code}:{self.subject}"[:160]

    @classmethod
    def from_key(cls, key: str, since: datetime) -> "Incident":
        """The one of this *key*."""
        code, _, subject = key.removeprefix(INCIDENT_KEY_PREFIX).partition(":")
        return cls(code, subject, since)


async def list_incidents(
    ctx: UseCaseContext, failing_since: Mapping[str, datetime], inactive: Iterable[InactiveSource] | None = ()
) -> list[Incident]:
    """All that is wrong now. *failing*: since when an account of ours has not answered a poll; *hushes*: what is silent
    for unusually long, ``None`` while that has not been looked at."""
    found = []
    for code, since, patience in (
        ("inbox", await ctx.uow.inbox.get_oldest_pending(), MAX_UPDATE_AGE),
        ("terms", await ctx.uow.deadlines.find_oldest_due(), MAX_NOTICE_DELAY),
    ):
        if since is not None and ctx.now - since > patience:
            found.append(Incident(code, "", since))
    found += await _list_unsent(ctx)
    due = await digest.due_since(ctx)
    if due is not None and ctx.now - due > MAX_DIGEST_DELAY:
        found.append(Incident("digest", "", due))
    found += await _list_unresponsive(ctx, failing_since)
    if inactive is None:
        return [*found, *(trouble for trouble in await list_reported(ctx.uow) if trouble.code == "hush")]
    return [*found, *(Incident("hush", hush.title, hush.since) for hush in inactive)]


async def list_reported(uow: UnitOfWork) -> list[Incident]:
    """What was told and is not over, whichever process found it; since it was told."""
    return [Incident.from_key(key, at) for key, at in (await uow.once_keys.list_by_prefix(INCIDENT_KEY_PREFIX)).items()]


async def _list_unresponsive(ctx: UseCaseContext, failing_since: Mapping[str, datetime]) -> list[Incident]:
    """Accounts that have not answered for too long. Of one that was told, the books know that it goes on before whoever
    leads now has waited for as long."""
    found = [
        Incident("silent", _account_title(ctx, account), at)
        for account, at in failing_since.items()
        if ctx.now - at > MAX_MESSENGER_OUTAGE
    ]
    told = {trouble.key for trouble in await list_reported(ctx.uow)}
    before = [
        Incident("silent", _account_title(ctx, account), at)
        for account, at in (await ctx.uow.outages.ongoing_since(Direction.IN)).items()
        if account in ctx.municipality.bot_accounts
    ]
    keys = {trouble.key for trouble in found}
    return found + [trouble for trouble in before if trouble.key in told - keys]


async def _list_unsent(ctx: UseCaseContext) -> list[Incident]:
    """Accounts through which something should have left: it waits for too long, or the account takes nothing at all.
    A failure after which there was nothing to send is no trouble."""
    takes_nothing = await ctx.uow.outages.ongoing_since(Direction.OUT)
    found = []
    for row in await ctx.uow.outbox.oldest_pending():
        outage = ctx.now - takes_nothing.get(row.account, ctx.now)
        waits = [
            since
            for since, patience in (
                (row.since, MAX_MESSAGE_DELAY),
                (row.rate_limited_since, MAX_MESSAGE_DELAY + MAX_WAIT),
            )
            if since is not None and since <= ctx.now and (ctx.now - since > patience or outage > MAX_MESSENGER_OUTAGE)
        ]
        found += [Incident("outbox", _account_title(ctx, row.account), min(waits))] if waits else []
    return found


def _account_title(ctx: UseCaseContext, account: str) -> str:
    office = ctx.municipality.bot_accounts.get(account)
    return office.title if office else account


async def report_incidents(ctx: UseCaseContext, incidents: list[Incident]) -> None:
    """Tell the administrator what has begun since the last look, and what is over."""
    for trouble in incidents:
        await notify.notify_administrator(
            ctx,
            "trouble",
            once_key=trouble.key,
            trouble=trouble.code,
            subject=trouble.subject,
            since=trouble.since.isoformat(),
        )
    keys = {trouble.key for trouble in incidents}
    for told in await list_reported(ctx.uow):
        if told.key not in keys:
            await ctx.uow.once_keys.delete(told.key)
            await notify.notify_administrator(ctx, "trouble_over", trouble=told.code, subject=told.subject)
