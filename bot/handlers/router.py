"""Router of events: picks the handler by who acts, and reports refusals to officials."""

from bot.domain.channels import Address
from bot.domain.errors import DialogEnded, ForeignButton, NotAnOfficial, NotInPrivate, OutdatedButton, Refusal
from bot.domain.notifications.codec import decode
from bot.domain.notifications.dialogs import PromptDone, PromptResult
from bot.domain.notifications.refusals import RefusalDetails, Refused
from bot.domain.notifications.toasts import RefusalToast
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.sources import author_key
from bot.handlers import (
    absences,
    accounts,
    answer_limits,
    answer_marks,
    answers,
    approvals,
    board,
    calls,
    chains,
    chat_events,
    citizen,
    clarifications,
    commands,
    correction_requests,
    dates,
    delegations,
    districts,
    draft_sending,
    entries,
    extensions,
    floods,
    forwards,
    imports,
    inquiries,
    manual_entry,
    passing,
    people,
    problems,
    promises,
    publications,
    review_queue,
    settings,
    solutions,
    templates,
    ticket_data,
    tickets,
    topics,
    triage,
)
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.messengers.events import (
    AuthorKind,
    ButtonPressed,
    ChatChanged,
    ChatKind,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    OwnMessageSeen,
    PagePosted,
    Reacted,
)
from bot.services.answers import satisfaction
from bot.services.context import UseCaseContext
from bot.services.monitoring import foreign_activity
from bot.services.notifications import cards, notify, presses
from bot.services.reports import official_pages
from bot.services.staff import reachability
from bot.services.tickets import card_doubles
from bot.views.callback_codes import CallbackData, Op, unpack

BUTTON_HANDLERS: ButtonHandlers = {
    **tickets.BUTTON_HANDLERS,
    **answers.BUTTON_HANDLERS,
    **draft_sending.BUTTON_HANDLERS,
    **publications.BUTTON_HANDLERS,
    **answer_limits.BUTTON_HANDLERS,
    **answer_marks.BUTTON_HANDLERS,
    **approvals.BUTTON_HANDLERS,
    **chains.BUTTON_HANDLERS,
    **board.BUTTON_HANDLERS,
    **dates.BUTTON_HANDLERS,
    **delegations.BUTTON_HANDLERS,
    **templates.BUTTON_HANDLERS,
    **topics.BUTTON_HANDLERS,
    **triage.BUTTON_HANDLERS,
    **districts.BUTTON_HANDLERS,
    **entries.BUTTON_HANDLERS,
    **extensions.BUTTON_HANDLERS,
    **manual_entry.BUTTON_HANDLERS,
    **review_queue.BUTTON_HANDLERS,
    **problems.BUTTON_HANDLERS,
    **promises.BUTTON_HANDLERS,
    **settings.BUTTON_HANDLERS,
    **accounts.BUTTON_HANDLERS,
    **people.BUTTON_HANDLERS,
    **floods.BUTTON_HANDLERS,
    **forwards.BUTTON_HANDLERS,
    **calls.BUTTON_HANDLERS,
    **correction_requests.BUTTON_HANDLERS,
    **imports.BUTTON_HANDLERS,
    **inquiries.BUTTON_HANDLERS,
    **clarifications.BUTTON_HANDLERS,
    **passing.BUTTON_HANDLERS,
    **ticket_data.BUTTON_HANDLERS,
    **absences.BUTTON_HANDLERS,
    **solutions.BUTTON_HANDLERS,
}


MAX_CITIZEN_PRESSES = 10
"""Presses of officials' buttons, in a forwarded card for instance, that one citizen gets an answer to in an hour."""


async def handle_event(ctx: UseCaseContext, event: Event) -> None:
    """Handle *event* within the transaction of *ctx*."""
    ctx.actor = ctx.origin = None
    ctx.uow.audit_log.account = (event.message if isinstance(event, MessageEdited) else event).chat.account
    match event:
        case MessagePosted():
            await _on_message_posted(ctx, event)
        case MessageEdited():
            official = await _find_official(ctx, event.message)
            if official is None:
                await citizen.on_message_edited(ctx, event)
            else:
                ctx.actor, ctx.origin = official, Address(event.message.chat.account, event.message.author.id)
                await answers.edit_draft_part(ctx, official, event.message)
        case MessageDeleted():
            await official_pages.on_message_deleted(ctx, event)
            await citizen.on_message_deleted(ctx, event)
        case PagePosted():
            await official_pages.on_page_posted(ctx, event)
        case Reacted():
            await citizen.on_reaction(ctx, event)
        case ButtonPressed():
            await _on_button_pressed(ctx, event)
        case OwnMessageSeen():
            await foreign_activity.on_own_message_seen(ctx, event)
        case ChatChanged():
            await chat_events.on_chat_changed(ctx, event)


async def _find_official(ctx: UseCaseContext, event: MessagePosted) -> Person | None:
    """Return the official who wrote *event* in private, if its author is one."""
    if event.chat.kind is not ChatKind.PRIVATE or event.author.kind is not AuthorKind.PERSON:
        return None
    return await reachability.find_current_official(ctx, event.chat.account, event.author.id)


async def _on_message_posted(ctx: UseCaseContext, event: MessagePosted) -> None:
    official = await _find_official(ctx, event)
    if official is None:
        if not await official_pages.on_message_posted(ctx, event):
            await citizen.on_message_posted(ctx, event)
        return
    await reachability.on_activity(ctx, official, event.chat.account, event.author.id)
    try:
        async with ctx.uow.savepoint():
            await commands.on_message_posted(ctx, official, event)
    except Refusal as refusal:
        await ctx.uow.audit_log.record(
            "refused", ctx.now, person_id=official.id, ticket_id=_ticket_id_of(refusal), facts={"code": refusal.code}
        )
        note = Refused(refusal=refusal.code, details=decode(RefusalDetails, refusal.facts))
        await notify.notify(ctx, official, note, priority=Priority.INTERACTIVE)
        await _refresh_card(ctx, official, _ticket_id_of(refusal) or 0)


async def _on_button_pressed(ctx: UseCaseContext, event: ButtonPressed) -> None:
    person = await reachability.find_current_official(ctx, event.chat.account, event.author.id)
    press = unpack(event.code)
    if press is not None and press.op in solutions.CITIZEN_BUTTON_HANDLERS:
        await _on_citizen_pressed(ctx, event, press)
        return
    try:
        if person is None:
            raise NotAnOfficial()
        presses.check_private(event.chat)
        await reachability.on_activity(ctx, person, event.chat.account, event.author.id)
        if press is None or press.op not in BUTTON_HANDLERS:
            raise OutdatedButton()
        await _check_carries_button(ctx, event, press)
        async with ctx.uow.savepoint():
            await BUTTON_HANDLERS[press.op](ctx, ButtonPress(person, press, event))
            await card_doubles.replace_pressed_double(
                ctx, person, event.chat.account, event.chat.id, event.message_id, press.ticket_id
            )
    except Refusal as refusal:
        await _refuse_button(ctx, event, person, press.ticket_id if press else 0, refusal)


async def _on_citizen_pressed(ctx: UseCaseContext, event: ButtonPressed, press: CallbackData) -> None:
    """Handle a button for the author of a ticket; an official may be one, too."""
    try:
        async with ctx.uow.savepoint():
            ticket = await satisfaction.find_pressed_ticket(ctx, event, press.ticket_id)
            await solutions.CITIZEN_BUTTON_HANDLERS[press.op](ctx, event, ticket)
    except Refusal as refusal:
        await _refuse_button(ctx, event, None, 0, refusal)


async def _check_carries_button(ctx: UseCaseContext, event: ButtonPressed, press: CallbackData) -> None:
    """Refuse a press that the message named in it does not offer.

    «Открыть» only shows the card, as /find does, and works in lists that an older release did not record.
    """
    if press.op is Op.OPEN:
        return
    try:
        await presses.check_carries_button(ctx, event.chat, event.message_id, press.ticket_id)
    except ForeignButton:
        if press.op in (Op.SEND, Op.CHANGE, Op.CANCEL):  # under a prompt whose delivery was never recorded
            raise DialogEnded(number=press.ticket_id) from None
        raise


async def _refuse_button(
    ctx: UseCaseContext, event: ButtonPressed, person: Person | None, ticket_id: int, refusal: Refusal
) -> None:
    """Record a refused press, show the reason in a toast and refresh the card.

    Too many presses of one citizen remain unanswered: each would be a row of the audit.
    """
    if person is None:
        presser = f"press:{author_key(event.chat.account, event.author.id)}"
        if not await ctx.uow.floods.try_act(presser, MAX_CITIZEN_PRESSES, ctx.now):
            return
    facts = {"code": refusal.code, "button": event.code[:64]}
    if person is None:
        facts["account"] = f"{event.chat.account}/{event.author.id}"
    elif event.chat.kind is not ChatKind.PRIVATE:
        facts["chat"] = f"{event.chat.account}/{event.chat.id}"
    await ctx.uow.audit_log.record(
        "refused", ctx.now, person_id=person.id if person else None, ticket_id=ticket_id or None, facts=facts
    )
    toast = RefusalToast(refusal.code, decode(RefusalDetails, refusal.facts))
    await notify.answer_callback(ctx, event.chat.account, event.callback_id, toast, alert=True)
    if person is not None and not isinstance(refusal, NotInPrivate):
        await _refresh_card(ctx, person, ticket_id)
        if isinstance(refusal, DialogEnded):
            await _remove_buttons(ctx, event, ticket_id)


async def _remove_buttons(ctx: UseCaseContext, event: ButtonPressed, ticket_id: int) -> None:
    """Remove the buttons of a prompt that was delivered but never recorded because the process crashed."""
    place = (event.chat.account, event.chat.id)
    if not ticket_id or event.message_id is None or await ctx.uow.sent_messages.ticket_of(*place, event.message_id):
        return
    await notify.edit_notification(ctx, *place, event.message_id, PromptDone(result=PromptResult.BUTTONS_GONE))


async def _refresh_card(ctx: UseCaseContext, person: Person, ticket_id: int) -> None:
    """Refresh the card of the person who was refused, if they have one."""
    ticket = await ctx.uow.tickets.get(ticket_id) if ticket_id else None
    address = ctx.reply_address(person)
    if ticket is None or address is None:
        return
    card = await ctx.uow.cards.get(person.id, ticket.id, address.account)
    if card is not None:
        await cards.refresh(ctx, ticket, card, at_once=True)


def _ticket_id_of(refusal: Refusal) -> int | None:
    number = refusal.facts.get("number")
    return number if isinstance(number, int) else None
