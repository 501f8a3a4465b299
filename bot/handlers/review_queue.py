"""Buttons under the review queue: messages that the bot could not classify with confidence."""

from bot.domain.notifications.toasts import RegisteredToast, ToastCode
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.context import UseCaseContext
from bot.services.intake import review_queue
from bot.views.callback_codes import Op


async def mark_as_problem(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«О проблеме»: register the message as a ticket."""
    ticket = await review_queue.mark_as_problem(ctx, press.person, press.callback.number or 0)
    if ticket is None:
        await _answer_already_reviewed(ctx, press)
    else:
        await answer_callback(ctx, press, RegisteredToast(ticket_id=ticket.id))


async def mark_as_talk(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Не требует ответа»: drop the message as small talk."""
    if await review_queue.mark_as_talk(ctx, press.person, press.callback.number or 0):
        await answer_callback(ctx, press, ToastCode.IS_TALK)
    else:
        await _answer_already_reviewed(ctx, press)


async def turn_review_page(ctx: UseCaseContext, press: ButtonPress) -> None:
    await review_queue.open_page(ctx, press.person, press.callback.page)
    await answer_callback(ctx, press)


async def _answer_already_reviewed(ctx: UseCaseContext, press: ButtonPress) -> None:
    await answer_callback(ctx, press, ToastCode.ALREADY_REVIEWED, alert=True)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.IS_PROBLEM: mark_as_problem,
    Op.IS_TALK: mark_as_talk,
    Op.REVIEW_LIST: turn_review_page,
}
