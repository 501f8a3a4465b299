"""``/new``: the dialog that enters a message that came by phone, on paper or from another system."""

from datetime import datetime

from bot.domain.applicants import Applicant, ApplicantKind
from bot.domain.dialogs import Dialog, DialogFacts, DialogStep
from bot.domain.errors import DialogEnded, NotAllowed
from bot.domain.notifications.dialogs import (
    AskNewApplicant,
    AskNewDeadline,
    AskNewNumber,
    AskNewSource,
    AskNewText,
    NewTicketRegistered,
    PromptClosed,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.written_dates import read_deadline
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.deadlines import urgent_alerts
from bot.services.dialogs import dialogs
from bot.services.intake import register
from bot.services.notifications import notify
from bot.views.applicants import APPLICANT_KIND_TITLES
from bot.views.callback_codes import Op
from bot.views.dialogs.prompts import MANUAL_SOURCES, NO_NUMBER, SOURCES_WITHOUT_NUMBER, USUAL_TERM

MAX_NUMBER_CHARS = 100
MAX_SOURCE_CHARS = 64

_CHOICE_STEPS = {
    "source": DialogStep.ENTRY_SOURCE,
    "number": DialogStep.ENTRY_NUMBER,
    "due": DialogStep.ENTRY_DEADLINE,
    "kind": DialogStep.ENTRY_APPLICANT,
}
"""The step that each choice button belongs to, by the name in the button's argument."""


async def start_manual_entry(ctx: UseCaseContext, person: Person, text: str) -> None:
    """``/new``: start entering a message by hand; its text may follow the command."""
    if not ctx.municipality.has_right_anywhere(person, Right.TYPE_IN):
        raise NotAllowed(right=Right.TYPE_IN.value)
    dialog = await dialogs.start(ctx, person, DialogStep.ENTRY_TEXT)
    if text:
        await _save_text(ctx, person, dialog, text)
    else:
        await dialogs.prompt(ctx, person, dialog, AskNewText())


async def _on_text(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await _save_text(
        ctx, message.person, message.dialog, message.require_text(), files_left=bool(message.event.attachments)
    )


async def _save_text(
    ctx: UseCaseContext, person: Person, dialog: Dialog, text: str, *, files_left: bool = False
) -> None:
    changed = await dialogs.advance(ctx, dialog, DialogStep.ENTRY_SOURCE, text=text)
    await dialogs.prompt(ctx, person, changed, AskNewSource(files_left_out=files_left))


async def _on_source(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await _save_source(ctx, message.person, message.dialog, message.require_text()[:MAX_SOURCE_CHARS])


async def _save_source(
    ctx: UseCaseContext, person: Person, dialog: Dialog, source: str, pressed: str | None = None
) -> None:
    numberless = source.casefold() in {name.casefold() for name in SOURCES_WITHOUT_NUMBER}
    step = DialogStep.ENTRY_DEADLINE if numberless else DialogStep.ENTRY_NUMBER
    changed = await dialogs.advance(ctx, dialog, step, pressed_message_id=pressed, source=source)
    await dialogs.prompt(ctx, person, changed, AskNewDeadline() if numberless else AskNewNumber())


async def _on_number(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await _save_number(ctx, message.person, message.dialog, message.require_text()[:MAX_NUMBER_CHARS])


async def _save_number(
    ctx: UseCaseContext, person: Person, dialog: Dialog, number: str, pressed: str | None = None
) -> None:
    changed = await dialogs.advance(ctx, dialog, DialogStep.ENTRY_DEADLINE, pressed_message_id=pressed, number=number)
    await dialogs.prompt(ctx, person, changed, AskNewDeadline())


async def _on_due(ctx: UseCaseContext, message: OfficialMessage) -> None:
    read = read_deadline(message.event.text, ctx.municipality.calendar, ctx.now)
    if read.at is None:
        changed = await dialogs.advance(ctx, message.dialog, DialogStep.ENTRY_DEADLINE)
        await dialogs.prompt(ctx, message.person, changed, AskNewDeadline(fault=read.fault, passed=read.passed))
        return
    await _ask_applicant(ctx, message.person, message.dialog, read.at)


async def _ask_applicant(
    ctx: UseCaseContext, person: Person, dialog: Dialog, due: datetime | None, pressed: str | None = None
) -> None:
    """Ask for the applicant; the name and the telephone in the text are proposed."""
    said = ctx.municipality.understanding.read_applicant(dialog.facts["text"])
    facts: DialogFacts = {
        "deadline": due.isoformat() if due else "",
        "name": said.name or "",
        "phone": said.phone or "",
    }
    changed = await dialogs.advance(ctx, dialog, DialogStep.ENTRY_APPLICANT, pressed_message_id=pressed, **facts)
    await dialogs.prompt(ctx, person, changed, AskNewApplicant())


async def _on_applicant(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Take the name and the telephone that were typed; the kind is chosen by a button."""
    text = message.require_text()
    said = ctx.municipality.understanding.read_typed_applicant(text)
    facts: DialogFacts = {"name": said.name or "", "phone": said.phone or ""}
    changed = await dialogs.advance(ctx, message.dialog, DialogStep.ENTRY_APPLICANT, **facts)
    await dialogs.prompt(ctx, message.person, changed, AskNewApplicant())


async def on_choice(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Apply a choice made by button: the source, «Нет номера», «Обычный срок»."""
    dialog = await dialogs.find_current(ctx, press.person)
    name, _, value = press.callback.arg.partition("=")
    if dialog is None or dialog.step is not _CHOICE_STEPS.get(name):
        raise DialogEnded()
    await answer_callback(ctx, press)
    chosen = {"number": NO_NUMBER, "due": USUAL_TERM}.get(name, "")
    if name == "kind" and value not in set(ApplicantKind):
        raise DialogEnded()
    match name:
        case "source":
            chosen = (
                MANUAL_SOURCES[int(value)]
                if value.isdecimal() and int(value) < len(MANUAL_SOURCES)
                else MANUAL_SOURCES[-1]
            )
            await _save_source(ctx, press.person, dialog, chosen, press.event.message_id)
        case "number":
            await _save_number(ctx, press.person, dialog, "", press.event.message_id)
        case "due":
            await _ask_applicant(ctx, press.person, dialog, None, press.event.message_id)
        case "kind":
            kind = ApplicantKind(value)
            chosen = APPLICANT_KIND_TITLES[kind]
            await _create_ticket(ctx, press.person, dialog, kind, press.event.message_id)
    await edit_pressed_note(ctx, press, PromptClosed(text=f"✓ {chosen}"))


async def _create_ticket(
    ctx: UseCaseContext, person: Person, dialog: Dialog, kind: ApplicantKind, pressed: str | None = None
) -> None:
    if not ctx.municipality.has_right_anywhere(person, Right.TYPE_IN):
        raise NotAllowed(right=Right.TYPE_IN.value)
    text, deadline = dialog.facts["text"], dialog.facts["deadline"]
    ticket = await register.register_ticket(
        ctx,
        register.Registration(
            text=text,
            reading=ctx.municipality.understanding.read(text),
            source=dialog.facts["source"],
            external_number=dialog.facts.get("number") or None,
            answer_due=datetime.fromisoformat(deadline) if deadline else None,
            applicant=Applicant(dialog.facts["name"] or None, dialog.facts["phone"] or None, kind),
            created_by=person,
        ),
    )
    await urgent_alerts.alert_watchers(ctx, ticket)
    await dialogs.end(ctx, dialog, pressed_message_id=pressed)
    sector = ctx.municipality.title_of(ticket) if ticket.sector or not ctx.municipality.sectors else None
    note = NewTicketRegistered(ticket_id=ticket.id, sector=sector)
    await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.INTERACTIVE)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.MANUAL_ENTRY: on_choice,
}


STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.ENTRY_TEXT: _on_text,
    DialogStep.ENTRY_SOURCE: _on_source,
    DialogStep.ENTRY_NUMBER: _on_number,
    DialogStep.ENTRY_DEADLINE: _on_due,
    DialogStep.ENTRY_APPLICANT: _on_applicant,
}
