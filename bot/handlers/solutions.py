"""Presses about the outcome of an answer: «Да» and «Нет» of citizens, and what officials read in their words."""

from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.solutions import AskControlDate, BackInWork, ControlSet, SolvedConfirmed
from bot.domain.notifications.toasts import ToastCode
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.domain.written_dates import read_deadline
from bot.handlers.replies import answer_callback
from bot.handlers.types import (
    ButtonHandlers,
    ButtonPress,
    CitizenButtonHandlers,
    DialogStepHandlers,
    OfficialMessage,
)
from bot.messengers.events import ButtonPressed
from bot.services.answers import control, satisfaction, solutions
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.tickets import workflow
from bot.views.callback_codes import Op


async def on_solved(ctx: UseCaseContext, event: ButtonPressed, ticket: Ticket) -> None:
    """Handle «Да» under «Вопрос решён?»."""
    if ticket.is_open:
        raise OutdatedButton(state=ticket.state.value)
    await solutions.confirm(ctx, ticket)
    await satisfaction.close_question(ctx, ticket, SolvedConfirmed(ticket_id=ticket.id))
    await notify.answer_callback(ctx, event.chat.account, event.callback_id, ToastCode.SOLVED)


async def on_not_solved(ctx: UseCaseContext, event: ButtonPressed, ticket: Ticket) -> None:
    """Handle «Нет»; a second press says the same once more."""
    if not ticket.is_open:
        if not solutions.can_return(ctx, ticket):
            raise OutdatedButton(state=ticket.state.value)
        ticket = await solutions.return_to_work(ctx, ticket)
        await satisfaction.close_question(ctx, ticket, BackInWork(ticket_id=ticket.id))
    await notify.answer_callback(ctx, event.chat.account, event.callback_id, ToastCode.REOPENED)


async def return_by_official(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Handle «Вернуть в работу» under words that the bot could not read."""
    ticket = await workflow.get(ctx, press.ticket_id)
    await workflow.check_right(ctx, press.person, Right.REOPEN, ticket)
    if not solutions.can_return(ctx, ticket):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    message = await ctx.uow.messages.get(press.callback.number) if press.callback.number else None
    own = message if message is not None and message.ticket_id == ticket.id else None
    await solutions.return_to_work(ctx, ticket, message=own, person=press.person)
    await answer_callback(ctx, press, ToastCode.REOPENED)


async def ask_control_date(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await control.check_can_control(ctx, press.ticket_id, press.person)
    dialog = await dialogs.start(ctx, press.person, DialogStep.CONTROL_DATE, ticket)
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskControlDate(ticket_id=ticket.id), ticket=ticket)


async def set_control_date(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Handle the day on which the official wants to look at the ticket once more."""
    ticket = await control.check_can_control(ctx, message.dialog.ticket_id or 0, message.person)
    read = read_deadline(message.require_text(), ctx.municipality.calendar, ctx.now)
    if read.at is None:
        changed = await dialogs.advance(ctx, message.dialog, DialogStep.CONTROL_DATE)
        note = AskControlDate(ticket_id=ticket.id, fault=read.fault, passed=read.passed)
        await dialogs.prompt(ctx, message.person, changed, note, ticket=ticket)
        return
    await control.set_control(ctx, ticket.id, message.person, read.at)
    await dialogs.end(ctx, message.dialog)
    await notify.notify(ctx, message.person, ControlSet(ticket_id=ticket.id, at=read.at), ticket=ticket)


CITIZEN_BUTTON_HANDLERS: CitizenButtonHandlers = {Op.SOLVED: on_solved, Op.NOT_SOLVED: on_not_solved}

BUTTON_HANDLERS: ButtonHandlers = {Op.RETURN: return_by_official, Op.CONTROL: ask_control_date}

STEP_HANDLERS: DialogStepHandlers = {DialogStep.CONTROL_DATE: set_control_date}
