"""Buttons of delegation: the list of people, and the press on one of them."""

from bot.domain.notifications.delegations import DelegateTakenBack
from bot.domain.notifications.toasts import ToastCode
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.answers import delegations
from bot.services.context import UseCaseContext
from bot.services.notifications import cards
from bot.services.tickets import workflow
from bot.views.callback_codes import Op


async def open_delegate_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await delegations.check_can_delegate(ctx, press.ticket_id, press.person)
    await cards.open_menu(ctx, ticket, press.person, f"delegate:{press.callback.page}")
    await answer_callback(ctx, press)


async def delegate(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Give the ticket to a person, or take it back; the list stays open for the next one."""
    is_asked = await delegations.toggle(ctx, press.ticket_id, press.person, press.require_number())
    await answer_callback(ctx, press, ToastCode.DELEGATED if is_asked else ToastCode.TAKEN_BACK)
    await cards.open_menu(ctx, await workflow.get(ctx, press.ticket_id), press.person, "delegate:0")


async def withdraw(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Handle «Забрать» below the news that somebody is not there."""
    await _take_back(ctx, press)
    await answer_callback(ctx, press, ToastCode.TAKEN_BACK)


async def give_to_another(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Handle «Поручить другому»: take it back, if that has not happened, and open the list of people on the card."""
    ticket = await delegations.check_can_delegate(ctx, press.ticket_id, press.person)
    if await delegations.find_open(ctx, ticket, press.require_number()) is not None:
        await _take_back(ctx, press)
    await answer_callback(ctx, press)
    await cards.open_menu(ctx, await workflow.get(ctx, press.ticket_id), press.person, "delegate:0")


async def _take_back(ctx: UseCaseContext, press: ButtonPress) -> None:
    known = await delegations.withdraw(ctx, press.ticket_id, press.person, press.require_number())
    name = await ctx.uow.staff.find_name(known.person_id) or ""
    await edit_pressed_note(ctx, press, DelegateTakenBack(ticket_id=press.ticket_id, name=name))


BUTTON_HANDLERS: ButtonHandlers = {
    Op.DELEGATE: open_delegate_menu,
    Op.DELEGATE_TO: delegate,
    Op.DELEGATE_BACK: withdraw,
    Op.DELEGATE_OTHER: give_to_another,
}
