"""Buttons that sort a ticket whose sector the bot is not sure of."""

from bot.domain.errors import OutdatedButton
from bot.domain.notifications.toasts import HandedOverToast
from bot.domain.roles import Right
from bot.domain.tickets import State
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.context import UseCaseContext
from bot.services.notifications import cards
from bot.services.tickets import workflow
from bot.views.callback_codes import Op


async def choose_sector(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Route a ticket in triage to the sector chosen by its button."""
    ticket = await workflow.get(ctx, press.ticket_id)
    if ticket.state is not State.TRIAGE:
        await workflow.check_right(ctx, press.person, Right.HAND_OVER, ticket)
        raise OutdatedButton(number=ticket.id)
    ticket = await workflow.hand_over(ctx, press.ticket_id, press.person, press.callback.arg)
    sector = ctx.municipality.title_of(ticket)
    await answer_callback(ctx, press, HandedOverToast(sector=sector))


async def open_sector_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_right(ctx, press.person, Right.TRIAGE, ticket)
    if ticket.state is not State.TRIAGE:
        raise OutdatedButton(number=ticket.id)
    await cards.open_menu(ctx, ticket, press.person, f"triage:{press.callback.page}")
    await answer_callback(ctx, press)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.CHOOSE_SECTOR: choose_sector,
    Op.CHOOSE_SECTOR_PAGE: open_sector_menu,
}
