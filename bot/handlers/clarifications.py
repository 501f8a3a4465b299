"""Buttons and dialog steps of texts that come before the answer: «Уточнить у жителя», «Промежуточный ответ», «Передать
вне центра». How they are written, previewed and sent is the same as for answers."""

from datetime import datetime

from bot.domain.dialogs import DialogStep
from bot.domain.drafts import Wording
from bot.domain.json_types import Json
from bot.domain.notifications.clarifications import (
    AskClarification,
    AskInterim,
    AskReferral,
    AskReferralBody,
    AskReferralDate,
)
from bot.domain.written_dates import read_deadline
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, DialogStepHandlers, OfficialMessage
from bot.services.answers import referrals, saved_drafts, submissions
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs, drafts
from bot.services.notifications import cards
from bot.views.callback_codes import Op


async def ask_citizen(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Уточнить у жителя»: ask for the question, or show the saved draft of it."""
    await _begin(ctx, press, DialogStep.QUESTION, Wording.QUESTION, AskClarification(ticket_id=press.ticket_id))


async def ask_interim(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Промежуточный ответ»: ask for the words, or show the saved draft of them."""
    await _begin(ctx, press, DialogStep.INTERIM, Wording.INTERIM, AskInterim(ticket_id=press.ticket_id))


async def _begin(
    ctx: UseCaseContext, press: ButtonPress, step: DialogStep, kind: Wording, prompt: AskClarification | AskInterim
) -> None:
    ticket = await submissions.check_can_write(ctx, press.ticket_id, press.person, kind)
    saved = await saved_drafts.find_saved(ctx, ticket, kind)
    base = saved.version if saved is not None else 0
    dialog = await dialogs.start(ctx, press.person, step, ticket, {"base": base})
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    if saved is not None and (saved.text or saved.media):
        await drafts.add_to_draft(ctx, dialog, press.person, saved.text, saved.media)
        return
    await dialogs.prompt(ctx, press.person, dialog, prompt, ticket=ticket)


async def ask_body(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Передать вне центра»: ask which body decides about the matter."""
    ticket = await submissions.check_can_write(ctx, press.ticket_id, press.person, Wording.REFERRAL)
    dialog = await dialogs.start(ctx, press.person, DialogStep.REFERRAL_BODY, ticket)
    await cards.open_menu(ctx, ticket, press.person, "")
    await answer_callback(ctx, press)
    await dialogs.prompt(ctx, press.person, dialog, AskReferralBody(ticket_id=ticket.id), ticket=ticket)


async def name_body(ctx: UseCaseContext, message: OfficialMessage) -> None:
    ticket = await referrals.check_can_refer(ctx, message.dialog.ticket_id or 0, message.person)
    body = " ".join(message.require_text().split())[: referrals.MAX_BODY_CHARS]
    dialog = await dialogs.advance(ctx, message.dialog, DialogStep.REFERRAL_DATE, body=body)
    await dialogs.prompt(ctx, message.person, dialog, AskReferralDate(ticket_id=ticket.id), ticket=ticket)


async def set_date(ctx: UseCaseContext, message: OfficialMessage) -> None:
    """Handle the day on which the post wants to look at what the body has done."""
    ticket = await referrals.check_can_refer(ctx, message.dialog.ticket_id or 0, message.person)
    read = read_deadline(message.require_text(), ctx.municipality.calendar, ctx.now)
    if read.at is None:
        again = await dialogs.advance(ctx, message.dialog, DialogStep.REFERRAL_DATE)
        prompt = AskReferralDate(ticket_id=ticket.id, fault=read.fault, passed=read.passed)
        await dialogs.prompt(ctx, message.person, again, prompt, ticket=ticket)
        return
    saved = await saved_drafts.find_saved(ctx, ticket, Wording.REFERRAL)
    base, body = saved.version if saved is not None else 0, str(message.dialog.facts["body"])
    dialog = await dialogs.advance(ctx, message.dialog, DialogStep.REFERRAL, control=read.at.isoformat(), base=base)
    asked = AskReferral(ticket_id=ticket.id, body=body, control_at=read.at)
    await dialogs.prompt(ctx, message.person, dialog, asked, ticket=ticket)


async def prepare_referral(ctx: UseCaseContext, press: ButtonPress, facts: Json) -> None:
    """Keep the body and the date that the dialog has asked for; an approver who changes the words keeps them."""
    if "body" not in facts or "control" not in facts:
        return
    ticket = await referrals.check_can_refer(ctx, press.ticket_id, press.person)
    control_at = datetime.fromisoformat(facts["control"])
    await referrals.prepare(ctx, ticket, press.person, facts["body"], control_at)


BUTTON_HANDLERS: ButtonHandlers = {Op.CLARIFY: ask_citizen, Op.INTERIM: ask_interim, Op.REFER: ask_body}

STEP_HANDLERS: DialogStepHandlers = {DialogStep.REFERRAL_BODY: name_body, DialogStep.REFERRAL_DATE: set_date}
