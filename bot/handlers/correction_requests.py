"""«Запрос на исправление», «Исправлено», and what who has asked makes of it."""

from bot.domain.dialogs import Dialog, DialogStep
from bot.domain.inquiries import InquiryKind
from bot.domain.notifications.correction_requests import AskCorrectionRequest, CorrectionDone, CorrectionRequested
from bot.domain.notifications.toasts import ToastCode
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.handlers.inquiries import read_question
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext, responsibility
from bot.services.dialogs import dialogs
from bot.services.notifications import cards
from bot.services.tickets import correction_requests, inquiries, workflow
from bot.views.callback_codes import Op


async def ask_request(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Запрос на исправление»: ask what is to be mended, until when."""
    ticket = await correction_requests.check_can_ask(ctx, press.ticket_id, press.person)
    dialog = await dialogs.start(ctx, press.person, DialogStep.CORRECTION_REQUEST, ticket)
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    await _prompt(ctx, press.person, dialog, ticket)


async def _prompt(ctx: UseCaseContext, person: Person, dialog: Dialog, ticket: Ticket) -> None:
    post = responsibility.responsibility_for(ctx, ticket).post.title
    due_at = inquiries.usual_due(ctx, InquiryKind.CORRECTION)
    note = AskCorrectionRequest(ticket_id=ticket.id, post=post, due_at=due_at)
    await dialogs.prompt(ctx, person, dialog, note, ticket=ticket)


async def send_request(ctx: UseCaseContext, message: OfficialMessage) -> None:
    question, due_at = read_question(ctx, message)
    await correction_requests.ask(ctx, message.dialog.ticket_id or 0, message.person, question, due_at)
    await dialogs.end(ctx, message.dialog)


async def set_done(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Исправлено»: under the request, or in the menu of the card."""
    number = press.callback.number
    found = await correction_requests.set_done(ctx, press.ticket_id, press.person, number)
    await answer_callback(ctx, press, ToastCode.CORRECTED)
    if number is None:
        await cards.open_menu(ctx, await workflow.get(ctx, press.ticket_id), press.person, "")
    else:
        await edit_pressed_note(ctx, press, CorrectionRequested(ticket_id=press.ticket_id, inquiry_id=found.id))


async def accept(ctx: UseCaseContext, press: ButtonPress) -> None:
    inquiry_id = press.require_number()
    await correction_requests.accept(ctx, press.ticket_id, press.person, inquiry_id)
    await answer_callback(ctx, press, ToastCode.CORRECTION_ACCEPTED)
    await edit_pressed_note(ctx, press, CorrectionDone(ticket_id=press.ticket_id, inquiry_id=inquiry_id))


async def ask_remark(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Вернуть»: ask what is still wrong."""
    ticket, found = await correction_requests.get_done(ctx, press.ticket_id, press.person, press.require_number())
    dialog = await dialogs.start(ctx, press.person, DialogStep.CORRECTION_RETURN, ticket)
    dialog = await dialogs.advance(ctx, dialog, DialogStep.CORRECTION_RETURN, inquiry=found.id)
    await answer_callback(ctx, press)
    await _prompt(ctx, press.person, dialog, ticket)


async def give_back(ctx: UseCaseContext, message: OfficialMessage) -> None:
    question, due_at = read_question(ctx, message)
    ticket_id, inquiry_id = message.dialog.ticket_id or 0, int(message.dialog.facts["inquiry"])
    await correction_requests.give_back(ctx, ticket_id, message.person, inquiry_id, question, due_at)
    await dialogs.end(ctx, message.dialog)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.REQUEST_CORRECTION: ask_request,
    Op.CORRECTED: set_done,
    Op.ACCEPT_CORRECTION: accept,
    Op.RETURN_CORRECTION: ask_remark,
}

STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.CORRECTION_REQUEST: send_request,
    DialogStep.CORRECTION_RETURN: give_back,
}
