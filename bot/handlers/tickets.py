"""Buttons and dialog steps about one ticket: accept, hand over, dismiss, return to work, open."""

from bot.domain.answers import PublicationState
from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.dialogs import AskDismissReason, AskHandOverReason, PromptDone, PromptResult
from bot.domain.notifications.tickets import CardBelow, Dismissed, HandedOver, ReasonAdded, TermReasons, TicketHistory
from bot.domain.notifications.toasts import HandedOverToast, ToastCode
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import DismissReason, State, Step, Ticket, is_allowed
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.answers import first_word, verify_published
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import cards, notify
from bot.services.tickets import passing, search, workflow
from bot.views import citizen
from bot.views.callback_codes import Op


async def accept(ctx: UseCaseContext, press: ButtonPress) -> None:
    await workflow.accept(ctx, press.ticket_id, press.person)
    await answer_callback(ctx, press, ToastCode.ACCEPTED)


async def say_first_word(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Взять в работу и сообщить»: one press accepts, and tells the citizen where the town says anything."""
    taken = await first_word.accept(ctx, press.ticket_id, press.person)
    if not taken.can_tell:
        await first_word.skip(ctx, taken, press.person)
        await answer_callback(ctx, press, ToastCode.TAKEN_UP_SILENTLY, alert=True)
        return
    words = citizen.first_word(taken.post, taken.due, ctx.municipality.zone)
    states = await first_word.say(ctx, taken, press.person, words)
    is_manual = PublicationState.BY_PERSON in states
    await answer_callback(ctx, press, ToastCode.BY_HAND if is_manual else ToastCode.TAKEN_UP)


async def open_hand_over_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_right(ctx, press.person, Right.HAND_OVER, ticket)
    if not is_allowed(ticket.state, Step.HAND_OVER):
        raise OutdatedButton(number=ticket.id)
    await cards.open_menu(ctx, ticket, press.person, f"hand:{press.callback.page}")
    await answer_callback(ctx, press)


async def hand_over(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Hand the ticket over at once; a reason can be added afterwards."""
    ticket = await passing.hand_over(ctx, press.ticket_id, press.person, press.callback.arg)
    if ticket.state is State.TRIAGE:
        await answer_callback(ctx, press, ToastCode.PASSED_AROUND, alert=True)
        return
    sector = ctx.municipality.title_of(ticket)
    await answer_callback(ctx, press, HandedOverToast(sector=sector))
    await notify.notify(ctx, press.person, HandedOver(ticket_id=ticket.id, sector=sector), ticket=ticket)


async def ask_hand_over_reason(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_handed_over_by(ctx, ticket, press.person)
    dialog = await dialogs.start(ctx, press.person, DialogStep.HAND_OVER_REASON, ticket)
    await answer_callback(ctx, press)
    sector = ctx.municipality.title_of(ticket)
    await edit_pressed_note(ctx, press, HandedOver(ticket_id=ticket.id, sector=sector), without_buttons=True)
    await dialogs.prompt(ctx, press.person, dialog, AskHandOverReason(ticket_id=ticket.id), ticket=ticket)


async def add_hand_over_reason(ctx: UseCaseContext, message: OfficialMessage) -> None:
    reason_text = message.require_text()
    if message.dialog.ticket_id is None:
        return
    ticket = await workflow.add_hand_over_reason(ctx, message.dialog.ticket_id, message.person, reason_text)
    await dialogs.end(ctx, message.dialog)
    await notify.notify(ctx, message.person, ReasonAdded(ticket_id=ticket.id), ticket=ticket)


async def open_dismiss_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_right(ctx, press.person, Right.DISMISS, ticket)
    if not is_allowed(ticket.state, Step.DISMISS):
        raise OutdatedButton(number=ticket.id)
    await cards.open_menu(ctx, ticket, press.person, "dismiss")
    await answer_callback(ctx, press)


async def dismiss(ctx: UseCaseContext, press: ButtonPress) -> None:
    try:
        reason = DismissReason(press.callback.arg)
    except ValueError:
        raise OutdatedButton(number=press.ticket_id) from None
    if reason is DismissReason.OTHER:
        ticket = await workflow.get(ctx, press.ticket_id)
        await workflow.check_right(ctx, press.person, Right.DISMISS, ticket)
        if not is_allowed(ticket.state, Step.DISMISS):
            raise OutdatedButton(number=ticket.id)
        dialog = await dialogs.start(ctx, press.person, DialogStep.DISMISS_REASON, ticket)
        await cards.open_menu(ctx, ticket, press.person, "")
        await answer_callback(ctx, press)
        await dialogs.prompt(ctx, press.person, dialog, AskDismissReason(ticket_id=ticket.id), ticket=ticket)
        return
    await workflow.dismiss(ctx, press.ticket_id, press.person, reason)
    await answer_callback(ctx, press, ToastCode.DISMISSED)


async def dismiss_with_text(ctx: UseCaseContext, message: OfficialMessage) -> None:
    reason_text = message.require_text()
    if message.dialog.ticket_id is None:
        return
    await dialogs.end(ctx, message.dialog)
    ticket = await workflow.dismiss(ctx, message.dialog.ticket_id, message.person, DismissReason.OTHER, reason_text)
    await notify.notify(
        ctx, message.person, Dismissed(ticket_id=ticket.id), ticket=ticket, priority=Priority.INTERACTIVE
    )


async def reopen(ctx: UseCaseContext, press: ButtonPress) -> None:
    await workflow.reopen(ctx, press.ticket_id, press.person, press.callback.arg or None)
    await answer_callback(ctx, press, ToastCode.REOPENED)


async def open_reopen_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_right(ctx, press.person, Right.REOPEN, ticket)
    await cards.open_menu(ctx, ticket, press.person, f"reopen:{press.callback.page}")
    await answer_callback(ctx, press)


async def close_without_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Close a ticket whose published answer has disappeared, as no new answer is needed."""
    ticket = await verify_published.close_without_answer(ctx, press.ticket_id, press.person, press.require_number())
    await answer_callback(ctx, press, ToastCode.CLOSED)
    await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.CLOSED_UNANSWERED, number=ticket.id))


async def open_more_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    await _open_menu(ctx, press, f"more:{press.callback.page}")


async def close_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    await _open_menu(ctx, press, "")


async def _open_menu(ctx: UseCaseContext, press: ButtonPress, menu: str) -> None:
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_right(ctx, press.person, Right.SEE_TICKET, ticket)
    await cards.open_menu(ctx, ticket, press.person, menu)
    await answer_callback(ctx, press)


async def send_history(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await search.get_by_number(ctx, press.person, press.ticket_id)
    await answer_callback(ctx, press)
    await notify.notify(
        ctx, press.person, TicketHistory(ticket_id=ticket.id), ticket=ticket, priority=Priority.INTERACTIVE
    )


async def explain_term(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await search.get_by_number(ctx, press.person, press.ticket_id)
    await answer_callback(ctx, press)
    reasons = TermReasons(ticket_id=ticket.id)
    await notify.notify(ctx, press.person, reasons, ticket=ticket, priority=Priority.INTERACTIVE)


async def open_card(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await search.get_by_number(ctx, press.person, press.ticket_id)
    await answer_callback(ctx, press)
    await send_card(ctx, press.person, ticket)


async def send_card(ctx: UseCaseContext, person: Person, ticket: Ticket) -> None:
    """Send the card at the bottom of the chat; a card further up gives way to it."""
    address = ctx.reply_address(person)
    if address is None:
        return
    above = await ctx.uow.cards.get(person.id, ticket.id, address.account)
    if above is not None:
        if above.external_id is not None:
            await notify.edit_notification(
                ctx, address.account, address.chat_id, above.external_id, CardBelow(ticket_id=ticket.id)
            )
        await ctx.uow.cards.withdraw(person.id, ticket.id, address.account)
    await cards.create(ctx, ticket, person, address, at_once=True)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.ACCEPT: accept,
    Op.FIRST_WORD: say_first_word,
    Op.HAND_OVER: open_hand_over_menu,
    Op.HAND_TO: hand_over,
    Op.REASON: ask_hand_over_reason,
    Op.DISMISS: open_dismiss_menu,
    Op.DISMISS_FOR: dismiss,
    Op.REOPEN: reopen,
    Op.REOPEN_ALL: open_reopen_menu,
    Op.CLOSE_WITHOUT_ANSWER: close_without_answer,
    Op.MORE: open_more_menu,
    Op.BACK: close_menu,
    Op.HISTORY: send_history,
    Op.WHY_TERM: explain_term,
    Op.OPEN: open_card,
}


STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.HAND_OVER_REASON: add_hand_over_reason,
    DialogStep.DISMISS_REASON: dismiss_with_text,
}
