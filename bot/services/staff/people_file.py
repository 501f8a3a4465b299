"""People of the file, taken over into the database by the administrator of the server."""

from bot.domain.audit import JournalAction
from bot.domain.errors import NobodyManages
from bot.domain.invitations import InvitationPurpose
from bot.domain.notifications.people import ChangedPerson, PeopleApplied
from bot.domain.notifications.staff import AccountsClosed, ClosedAccount
from bot.domain.people_plan import PeoplePlan
from bot.domain.roles import Right
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.staff import changes
from bot.services.staff.accounts import name_of


async def apply(ctx: UseCaseContext, plan: PeoplePlan, server_user: str) -> None:
    """Take all steps of *plan*, in one transaction.

    Accounts are lost before they are given: the file may pass one on. Raises
    :class:`~bot.domain.errors.NobodyManages` if nobody were left who may manage people.
    """
    was_managed = _is_managed(ctx)
    for person in plan.dismissed:
        await changes.dismiss(ctx, person, None)
    shown = [await changes.close_accounts(ctx, one.before, one.lost_accounts) for one in plan.changed]
    for one in plan.changed:
        await changes.change(ctx, one, None)
    for person in plan.added:
        await changes.add(ctx, person, None)
    await changes.follow_tickets(ctx, [ticket_id for some in shown for ticket_id in some])
    if was_managed and not _is_managed(ctx):
        raise NobodyManages()
    await _revoke_needless_codes(ctx)
    counts = {"added": len(plan.added), "changed": len(plan.changed), "dismissed": len(plan.dismissed)}
    await ctx.uow.audit_log.record(JournalAction.PEOPLE_APPLIED.value, ctx.now, facts={"by": server_user, **counts})
    await _report(ctx, plan)


def _is_managed(ctx: UseCaseContext) -> bool:
    return any(ctx.municipality.has_right_anywhere(one, Right.MANAGE_ROLES) for one in ctx.municipality.staff.people)


async def _revoke_needless_codes(ctx: UseCaseContext) -> None:
    """Revoke the codes to join of people whom the file has given an account."""
    for one in await ctx.uow.invitations.list_open(ctx.now):
        person = ctx.municipality.staff.find_by_id(one.person_id)
        if person is not None and person.accounts and one.purpose is InvitationPurpose.JOIN:
            await ctx.uow.invitations.revoke(one.person_id, ctx.now)


async def _report(ctx: UseCaseContext, plan: PeoplePlan) -> None:
    closed = [ClosedAccount(one.name, name_of(own)) for one in plan.dismissed for own in one.accounts]
    closed += [ClosedAccount(one.before.name, name_of(own)) for one in plan.changed for own in one.lost_accounts]
    if closed:
        await notify.notify_administrator(ctx, AccountsClosed(closed=tuple(closed)))
    note = PeopleApplied(
        added=tuple(one.name for one in plan.added),
        changed=tuple(ChangedPerson(one.before.name, one.fields) for one in plan.changed),
        dismissed=tuple(one.name for one in plan.dismissed),
    )
    await notify.notify_administrator(ctx, note)
