"""Erasure of everything that is stored of a citizen, with a proof that holds none of it.

Federal law 152-ФЗ, articles 14, 20 and 21: people may demand the erasure of their data, and the town must be able to
prove it (order №179 of Roskomnadzor of 28.10.2022). Later messages of the same person are new.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from bot.domain.audit import JournalAction
from bot.domain.cards import MEDIA_KIND
from bot.domain.notifications.dialogs import PromptClosed
from bot.domain.personal_data import AccountOfOfficial, Citizen, Erasure, PersonalRows, WorkUnfinished
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import Step
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify

_KEY_BYTES = 16
_SHOWN_AGAIN = ("card", MEDIA_KIND)
"""Kinds of the bot's messages to officials that are not notes: cards are edited, photos cannot be."""


async def erase(
    ctx: UseCaseContext, citizen: Citizen, by: str, empty_note: PromptClosed, *, force: bool
) -> Erasure | None:
    """Erase the data of *citizen* and return the proof; ``None`` if nothing is stored.

    *by*: the user of the server. *empty_note* replaces the bot's notes about the tickets in officials' chats. Raises
    :class:`ErasureRefused`. With *force* open tickets are closed; one that shares a problem stays open, for the others.
    """
    await _check_is_no_official(ctx, citizen)
    found = await ctx.uow.personal_data.find(citizen)
    if found.is_empty:
        return None
    if (found.open_ticket_ids or found.waiting_update_ids) and not force:
        raise WorkUnfinished(found.open_ticket_ids, len(found.waiting_update_ids))
    if found.open_ticket_ids:
        await _close(ctx, found.open_ticket_ids)
    public_answers = await ctx.uow.personal_data.list_public_answers(found.ticket_ids)
    counts = await ctx.uow.personal_data_erasure.erase(found, ctx.now)
    cleared = await ctx.uow.personal_data_erasure.erase_audit(found)
    photos = await _empty_officials_chats(ctx, found, empty_note)
    await ctx.uow.audit_log.record_all(JournalAction.ANONYMIZED.value, ctx.now, {one: {} for one in found.ticket_ids})
    key = secrets.token_hex(_KEY_BYTES)
    account_hash = hash_account(key, citizen)
    copies = await ctx.uow.personal_data.list_copies()
    number = await ctx.uow.personal_data_erasure.add_erasure(ctx.now, by, account_hash, counts, copies)
    facts: dict[str, object] = {"by": by, "number": number}
    if cleared:
        facts["records"] = cleared  # so that the chain knows them as lawfully erased
    await ctx.uow.audit_log.record(JournalAction.PERSON_ERASED.value, ctx.now, facts=facts)
    return Erasure(number, ctx.now, by, account_hash, key, counts, copies, public_answers, photos)


async def _close(ctx: UseCaseContext, ticket_ids: Iterable[int]) -> None:
    """End the tickets that no problem holds open."""
    from bot.services.tickets import workflow  # and with it all that may follow from an act, and the event matcher

    for ticket_id in ticket_ids:
        ticket = await workflow.get(ctx, ticket_id)
        if ticket.problem_id is None:
            await workflow.transition(ctx, ticket, Step.ERASE, None, TicketChange(ended_at=ctx.now))


def hash_account(key: str, citizen: Citizen) -> str:
    """Return the keyed hash that a stored record has of *citizen*: without the key nobody can try out accounts."""
    return hmac.new(bytes.fromhex(key), citizen.key.encode(), hashlib.sha256).hexdigest()


async def _check_is_no_official(ctx: UseCaseContext, citizen: Citizen) -> None:
    owned = await ctx.uow.staff.list_accounts()
    accounts = {(one.messenger.value, one.user_id) for some in owned.values() for one in some}
    if (citizen.messenger, citizen.user_id) in accounts:
        raise AccountOfOfficial()


async def _empty_officials_chats(ctx: UseCaseContext, found: PersonalRows, empty_note: PromptClosed) -> int:
    """Show the cards again and empty the notes; return the number of photos, which no bot can take back."""
    shown = await ctx.uow.tickets.get_many([*found.ticket_ids, *found.shown_ticket_ids])
    for ticket in shown.values():
        for card in await ctx.uow.cards.list_for_ticket(ticket.id):
            await cards.refresh(ctx, ticket, card)
    sent = await ctx.uow.personal_data.list_sent_to_officials(found)
    for account, chat_id, message_id, kind, _ in sent:
        if kind not in _SHOWN_AGAIN:
            await notify.edit_notification(ctx, account, chat_id, message_id, empty_note)
    return sum(kind == MEDIA_KIND for *_, kind, _ in sent)
