"""«Внесено в …», its list and its return: texts that a person enters into another system."""

from bot.domain.dialogs import DialogStep
from bot.domain.notifications.entries import AskEntryRemark, WaitingEntries, WaitingEntryItem
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.answers import entered
from bot.services.context import UseCaseContext, system_curators
from bot.services.dialogs import dialogs
from bot.services.manual_posting import handout
from bot.services.notifications import notify
from bot.services.tickets import entries
from bot.views.callback_codes import Op


async def list_entries(ctx: UseCaseContext, person: Person, argument: str) -> None:
    """``/entries``: list what waits to be entered, the oldest first."""
    found = await entries.list_waiting(ctx, person)
    items = tuple(
        WaitingEntryItem(
            one.ticket.id,
            one.entry.id,
            system_curators.title_of(ctx, one.entry.system),
            one.entry.asked_at,
            one.entry.is_correction,
        )
        for one in found
    )
    await notify.notify(ctx, person, WaitingEntries(items=items), priority=Priority.INTERACTIVE)


async def confirm_entered(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Внесено в …»."""
    ticket = await entered.enter(ctx, press.ticket_id, press.person, press.callback.number)
    await answer_callback(ctx, press, ToastCode.THANKS)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    if answer is not None:
        await handout.update_status_note(ctx, ticket, answer.id)


async def show_entry(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Show the text that waits, with its buttons."""
    ticket, entry = await entered.get_waiting(ctx, press.ticket_id, press.person, press.callback.number)
    await answer_callback(ctx, press)
    await entries.send(ctx, ticket, entry, press.person, Priority.INTERACTIVE)


async def ask_remark(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Вернуть с замечанием»: ask for the remark."""
    ticket, entry = await entered.get_waiting(ctx, press.ticket_id, press.person, press.require_number())
    dialog = await dialogs.start(ctx, press.person, DialogStep.ENTRY_REMARK, ticket, {"entry": entry.id})
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskEntryRemark(ticket_id=ticket.id), ticket=ticket)


async def return_text(ctx: UseCaseContext, message: OfficialMessage) -> None:
    remark, dialog = message.require_text(), message.dialog
    await dialogs.end(ctx, dialog)
    await entered.return_text(ctx, dialog.ticket_id or 0, message.person, int(dialog.facts["entry"]), remark)


COMMAND_HANDLERS: CommandHandlers = {"entries": list_entries}

BUTTON_HANDLERS: ButtonHandlers = {
    Op.ENTERED: confirm_entered,
    Op.ENTRY_SHOW: show_entry,
    Op.ENTRY_RETURN: ask_remark,
}

STEP_HANDLERS: DialogStepHandlers = {DialogStep.ENTRY_REMARK: return_text}
