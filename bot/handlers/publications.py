"""Buttons under notes about the publication of an answer: posted by hand, again, held, adopted."""

from bot.domain.answers import PublicationState
from bot.domain.dialogs import DialogStep
from bot.domain.notifications.answers import AnswerLost, PublicationFailed
from bot.domain.notifications.base import Notification
from bot.domain.notifications.dialogs import (
    PromptDone,
    PromptResult,
)
from bot.domain.notifications.manual_posting import PostedByHand
from bot.domain.notifications.toasts import ToastCode
from bot.handlers.answers import start_writing
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.answers import (
    adopt_reply,
    answers,
    held_answers,
)
from bot.services.context import UseCaseContext
from bot.services.dialogs import drafts
from bot.services.tickets import workflow
from bot.views.callback_codes import Op


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
        await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.ANSWER_RESENT, number=lead.id))
        return
    ticket, answer, publication = await answers.check_can_retry(
        ctx, press.ticket_id, press.person, press.require_number()
    )
    dialog = await start_writing(ctx, press.person, DialogStep.ANSWER, ticket)
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
    await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.ANSWER_RELEASED, number=ticket.id))


async def decline_held_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Leave an answer unpublished that was held after a restore."""
    ticket = await held_answers.decline(ctx, press.ticket_id, press.person, press.require_number())
    await answer_callback(ctx, press, ToastCode.NOTED)
    result = PromptResult.ANSWER_WITHHELD if ticket.is_open else PromptResult.ANSWER_WITHHELD_LATER
    await edit_pressed_note(ctx, press, PromptDone(result=result, number=ticket.id))


async def adopt_reply_as_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Take a colleague's reply in the chat as the answer."""
    submitted = await adopt_reply.adopt_reply(ctx, press.ticket_id, press.person, press.require_number())
    result = PromptResult.REPLY_ADOPTED if submitted.draft is None else PromptResult.REPLY_SUBMITTED
    await answer_callback(ctx, press, ToastCode.THANKS)
    note = PromptDone(result=result, number=press.ticket_id, name=submitted.approver_name)
    await edit_pressed_note(ctx, press, note)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.POSTED: confirm_manual_post,
    Op.RETRY: retry_publication,
    Op.PUBLISH_HELD: publish_held_answer,
    Op.DECLINE_HELD: decline_held_answer,
    Op.ADOPT: adopt_reply_as_answer,
}
