"""Messages that an official forwards to the bot, and the buttons that register them."""

from bot.domain.notifications.forwards import ForwardDeclined, ForwardKnown, ForwardPreview, ForwardRegistered
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers import manual_entry, tickets
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.messengers.events import MessagePosted
from bot.services.context import UseCaseContext
from bot.services.intake import forwards
from bot.services.notifications import notify
from bot.services.tickets import search
from bot.views.callback_codes import Op


async def on_forwarded(ctx: UseCaseContext, person: Person, event: MessagePosted) -> None:
    """Show how what *event* forwards would be registered, or the ticket that it belongs to."""
    own_words = bool(event.forwards) and len(event.text) > sum(len(one.text) + 2 for one in event.forwards)
    for one in await forwards.receive(ctx, person, event):
        if one.ticket is not None:
            await _show_known(ctx, person, one.ticket.id)
            continue
        note = ForwardPreview(
            message_id=one.message.id, sent_at=one.sent_at, by_official=one.by_official, own_words=own_words
        )
        await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)


async def _show_known(ctx: UseCaseContext, person: Person, ticket_id: int) -> None:
    ticket = await search.get_by_number(ctx, person, ticket_id)
    await notify.notify(ctx, person, ForwardKnown(ticket_id=ticket.id), priority=Priority.INTERACTIVE)
    await tickets.send_card(ctx, person, ticket)


async def take(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Внести»: register it; of a colleague's message, ask first where it is from and who the applicant is."""
    message = await forwards.get_waiting(ctx, press.person, press.require_number())
    if message.ticket_id is None and forwards.is_by_official(ctx, message):
        await answer_callback(ctx, press)
        await manual_entry.start_manual_entry(ctx, press.person, message.text)
        return
    ticket = await forwards.take(ctx, press.person, message)
    await answer_callback(ctx, press)
    sector = ctx.municipality.title_of(ticket) if ticket.sector or not ctx.municipality.sectors else None
    await edit_pressed_note(ctx, press, ForwardRegistered(ticket_id=ticket.id, sector=sector))


async def decline(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Отмена»: nothing is registered."""
    await forwards.get_waiting(ctx, press.person, press.require_number())
    await answer_callback(ctx, press)
    await edit_pressed_note(ctx, press, ForwardDeclined())


BUTTON_HANDLERS: ButtonHandlers = {Op.FORWARD_TAKE: take, Op.FORWARD_DECLINE: decline}
