"""The end of access: cards, notices, drafts and lists leave a chat, with the citizens' words and phones in them."""

from collections.abc import Iterable

from bot.domain.channels import Address
from bot.domain.notifications.envelope import EditEnvelope
from bot.domain.notifications.facts import to_facts
from bot.domain.notifications.staff import AccessEnded
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person, StaffAccount
from bot.domain.roles import Right
from bot.services.context import UseCaseContext, responsibility
from bot.services.dialogs import dialogs

MAX_EMPTIED_MESSAGES = 300
"""Messages that are emptied in the chat of a closed account; the messenger takes one a second."""


def chats_of(ctx: UseCaseContext, own: StaffAccount) -> list[Address]:
    """Return the private chat with the account, where the bot's account in that messenger writes first."""
    accounts = [
        one.account
        for one in ctx.municipality.bot_accounts.values()
        if one.messenger == own.messenger.value and one.supports_private_messages
    ]
    return [Address(one, own.user_id) for one in accounts[:1]]


async def empty_chat(ctx: UseCaseContext, person_id: int, own: StaffAccount) -> list[int]:
    """Take the cards and drafts of an account away; return the tickets that it showed and that have not ended."""
    messenger, chat_id = own.messenger.value, own.user_id
    await ctx.uow.outbox.drop_for_staff(person_id, messenger, chat_id, ctx.now)
    await ctx.uow.dialogs.end_in_messenger(messenger, chat_id)
    tickets = await ctx.uow.cards.withdraw_in_chat(person_id, messenger, chat_id)
    shown = await ctx.uow.sent_messages.forget_chat(messenger, chat_id, MAX_EMPTIED_MESSAGES)
    for known in await ctx.uow.review_queue.list_review_lists():
        if known.person_id == person_id and known.chat_id == chat_id and known.account.partition(":")[0] == messenger:
            await ctx.uow.review_queue.delete_review_list(known)
            if known.external_id is not None:
                shown.append((known.account, known.external_id))
    for board in await ctx.uow.boards.list_all():
        if board.person_id == person_id and board.chat_id == chat_id and board.account.partition(":")[0] == messenger:
            await ctx.uow.boards.delete(board)
            if board.external_id is not None and (board.account, board.external_id) not in shown:
                shown.append((board.account, board.external_id))
    await _empty_messages(ctx, chat_id, shown)
    return tickets


async def empty_recalled(ctx: UseCaseContext, account: str, chat_id: str, message_ids: Iterable[str]) -> None:
    """Empty what has arrived in the chat, or was edited there, after its reader had lost access."""
    await _empty_messages(ctx, chat_id, [(account, one) for one in message_ids])


async def _empty_messages(ctx: UseCaseContext, chat_id: str, shown: Iterable[tuple[str, str]]) -> None:
    for account, message_id in shown:  # not their copies, which the person's other accounts keep
        facts = to_facts(AccessEnded(), EditEnvelope(message_id=message_id))
        draft = OutboxDraft(OutboxKind.EDIT_NOTE, account, chat_id, facts=facts, priority=Priority.NOTE)
        await ctx.uow.outbox.enqueue(draft, ctx.now)


async def hide_foreign_tickets(ctx: UseCaseContext, person: Person) -> None:
    """Take from the chats of *person* the tickets that they may not see any more, with drafts about them."""
    for address in {channel.address for channel in await ctx.channels(person)}:
        cards = await ctx.uow.cards.list_for_person(person.id, address.account, MAX_EMPTIED_MESSAGES)
        tickets = await ctx.uow.tickets.get_many([one.ticket_id for one in cards])
        foreign = [
            one.id for one in tickets.values() if not await responsibility.has_right(ctx, person, Right.SEE_TICKET, one)
        ]
        for ticket_id in foreign:
            await ctx.uow.cards.withdraw(person.id, ticket_id, address.account)
        await ctx.uow.outbox.drop_tickets_for_staff(person.id, address.account, foreign, ctx.now)
        if foreign:
            shown = await ctx.uow.sent_messages.forget_tickets(address.account, address.chat_id, foreign)
            await _empty_messages(ctx, address.chat_id, shown)
        dialog = await ctx.uow.dialogs.get(address.account, address.user_id, ctx.now, lock=True)
        if dialog is not None and dialog.ticket_id in foreign:
            await dialogs.revoke(ctx, dialog)
