"""Buttons and dialog steps of questions to other units and to the management."""

from datetime import datetime

from bot.domain.dialogs import Dialog, DialogStep
from bot.domain.errors import NotAllowed, OutdatedButton, TextRequired
from bot.domain.inquiries import InquiryKind
from bot.domain.notifications.inquiries import AskInquiry, AskInquiryAnswer, AskInquiryUnit
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.domain.written_terms import parse_term, split_term
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import cards
from bot.services.tickets import inquiries
from bot.views.callback_codes import Op
from bot.views.role_titles import TO_MANAGEMENT

MAX_UNIT_CHARS = 100


async def open_units(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Запросить сведения»: show the units."""
    ticket = await inquiries.check_can_ask(ctx, press.ticket_id, press.person)
    await cards.open_menu(ctx, ticket, press.person, f"request:{press.callback.page}")
    await answer_callback(ctx, press)


async def choose_unit(ctx: UseCaseContext, press: ButtonPress) -> None:
    ticket = await inquiries.check_can_ask(ctx, press.ticket_id, press.person)
    sector = press.callback.arg
    if sector and (sector not in ctx.municipality.sectors or sector == ticket.sector):
        raise OutdatedButton(number=ticket.id)
    step = DialogStep.REQUEST_QUESTION if sector else DialogStep.REQUEST_UNIT
    dialog = await dialogs.start(ctx, press.person, step, ticket)
    dialog = await dialogs.advance(ctx, dialog, step, sector=sector)
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    if not sector:
        await dialogs.prompt(ctx, press.person, dialog, AskInquiryUnit(ticket_id=ticket.id), ticket=ticket)
        return
    await _ask_question(ctx, press.person, dialog, ticket, InquiryKind.UNIT, ctx.municipality.sector_title(sector))


async def _ask_question(
    ctx: UseCaseContext, person: Person, dialog: Dialog, ticket: Ticket, kind: InquiryKind, addressee: str
) -> None:
    due_at = inquiries.usual_due(ctx, kind)
    note = AskInquiry(ticket_id=ticket.id, kind=kind, addressee=addressee, due_at=due_at)
    await dialogs.prompt(ctx, person, dialog, note, ticket=ticket)


async def name_unit(ctx: UseCaseContext, message: OfficialMessage) -> None:
    ticket = await inquiries.check_can_ask(ctx, message.dialog.ticket_id or 0, message.person)
    unit = " ".join(message.require_text().split())[:MAX_UNIT_CHARS]
    dialog = await dialogs.advance(ctx, message.dialog, DialogStep.REQUEST_QUESTION, unit=unit)
    await _ask_question(ctx, message.person, dialog, ticket, InquiryKind.UNIT, unit)


async def send_request(ctx: UseCaseContext, message: OfficialMessage) -> None:
    question, due_at = read_question(ctx, message)
    facts = message.dialog.facts
    await inquiries.ask(
        *(ctx, message.dialog.ticket_id or 0, message.person, InquiryKind.UNIT, question, due_at),
        sector=facts.get("sector") or None,
        unit=facts.get("unit"),
    )
    await dialogs.end(ctx, message.dialog)


async def ask_decision(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Вынести на рассмотрение»: ask for the question."""
    ticket = await inquiries.check_can_ask(ctx, press.ticket_id, press.person)
    dialog = await dialogs.start(ctx, press.person, DialogStep.DECISION_QUESTION, ticket)
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    await _ask_question(ctx, press.person, dialog, ticket, InquiryKind.DECISION, TO_MANAGEMENT)


async def send_question(ctx: UseCaseContext, message: OfficialMessage) -> None:
    question, due_at = read_question(ctx, message)
    ticket_id = message.dialog.ticket_id or 0
    await inquiries.ask(ctx, ticket_id, message.person, InquiryKind.DECISION, question, due_at)
    await dialogs.end(ctx, message.dialog)


def read_question(ctx: UseCaseContext, message: OfficialMessage) -> tuple[str, datetime | None]:
    """Return the words and the date at their end: «до 25.11»."""
    words, term = split_term(message.require_text())
    if not words:
        raise TextRequired(number=message.dialog.ticket_id)
    return words, _read_term(ctx, term)


def _read_term(ctx: UseCaseContext, term: str | None) -> datetime | None:
    return parse_term(term, ctx.municipality.calendar, ctx.now) if term is not None else None


async def ask_inquiry_answer(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Ответить на запрос», «Внести решение»: ask for the words."""
    ticket, found = await inquiries.get_answerable(ctx, press.ticket_id, press.person, press.require_number())
    dialog = await dialogs.start(ctx, press.person, DialogStep.INQUIRY_ANSWER, ticket)
    dialog = await dialogs.advance(ctx, dialog, DialogStep.INQUIRY_ANSWER, inquiry=found.id)
    await answer_callback(ctx, press)
    note = AskInquiryAnswer(ticket_id=ticket.id, inquiry_id=found.id)
    await dialogs.prompt(ctx, press.person, dialog, note, ticket=ticket)


async def save_inquiry_answer(ctx: UseCaseContext, message: OfficialMessage) -> None:
    text = message.require_text()
    ticket_id, inquiry_id = message.dialog.ticket_id or 0, int(message.dialog.facts["inquiry"])
    _, found = await inquiries.get_answerable(ctx, ticket_id, message.person, inquiry_id)
    control_at = None
    if found.kind is InquiryKind.DECISION:
        control_at = _read_term(ctx, split_term(text)[1])
    await dialogs.end(ctx, message.dialog)
    await inquiries.answer(ctx, ticket_id, message.person, inquiry_id, text, control_at)


async def send_register(ctx: UseCaseContext, person: Person, argument: str) -> None:
    """``/questions``: the register of questions to the management."""
    if not ctx.municipality.has_right_anywhere(person, Right.REQUEST):
        raise NotAllowed(right=Right.REQUEST.value)
    await inquiries.send_register(ctx, person)


BUTTON_HANDLERS: ButtonHandlers = {
    Op.REQUEST: open_units,
    Op.REQUEST_FROM: choose_unit,
    Op.DECISION: ask_decision,
    Op.ANSWER_INQUIRY: ask_inquiry_answer,
}

STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.REQUEST_UNIT: name_unit,
    DialogStep.REQUEST_QUESTION: send_request,
    DialogStep.DECISION_QUESTION: send_question,
    DialogStep.INQUIRY_ANSWER: save_inquiry_answer,
}

COMMAND_HANDLERS: CommandHandlers = {"questions": send_register}
