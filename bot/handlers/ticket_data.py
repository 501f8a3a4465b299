"""Buttons and the dialog step that mend a ticket's data."""

from bot.domain.applicants import ApplicantKind
from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.importance import Importance
from bot.domain.notifications.ticket_data import AskDataValue, DataChanged
from bot.domain.notifications.toasts import ToastCode
from bot.domain.ticket_data import DATA_RIGHTS, DataField
from bot.domain.written_dates import read_deadline
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext, responsibility
from bot.services.dialogs import dialogs
from bot.services.notifications import cards, notify
from bot.services.tickets import data_changes, workflow
from bot.views.callback_codes import Op


async def open_data_menu(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Изменить данные»: list the fields."""
    ticket = await workflow.get(ctx, press.ticket_id)
    if not any([await responsibility.has_right(ctx, press.person, right, ticket) for right in DATA_RIGHTS]):
        await workflow.check_right(ctx, press.person, DATA_RIGHTS[0], ticket)
    await cards.open_menu(ctx, ticket, press.person, "data")
    await answer_callback(ctx, press)


async def choose_field(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Ask for the value of a field: by buttons, or in a dialog."""
    name, _, _page = press.callback.arg.partition(".")
    field = _field_of(press, name)
    ticket = await data_changes.check_can_change(ctx, press.ticket_id, press.person, field)
    if not field.is_typed:
        await cards.open_menu(ctx, ticket, press.person, f"data:{press.callback.arg}")
        await answer_callback(ctx, press)
        return
    dialog = await dialogs.start(ctx, press.person, DialogStep.DATA_VALUE, ticket)
    dialog = await dialogs.advance(ctx, dialog, DialogStep.DATA_VALUE, field=field.value)
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskDataValue(ticket_id=ticket.id, field=field), ticket=ticket)


def _field_of(press: ButtonPress, name: str) -> DataField:
    if name not in set(DataField):
        raise OutdatedButton(number=press.ticket_id)
    return DataField(name)


async def choose_value(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Change a field to the value of the button."""
    name, _, value = press.callback.arg.partition(".")
    who = press.ticket_id, press.person
    match _field_of(press, name):
        case DataField.SECTOR:
            await data_changes.change_sector(ctx, *who, value)
        case DataField.TOPIC:
            await data_changes.change_topic(ctx, *who, value)
        case DataField.KIND if value in set(ApplicantKind):
            await data_changes.change_kind(ctx, *who, ApplicantKind(value))
        case DataField.URGENCY if value in ("yes", "no"):
            await data_changes.change_urgency(ctx, *who, urgent=value == "yes")
        case DataField.IMPORTANCE if value in set(Importance):
            await data_changes.change_importance(ctx, *who, Importance(value))
        case _:
            raise OutdatedButton(number=press.ticket_id)
    await cards.open_menu(ctx, await workflow.get(ctx, press.ticket_id), press.person, "")
    await answer_callback(ctx, press, ToastCode.NOTED)


async def on_value(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Change a field to the words that were written."""
    text, person, dialog = message.require_text(), message.person, message.dialog
    number, field = dialog.ticket_id or 0, DataField(dialog.facts["field"])
    match field:
        case DataField.TERM:
            read = read_deadline(text, ctx.municipality.calendar, ctx.now)
            if read.at is None:
                again = await dialogs.advance(ctx, dialog, DialogStep.DATA_VALUE)
                await dialogs.prompt(
                    ctx,
                    person,
                    again,
                    AskDataValue(ticket_id=number, field=field, fault=read.fault, passed=read.passed),
                )
                return
            ticket = await data_changes.change_term(ctx, number, person, read.at)
        case DataField.PLACE:
            ticket = await data_changes.change_place(ctx, number, person, text)
        case DataField.NUMBER:
            ticket = await data_changes.change_number(ctx, number, person, text)
        case _:
            said = ctx.municipality.understanding.read_typed_applicant(text)
            ticket = await data_changes.change_applicant(ctx, number, person, said.name, said.phone)
    await dialogs.end(ctx, dialog)
    await notify.notify(ctx, person, DataChanged(ticket_id=number, field=field), ticket=ticket)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.DATA_MENU: open_data_menu,
    Op.DATA_FIELD: choose_field,
    Op.DATA_VALUE: choose_value,
}


STEP_HANDLERS: DialogStepHandlers = {DialogStep.DATA_VALUE: on_value}
