"""The mark that a person puts on a published answer."""

from bot.domain.notifications.toasts import ToastCode
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.answers import answer_check
from bot.services.context import UseCaseContext
from bot.views.callback_codes import Op


async def toggle_incomplete(ctx: UseCaseContext, press: ButtonPress) -> None:
    marked = await answer_check.toggle_incomplete(ctx, press.ticket_id, press.person)
    await answer_callback(ctx, press, ToastCode.MARKED_INCOMPLETE if marked else ToastCode.UNMARKED_INCOMPLETE)


BUTTON_HANDLERS: ButtonHandlers = {Op.INCOMPLETE: toggle_incomplete}
