"""Invitations: officials without a known account join with a code that the administrator gives them."""

import hashlib
import re
import secrets
from dataclasses import replace

from bot.domain.errors import NotAllowed
from bot.domain.notifications.staff import NotJoined
from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.recipients import Audience
from bot.domain.roles import Right
from bot.services.context import UseCaseContext, messenger_of
from bot.services.notifications import notify

CODE_BYTES = 9
CODE_LENGTH = 12


def looks_like_code(text: str) -> bool:
    """Return whether *text* could be an invitation code: people also send it without the command."""
    return len(text) == CODE_LENGTH and re.fullmatch(r"[A-Za-z0-9_-]+", text) is not None


async def notify_not_joined(ctx: UseCaseContext) -> None:
    """Tell the people who may invite, and the coordinators, once who has not joined yet."""
    absent = [person for person in ctx.municipality.staff.people if not person.accounts]
    if not absent:
        return
    key = hashlib.sha256(",".join(str(person.id) for person in absent).encode()).hexdigest()[:16]
    if not await ctx.uow.once_keys.claim(f"absent:{key}", ctx.now):
        return
    staff = ctx.municipality.staff
    recipients = {
        person.id: person for person in staff.people if ctx.municipality.has_right_anywhere(person, Right.INVITE)
    }
    recipients |= {person.id: person for person in staff.recipients(Audience.NOT_JOINED)}
    await notify.notify_all(ctx, recipients.values(), NotJoined(names=tuple(person.name for person in absent)))


async def invite_all(ctx: UseCaseContext) -> list[tuple[str, str]]:
    """Return (name, code) of everybody without an account. A code is valid until it is used once."""
    absent = [person for person in ctx.municipality.staff.people if not person.accounts]
    return [
        (
            person.name,
            await ctx.uow.staff.get_or_create_invitation(person.id, secrets.token_urlsafe(CODE_BYTES), ctx.now),
        )
        for person in absent
    ]


async def invite_all_on_request(ctx: UseCaseContext, person: Person) -> list[tuple[str, str]]:
    """Handle ``/invite``: the same, for somebody with the right to invite."""
    if not ctx.municipality.has_right_anywhere(person, Right.INVITE):
        raise NotAllowed(right=Right.INVITE.value)
    return await invite_all(ctx)


async def accept_invitation(ctx: UseCaseContext, account: str, user_id: str, code: str) -> Person | None:
    """Link an unknown account to the official whose *code* it sent; return ``None`` for a wrong or used code."""
    person_id = await ctx.uow.staff.use_invitation(code, ctx.now)
    person = ctx.municipality.staff.find_by_id(person_id) if person_id is not None else None
    if person is None:
        return None
    staff_account = StaffAccount(MessengerName(messenger_of(account)), user_id)
    await ctx.uow.staff.link_account(person.id, staff_account)
    await ctx.uow.audit_log.record("joined", ctx.now, person_id=person.id, facts={"account": account})
    ctx.municipality = replace(ctx.municipality, staff=ctx.municipality.staff.with_account(person.id, staff_account))
    return ctx.municipality.staff.find_by_id(person.id)
