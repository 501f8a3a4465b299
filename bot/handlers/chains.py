"""The button of «Ещё в работе?»."""

from bot.domain.notifications.toasts import ToastCode
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.context import UseCaseContext
from bot.services.tickets import chain_steps
from bot.views.callback_codes import Op


async def confirm_in_work(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«В работе»: those who have the ticket are at it."""
    await chain_steps.confirm_in_work(ctx, press.ticket_id, press.person)
    await answer_callback(ctx, press, ToastCode.IN_WORK)


BUTTON_HANDLERS: ButtonHandlers = {Op.IN_WORK: confirm_in_work}
