"""«Дозвонился» and «Нет ответа»: the call to the applicant before an answer."""

from bot.domain.dialogs import DialogStep
from bot.domain.notifications.dialogs import PromptDone, PromptResult
from bot.domain.notifications.inquiries import AskCallAgain, AskCallWords
from bot.domain.outbox import Priority
from bot.domain.written_dates import read_deadline
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.tickets import call_requests
from bot.views.callback_codes import Op


async def ask_words(ctx: UseCaseContext, press: ButtonPress) -> None:
    await _start(ctx, press, DialogStep.CALL_WORDS)


async def ask_again(ctx: UseCaseContext, press: ButtonPress) -> None:
    await _start(ctx, press, DialogStep.CALL_AGAIN)


async def _start(ctx: UseCaseContext, press: ButtonPress, step: DialogStep) -> None:
    ticket, found = await call_requests.get_open(ctx, press.ticket_id, press.person, press.require_number())
    dialog = await dialogs.start(ctx, press.person, step, ticket)
    dialog = await dialogs.advance(ctx, dialog, step, inquiry=found.id)
    await answer_callback(ctx, press)
    kind = AskCallWords if step is DialogStep.CALL_WORDS else AskCallAgain
    await dialogs.prompt(ctx, press.person, dialog, kind(ticket_id=ticket.id), ticket=ticket)


async def save_words(ctx: UseCaseContext, message: OfficialMessage) -> None:
    words, dialog = message.require_text(), message.dialog
    await call_requests.get_open(ctx, dialog.ticket_id or 0, message.person, int(dialog.facts["inquiry"]))
    await dialogs.end(ctx, dialog)
    await call_requests.reach(ctx, dialog.ticket_id or 0, message.person, int(dialog.facts["inquiry"]), words)


async def save_next_try(ctx: UseCaseContext, message: OfficialMessage) -> None:
    dialog = message.dialog
    read = read_deadline(message.require_text(), ctx.municipality.calendar, ctx.now)
    if read.at is None:
        again = await dialogs.advance(ctx, dialog, DialogStep.CALL_AGAIN)
        prompt = AskCallAgain(ticket_id=dialog.ticket_id or 0, fault=read.fault, passed=read.passed)
        await dialogs.prompt(ctx, message.person, again, prompt)
        return
    inquiry_id = int(dialog.facts["inquiry"])
    ticket = await call_requests.miss(ctx, dialog.ticket_id or 0, message.person, inquiry_id, read.at)
    await dialogs.end(ctx, dialog)
    note = PromptDone(result=PromptResult.CALL_LATER, number=ticket.id)
    await notify.notify(ctx, message.person, note, ticket=ticket, priority=Priority.INTERACTIVE)


BUTTON_HANDLERS: ButtonHandlers = {Op.CALL_REACHED: ask_words, Op.CALL_MISSED: ask_again}

STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.CALL_WORDS: save_words,
    DialogStep.CALL_AGAIN: save_next_try,
}
