"""Invitations: officials join, or connect one more messenger, with a code that is valid once and for a limited time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import NotAllowed
from bot.domain.invitations import InvitationPurpose, OpenInvitation, new_code
from bot.domain.notifications.administrator import OldCodesVoid, WrongCodes
from bot.domain.notifications.staff import Invitation, InvitationList, NotJoined, StartLink
from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.recipients import Audience
from bot.domain.roles import Right
from bot.domain.sources import messenger_of
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.staff import accounts, directory

WRONG_CODE_WINDOW = timedelta(hours=1)

MAX_WRONG_PER_ACCOUNT = 5
"""Wrong codes within :data:`WRONG_CODE_WINDOW` after which an account must wait; a typing error needs two or three."""

MANY_WRONG_OVERALL = 50
"""Wrong codes of all accounts within the window of which the administrator is told. There is no pause for everybody:
anyone with ten accounts could keep officials from joining, and no number of tries is near the 2^60 codes."""


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A code that was not accepted; until ``paused_until`` no code of this account is looked at."""

    paused_until: datetime | None = None


async def notify_not_joined(ctx: UseCaseContext) -> None:
    """Tell the people who may invite, and the coordinators, once who has not joined yet."""
    absent = _list_absent(ctx)
    if not absent:
        return
    key = hashlib.sha256(",".join(str(person.id) for person in absent).encode()).hexdigest()[:16]
    if not await ctx.uow.once_keys.claim(f"absent:{key}", ctx.now):
        return
    recipients = {person.id: person for person in accounts.people_with_right_to_invite(ctx)}
    recipients |= {person.id: person for person in ctx.municipality.staff.recipients(Audience.NOT_JOINED)}
    await notify.notify_all(ctx, recipients.values(), NotJoined(names=tuple(person.name for person in absent)))


async def revoke_old_codes(ctx: UseCaseContext) -> None:
    """Tell the administrator that the codes of release 0.1.0, which had no term, are not valid any more."""
    names = await ctx.uow.invitations.revoke_old(ctx.now)
    if names:
        await notify.notify_administrator(ctx, OldCodesVoid(names=tuple(names)))


async def invite_all(ctx: UseCaseContext, by: Person | None = None) -> list[tuple[str, str]]:
    """Return (name, code) of everybody without an account; codes issued before stay valid for their term."""
    return [(person.name, await _issue(ctx, person, InvitationPurpose.JOIN, by)) for person in _list_absent(ctx)]


async def invite_all_on_request(ctx: UseCaseContext, person: Person) -> list[tuple[str, str]]:
    """Handle ``/invite``: the same, for somebody with the right to invite."""
    if not ctx.municipality.has_right_anywhere(person, Right.INVITE):
        raise NotAllowed(right=Right.INVITE.value)
    return await invite_all(ctx, person)


async def create_connect_code(ctx: UseCaseContext, person: Person) -> str:
    """Return a code with which *person* joins from another messenger; it replaces the one asked for before."""
    await ctx.uow.invitations.revoke(person.id, ctx.now, InvitationPurpose.CONNECT)
    return await _issue(ctx, person, InvitationPurpose.CONNECT, person)


async def create_join_code(ctx: UseCaseContext, person: Person, by: Person) -> str:
    """Return a code with which *person*, who has no account, joins; it replaces those issued before."""
    await ctx.uow.invitations.revoke(person.id, ctx.now, InvitationPurpose.JOIN)
    return await _issue(ctx, person, InvitationPurpose.JOIN, by)


def describe(ctx: UseCaseContext, invited: Sequence[tuple[str, str]]) -> InvitationList:
    """Return the message with the codes of *invited* people and the links that open the bot with them."""
    links = tuple(
        StartLink(one.title, one.start_link) for one in ctx.municipality.bot_accounts.values() if one.start_link
    )
    valid = ctx.municipality.invitation_term.in_russian()
    return InvitationList(invitations=tuple(Invitation(*one) for one in invited), links=links, valid=valid)


def _list_absent(ctx: UseCaseContext) -> list[Person]:
    return [person for person in ctx.municipality.staff.people if not person.accounts]


async def _issue(ctx: UseCaseContext, person: Person, purpose: InvitationPurpose, by: Person | None) -> str:
    code = new_code()
    wanted = OpenInvitation(person.id, purpose, ctx.now + ctx.municipality.invitation_term.to_timedelta())
    issuer = by.id if by is not None else None  # None: the command line
    await ctx.uow.invitations.add(code, wanted, ctx.now, issued_by=issuer)
    facts = {"purpose": purpose.value, "person": person.id}
    await ctx.uow.audit_log.record("invited", ctx.now, person_id=issuer, facts=facts)
    return code


async def accept_invitation(ctx: UseCaseContext, account: str, user_id: str, code: str) -> Person | CodeRefused:
    """Link an unknown account to the official whose *code* it sent; count a code that does not fit."""
    own = StaffAccount(MessengerName(messenger_of(account)), user_id)
    await ctx.uow.lock("invitation codes", directory.LOCK)
    await directory.reload(ctx)
    paused_until = await _find_pause(ctx, own)
    if paused_until is not None:
        return CodeRefused(paused_until)
    used = await ctx.uow.invitations.use(code, ctx.now)
    person = ctx.municipality.staff.find_by_id(used.person_id) if used is not None else None
    if used is None or person is None:
        await ctx.uow.invitations.add_wrong_code(own, ctx.now)
        await ctx.uow.audit_log.record("wrong_code", ctx.now, facts={"account": accounts.name_of(own)})
        await _report_wrong_codes(ctx, own)
        return CodeRefused()
    await ctx.uow.invitations.revoke(person.id, ctx.now, used.purpose)
    await ctx.uow.staff.link_account(person.id, own, ctx.now)
    facts = {"account": account, "user": user_id, "purpose": used.purpose.value}
    await ctx.uow.audit_log.record("joined", ctx.now, person_id=person.id, facts=facts)
    await directory.reload(ctx)
    joined = ctx.municipality.staff.find_by_id(person.id) or person
    await accounts.announce(ctx, joined, own)
    return joined


async def _find_pause(ctx: UseCaseContext, own: StaffAccount) -> datetime | None:
    """Return the end of the pause in which no code is looked at; codes sent during a pause do not prolong it."""
    wrong = await ctx.uow.invitations.list_wrong_codes(ctx.now - WRONG_CODE_WINDOW)
    by_account = [at for sender, at in wrong if sender == own]
    if len(by_account) >= MAX_WRONG_PER_ACCOUNT:
        return by_account[MAX_WRONG_PER_ACCOUNT - 1] + WRONG_CODE_WINDOW
    return None


async def _report_wrong_codes(ctx: UseCaseContext, own: StaffAccount) -> None:
    """Tell the administrator, once a day, that codes are being guessed."""
    wrong = await ctx.uow.invitations.list_wrong_codes(ctx.now - WRONG_CODE_WINDOW)
    day, name = ctx.now.date().isoformat(), accounts.name_of(own)
    by_account = sum(sender == own for sender, _ in wrong)
    if by_account >= MAX_WRONG_PER_ACCOUNT:
        note = WrongCodes(account=name, tries=by_account)
        await notify.notify_administrator(ctx, note, once_key=f"codes:{name}:{day}")
    if len(wrong) >= MANY_WRONG_OVERALL:
        note = WrongCodes(account=None, tries=len(wrong))
        await notify.notify_administrator(ctx, note, once_key=f"codes:all:{day}")
