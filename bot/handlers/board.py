"""``/control``: the board of control, its pages and «Поторопить»."""

from bot.domain.channels import Address
from bot.domain.notifications.toasts import ToastCode
from bot.domain.people import Person
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers
from bot.services.context import UseCaseContext
from bot.services.reports import board
from bot.services.tickets import nudges
from bot.views.callback_codes import Op


async def send_board(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await board.open_board(ctx, person)


async def open_view(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Open another page of the board."""
    chat = press.event.chat
    address = Address(chat.account, chat.id)
    await board.open_view(ctx, press.person, press.callback.arg, address, press.event.message_id)
    await answer_callback(ctx, press)


async def nudge(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Поторопить»: ask those who have the ticket to hurry."""
    await nudges.nudge(ctx, press.ticket_id, press.person)
    await answer_callback(ctx, press, ToastCode.NUDGED)


BUTTON_HANDLERS: ButtonHandlers = {Op.BOARD: open_view, Op.NUDGE: nudge}
COMMAND_HANDLERS: CommandHandlers = {"control": send_board}
