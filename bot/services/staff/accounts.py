"""Officials' accounts: a new one is announced, a closed one loses its rights, cards, drafts and codes at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.errors import AccountGone, NotAllowed, OwnAccount
from bot.domain.notifications.citizens import AccessClosed
from bot.domain.notifications.staff import (
    AccountAdded,
    AccountEntry,
    AccountList,
    AccountRemoved,
    InvitationEntry,
)
from bot.domain.people import MessengerName, Person, Staff, StaffAccount
from bot.domain.recipients import Audience
from bot.domain.roles import Right
from bot.services.context import UseCaseContext
from bot.services.context.municipality import account_of
from bot.services.notifications import cards, notify
from bot.services.staff import access, directory


def name_of(own: StaffAccount) -> str:
    """Return «vk.3001», the account's name in notifications, button codes and the audit."""
    return f"{own.messenger.value}.{own.user_id}"


def people_with_right_to_invite(ctx: UseCaseContext) -> list[Person]:
    """Return the officials who may invite others and close their accounts."""
    return [one for one in ctx.municipality.staff.people if ctx.municipality.has_right_anywhere(one, Right.INVITE)]


async def announce(ctx: UseCaseContext, person: Person, own: StaffAccount) -> None:
    """Tell the person's other accounts and an administrator about a new account; each can press «Это не я»."""
    mine = AccountAdded(name=person.name, account=name_of(own), mine=True)
    await _notify_others(ctx, person, own, mine)
    theirs = replace(mine, mine=False)
    await notify.notify_all(ctx, _administrators_except(ctx, person), theirs)


async def _notify_others(
    ctx: UseCaseContext, person: Person, own: StaffAccount, note: AccountAdded | AccountRemoved
) -> None:
    for channel in await ctx.channels(person):
        if account_of(channel.address) != own and not channel.blocked:
            await notify.notify(ctx, person, note, to_address=channel.address)


def _administrators_except(ctx: UseCaseContext, person: Person) -> list[Person]:
    """Return who operates the bot; if that is *person* alone, the others who may close accounts."""
    operators = [one for one in ctx.municipality.staff.recipients(Audience.OPERATION) if one.id != person.id]
    return operators or [one for one in people_with_right_to_invite(ctx) if one.id != person.id]


async def get_list(ctx: UseCaseContext, person: Person, page: int = 0, asked: str = "") -> AccountList:
    """Return a page of all accounts and open codes, for somebody with the right to invite."""
    _check_may_manage(ctx, person)
    staff, joined = ctx.municipality.staff, await ctx.uow.staff.list_joined_accounts()
    entries = tuple(
        AccountEntry(one.name, name_of(own), own not in joined, _format(ctx, joined.get(own)))
        for one in staff.people
        for own in one.accounts
    )
    return AccountList(accounts=entries, invitations=await _list_invitations(ctx, staff), page=page, asked=asked)


async def _list_invitations(ctx: UseCaseContext, staff: Staff) -> tuple[InvitationEntry, ...]:
    found: dict[int, InvitationEntry] = {}
    for one in await ctx.uow.invitations.list_open(ctx.now):  # of each person, the one that lasts longest comes first
        person = staff.find_by_id(one.person_id)
        known = found.get(one.person_id)
        if known is not None:
            found[one.person_id] = known._replace(amount=known.amount + 1)
        elif person is not None:
            found[person.id] = InvitationEntry(person.id, person.name, 1, _format(ctx, one.expires_at))
    return tuple(found.values())


def _format(ctx: UseCaseContext, moment: datetime | None) -> str:
    return f"{moment.astimezone(ctx.municipality.zone):%d.%m %H:%M}" if moment is not None else ""


def _check_may_manage(ctx: UseCaseContext, person: Person) -> None:
    if not ctx.municipality.has_right_anywhere(person, Right.INVITE):
        raise NotAllowed(right=Right.INVITE.value)


async def remove(ctx: UseCaseContext, by: Person, name: str) -> None:
    """Close the account *name* («vk.3001») of an official, on an administrator's press."""
    by = await _lock_people(ctx, by)
    _check_may_manage(ctx, by)
    await _close(ctx, by, *await _find_removable(ctx, name), disowned=False)


async def _lock_people(ctx: UseCaseContext, by: Person) -> Person:
    """Wait for other changes of people, so that two administrators do not close each other; return *by* as stored."""
    await directory.lock(ctx)
    found = ctx.municipality.staff.find_by_id(by.id)
    if found is None or (ctx.origin is not None and account_of(ctx.origin) not in found.accounts):
        raise NotAllowed(right=Right.INVITE.value)
    return found


async def disown(ctx: UseCaseContext, by: Person, name: str) -> None:
    """Handle «Это не я»: close the new account *name*, for its owner's other accounts and for administrators."""
    by = await _lock_people(ctx, by)
    person, own = await _find_removable(ctx, name)
    if by.id != person.id or not await _joined_later(ctx, own):
        _check_may_manage(ctx, by)
    await _close(ctx, by, person, own, disowned=by.id == person.id)


async def _joined_later(ctx: UseCaseContext, own: StaffAccount) -> bool:
    """Return whether *own* joined after the account that acts: a thief's new one must not close the owner's."""
    acting = account_of(ctx.origin) if ctx.origin is not None else None
    joined = await ctx.uow.staff.list_joined_accounts()
    if acting is None or own not in joined:  # nobody disowns an account that the file gave to them
        return False
    if acting not in joined:
        return True
    since, other_since = joined[acting], joined[own]
    return other_since is not None and (since is None or since < other_since)


async def _find_removable(ctx: UseCaseContext, name: str) -> tuple[Person, StaffAccount]:
    messenger, _, user_id = name.partition(".")
    person = ctx.municipality.staff.find_by_account(messenger, user_id)
    if person is None:
        raise AccountGone()
    own = StaffAccount(MessengerName(messenger), user_id)
    if ctx.origin is not None and account_of(ctx.origin) == own:
        raise OwnAccount()
    return person, own


async def revoke_codes(ctx: UseCaseContext, by: Person, person_id: int) -> None:
    """Revoke a person's open codes."""
    _check_may_manage(ctx, by)
    if not await ctx.uow.invitations.revoke(person_id, ctx.now):
        raise AccountGone()
    await ctx.uow.audit_log.record("codes_revoked", ctx.now, person_id=by.id, facts={"person": person_id})


async def _close(ctx: UseCaseContext, by: Person, person: Person, own: StaffAccount, *, disowned: bool) -> None:
    await ctx.uow.staff.unlink_account(person.id, own)
    await ctx.uow.invitations.revoke(person.id, ctx.now)
    await directory.reload(ctx)
    facts = {"account": name_of(own), "person": person.id, "disowned": disowned}
    await ctx.uow.audit_log.record("account_removed", ctx.now, person_id=by.id, facts=facts)
    tickets = await access.empty_chat(ctx, person.id, own)
    for address in access.chats_of(ctx, own):
        await notify.notify_citizen(
            ctx, address.account, address.chat_id, None, AccessClosed(municipality=ctx.municipality.name)
        )
    left = ctx.municipality.staff.find_by_id(person.id) or person
    note = AccountRemoved(name=person.name, account=name_of(own), by=by.name, disowned=disowned)
    await _notify_others(ctx, left, own, note)
    await notify.notify_all(ctx, [one for one in _administrators_except(ctx, person) if one.id != by.id], note)
    await _show_to_others(ctx, tickets)


async def _show_to_others(ctx: UseCaseContext, ticket_ids: Sequence[int]) -> None:
    """Give open tickets to the person's other accounts, to a successor, or to those who are responsible now."""
    for ticket_id in dict.fromkeys(ticket_ids):
        ticket = await ctx.uow.tickets.get(ticket_id)
        if ticket is not None:
            await cards.sync(ctx, ticket)
