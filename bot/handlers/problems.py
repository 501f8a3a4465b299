"""Buttons about problems and matters: list the messages, split one off, merge two, divide one, write to everybody."""

from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.dialogs import AskFurtherAnswer
from bot.domain.notifications.problems import MemberList
from bot.domain.notifications.toasts import DividedToast, MergedToast, ToastCode
from bot.domain.outbox import Priority
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.answers import answers
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.intake import division
from bot.services.notifications import cards, notify
from bot.services.problems import merge_split
from bot.views.callback_codes import MAX_PAGE, Op
from bot.views.notifications.problems import LIST_PAGE_PREFIX


async def open_member_list(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Show a page of the list: as a new message below the card, or in place of the page shown so far."""
    ticket = await merge_split.check_can_list_members(ctx, press.ticket_id, press.person)
    page = press.callback.arg.removeprefix(LIST_PAGE_PREFIX)
    if not page.isdecimal() or int(page) > MAX_PAGE:
        raise OutdatedButton(number=ticket.id)
    await answer_callback(ctx, press)
    note = MemberList(ticket_id=ticket.id, page=int(page), reader_id=press.person.id)
    if press.callback.arg.startswith(LIST_PAGE_PREFIX) and press.event.message_id is not None:
        await edit_pressed_note(ctx, press, note)
        return
    await notify.notify(ctx, press.person, note, ticket=ticket, priority=Priority.INTERACTIVE)


async def split(ctx: UseCaseContext, press: ButtonPress) -> None:
    await merge_split.split_ticket(ctx, press.ticket_id, press.person)
    await answer_callback(ctx, press, ToastCode.SPLIT)


async def open_merge_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await merge_split.check_can_merge(ctx, press.ticket_id, press.person)
    await cards.open_menu(ctx, ticket, press.person, "merge")
    await answer_callback(ctx, press)


async def merge(ctx: UseCaseContext, press: ButtonPress) -> None:
    lead = await merge_split.merge_tickets(ctx, press.ticket_id, press.require_number(), press.person)
    await answer_callback(ctx, press, MergedToast(lead_id=lead.id))


async def divide(ctx: UseCaseContext, press: ButtonPress) -> None:
    made = await division.divide(ctx, press.ticket_id, press.person)
    numbers = ", ".join(f"№{one.id}" for one in made)
    await answer_callback(ctx, press, DividedToast(numbers=numbers))


async def undo_division(ctx: UseCaseContext, press: ButtonPress) -> None:
    await division.undo(ctx, press.ticket_id, press.person)
    await answer_callback(ctx, press, ToastCode.UNDIVIDED)


async def ask_follow_up(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await answers.check_can_send_further_answer(ctx, press.ticket_id, press.person)
    dialog = await dialogs.start(ctx, press.person, DialogStep.FOLLOW_UP, ticket)
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskFurtherAnswer(ticket_id=ticket.id), ticket=ticket)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.LIST: open_member_list,
    Op.SPLIT: split,
    Op.MERGE: open_merge_menu,
    Op.MERGE_INTO: merge,
    Op.FOLLOW_UP: ask_follow_up,
    Op.DIVIDE: divide,
    Op.UNDIVIDE: undo_division,
}
