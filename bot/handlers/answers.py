"""Buttons and dialog steps about an answer: write, preview, send, correct, publish again, adopt."""

from dataclasses import replace

from bot.domain.answers import PublicationState
from bot.domain.dialogs import Dialog, DialogStep, DraftKind
from bot.domain.drafts import Wording, answer_kind
from bot.domain.errors import DialogEnded, EmptyAnswer, EmptyCorrection, FieldsEmpty, OutdatedButton
from bot.domain.notifications.answer_limits import AnswerWaits
from bot.domain.notifications.answers import AlreadyAnswered, AnswerLost, PublicationFailed
from bot.domain.notifications.approvals import ApprovalAwaited, DraftConflict
from bot.domain.notifications.base import Notification
from bot.domain.notifications.delegations import PartSent
from bot.domain.notifications.dialogs import (
    AskAnswer,
    AskCorrection,
    CorrectionCancelled,
    CorrectionSent,
    DialogCancelled,
    DraftCancelled,
    DraftPreview,
    DraftRestarted,
    DraftSent,
    OfferedText,
    PromptClosed,
)
from bot.domain.notifications.manual_posting import PostedByHand
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.templates import list_fields
from bot.domain.tickets import State, Ticket
from bot.handlers import clarifications
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.messengers.events import MediaKind, MessagePosted
from bot.messengers.serialization import pack_media
from bot.services.answers import (
    adopt_reply,
    answer_check,
    answer_limits,
    answers,
    corrections,
    held_answers,
    saved_drafts,
    submissions,
    templates,
)
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs, drafts
from bot.services.intake.receive import clean_text
from bot.services.manual_posting import handout
from bot.services.notifications import notify
from bot.services.tickets import call_requests, workflow
from bot.views.callback_codes import MAX_NUMBER_DIGITS, Op
from bot.views.dialogs.drafts import MAX_OFFER_CHARS
from bot.views.render_context import shorten

MAX_SENT_CHARS = 1000
MAX_REWRITTEN_CHARS = 3500

_UNSUPPORTED_MEDIA = frozenset({MediaKind.STICKER, MediaKind.OTHER})

_TOAST_BY_STATE = {
    PublicationState.QUEUED: ToastCode.SENDING,
    PublicationState.BY_PERSON: ToastCode.BY_HAND,
    PublicationState.KEPT: ToastCode.KEPT,
}
"""Toast after «Отправить»: the first entry whose state some place of publication has."""


async def ask_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Ответить», «Подготовить ответ»: show the saved draft, if there is one, or ask for the text."""
    ticket = await submissions.check_can_write(ctx, press.ticket_id, press.person, Wording.ANSWER)
    text, media = await saved_drafts.begin_text(ctx, ticket, press.person)
    dialog = await _start(ctx, press.person, DialogStep.ANSWER, ticket)
    await call_requests.request(ctx, ticket, press.person)
    await answer_callback(ctx, press)
    if text or media:
        await drafts.add_to_draft(ctx, dialog, press.person, text, media)
        return
    await dialogs.prompt(ctx, press.person, dialog, await _ask_answer_note(ctx, ticket), ticket=ticket)


async def _ask_answer_note(ctx: UseCaseContext, ticket: Ticket) -> AskAnswer:
    fitting, similar = await templates.list_offered(ctx, ticket)
    offers = [OfferedText(f"t{one.id}", one.text) for one in fitting]
    offers += [OfferedText(f"a{number}", text) for number, text in similar]
    return AskAnswer(
        ticket_id=ticket.id, offers=tuple(replace(one, text=shorten(one.text, MAX_OFFER_CHARS)) for one in offers)
    )


async def use_template(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Begin the answer with a template, or with the answer to a similar ticket."""
    source, number = press.callback.arg[:1], press.callback.arg[1:]
    dialog = await dialogs.find_current(ctx, press.person)
    if dialog is None or dialog.ticket_id != press.ticket_id or dialog.step is not DialogStep.ANSWER:
        raise DialogEnded(number=press.ticket_id)
    if not (number.isascii() and number.isdecimal() and len(number) <= MAX_NUMBER_DIGITS):
        raise OutdatedButton(number=press.ticket_id)
    ticket = await workflow.get(ctx, press.ticket_id)
    making = templates.text_for if source == "t" else templates.text_like
    text = await making(ctx, ticket, int(number))
    await answer_callback(ctx, press)
    await drafts.add_to_draft(ctx, dialog, press.person, text, (), message_id=press.callback.arg)


async def _start(ctx: UseCaseContext, person: Person, step: DialogStep, ticket: Ticket) -> Dialog:
    """Start to write; the dialog remembers which version of the saved draft its writer has seen."""
    kind = Wording(step.draft_kind.value) if step.draft_kind is not None else Wording.ANSWER
    return await dialogs.start(
        ctx, person, step, ticket, {"base": await saved_drafts.current_version(ctx, ticket, kind)}
    )


async def answer_to_card(ctx: UseCaseContext, person: Person, ticket_id: int, event: MessagePosted) -> None:
    """Treat a plain reply to a card as an answer, and show its preview at once."""
    ticket = await workflow.get(ctx, ticket_id)
    if ticket.is_problem_lead and ticket.state is State.ANSWERED:
        ticket = await answers.check_can_send_further_answer(ctx, ticket_id, person)
        await _add_to_draft(
            ctx, OfficialMessage(person, event, await _start(ctx, person, DialogStep.FOLLOW_UP, ticket))
        )
        return
    if ticket.state in (State.ANSWERED, State.PUBLISHING) and ticket.assignee_id == person.id:
        await notify.notify(ctx, person, AlreadyAnswered(ticket_id=ticket.id), ticket=ticket)
        return
    ticket = await submissions.check_can_write(ctx, ticket_id, person, Wording.ANSWER)
    dialog = await _start(ctx, person, DialogStep.ANSWER, ticket)
    await call_requests.request(ctx, ticket, person)
    await _add_to_draft(ctx, OfficialMessage(person, event, dialog))


async def _add_to_draft(ctx: UseCaseContext, message: OfficialMessage) -> None:
    files = [item for item in message.event.attachments if item.kind not in _UNSUPPORTED_MEDIA]
    text, media = clean_text(message.event.text), pack_media(files)
    if not (text or media):
        raise EmptyAnswer(number=message.dialog.ticket_id)
    event = message.event
    kind = message.dialog.step.draft_kind
    if kind is not None and not message.dialog.step.is_preview:
        submissions.check_text(ctx, message.dialog.ticket_id or 0, Wording(kind.value), text)
    if text and not media and message.dialog.step.is_preview and list_fields(message.dialog.text):
        await drafts.fill_field(ctx, message.dialog, message.person, text)
        return
    await drafts.add_to_draft(
        ctx, message.dialog, message.person, text, media, album=event.album is not None, message_id=event.message_id
    )


async def edit_draft_part(ctx: UseCaseContext, person: Person, event: MessagePosted) -> None:
    """Apply an official's edit of their own message to the draft that contains it."""
    dialog, text = await dialogs.find_current(ctx, person), clean_text(event.text)
    if dialog is not None and dialog.step.draft_kind is not None and text:
        await drafts.edit_part(ctx, dialog, person, text, event.message_id)


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
        approver = submitted.approver.name if submitted.approver is not None else None
        await answer_callback(ctx, press, ToastCode.APPROVAL_ASKED)
        note = ApprovalAwaited(ticket_id=ticket.id, approver=approver, text=text, kind=kind)
        await edit_pressed_note(ctx, press, note)
    elif kind is Wording.CORRECTION:
        await answer_callback(ctx, press, ToastCode.CORRECTING)
        await edit_pressed_note(ctx, press, CorrectionSent(ticket_id=press.ticket_id, text=text))
    else:
        await _report_sent(ctx, press, submitted.ticket, kind)


async def _is_overtaken(ctx: UseCaseContext, press: ButtonPress, ticket: Ticket, dialog: Dialog, kind: Wording) -> bool:
    """Return whether somebody else has submitted a version that this writer has not seen; keep the own text then."""
    other = await saved_drafts.find_saved(ctx, ticket, kind)
    if other is None or other.version == dialog.facts.get("base", 0):
        return False
    await answer_callback(ctx, press, ToastCode.APPROVAL_CONFLICT, alert=True)
    name = await ctx.uow.staff.find_name(other.author_id) or "коллега"
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
    """Show «Всё равно отправить» if the text tells personal data and its writer has not been asked yet."""
    ticket = await workflow.get(ctx, press.ticket_id)
    if not await answer_check.must_warn(ctx, ticket, dialog):
        return False
    pressed = press.event.message_id
    warned = await dialogs.advance(ctx, dialog, dialog.step, pressed_message_id=pressed, **answer_check.warning(dialog))
    await answer_callback(ctx, press, ToastCode.PERSONAL_DATA, alert=True)
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


async def rewrite_draft(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Изменить»: empty the draft and ask for a new text."""
    dialog = dialogs.require_current(await dialogs.find_current(ctx, press.person), press.ticket_id, press.callback.arg)
    if not dialog.step.is_preview:
        raise DialogEnded(number=press.ticket_id)
    pressed = press.event.message_id
    fresh = await drafts.restart_draft(ctx, dialog, pressed_message_id=pressed)
    await answer_callback(ctx, press)
    note = DraftRestarted(ticket_id=press.ticket_id, text=shorten(dialog.text, MAX_REWRITTEN_CHARS))
    if pressed is None:
        await dialogs.prompt(ctx, press.person, fresh, note)
        return
    await edit_pressed_note(ctx, press, note, prompt_user_id=fresh.user_id)
    await dialogs.on_prompt_delivered(ctx, fresh, pressed, note)


async def cancel_dialog(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Отмена» in any dialog; «Нет» under the offer to adopt a colleague's reply."""
    if press.callback.arg == "no":
        await answer_callback(ctx, press)
        await edit_pressed_note(ctx, press, PromptClosed(text=f"Хорошо, №{press.ticket_id} остаётся без ответа."))
        return
    dialog = await dialogs.find_current(ctx, press.person)
    # «Отмена» buttons of release 0.1.0 carry no version.
    dialog = dialogs.require_current(
        dialog, press.ticket_id, press.callback.arg or str(dialog.version if dialog else "")
    )
    await dialogs.end(ctx, dialog, pressed_message_id=press.event.message_id)
    await answer_callback(ctx, press, ToastCode.CANCELLED)
    await edit_pressed_note(ctx, press, _cancelled_note(dialog.step.draft_kind))


def _cancelled_note(kind: DraftKind | None) -> Notification:
    if kind is None:
        return DialogCancelled()
    return CorrectionCancelled() if kind is DraftKind.CORRECTION else DraftCancelled()


async def ask_correction(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket, answer = await corrections.check_can_correct(ctx, press.ticket_id, press.person)
    dialog = await _start(ctx, press.person, DialogStep.CORRECTION, ticket)
    await answer_callback(ctx, press)
    await dialogs.prompt(
        ctx, press.person, dialog, AskCorrection(ticket_id=ticket.id, answer_id=answer.id), ticket=ticket
    )


async def draft_correction(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Draft a correction; only the text of a published answer can change, and the message sent last counts."""
    text = clean_text(message.event.text)
    if not text:
        raise EmptyCorrection(number=message.dialog.ticket_id)
    await drafts.add_to_draft(
        ctx, drafts.without_draft(message.dialog), message.person, text, (), message_id=message.event.message_id
    )


async def confirm_manual_post(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await answers.confirm_manual_post(ctx, press.ticket_id, press.person, press.require_number())
    await answer_callback(ctx, press, ToastCode.THANKS)
    pressed = await ctx.uow.sent_messages.ticket_of(
        press.event.chat.account, press.event.chat.id, press.event.message_id or ""
    )
    if pressed is not None and pressed[1] == "note":  # a note of release 0.1.0; handout edits newer ones
        await edit_pressed_note(ctx, press, PostedByHand(ticket_id=ticket.id))


async def retry_publication(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Publish a failed or removed answer once more.

    The same text goes through the preview; an answer to a problem is resent at once to all it did not reach.
    """
    if (await workflow.get(ctx, press.ticket_id)).is_problem_lead:
        lead = await answers.resend_failed(ctx, press.ticket_id, press.person, press.require_number())
        await answer_callback(ctx, press, ToastCode.SENDING)
        await edit_pressed_note(ctx, press, PromptClosed(text=f"🔁 Ответ на проблему №{lead.id} отправляется ещё раз."))
        return
    ticket, answer, publication = await answers.check_can_retry(
        ctx, press.ticket_id, press.person, press.require_number()
    )
    dialog = await _start(ctx, press.person, DialogStep.ANSWER, ticket)
    await drafts.add_to_draft(ctx, dialog, press.person, answer.text, answer.media)
    await answer_callback(ctx, press)
    note: Notification
    if publication.state is PublicationState.REMOVED:
        reason = publication.error or "gone"
        note = AnswerLost(ticket_id=ticket.id, publication_id=publication.id, reason=reason, returned_to_work=True)
    else:
        reason = publication.error or ""
        note = PublicationFailed(
            ticket_id=ticket.id, publication_id=publication.id, reason=reason, returned_to_work=True
        )
    await edit_pressed_note(ctx, press, note, without_buttons=True)


async def publish_held_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Publish an answer that was held after a restore."""
    ticket = await held_answers.publish(ctx, press.ticket_id, press.person, press.require_number())
    await answer_callback(ctx, press, ToastCode.SENDING)
    await edit_pressed_note(ctx, press, PromptClosed(text=f"📤 Ответ на №{ticket.id} отправляется."))


async def decline_held_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Leave an answer unpublished that was held after a restore."""
    ticket = await held_answers.decline(ctx, press.ticket_id, press.person, press.require_number())
    await answer_callback(ctx, press, ToastCode.NOTED)
    rest = "Сообщение остаётся у вас в работе." if ticket.is_open else "Сообщение остаётся отвеченным."
    await edit_pressed_note(ctx, press, PromptClosed(text=f"Ответ на №{ticket.id} не публикуется. {rest}"))


async def adopt_reply_as_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Take a colleague's reply in the chat as the answer."""
    submitted = await adopt_reply.adopt_reply(ctx, press.ticket_id, press.person, press.require_number())
    text = f"✅ №{press.ticket_id}: ответом считается сообщение в чате."
    if submitted.draft is not None:
        name = submitted.approver.name if submitted.approver is not None else "пока некому"
        text = f"📨 №{press.ticket_id}: сообщение в чате отправлено на согласование. Согласует: {name}."
    await answer_callback(ctx, press, ToastCode.THANKS)
    await edit_pressed_note(ctx, press, PromptClosed(text=text))


BUTTON_HANDLERS: ButtonHandlers = {
    Op.ANSWER: ask_answer,
    Op.TEMPLATE_USE: use_template,
    Op.SEND: send_draft,
    Op.CHANGE: rewrite_draft,
    Op.CANCEL: cancel_dialog,
    Op.CORRECT: ask_correction,
    Op.POSTED: confirm_manual_post,
    Op.RETRY: retry_publication,
    Op.PUBLISH_HELD: publish_held_answer,
    Op.DECLINE_HELD: decline_held_answer,
    Op.ADOPT: adopt_reply_as_answer,
}


STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.ANSWER: _add_to_draft,
    DialogStep.ANSWER_PREVIEW: _add_to_draft,
    DialogStep.QUESTION: _add_to_draft,
    DialogStep.QUESTION_PREVIEW: _add_to_draft,
    DialogStep.INTERIM: _add_to_draft,
    DialogStep.INTERIM_PREVIEW: _add_to_draft,
    DialogStep.REFERRAL: _add_to_draft,
    DialogStep.REFERRAL_PREVIEW: _add_to_draft,
    DialogStep.FOLLOW_UP: _add_to_draft,
    DialogStep.FOLLOW_UP_PREVIEW: _add_to_draft,
    DialogStep.CORRECTION: draft_correction,
    DialogStep.CORRECTION_PREVIEW: draft_correction,
}
