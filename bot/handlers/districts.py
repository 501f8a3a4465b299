"""Buttons that choose the district of a ticket."""

from bot.domain.notifications.tickets import HandedOver
from bot.domain.notifications.toasts import HandedOverToast
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.tickets import districts
from bot.views.callback_codes import Op


async def open_district_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await districts.check_can_move(ctx, press.ticket_id, press.person)
    await cards.open_menu(ctx, ticket, press.person, f"district:{press.callback.page}")
    await answer_callback(ctx, press)


async def choose_district(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Move the ticket at once, as «Передать» does; a reason can be added afterwards."""
    ticket, is_moved = await districts.move_to_district(ctx, press.ticket_id, press.person, press.callback.arg)
    where = f"{ctx.municipality.title_of(ticket)}, {ticket.district}"
    await answer_callback(ctx, press, HandedOverToast(sector=where))
    if is_moved:
        await notify.notify(ctx, press.person, HandedOver(ticket_id=ticket.id, sector=where), ticket=ticket)


BUTTON_HANDLERS: ButtonHandlers = {Op.DISTRICT_PAGE: open_district_menu, Op.DISTRICT: choose_district}
