"""Urgent alerts: the coordinator is notified in addition to the head, for some dangers also the duty officer."""

from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.registry import notification_of
from bot.domain.notifications.tickets import AdviceFailed, BecameUrgent, DutyAlert, UrgentNews
from bot.domain.outbox import OutboxKind, OutboxRow, Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.sources import AnswerPolicy
from bot.domain.tickets import Ticket
from bot.domain.urgency import AdviceWay, Danger
from bot.messengers.events import Chat, ChatKind
from bot.messengers.serialization import chat_from_columns
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify

_DUTY_LOCK = "duty alerts"


async def alert_watchers(
    ctx: UseCaseContext, ticket: Ticket, member_id: int | None = None, *, root: Message | None = None
) -> None:
    """Notify watchers who do not have the card. *member_id*: the member of a problem that reports the danger.

    *root* is the message that made the ticket; without it, it is read, and with it what the batch has not written yet.

    At night the notification makes a sound only if people are in danger.
    """
    if ticket.urgency is None:
        return
    root = root or await _find_root(ctx, member_id or ticket.id)
    seen = {person.id for person in await cards.recipients(ctx, ticket)}
    if ticket.urgency.needs_duty_officer:
        # Duty officers get a notification of their own, with or without the card.
        seen |= {person.id for person in await _alert_duty(ctx, ticket, root, member_id)}
    told = ctx.municipality.staff.recipients(Audience.URGENT, ticket.sector, ticket.district)
    watchers = [person for person in told if person.id not in seen]
    sector, root_id = ctx.municipality.title_of(ticket), root.id if root else None
    news = UrgentNews(ticket_id=ticket.id, sector=sector, member_id=member_id, message_id=root_id)
    await notify.notify_all(ctx, watchers, news, ticket=ticket, priority=Priority.URGENT)


async def alert_duty(ctx: UseCaseContext, ticket: Ticket, message: Message) -> None:
    """Give the duty officer *message*, about a danger, whose author the bot may not answer."""
    await _alert_duty(ctx, ticket, message, None)


async def on_advice_failed(ctx: UseCaseContext, ticket: Ticket, danger: Danger, text: str | None) -> None:
    """Tell the duty officer that the author of *ticket* does not know yet where to call."""
    root = await _find_root(ctx, ticket.id)
    sector, root_id = ctx.municipality.title_of(ticket), root.id if root else None
    note = AdviceFailed(ticket_id=ticket.id, sector=sector, message_id=root_id, danger=danger, text=text)
    await notify.notify_all(ctx, await _duty_officers(ctx), note, ticket=ticket, priority=Priority.URGENT)


async def _alert_duty(
    ctx: UseCaseContext, ticket: Ticket, message: Message | None, member_id: int | None
) -> tuple[Person, ...]:
    danger = ticket.danger
    alert = DutyAlert(
        ticket_id=ticket.id,
        sector=ctx.municipality.title_of(ticket),
        member_id=member_id,
        message_id=message.id if message is not None else None,
        danger=danger,
        advice=choose_way(ctx, message, danger) if danger and message else AdviceWay.NONE,
        text=ctx.municipality.danger_texts.get(danger) if danger else None,
    )
    officers = await _duty_officers(ctx)
    await notify.notify_all(ctx, officers, alert, ticket=ticket, priority=Priority.URGENT)
    return officers


async def _duty_officers(ctx: UseCaseContext) -> tuple[Person, ...]:
    """Return the duty officers; if none can be reached, those who take their place."""
    return await cards.next_on_ladder(ctx, (), Audience.DUTY) or ctx.municipality.staff.recipients(Audience.DUTY)


async def on_undelivered(ctx: UseCaseContext, row: OutboxRow) -> None:
    """Alert those who take the duty officers' place, if *row* was an alert for the last of these who could be reached.

    That a person has not let the bot in is often known only after the first alert.
    """
    duty = ctx.municipality.staff.recipients(Audience.DUTY)
    if row.kind is not OutboxKind.NOTE or row.person_id not in {person.id for person in duty}:
        return
    alert = notification_of(row.facts)
    ticket = await ctx.uow.tickets.get(row.ticket_id) if row.ticket_id is not None else None
    if ticket is None or not isinstance(alert, DutyAlert | AdviceFailed):
        return
    await ctx.uow.lock(_DUTY_LOCK)  # two officers may be found unreachable at once
    if any([await ctx.can_reach(person) for person in duty]):
        return
    await notify.notify_all(
        ctx, await cards.next_on_ladder(ctx, duty, Audience.DUTY), alert, ticket=ticket, priority=Priority.URGENT
    )


async def _find_root(ctx: UseCaseContext, ticket_id: int) -> Message | None:
    posts = await ctx.uow.messages.list_for_ticket(ticket_id)
    return next((post for post in posts if post.part is MessageRole.ROOT), None)


def choose_way(ctx: UseCaseContext, message: Message, danger: Danger) -> AdviceWay:
    """Return how the author of *message* may be told where to call: of suicide and violence never in public."""
    chat = _chat_of(message)
    if (chat.kind is ChatKind.PRIVATE or not danger.is_private) and _may_write(ctx, chat):
        return AdviceWay.REPLY
    # Groups and channels that write have no private chat.
    if danger.is_private and message.author_id.isdecimal() and _may_write(ctx, private_chat(message)):
        return AdviceWay.PRIVATE
    return AdviceWay.NONE


def private_chat(message: Message) -> Chat:
    """Return the private chat with the author: in every messenger it has the author's id."""
    return Chat(message.account, message.author_id, ChatKind.PRIVATE, _chat_of(message).source_id)


def _chat_of(message: Message) -> Chat:
    return chat_from_columns(message.account, message.chat_id, message.chat_kind, message.root, message.thread)


def _may_write(ctx: UseCaseContext, chat: Chat) -> bool:
    source, bot_account = ctx.municipality.configured_source(chat), ctx.municipality.bot_accounts.get(chat.account)
    may_answer = source is not None and source.answers is AnswerPolicy.BOT
    return may_answer and bot_account is not None and chat.kind in bot_account.capabilities.can_answer_in


async def on_became_urgent(ctx: UseCaseContext, ticket: Ticket, member_id: int | None = None) -> None:
    """Notify the recipients of the card, whose edit makes no sound. *member_id*: the member that reports the danger."""
    note = BecameUrgent(ticket_id=ticket.id, member_id=member_id)
    for person in await cards.recipients(ctx, ticket):
        await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.URGENT)
    await alert_watchers(ctx, ticket, member_id)
