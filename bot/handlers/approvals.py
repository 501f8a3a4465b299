"""Buttons and the dialog step of approval: publish, return with a remark, change, show."""

from dataclasses import replace

from bot.domain.dialogs import DialogFacts, DialogStep, DraftKind
from bot.domain.drafts import DraftState, Wording
from bot.domain.errors import DraftChanged
from bot.domain.notifications.approvals import AskRemark, DraftReturnDone
from bot.domain.notifications.dialogs import DraftRestarted
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.roles import Right
from bot.handlers import extensions
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.answers import approval_requests, approvals, submissions
from bot.services.context import UseCaseContext, system_curators
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.tickets import workflow
from bot.views.callback_codes import Op, parse_pair
from bot.views.render_context import shorten

MAX_REWRITTEN_CHARS = 3500


async def approve_draft(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Согласовать», «Опубликовать»: exactly the version that the button was shown with."""
    submitted = await approvals.approve(ctx, press.ticket_id, press.person, *_draft_of(press))
    is_sent = submitted.draft is None and system_curators.system_of(ctx, submitted.ticket) is None
    await answer_callback(ctx, press, ToastCode.SENDING if is_sent else ToastCode.APPROVED)


async def approve_and_remember(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Опубликовать и запомнить»: the day that the text promises, too."""
    await approve_draft(replace(ctx, remembers_promises=True), press)


async def ask_remark(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Вернуть с замечанием»: ask for the remark."""
    draft_id, version = _draft_of(press)
    ticket, draft = await approvals.get_waiting(ctx, press.ticket_id, press.person, draft_id, version)
    facts: DialogFacts = {"draft": [draft.id, draft.version]}
    dialog = await dialogs.start(ctx, press.person, DialogStep.APPROVAL_REMARK, ticket, facts)
    await answer_callback(ctx, press)
    note = AskRemark(ticket_id=ticket.id, draft_id=draft.id, version=draft.version)
    await dialogs.prompt(ctx, press.person, dialog, note, ticket=ticket)


async def return_draft(ctx: UseCaseContext, message: OfficialMessage) -> None:
    remark, dialog = message.require_text(), message.dialog
    draft_id, version = dialog.facts["draft"]
    await dialogs.end(ctx, dialog)
    ticket = await approvals.return_draft(ctx, dialog.ticket_id or 0, message.person, draft_id, version, remark)
    note = DraftReturnDone(ticket_id=ticket.id)
    await notify.notify(ctx, message.person, note, ticket=ticket, priority=Priority.INTERACTIVE)


async def change_draft(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Изменить», «Исправить»: ask for another version; the old text stays in sight, to be copied."""
    draft_id, version = _draft_of(press)
    draft, old = await ctx.uow.drafts.get(draft_id), await ctx.uow.drafts.get_version(draft_id, version)
    if draft is None or old is None or draft.ticket_id != press.ticket_id:
        raise DraftChanged(number=press.ticket_id)
    ticket = await submissions.check_can_write(ctx, press.ticket_id, press.person, draft.kind)
    if not draft.is_open or draft.version != version:
        raise DraftChanged(number=press.ticket_id)
    if draft.kind is Wording.EXTENSION:
        await extensions.ask_extension(ctx, press)
        return
    step = DraftKind(draft.kind.value).writing_step
    dialog = await dialogs.start(ctx, press.person, step, ticket, {"base": version})
    await answer_callback(ctx, press)
    note = DraftRestarted(ticket_id=ticket.id, text=shorten(old.text, MAX_REWRITTEN_CHARS))
    await dialogs.prompt(ctx, press.person, dialog, note, ticket=ticket)


async def send_waiting_draft(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Посмотреть ответ»: show the text that waits for approval, and what this person may do with it."""
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_right(ctx, press.person, Right.SEE_TICKET, ticket)
    waiting = [one for one in await ctx.uow.drafts.list_open(ticket.id) if one.state is DraftState.WAITING]
    if not waiting:
        raise DraftChanged(number=ticket.id)
    await answer_callback(ctx, press)
    await approval_requests.send(ctx, ticket, waiting[-1], press.person)


def _draft_of(press: ButtonPress) -> tuple[int, int]:
    """Return the draft and the version in the button's argument; anything else is refused."""
    pair = parse_pair(press.callback.arg)
    if pair is None:
        raise DraftChanged(number=press.ticket_id)
    return pair


BUTTON_HANDLERS: ButtonHandlers = {
    Op.APPROVE_DRAFT: approve_draft,
    Op.APPROVE_NOTING: approve_and_remember,
    Op.RETURN_DRAFT: ask_remark,
    Op.CHANGE_DRAFT: change_draft,
    Op.SHOW_DRAFT: send_waiting_draft,
}

STEP_HANDLERS: DialogStepHandlers = {DialogStep.APPROVAL_REMARK: return_draft}
