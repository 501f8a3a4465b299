"""Buttons and dialog steps with which an answer is written: draft, change, cancel, correct."""

from dataclasses import replace

from bot.domain.dialogs import Dialog, DialogStep, DraftKind
from bot.domain.drafts import Wording
from bot.domain.errors import DialogEnded, EmptyAnswer, EmptyCorrection, OutdatedButton
from bot.domain.notifications.answers import AlreadyAnswered
from bot.domain.notifications.base import Notification
from bot.domain.notifications.dialogs import (
    AskAnswer,
    AskCorrection,
    CorrectionCancelled,
    DialogCancelled,
    DraftCancelled,
    DraftRestarted,
    OfferedText,
    PromptDone,
    PromptResult,
)
from bot.domain.notifications.toasts import ToastCode
from bot.domain.people import Person
from bot.domain.templates import list_fields
from bot.domain.tickets import State, Ticket
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.messengers.events import MediaKind, MessagePosted
from bot.messengers.serialization import pack_media
from bot.services.answers import answers, corrections, saved_drafts, submissions, templates
from bot.services.context import UseCaseContext
from bot.services.context.messages import clean_text
from bot.services.dialogs import dialogs, drafts
from bot.services.notifications import notify
from bot.services.tickets import call_requests, workflow
from bot.views.callback_codes import MAX_NUMBER_DIGITS, Op
from bot.views.dialogs.drafts import MAX_OFFER_CHARS
from bot.views.render_context import shorten

MAX_REWRITTEN_CHARS = 3500

_UNSUPPORTED_MEDIA = frozenset({MediaKind.STICKER, MediaKind.OTHER})


async def ask_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Ответить», «Подготовить ответ»: show the saved draft, if there is one, or ask for the text."""
    ticket = await submissions.check_can_write(ctx, press.ticket_id, press.person, Wording.ANSWER)
    text, media = await saved_drafts.begin_text(ctx, ticket, press.person)
    dialog = await start_writing(ctx, press.person, DialogStep.ANSWER, ticket)
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


async def start_writing(ctx: UseCaseContext, person: Person, step: DialogStep, ticket: Ticket) -> Dialog:
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
            ctx, OfficialMessage(person, event, await start_writing(ctx, person, DialogStep.FOLLOW_UP, ticket))
        )
        return
    if ticket.state in (State.ANSWERED, State.PUBLISHING) and ticket.assignee_id == person.id:
        await notify.notify(ctx, person, AlreadyAnswered(ticket_id=ticket.id), ticket=ticket)
        return
    ticket = await submissions.check_can_write(ctx, ticket_id, person, Wording.ANSWER)
    dialog = await start_writing(ctx, person, DialogStep.ANSWER, ticket)
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
        await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.REPLY_IGNORED, number=press.ticket_id))
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
    dialog = await start_writing(ctx, press.person, DialogStep.CORRECTION, ticket)
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


BUTTON_HANDLERS: ButtonHandlers = {
    Op.ANSWER: ask_answer,
    Op.TEMPLATE_USE: use_template,
    Op.CHANGE: rewrite_draft,
    Op.CANCEL: cancel_dialog,
    Op.CORRECT: ask_correction,
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
