"""``/away`` and «Отпуск»: the days, who stands in, and the answer of the colleague."""

from bot.domain.absences import Absence, AbsenceGone, parse_days
from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.absences import AskAbsenceDays, Candidate, ChooseStandIn, PlannedAbsence, StandInChosen
from bot.domain.notifications.dialogs import PromptDone, PromptResult
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.staff import absences
from bot.views.callback_codes import Op


async def start_away(ctx: UseCaseContext, person: Person, argument: str) -> None:
    """``/away``: own days; they may follow the command."""
    if argument:
        await _plan(ctx, person, person, argument)
    else:
        await ask_days(ctx, person, person)


async def ask_days(ctx: UseCaseContext, by: Person, person: Person) -> None:
    """Ask *by* for the days on which *person* is away."""
    absences.check_may_plan(ctx, by, person)
    dialog = await dialogs.start(ctx, by, DialogStep.ABSENCE_DAYS)
    dialog = await dialogs.advance(ctx, dialog, DialogStep.ABSENCE_DAYS, person=person.id)
    planned = [await _planned(ctx, one) for one in (await ctx.absence_plan()).of(person.id)]
    note = AskAbsenceDays(name=person.name, is_own=by.id == person.id, planned=tuple(planned))
    await dialogs.prompt(ctx, by, dialog, note)


async def _planned(ctx: UseCaseContext, absence: Absence) -> PlannedAbsence:
    stand_in = ctx.municipality.staff.find_by_id(absence.stand_in_id or 0)
    name = stand_in.name if stand_in else ""
    return PlannedAbsence(absence.id, absence.first_day, absence.last_day, name, absence.agreed_at is not None)


async def on_days(ctx: UseCaseContext, message: OfficialMessage) -> None:
    person = ctx.municipality.staff.find_by_id(message.dialog.facts.get("person", 0))
    if person is None:
        raise AbsenceGone()
    await _plan(ctx, message.person, person, message.require_text())
    await dialogs.end(ctx, message.dialog)


async def _plan(ctx: UseCaseContext, by: Person, person: Person, text: str) -> None:
    first, last = parse_days(text, ctx.today)
    absence = await absences.plan(ctx, by, person, first, last)
    await notify.notify(ctx, by, await _choices(ctx, by, absence), priority=Priority.INTERACTIVE)


async def _choices(ctx: UseCaseContext, by: Person, absence: Absence) -> ChooseStandIn:
    away = ctx.municipality.staff.find_by_id(absence.person_id)
    if away is None:
        raise AbsenceGone()
    absences.check_may_plan(ctx, by, away)
    return ChooseStandIn(
        absence_id=absence.id,
        name=away.name,
        is_own=by.id == away.id,
        first_day=absence.first_day,
        last_day=absence.last_day,
        candidates=tuple(Candidate(one.id, one.name) for one in await absences.list_candidates(ctx, by, absence)),
    )


async def open_choices(ctx: UseCaseContext, press: ButtonPress) -> None:
    absence = await absences.get(ctx, press.require_number())
    note = await _choices(ctx, press.person, absence)
    await answer_callback(ctx, press)
    await notify.notify(ctx, press.person, note, priority=Priority.INTERACTIVE)


async def choose_stand_in(ctx: UseCaseContext, press: ButtonPress) -> None:
    number, _, person_id = press.callback.arg.partition(".")
    if not (number.isdecimal() and person_id.isdecimal()):
        raise OutdatedButton()
    absence = await absences.choose_stand_in(ctx, press.person, int(number), int(person_id))
    away, stand_in = (ctx.municipality.staff.find_by_id(one or 0) for one in (absence.person_id, absence.stand_in_id))
    await answer_callback(ctx, press)
    note = StandInChosen(
        name=away.name if away else "",
        stand_in=stand_in.name if stand_in else "",
        first_day=absence.first_day,
        last_day=absence.last_day,
        is_agreed=absence.agreed_at is not None,
    )
    await edit_pressed_note(ctx, press, note)


async def agree(ctx: UseCaseContext, press: ButtonPress) -> None:
    await absences.agree(ctx, press.person, press.require_number())
    await answer_callback(ctx, press)
    await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.STAND_IN_AGREED))


async def refuse(ctx: UseCaseContext, press: ButtonPress) -> None:
    await absences.refuse(ctx, press.person, press.require_number())
    await answer_callback(ctx, press)
    await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.STAND_IN_REFUSED))


async def cancel(ctx: UseCaseContext, press: ButtonPress) -> None:
    await absences.cancel(ctx, press.person, press.require_number())
    await answer_callback(ctx, press)
    await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.ABSENCE_CANCELLED))


COMMAND_HANDLERS: CommandHandlers = {"away": start_away}

BUTTON_HANDLERS: ButtonHandlers = {
    Op.ABSENCE_CHOOSE: open_choices,
    Op.ABSENCE_STAND_IN: choose_stand_in,
    Op.ABSENCE_AGREE: agree,
    Op.ABSENCE_REFUSE: refuse,
    Op.ABSENCE_CANCEL: cancel,
}

STEP_HANDLERS: DialogStepHandlers = {DialogStep.ABSENCE_DAYS: on_days}
