"""Citizens' words under an answer, or after it: thanks and talk are no tickets, «не решено» returns the ticket."""

from dataclasses import dataclass

from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.solutions import BackInWork, ReactionUnclear, SolvedConfirmed
from bot.domain.sources import AnswerPolicy, Source, author_key
from bot.domain.tickets import State, Ticket
from bot.services.answers import satisfaction, solutions
from bot.services.context import UseCaseContext
from bot.services.context.messages import has_content, is_private
from bot.services.intake.create_ticket import ANSWERED_TICKET_WINDOW
from bot.services.intake.follow_ups import attach_addition
from bot.services.intake.same_matter import is_about_other_subject
from bot.services.notifications import cards, notify
from bot.services.tickets import refine, workflow
from bot.understanding.reactions.reactions import Reaction
from bot.understanding.reading import Noise, Reading

ANSWER_KINDS = frozenset({"answer", satisfaction.QUESTION_KIND, satisfaction.QUESTION_IN_WORDS_KIND})
"""Kinds of the bot's messages that a reaction may be a reply to."""

_OPENINGS = frozenset({Noise.GREETING, Noise.COMMAND})
"""Beginnings of people who are about to write something else."""

QUIET_REACTIONS = frozenset({Reaction.THANKS, Reaction.SOLVED, Reaction.CHATTER})


@dataclass(frozen=True, slots=True)
class _Answered:
    """The answered ticket that a message is about. ``is_reply``: the message replies to the answer or the question;
    ``is_own``: its author wrote the ticket, too."""

    ticket: Ticket
    is_reply: bool
    is_own: bool = True


async def receive_reaction(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> bool:
    """Handle *message* if it says something about an answer; return whether it does.

    What is about something else, or more than that, becomes a ticket as any other message. Danger is always a matter of
    its own.
    """
    found = await _find_answered(ctx, message) if reading.danger is None else None
    if found is None or (reading.noise in _OPENINGS and not found.is_reply):
        return False
    reaction = _read(ctx, message, reading)
    if not found.is_own:
        return reaction in QUIET_REACTIONS
    return await _apply(ctx, found, message, reading, reaction, source)


async def receive_edited_reaction(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> None:
    """Handle an edit of a reaction: «спасибо» may have become «ничего не сделали»; a return is not taken back."""
    ticket = await workflow.get(ctx, message.ticket_id or 0)
    if _read(ctx, message, reading) is Reaction.UNSOLVED and solutions.can_return(ctx, ticket):
        await _return(ctx, ticket, message, reading, source)


def _read(ctx: UseCaseContext, message: Message, reading: Reading) -> Reaction:
    if not message.text and has_content(message):
        return Reaction.UNCLEAR  # a photo may show anything
    return ctx.municipality.understanding.read_reaction(message.text, reading)


async def _find_answered(ctx: UseCaseContext, message: Message) -> _Answered | None:
    author = author_key(message.account, message.author_id)
    replied = await _find_replied(ctx, message)
    if replied is not None:
        if replied.author_key == author:
            return _Answered(replied, is_reply=True)
        if replied.problem_id is None:
            return _Answered(replied, is_reply=True, is_own=False)
        own = await ctx.uow.problems.find_ticket_of(replied.problem_id, author)
        return _Answered(own or replied, is_reply=True, is_own=own is not None)
    since = ctx.now - min(ANSWERED_TICKET_WINDOW, ctx.municipality.reopen_within)
    latest = await ctx.uow.author_tickets.find_answered_in_thread(
        message.account, message.chat_id, message.thread, message.author_id, since
    )
    return _Answered(latest, is_reply=False) if latest is not None and not latest.is_open else None


async def _find_replied(ctx: UseCaseContext, message: Message) -> Ticket | None:
    """Return the ticket whose answer, or whose question «Вопрос решён?», *message* replies to."""
    if message.reply_to is None:
        return None
    place = (message.account, message.chat_id, message.reply_to)
    sent = await ctx.uow.sent_messages.ticket_of(*place)
    if sent is not None:
        return await ctx.uow.tickets.get(sent[0]) if sent[1] in ANSWER_KINDS else None
    posted = await ctx.uow.messages.find_by_external_id(*place)  # by a person
    is_answer = posted is not None and posted.part is MessageRole.STAFF and posted.ticket_id is not None
    ticket = await ctx.uow.tickets.get(posted.ticket_id or 0) if posted is not None and is_answer else None
    return ticket if ticket is not None and ticket.answered_at is not None else None


async def _apply(
    ctx: UseCaseContext, found: _Answered, message: Message, reading: Reading, reaction: Reaction, source: Source
) -> bool:
    ticket = await workflow.get(ctx, found.ticket.id)
    if reaction is Reaction.QUESTION or ticket.state is State.DISMISSED or await _is_other_matter(ctx, found, reading):
        return False
    if not found.is_reply and not is_private(message) and reaction is not Reaction.UNSOLVED:
        return False  # the author talks with the neighbours
    if ticket.is_open:
        return await _add_to_open(ctx, ticket, message, reading, reaction)
    if reaction is Reaction.UNSOLVED:
        if not solutions.can_return(ctx, ticket):
            return False
        await _return(ctx, ticket, message, reading, source)
    elif reaction is Reaction.UNCLEAR:
        if not found.is_reply or ticket.state is not State.ANSWERED:
            return False
        await _ask_post(ctx, ticket, message)
    else:
        await _record(ctx, ticket, message, reaction, source)
    return True


async def _is_other_matter(ctx: UseCaseContext, found: _Answered, reading: Reading) -> bool:
    """Return whether the words are about another place or subject.

    Words that are no reply must not even name a subject or a street that the ticket does not have.
    """
    ticket = found.ticket
    if await is_about_other_subject(ctx, ticket, reading):
        return True
    if found.is_reply:
        return False
    names_place = reading.place is not None and reading.place.street is not None and ticket.street is None
    return names_place or (reading.topic is not None and reading.topic != ticket.topic)


async def _add_to_open(
    ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading, reaction: Reaction
) -> bool:
    """Add the words to a ticket that is in work again; the post hears of all but thanks and talk."""
    if ticket.state is State.PUBLISHING:
        return False
    if reaction in QUIET_REACTIONS:
        await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.REACTION)
    else:
        await attach_addition(ctx, ticket, message, reading)
    return True


async def _return(ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading, source: Source) -> None:
    ticket = await solutions.return_to_work(ctx, ticket, message=message)
    await refine.apply_addition(ctx, ticket, reading)
    await satisfaction.close_question(ctx, ticket, BackInWork(ticket_id=ticket.id))
    if _may_answer(message, source):
        note = BackInWork(ticket_id=ticket.id)
        await notify.notify_citizen(ctx, message.account, message.chat_id, message.external_id, note)


async def _ask_post(ctx: UseCaseContext, ticket: Ticket, message: Message) -> None:
    """Let the people who answered decide what the author means."""
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.REACTION)
    await ctx.uow.audit_log.record("reaction", ctx.now, ticket_id=ticket.id, facts={"message": message.id})
    lead = await workflow.get(ctx, ticket.lead_id) if ticket.lead_id is not None else ticket
    for person in await cards.answer_owners(ctx, lead, lead.assignee_id):
        await notify.notify(ctx, person, ReactionUnclear(ticket_id=ticket.id, message_id=message.id), ticket=lead)


async def _record(ctx: UseCaseContext, ticket: Ticket, message: Message, reaction: Reaction, source: Source) -> None:
    """Record thanks, talk or «решено». Thanks alone confirm nothing, unless they answer the question."""
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.REACTION)
    solution = await ctx.uow.solutions.get(ticket.id)
    was_asked = solution.asked_at is not None and solution.solved_at is None
    if reaction is Reaction.SOLVED or (reaction is Reaction.THANKS and was_asked):
        ticket = await solutions.confirm(ctx, ticket, message)
        await satisfaction.close_question(ctx, ticket, SolvedConfirmed(ticket_id=ticket.id))
    elif reaction is Reaction.THANKS:
        await ctx.uow.audit_log.record("thanked", ctx.now, ticket_id=ticket.id, facts={"message": message.id})


def _may_answer(message: Message, source: Source) -> bool:
    return is_private(message) and source.answers is AnswerPolicy.BOT
