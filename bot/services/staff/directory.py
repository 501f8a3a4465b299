"""The officials as the database has them: seeded once from the file, and read again after every change."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.notifications.people import ChangedPerson, PeopleDiffer
from bot.domain.people import Person, Staff
from bot.domain.people_plan import PeoplePlan, PersonField, compare, recognize
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from storage.unit_of_work import UnitOfWork

LOCK = "people"
"""The name of the lock under which people are changed."""


async def open_staff(uow: UnitOfWork, wanted: Sequence[Person]) -> Staff:
    """Return the stored officials.

    An empty database gets the people *wanted* by the file. One of release 0.1.0 keeps its own; those that the file
    knows get what 0.1.0 did not store.
    """
    await uow.lock(LOCK)
    known = await uow.staff.load()
    if known.people and known.version:
        return known
    if not await uow.staff.has_people():
        await uow.staff.add_all(wanted)
    elif not known.version:
        for index, one in recognize(known.people, wanted).items():
            own = wanted[index]
            await uow.staff.update(
                replace(one, title=own.title, stands_in=own.stands_in, systems=own.systems, digest_at=own.digest_at)
            )
        await uow.staff.mark_changed()
    return await uow.staff.load()


async def reload(ctx: UseCaseContext) -> None:
    """Read the officials again: this transaction has changed them, or has waited for another that may have."""
    staff = ctx.municipality.staff.with_people(await ctx.uow.staff.load())
    ctx.municipality = replace(ctx.municipality, staff=staff)


async def lock(ctx: UseCaseContext) -> None:
    """Wait until no other process changes people, and read them: what was read before may be outdated."""
    await ctx.uow.lock(LOCK)
    await reload(ctx)


def plan_from_file(staff: Staff, wanted: Sequence[Person]) -> PeoplePlan:
    """Return the steps to the people *wanted* by the file; a file without people wants nothing."""
    return compare(staff.people, wanted) if wanted else PeoplePlan()


async def report_difference(ctx: UseCaseContext, wanted: Sequence[Person]) -> None:
    """Tell the administrator, once per difference, that the file names other people than the database.

    The hour of the daily summary is everybody's own choice, and another than that of the file is no difference.
    """
    staff = ctx.municipality.staff
    plan = plan_from_file(replace(staff, people=_without_hours(staff.people)), _without_hours(wanted))
    if plan:
        note = PeopleDiffer(
            added=tuple(one.name for one in plan.added),
            changed=tuple(ChangedPerson(one.before.name, one.fields) for one in plan.changed),
            dismissed=tuple(one.name for one in plan.dismissed),
        )
        await notify.notify_administrator(ctx, note, once_key=f"people_differ:{_fingerprint(plan)}")


def _without_hours(people: Sequence[Person]) -> tuple[Person, ...]:
    return tuple(replace(one, digest_at=None) for one in people)


def _fingerprint(plan: PeoplePlan) -> str:
    people = (*plan.added, *(one.after for one in plan.changed), *plan.dismissed)
    values = [
        [f"{name}={sorted(map(str, value)) if isinstance(value, frozenset | tuple) else value}" for name, value in own]
        for own in ([(one.value, getattr(person, one.value)) for one in PersonField] for person in people)
    ]
    return hashlib.sha256(repr([len(plan.added), len(plan.changed), values]).encode()).hexdigest()[:16]
