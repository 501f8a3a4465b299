"""Promises in the words of answers: remember, kept, moved, broken."""

from datetime import date

from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.promises import AskPromiseDay, PromiseDecided, PromiseNoted
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.promises import PromiseOutcome
from bot.domain.written_dates import read_deadline
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.answers import worded_promises
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.tickets import workflow
from bot.views.callback_codes import Op, parse_pair


async def remember(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Запомнить обещание»; the argument is the answer and the day."""
    pair = parse_pair(press.callback.arg)
    try:
        answer_id, day = (pair[0], date.fromisoformat(f"{pair[1]:08d}")) if pair is not None else (0, date.min)
    except ValueError:
        raise OutdatedButton(number=press.ticket_id) from None
    due_at = await worded_promises.remember(ctx, press.ticket_id, press.person, answer_id, day)
    await answer_callback(ctx, press, ToastCode.NOTED_PROMISE)
    await edit_pressed_note(ctx, press, PromiseNoted(ticket_id=press.ticket_id, due_at=due_at))


async def decline(ctx: UseCaseContext, press: ButtonPress) -> None:
    await answer_callback(ctx, press)
    await edit_pressed_note(ctx, press, PromiseNoted(ticket_id=press.ticket_id))


async def call_kept(ctx: UseCaseContext, press: ButtonPress) -> None:
    await _decide(ctx, press, PromiseOutcome.KEPT)


async def call_broken(ctx: UseCaseContext, press: ButtonPress) -> None:
    await _decide(ctx, press, PromiseOutcome.BROKEN)


async def _decide(ctx: UseCaseContext, press: ButtonPress, outcome: PromiseOutcome) -> None:
    await worded_promises.decide(ctx, press.ticket_id, press.person, press.callback.number, outcome)
    await answer_callback(ctx, press, ToastCode.THANKS)
    await edit_pressed_note(ctx, press, PromiseDecided(ticket_id=press.ticket_id, outcome=outcome))


async def ask_day(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Перенести»: ask for the later day."""
    promise = await worded_promises.get_open(ctx, press.ticket_id, press.person, press.callback.number)
    ticket = await workflow.get(ctx, press.ticket_id)
    dialog = await dialogs.start(ctx, press.person, DialogStep.PROMISE_DAY, ticket, {"promise": promise.id})
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskPromiseDay(ticket_id=ticket.id), ticket=ticket)


async def move(ctx: UseCaseContext, message: OfficialMessage) -> None:
    dialog, zone = message.dialog, ctx.municipality.zone
    read = read_deadline(message.require_text(), ctx.municipality.calendar, ctx.now)
    if read.at is None:
        again = await dialogs.advance(ctx, dialog, DialogStep.PROMISE_DAY)
        await dialogs.prompt(
            ctx,
            message.person,
            again,
            AskPromiseDay(ticket_id=dialog.ticket_id or 0, fault=read.fault, passed=read.passed),
        )
        return
    number, day = dialog.ticket_id or 0, read.at.astimezone(zone).date()
    due_at = await worded_promises.move(ctx, number, message.person, dialog.facts["promise"], day)
    await dialogs.end(ctx, dialog)
    decided = PromiseDecided(ticket_id=number, outcome=PromiseOutcome.MOVED, due_at=due_at)
    await notify.notify(ctx, message.person, decided, priority=Priority.INTERACTIVE)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.PROMISE_NOTE: remember,
    Op.PROMISE_DECLINE: decline,
    Op.PROMISE_KEPT: call_kept,
    Op.PROMISE_MOVE: ask_day,
    Op.PROMISE_BROKEN: call_broken,
}

STEP_HANDLERS: DialogStepHandlers = {DialogStep.PROMISE_DAY: move}
