"""The question «Вопрос решён?»: once after each answer, where the rules ask it and the bot may write."""

from datetime import timedelta

from bot.domain.answers import PublicationState
from bot.domain.errors import ForeignButton, NotAuthor, OutdatedButton
from bot.domain.messages import Message
from bot.domain.notifications.base import CitizenNote
from bot.domain.notifications.solutions import SolvedQuestion
from bot.domain.outbox import Priority
from bot.domain.people import MessengerName
from bot.domain.sources import author_key, messenger_of
from bot.domain.tickets import State, Ticket
from bot.messengers.events import ButtonPressed
from bot.services.answers import publications
from bot.services.context import UseCaseContext
from bot.services.context.messages import chat_of, is_private
from bot.services.manual_posting import handout
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated
from bot.services.tickets import rules, workflow

QUESTION_KIND, QUESTION_IN_WORDS_KIND = "asked", "asked_in_words"
"""The kinds under which the sent question is found again, with buttons and without; stored."""

QUESTION_LIFETIME = timedelta(hours=1)
"""A question that could not be sent for longer is not sent: it might come at night."""

BATCH_SIZE = 100

PUBLIC_INTERVAL = timedelta(hours=1)
"""The shortest time between two questions of the bot in one public chat: its readers are not all concerned."""


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether somebody is to be asked now; nobody is in quiet hours."""
    quiet = ctx.municipality.quiet_hours.is_quiet(ctx.now)
    return not quiet and bool(await ctx.uow.solutions.list_due_questions(ctx.now, 1))


async def ask_due(ctx: UseCaseContext) -> None:
    """Ask the authors whose question is due."""
    for ticket_id in await ctx.uow.solutions.list_due_questions(ctx.now, BATCH_SIZE):
        async with isolated(ctx, "satisfaction", ticket_id):
            await _ask(ctx, await workflow.get(ctx, ticket_id))


async def _ask(ctx: UseCaseContext, ticket: Ticket) -> None:
    message = await _find_place(ctx, ticket)
    if message is None or not rules.outcome_for(ctx, ticket).satisfaction:
        await ctx.uow.solutions.update(ticket.id, ask_at=None)
        return
    if not is_private(message) and not await _claim_public_place(ctx, ticket, message):
        return
    await ctx.uow.solutions.update(ticket.id, ask_at=None, asked_at=ctx.now)
    await ctx.uow.audit_log.record("asked", ctx.now, ticket_id=ticket.id, facts={"message": message.id})
    note = SolvedQuestion(ticket_id=ticket.id, by_words=not _has_buttons(message))
    place, until = chat_of(message), ctx.now + QUESTION_LIFETIME
    await notify.notify_in_chat(
        ctx, place, message.external_id, note, Priority.BULK, ticket_id=ticket.id, expires_at=until
    )


async def _find_place(ctx: UseCaseContext, ticket: Ticket) -> Message | None:
    """Return the citizen's message under which the bot may ask; ``None`` if nothing is to be asked."""
    if ticket.state is not State.ANSWERED or ticket.anonymized_at is not None:
        return None
    for message in await publications.messages_to_answer(ctx, ticket):
        if message.deleted_at is None and await handout.decide_poster(ctx, message) is PublicationState.QUEUED:
            return message
    return None


def _has_buttons(message: Message) -> bool:
    """Return whether citizens press buttons there: in private chats, and in all chats of MAX."""
    return is_private(message) or messenger_of(message.account) == MessengerName.MAX.value


async def _claim_public_place(ctx: UseCaseContext, ticket: Ticket, message: Message) -> bool:
    """Return whether the bot may ask in this public chat now: once about a problem, and once an hour at most."""
    place = f"{message.account}:{message.chat_id}"
    if ticket.problem_id is not None:
        answer = await ctx.uow.answers.find_latest(ticket.lead_id or ticket.id)
        key = f"solved:{answer.id if answer else 0}:{place}"[:160]
        if await ctx.uow.once_keys.get(key) is not None:
            await ctx.uow.solutions.update(ticket.id, ask_at=None)
            return False
    if not await ctx.uow.floods.try_act(f"ask:{place}", 1, ctx.now):
        later = ctx.municipality.quiet_hours.defer(ctx.now + PUBLIC_INTERVAL)
        await ctx.uow.solutions.update(ticket.id, ask_at=later)
        return False
    return ticket.problem_id is None or await ctx.uow.once_keys.claim(key, ctx.now)


async def find_pressed_ticket(ctx: UseCaseContext, event: ButtonPressed, ticket_id: int) -> Ticket:
    """Return the ticket whose author pressed a button of the question; raise a refusal for every other press."""
    ticket = await ctx.uow.tickets.get(ticket_id, lock=True)
    if ticket is None or ticket.anonymized_at is not None:
        raise OutdatedButton()
    if ticket.author_key != author_key(event.chat.account, event.author.id):
        raise NotAuthor(number=ticket.id)
    sent = None
    if event.message_id is not None:
        sent = await ctx.uow.sent_messages.ticket_of(event.chat.account, event.chat.id, event.message_id)
    if sent != (ticket.id, QUESTION_KIND):
        raise ForeignButton()
    return ticket


async def close_question(ctx: UseCaseContext, ticket: Ticket, note: CitizenNote) -> None:
    """Replace the question by *note*, which has no buttons: its author has answered it."""
    for account, chat_id, message_id in await ctx.uow.sent_messages.list_for_ticket(ticket.id, QUESTION_KIND):
        if account in ctx.municipality.bot_accounts:
            await notify.edit_citizen_note(ctx, account, chat_id, message_id, note)
