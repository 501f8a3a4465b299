"""The button «Отправить» under a preview: publication, approval, or the reason why not yet."""

from dataclasses import replace

from bot.domain.answer_marks import MarkKind
from bot.domain.answers import PublicationState
from bot.domain.dialogs import Dialog, DraftKind
from bot.domain.drafts import Wording, answer_kind
from bot.domain.errors import DialogEnded, FieldsEmpty, OutdatedButton
from bot.domain.notifications.answer_limits import AnswerWaits
from bot.domain.notifications.approvals import ApprovalAwaited, DraftConflict
from bot.domain.notifications.delegations import PartSent
from bot.domain.notifications.dialogs import (
    CorrectionSent,
    DraftPreview,
    DraftSent,
)
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.templates import list_fields
from bot.domain.tickets import Ticket
from bot.handlers import clarifications
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.answers import (
    answer_check,
    answer_limits,
    saved_drafts,
    submissions,
)
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs, drafts
from bot.services.manual_posting import handout
from bot.services.notifications import notify
from bot.services.tickets import workflow
from bot.views.callback_codes import Op
from bot.views.render_context import shorten
from bot.views.role_titles import SOME_COLLEAGUE

MAX_SENT_CHARS = 1000

_TOAST_BY_STATE = {
    PublicationState.QUEUED: ToastCode.SENDING,
    PublicationState.BY_PERSON: ToastCode.BY_HAND,
    PublicationState.KEPT: ToastCode.KEPT,
}
"""Toast after «Отправить»: the first entry whose state some place of publication has."""


async def send_draft(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Отправить» (or «Опубликовать исправление») under a preview: publish the draft."""
    dialog = dialogs.require_current(await dialogs.find_current(ctx, press.person), press.ticket_id, press.callback.arg)
    if not dialog.step.is_preview:
        raise DialogEnded(number=press.ticket_id)
    kind = Wording(dialog.step.draft_kind.value) if dialog.step.draft_kind is not None else Wording.ANSWER
    if fields := list_fields(dialog.text):
        raise FieldsEmpty(number=press.ticket_id, name=", ".join(dict.fromkeys(fields)))
    ticket = await submissions.check_can_write(ctx, press.ticket_id, press.person, kind)
    if await _is_overtaken(ctx, press, ticket, dialog, kind) or await _is_warned(ctx, press, dialog):
        return
    if kind is Wording.REFERRAL:
        await clarifications.prepare_referral(ctx, press, dialog.facts)
    await dialogs.end(ctx, dialog, pressed_message_id=press.event.message_id)
    if kind is not Wording.CORRECTION and await _is_limited(ctx, press, ticket, dialog):
        return
    submitted = await submissions.submit(ctx, ticket, press.person, kind, dialog.text, dialog.media)
    text = shorten(dialog.text, MAX_SENT_CHARS)
    if submitted.is_part:
        await answer_callback(ctx, press, ToastCode.PART_SENT)
        await edit_pressed_note(ctx, press, PartSent(ticket_id=ticket.id, text=text))
    elif submitted.draft is not None:
        await answer_callback(ctx, press, ToastCode.APPROVAL_ASKED)
        note = ApprovalAwaited(ticket_id=ticket.id, approver=submitted.approver_name, text=text, kind=kind)
        await edit_pressed_note(ctx, press, note)
    elif kind is Wording.CORRECTION:
        await answer_callback(ctx, press, ToastCode.CORRECTING)
        await edit_pressed_note(ctx, press, CorrectionSent(ticket_id=press.ticket_id, text=text))
    else:
        await _report_sent(ctx, press, submitted.ticket, kind)


async def send_and_remember(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«… и запомнить»: send the draft, and remember the day that it promises."""
    await send_draft(replace(ctx, remembers_promises=True), press)


WARNINGS = {
    MarkKind.PERSONAL_DATA: ToastCode.PERSONAL_DATA,
    MarkKind.LATE_PROMISE: ToastCode.LATE_PROMISE,
}
"""By the mark that asks to confirm, the toast that says why."""


async def _is_overtaken(ctx: UseCaseContext, press: ButtonPress, ticket: Ticket, dialog: Dialog, kind: Wording) -> bool:
    """Return whether somebody else has submitted a version that this writer has not seen; keep the own text then."""
    other = await saved_drafts.find_saved(ctx, ticket, kind)
    if other is None or other.version == dialog.facts.get("base", 0):
        return False
    await answer_callback(ctx, press, ToastCode.APPROVAL_CONFLICT, alert=True)
    name = await ctx.uow.staff.find_name(other.author_id) or SOME_COLLEAGUE
    await notify.notify(
        ctx,
        press.person,
        DraftConflict(ticket_id=ticket.id, name=name, text=shorten(other.text, MAX_SENT_CHARS)),
        ticket=ticket,
        priority=Priority.INTERACTIVE,
    )
    await drafts.rebase(ctx, dialog, press.person, other.version)
    return True


async def _is_warned(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog) -> bool:
    """Show «Всё равно отправить» if the text has a mark that asks for it and its writer has not been asked yet."""
    kind = await answer_check.find_warning(ctx, await workflow.get(ctx, press.ticket_id), dialog)
    if kind is None:
        return False
    pressed = press.event.message_id
    warned = await dialogs.advance(ctx, dialog, dialog.step, pressed_message_id=pressed, **answer_check.warning(dialog))
    await answer_callback(ctx, press, WARNINGS[kind], alert=True)
    note = DraftPreview(ticket_id=press.ticket_id)
    if pressed is None:
        await dialogs.prompt(ctx, press.person, warned, note)
    else:
        await edit_pressed_note(ctx, press, note, prompt_user_id=warned.user_id)
        await dialogs.on_prompt_delivered(ctx, warned, pressed, note)
    return True


async def _is_limited(ctx: UseCaseContext, press: ButtonPress, ticket: Ticket, dialog: Dialog) -> bool:
    """Hold the answer and say so if it is over a limit of the municipality."""
    kind = dialog.step.draft_kind or DraftKind.ANSWER
    held = await answer_limits.hold_if_over(ctx, ticket, press.person, kind, dialog.text, dialog.media)
    if held is None:
        return False
    await answer_callback(ctx, press, ToastCode.ANSWER_LIMITED)
    text = shorten(dialog.text, MAX_SENT_CHARS)
    await edit_pressed_note(ctx, press, AnswerWaits(ticket_id=ticket.id, reason=held.reason, text=text))
    return True


async def _report_sent(ctx: UseCaseContext, press: ButtonPress, ticket: Ticket, kind: Wording) -> None:
    """Show in a toast what happens to the answer, and turn the preview into a note of its status."""
    answer = await ctx.uow.answers.find_latest(ticket.id, answer_kind(kind))
    if answer is None:
        raise OutdatedButton(number=ticket.id)
    states = await ctx.uow.answers.count_by_state(answer.id)
    toasts = (toast for state, toast in _TOAST_BY_STATE.items() if state in states)
    await answer_callback(ctx, press, next(toasts, ToastCode.NOTED))
    await edit_pressed_note(ctx, press, DraftSent(ticket_id=ticket.id, answer_id=answer.id))
    chat, pressed = press.event.chat, press.event.message_id
    if pressed is not None:
        await handout.track_status_note(ctx, ticket, answer, chat.account, chat.id, pressed)


BUTTON_HANDLERS: ButtonHandlers = {Op.SEND: send_draft, Op.SEND_NOTING: send_and_remember}
