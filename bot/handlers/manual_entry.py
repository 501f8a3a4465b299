"""``/new``: the dialog that enters a message that came by phone, on paper or from another system."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.domain.applicants import Applicant, ApplicantKind
from bot.domain.dialogs import Dialog, DialogFacts, DialogStep
from bot.domain.errors import DialogEnded
from bot.domain.notifications.base import Notification
from bot.domain.notifications.dialogs import (
    AskNewApplicant,
    AskNewDeadline,
    AskNewField,
    AskNewNumber,
    AskNewOwnTerm,
    AskNewText,
    NewTicketRegistered,
    PromptClosed,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.written_dates import read_deadline
from bot.handlers import tickets
from bot.handlers.entry_questions import district_question, find_page, question_of_field, source_question
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext, responsibility
from bot.services.dialogs import dialogs
from bot.services.intake import typed_entries
from bot.services.notifications import notify
from bot.views.applicants import APPLICANT_KIND_TITLES
from bot.views.callback_codes import Op
from bot.views.dialogs.manual_entry import (
    FIELD_TITLES,
    MANUAL_SOURCES,
    NO_NUMBER,
    SOURCES_WITHOUT_NUMBER,
    UNKNOWN_DISTRICT,
    USUAL_TERM,
)

MAX_NUMBER_CHARS = 100
MAX_SOURCE_CHARS = 64

_CHOICE_STEPS = {
    "source": DialogStep.ENTRY_SOURCE,
    "sources": DialogStep.ENTRY_SOURCE,
    "number": DialogStep.ENTRY_NUMBER,
    "due": DialogStep.ENTRY_DEADLINE,
    "own": DialogStep.ENTRY_OWN_TERM,
    "district": DialogStep.ENTRY_DISTRICT,
    "districts": DialogStep.ENTRY_DISTRICT,
    "kind": DialogStep.ENTRY_APPLICANT,
    "edit": DialogStep.ENTRY_APPLICANT,
    "field": DialogStep.ENTRY_APPLICANT,
}
"""The step that each choice button belongs to, by the name in the button's argument."""


async def start_manual_entry(ctx: UseCaseContext, person: Person, text: str) -> None:
    """``/new``: start entering a message by hand; its text may follow the command."""
    typed_entries.check_may_enter(ctx, person)
    dialog = await dialogs.start(ctx, person, DialogStep.ENTRY_TEXT)
    if text:
        await _save_text(ctx, person, dialog, text)
    else:
        await dialogs.prompt(ctx, person, dialog, AskNewText())


async def _go_on(
    ctx: UseCaseContext,
    person: Person,
    dialog: Dialog,
    step: DialogStep,
    note: Notification,
    facts: DialogFacts,
    pressed: str | None = None,
) -> None:
    """Save *facts* and ask the next question; after a field was mended, the last one."""
    if dialog.facts.get("review"):
        step, note = DialogStep.ENTRY_APPLICANT, note if isinstance(note, AskNewApplicant) else AskNewApplicant()
        facts = {**facts, "review": False}
    changed = await dialogs.advance(ctx, dialog, step, pressed_message_id=pressed, **facts)
    await dialogs.prompt(ctx, person, changed, note)


async def _on_text(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await _save_text(
        ctx, message.person, message.dialog, message.require_text(), files_left=bool(message.event.attachments)
    )


async def _save_text(
    ctx: UseCaseContext, person: Person, dialog: Dialog, text: str, *, files_left: bool = False
) -> None:
    note = source_question(ctx, files_left_out=files_left)
    await _go_on(ctx, person, dialog, DialogStep.ENTRY_SOURCE, note, {"text": text})


async def _on_source(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await _save_source(ctx, message.person, message.dialog, message.require_text()[:MAX_SOURCE_CHARS])


async def _save_source(
    ctx: UseCaseContext, person: Person, dialog: Dialog, source: str, pressed: str | None = None
) -> None:
    if source.casefold() in {name.casefold() for name in SOURCES_WITHOUT_NUMBER}:
        facts: DialogFacts = {"source": source, "number": ""}
        await _go_on(ctx, person, dialog, DialogStep.ENTRY_DEADLINE, AskNewDeadline(), facts, pressed)
        return
    if number := dialog.facts.get("number"):
        await typed_entries.check_number(ctx, source, number)
    await _go_on(ctx, person, dialog, DialogStep.ENTRY_NUMBER, AskNewNumber(), {"source": source}, pressed)


async def _on_number(ctx: UseCaseContext, message: OfficialMessage) -> None:
    await _save_number(ctx, message.person, message.dialog, message.require_text()[:MAX_NUMBER_CHARS])


async def _save_number(
    ctx: UseCaseContext, person: Person, dialog: Dialog, number: str, pressed: str | None = None
) -> None:
    other = await typed_entries.check_number(ctx, dialog.facts["source"], number) if number else None
    note = AskNewApplicant(same_number=other.id) if other is not None and dialog.facts.get("review") else None
    facts: DialogFacts = {"number": number}
    if other is not None:
        facts["other"] = other.id
    await _go_on(ctx, person, dialog, DialogStep.ENTRY_DEADLINE, note or AskNewDeadline(), facts, pressed)


async def _on_due(ctx: UseCaseContext, message: OfficialMessage) -> None:
    read = read_deadline(message.event.text, ctx.municipality.calendar, ctx.now)
    if read.at is None:
        changed = await dialogs.advance(ctx, message.dialog, DialogStep.ENTRY_DEADLINE)
        note = AskNewDeadline(fault=read.fault, passed=read.passed)
        await dialogs.prompt(ctx, message.person, changed, note)
        return
    await _save_due(ctx, message.person, message.dialog, read.at)


async def _save_due(
    ctx: UseCaseContext, person: Person, dialog: Dialog, due: datetime | None, pressed: str | None = None
) -> None:
    facts: DialogFacts = {"deadline": due.isoformat() if due else ""}
    districts = ctx.municipality.districts()
    if districts and ctx.municipality.understanding.read(dialog.facts["text"]).district is None:
        note = district_question(ctx)
        await _go_on(ctx, person, dialog, DialogStep.ENTRY_DISTRICT, note, facts, pressed)
        return
    await _ask_applicant(ctx, person, dialog, facts, pressed)


async def _on_own_term(ctx: UseCaseContext, message: OfficialMessage) -> None:
    read = read_deadline(message.event.text, ctx.municipality.calendar, ctx.now)
    if read.at is None:
        changed = await dialogs.advance(ctx, message.dialog, DialogStep.ENTRY_OWN_TERM)
        note = AskNewOwnTerm(fault=read.fault, passed=read.passed)
        await dialogs.prompt(ctx, message.person, changed, note)
        return
    facts: DialogFacts = {"own_deadline": read.at.isoformat()}
    await _go_on(ctx, message.person, message.dialog, DialogStep.ENTRY_APPLICANT, AskNewApplicant(), facts)


async def _on_district(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Take a district that was typed; anything else is asked again."""
    said, districts = message.require_text().casefold(), ctx.municipality.districts()
    named = next((one for one in districts if one.casefold() == said), None)
    if named is None:
        again = await dialogs.advance(ctx, message.dialog, DialogStep.ENTRY_DISTRICT)
        await dialogs.prompt(ctx, message.person, again, district_question(ctx))
        return
    await _ask_applicant(ctx, message.person, message.dialog, {"district": named})


async def _ask_applicant(
    ctx: UseCaseContext, person: Person, dialog: Dialog, facts: DialogFacts, pressed: str | None = None
) -> None:
    """Ask for the applicant; the name and the telephone in the text are proposed."""
    if "name" not in dialog.facts:
        said = ctx.municipality.understanding.read_applicant(dialog.facts["text"])
        facts = {**facts, "name": said.name or "", "phone": said.phone or ""}
    note = AskNewApplicant(same_number=dialog.facts.get("other"))
    await _go_on(ctx, person, dialog, DialogStep.ENTRY_APPLICANT, note, facts, pressed)


async def _on_applicant(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Take the name and the telephone that were typed; the kind is chosen by a button."""
    text = message.require_text()
    said = ctx.municipality.understanding.read_typed_applicant(text)
    facts: DialogFacts = {"name": said.name or "", "phone": said.phone or ""}
    changed = await dialogs.advance(ctx, message.dialog, DialogStep.ENTRY_APPLICANT, **facts)
    official = typed_entries.find_official(ctx, said.name)
    note = AskNewApplicant(official=official.name if official is not None else None)
    await dialogs.prompt(ctx, message.person, changed, note)


async def on_choice(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Apply a choice made by button: the source, «Нет номера», «Обычный срок», «Изменить»."""
    dialog = await dialogs.find_current(ctx, press.person)
    name, _, value = press.callback.arg.partition("=")
    if dialog is None or dialog.step is not _CHOICE_STEPS.get(name):
        raise DialogEnded()
    await answer_callback(ctx, press)
    page = find_page(ctx, dialog, name, value)
    if page is not None:
        await edit_pressed_note(ctx, press, page, prompt_user_id=dialog.user_id)
        return
    chosen = await _CHOICES[name](ctx, press, dialog, value)
    await edit_pressed_note(ctx, press, PromptClosed(text=f"✓ {chosen}"))


async def _choose_source(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    """Take one of the usual sources by its place in their list, a system of the municipality by its code."""
    systems = ctx.municipality.systems
    if value.isdecimal() and int(value) < len(MANUAL_SOURCES):
        chosen = MANUAL_SOURCES[int(value)]
    elif value in systems:
        chosen = systems.stored_name(value)
    else:
        raise DialogEnded()
    await _save_source(ctx, press.person, dialog, chosen, press.event.message_id)
    return systems.title(chosen)


async def _choose_no_number(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    await _save_number(ctx, press.person, dialog, "", press.event.message_id)
    return NO_NUMBER


async def _choose_usual_term(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    await _save_due(ctx, press.person, dialog, None, press.event.message_id)
    return USUAL_TERM


async def _choose_usual_own_term(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    step, facts = DialogStep.ENTRY_APPLICANT, DialogFacts(own_deadline="")
    await _go_on(ctx, press.person, dialog, step, AskNewApplicant(), facts, press.event.message_id)
    return USUAL_TERM


async def _choose_district(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    districts = ctx.municipality.districts()
    chosen = districts[int(value)] if value.isdecimal() and int(value) < len(districts) else ""
    await _ask_applicant(ctx, press.person, dialog, {"district": chosen}, press.event.message_id)
    return chosen or UNKNOWN_DISTRICT


async def _choose_kind(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    if value not in set(ApplicantKind):
        raise DialogEnded()
    kind = ApplicantKind(value)
    await _create_ticket(ctx, press.person, dialog, kind, press.event.message_id)
    return APPLICANT_KIND_TITLES[kind]


async def _open_fields(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    """«Изменить»: list the fields."""
    changed = await dialogs.advance(ctx, dialog, DialogStep.ENTRY_APPLICANT, pressed_message_id=press.event.message_id)
    note = AskNewField(
        with_district=bool(ctx.municipality.districts()),
        with_own_term=typed_entries.may_set_terms(ctx, press.person),
    )
    await dialogs.prompt(ctx, press.person, changed, note)
    return "Изменить"


async def _choose_field(ctx: UseCaseContext, press: ButtonPress, dialog: Dialog, value: str) -> str:
    """Ask for the field once more; «Назад» asks the last question again."""
    asked = question_of_field(ctx, value)
    step, note = asked or (DialogStep.ENTRY_APPLICANT, AskNewApplicant())
    changed = await dialogs.advance(
        ctx, dialog, step, pressed_message_id=press.event.message_id, review=asked is not None
    )
    await dialogs.prompt(ctx, press.person, changed, note)
    return FIELD_TITLES.get(value, "Назад")


_CHOICES: dict[str, Callable[[UseCaseContext, ButtonPress, Dialog, str], Awaitable[str]]] = {
    "source": _choose_source,
    "number": _choose_no_number,
    "due": _choose_usual_term,
    "own": _choose_usual_own_term,
    "district": _choose_district,
    "kind": _choose_kind,
    "edit": _open_fields,
    "field": _choose_field,
}
"""The effect of each choice button; each returns the words that take the place of the question."""


async def _create_ticket(
    ctx: UseCaseContext, person: Person, dialog: Dialog, kind: ApplicantKind, pressed: str | None = None
) -> None:
    facts = dialog.facts
    typed = typed_entries.TypedEntry(
        text=facts["text"],
        source=facts["source"],
        number=facts.get("number") or None,
        deadline=_moment(facts.get("deadline")),
        own_deadline=_moment(facts.get("own_deadline")),
        district=facts.get("district") or None,
        applicant=Applicant(facts["name"] or None, facts["phone"] or None, kind),
    )
    ticket = await typed_entries.enter(ctx, person, typed)
    await dialogs.end(ctx, dialog, pressed_message_id=pressed)
    sector = ctx.municipality.title_of(ticket) if ticket.sector or not ctx.municipality.sectors else None
    note = NewTicketRegistered(ticket_id=ticket.id, sector=sector)
    await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.INTERACTIVE)
    if await responsibility.has_right(ctx, person, Right.SEE_TICKET, ticket):
        await tickets.send_card(ctx, person, ticket)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


BUTTON_HANDLERS: ButtonHandlers = {
    Op.MANUAL_ENTRY: on_choice,
}


STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.ENTRY_TEXT: _on_text,
    DialogStep.ENTRY_SOURCE: _on_source,
    DialogStep.ENTRY_NUMBER: _on_number,
    DialogStep.ENTRY_DEADLINE: _on_due,
    DialogStep.ENTRY_OWN_TERM: _on_own_term,
    DialogStep.ENTRY_DISTRICT: _on_district,
    DialogStep.ENTRY_APPLICANT: _on_applicant,
}
