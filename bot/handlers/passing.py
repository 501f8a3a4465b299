"""«Не наше»: whose it is and what is known, before the ticket returns to who sorts."""

from bot.domain.dialogs import DialogStep
from bot.domain.notifications.dialogs import PromptDone, PromptResult
from bot.domain.notifications.passing import AskNotOursBody, AskNotOursKnown
from bot.domain.outbox import Priority
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import cards, notify
from bot.services.tickets import passing
from bot.views.callback_codes import Op


async def ask_body(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await passing.check_can_decline(ctx, press.ticket_id, press.person)
    dialog = await dialogs.start(ctx, press.person, DialogStep.NOT_OURS_BODY, ticket)
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskNotOursBody(ticket_id=ticket.id), ticket=ticket)


async def ask_known(ctx: UseCaseContext, message: OfficialMessage) -> None:
    ticket = await passing.check_can_decline(ctx, message.dialog.ticket_id or 0, message.person)
    body = passing.check_named(ticket.id, message.require_text())
    dialog = await dialogs.advance(ctx, message.dialog, DialogStep.NOT_OURS_KNOWN, body=body)
    await dialogs.prompt(ctx, message.person, dialog, AskNotOursKnown(ticket_id=ticket.id), ticket=ticket)


async def decline(ctx: UseCaseContext, message: OfficialMessage) -> None:
    dialog = message.dialog
    known = passing.check_named(dialog.ticket_id or 0, message.require_text())
    await dialogs.end(ctx, dialog)
    ticket = await passing.decline(ctx, dialog.ticket_id or 0, message.person, dialog.facts["body"], known)
    note = PromptDone(result=PromptResult.PASSED_BACK, number=ticket.id)
    await notify.notify(ctx, message.person, note, ticket=ticket, priority=Priority.INTERACTIVE)


BUTTON_HANDLERS: ButtonHandlers = {Op.NOT_OURS: ask_body}

STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.NOT_OURS_BODY: ask_known,
    DialogStep.NOT_OURS_KNOWN: decline,
}
