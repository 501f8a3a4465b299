"""«Отправить» and «Не отправлять» under an answer over a limit."""

from bot.domain.answer_limits import HeldState
from bot.domain.drafts import Wording
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.answer_limits import AnswerReleased
from bot.domain.notifications.dialogs import PromptDone, PromptResult
from bot.domain.notifications.toasts import ToastCode
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.answers import answer_limits, submissions
from bot.services.context import UseCaseContext
from bot.services.tickets import workflow
from bot.views.callback_codes import Op


async def send_limited(ctx: UseCaseContext, press: ButtonPress) -> None:
    held = await answer_limits.decide_held(ctx, press.person, press.require_number(), HeldState.SENT)
    author = ctx.municipality.staff.find_by_id(held.person_id)
    if author is None:  # dismissed meanwhile
        raise OutdatedButton(number=held.ticket_id)
    ticket = await workflow.get(ctx, held.ticket_id)
    submitted = await submissions.submit(ctx, ticket, author, Wording(held.kind), held.text, held.media)
    await answer_callback(ctx, press, ToastCode.SENDING if submitted.draft is None else ToastCode.APPROVAL_ASKED)
    await edit_pressed_note(ctx, press, AnswerReleased(ticket_id=held.ticket_id))


async def decline_limited(ctx: UseCaseContext, press: ButtonPress) -> None:
    held = await answer_limits.decide_held(ctx, press.person, press.require_number(), HeldState.DECLINED)
    await answer_callback(ctx, press, ToastCode.NOTED_DECISION)
    await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.ANSWER_DECLINED, number=held.ticket_id))


BUTTON_HANDLERS: ButtonHandlers = {Op.LIMITED_SEND: send_limited, Op.LIMITED_DECLINE: decline_limited}
