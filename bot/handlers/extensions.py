"""«Продлить»: the button and the dialog step for a later deadline."""

from bot.domain.dialogs import DialogStep
from bot.domain.drafts import Wording
from bot.domain.notifications.approvals import ApprovalAwaited
from bot.domain.notifications.base import Notification
from bot.domain.notifications.extensions import AskExtension, Extended
from bot.domain.outbox import Priority
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.answers import extensions, submissions
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import cards, notify
from bot.views import citizen
from bot.views.callback_codes import Op


async def ask_extension(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Продлить»: ask for the reason and the new deadline."""
    ticket = await submissions.check_can_write(ctx, press.ticket_id, press.person, Wording.EXTENSION)
    dialog = await dialogs.start(ctx, press.person, DialogStep.EXTENSION, ticket)
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskExtension(ticket_id=ticket.id), ticket=ticket)


async def extend(ctx: UseCaseContext, message: OfficialMessage) -> None:
    person, dialog = message.person, message.dialog
    ticket = await submissions.check_can_write(ctx, dialog.ticket_id or 0, person, Wording.EXTENSION)
    reason, due = extensions.read_request(ctx, ticket, message.require_text())
    await extensions.prepare(ctx, ticket, person, reason, due)
    await dialogs.end(ctx, dialog)
    words = citizen.new_term(due, ctx.municipality.zone)
    submitted = await submissions.submit(ctx, ticket, person, Wording.EXTENSION, words, ())
    note: Notification = Extended(ticket_id=ticket.id, due=due)
    if submitted.draft is not None:
        note = ApprovalAwaited(
            ticket_id=ticket.id, approver=submitted.approver_name, text=words, kind=Wording.EXTENSION
        )
    await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.INTERACTIVE)


BUTTON_HANDLERS: ButtonHandlers = {Op.EXTEND: ask_extension}

STEP_HANDLERS: DialogStepHandlers = {DialogStep.EXTENSION: extend}
