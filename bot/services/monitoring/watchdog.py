"""The auditor: what should have happened and did not. The administrator is told once when it begins and once when it
is over; ``/readyz`` of every process shows it all the while."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.channels import Way
from bot.services.context import Work
from bot.services.monitoring.inactivity import Hush
from bot.services.notifications import notify
from bot.services.reports import digest
from storage.repositories.base import LONGEST_WAIT
from storage.unit_of_work import UnitOfWork

UNPROCESSED = timedelta(minutes=1)
"""An update that came so long ago should have been handled."""

UNSENT = timedelta(minutes=10)
"""A message that was due so long ago should have left. One for which the messenger asks for patience may wait for
:data:`~storage.repositories.base.LONGEST_WAIT` more."""

UNTOLD = timedelta(minutes=2)
"""A term that ended so long ago should have its notice."""

DIGEST_LATE = timedelta(minutes=10)

SILENT = timedelta(minutes=5)
"""A messenger that has refused or not answered for so long is worth a person's look."""


TOLD = "trouble:"
"""How the keys begin of what was told and is not over."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that did not happen: a code for the words, whom it is about, since when."""

    code: str
    subject: str
    since: datetime

    @property
    def key(self) -> str:
        return f"{TOLD}{self.code}:{self.subject}"[:160]

    @classmethod
    def told(cls, key: str, since: datetime) -> "Trouble":
        """The one of this *key*."""
        code, _, subject = key.removeprefix(TOLD).partition(":")
        return cls(code, subject, since)


async def look(work: Work, failing: Mapping[str, datetime], hushes: Iterable[Hush] | None = ()) -> list[Trouble]:
    """All that is wrong now. *failing*: since when an account of ours has not answered a poll; *hushes*: what is silent
    for unusually long, ``None`` while that has not been looked at."""
    found = []
    for code, since, patience in (
        ("inbox", await work.uow.inbox.oldest_waiting(), UNPROCESSED),
        ("terms", await work.uow.times.oldest_due(), UNTOLD),
    ):
        if since is not None and work.now - since > patience:
            found.append(Trouble(code, "", since))
    found += await _unsent(work)
    due = await digest.due_since(work)
    if due is not None and work.now - due > DIGEST_LATE:
        found.append(Trouble("digest", "", due))
    found += await _silent(work, failing)
    if hushes is None:
        return [*found, *(trouble for trouble in await lasting(work.uow) if trouble.code == "hush")]
    return [*found, *(Trouble("hush", hush.title, hush.since) for hush in hushes)]


async def lasting(uow: UnitOfWork) -> list[Trouble]:
    """What was told and is not over, whichever process found it; since it was told."""
    return [Trouble.told(key, at) for key, at in (await uow.chronicle.moments(TOLD)).items()]


async def _silent(work: Work, failing: Mapping[str, datetime]) -> list[Trouble]:
    """Accounts that have not answered for too long. Of one that was told, the books know that it goes on before whoever
    leads now has waited for as long."""
    found = [Trouble("silent", _title(work, account), at) for account, at in failing.items() if work.now - at > SILENT]
    told = {trouble.key for trouble in await lasting(work.uow)}
    before = [
        Trouble("silent", _title(work, account), at)
        for account, at in (await work.uow.outages.began(Way.IN)).items()
        if account in work.centre.offices
    ]
    keys = {trouble.key for trouble in found}
    return found + [trouble for trouble in before if trouble.key in told - keys]


async def _unsent(work: Work) -> list[Trouble]:
    """Accounts through which something should have left: it waits for too long, or the account takes nothing at all.
    A failure after which there was nothing to send is no trouble."""
    takes_nothing = await work.uow.outages.began(Way.OUT)
    found = []
    for row in await work.uow.outbox.unsent():
        outage = work.now - takes_nothing.get(row.account, work.now)
        waits = [
            since
            for since, patience in ((row.since, UNSENT), (row.since_asked, UNSENT + LONGEST_WAIT))
            if since is not None and since <= work.now and (work.now - since > patience or outage > SILENT)
        ]
        found += [Trouble("outbox", _title(work, row.account), min(waits))] if waits else []
    return found


def _title(work: Work, account: str) -> str:
    office = work.centre.offices.get(account)
    return office.title if office else account


async def report(work: Work, present: list[Trouble]) -> None:
    """Tell the administrator what has begun since the last look, and what is over."""
    for trouble in present:
        await notify.tell_administrator(
            work,
            "trouble",
            once=trouble.key,
            trouble=trouble.code,
            subject=trouble.subject,
            since=trouble.since.isoformat(),
        )
    keys = {trouble.key for trouble in present}
    for told in await lasting(work.uow):
        if told.key not in keys:
            await work.uow.chronicle.forget(told.key)
            await notify.tell_administrator(work, "trouble_over", trouble=told.code, subject=told.subject)
