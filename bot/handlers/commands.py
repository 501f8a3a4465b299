"""Messages of officials in private: commands, dialog steps and replies to cards."""

from bot.domain.dialogs import Dialog
from bot.domain.errors import CodeNotNeeded, NotAllowed, NotYourCommand
from bot.domain.invitations import looks_like_code
from bot.domain.notifications.dialogs import DialogKept
from bot.domain.notifications.staff import (
    FindHelp,
    Help,
    NoDialog,
    UnknownCommand,
    Welcome,
)
from bot.domain.notifications.tickets import ListedTicket, OwnWork, OwnWorkItem, TicketList
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.roles import Right
from bot.handlers import (
    absences,
    accounts,
    answers,
    approvals,
    board,
    calls,
    clarifications,
    correction_requests,
    entries,
    extensions,
    forwards,
    imports,
    inquiries,
    manual_entry,
    passing,
    people,
    promises,
    settings,
    solutions,
    templates,
    ticket_data,
    tickets,
    topics,
    words,
)
from bot.handlers.types import CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.messengers.events import MessagePosted
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.reports import digest, regional
from bot.services.staff import invitations, reachability
from bot.services.tickets import own_work, search
from bot.views.listings import FOUND_HEADING, NOTHING_FOUND

MAX_LISTED = 50


async def send_welcome(ctx: UseCaseContext, person: Person, argument: str) -> None:
    """``/start``: tell officials their roles and what they can do; a code is for somebody who has not joined."""
    if looks_like_code(argument):
        raise CodeNotNeeded()
    await reachability.update_menus(ctx, person)
    gets_digest = person in ctx.municipality.staff.recipients(Audience.DIGEST)
    await notify.notify(
        ctx,
        person,
        Welcome(
            name=person.name,
            municipality=ctx.municipality.name,
            roles=tuple(sorted(person.roles)),
            commands=tuple(reachability.commands_of(ctx, person)),
            digest_at=f"{ctx.municipality.digest_at:%H:%M}" if gets_digest else None,
            works_tickets=_works_tickets(ctx, person),
            sorts_messages=_sorts_messages(ctx, person),
        ),
        priority=Priority.INTERACTIVE,
    )


async def send_help(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(
        ctx,
        person,
        Help(
            commands=tuple(reachability.commands_of(ctx, person)),
            works_tickets=_works_tickets(ctx, person),
            sorts_messages=_sorts_messages(ctx, person),
            enters_tables=ctx.municipality.has_right_anywhere(person, Right.IMPORT),
        ),
        priority=Priority.INTERACTIVE,
    )


def _works_tickets(ctx: UseCaseContext, person: Person) -> bool:
    """True if new tickets come to this person."""
    staff = ctx.municipality.staff
    return any(person in staff.acting_for(sector) for sector in ctx.municipality.sectors or (None,))


def _sorts_messages(ctx: UseCaseContext, person: Person) -> bool:
    """True if messages without a sector come to this person."""
    return person in ctx.municipality.staff.acting_for(None)


async def list_own_tickets(ctx: UseCaseContext, person: Person, argument: str) -> None:
    found = await own_work.list_own_work(ctx, person, MAX_LISTED)
    items = tuple(OwnWorkItem(one.ticket.id, one.section, one.reasons) for one in found)
    await notify.notify(ctx, person, OwnWork(items=items), priority=Priority.INTERACTIVE)


async def find_tickets(ctx: UseCaseContext, person: Person, argument: str) -> None:
    number = argument.strip().removeprefix("№").strip()
    if number.isdecimal() and len(number) < 15:
        await tickets.send_card(ctx, person, await search.get_by_number(ctx, person, int(number)))
    elif number:
        found = await search.list_by_text(ctx, person, argument, MAX_LISTED)
        items = tuple(ListedTicket("", ticket.id) for ticket in found)
        await notify.notify(
            ctx,
            person,
            TicketList(items=items, heading=FOUND_HEADING, empty=NOTHING_FOUND),
            priority=Priority.INTERACTIVE,
        )
    else:
        await notify.notify(ctx, person, FindHelp(), priority=Priority.INTERACTIVE)


async def send_digest(ctx: UseCaseContext, person: Person, argument: str) -> None:
    if not ctx.municipality.has_right_anywhere(person, Right.DIGEST):
        raise NotAllowed(right=Right.DIGEST.value)
    await digest.send_now(ctx, person)


async def send_stats(ctx: UseCaseContext, person: Person, argument: str) -> None:
    if not ctx.municipality.has_right_anywhere(person, Right.DIGEST):
        raise NotAllowed(right=Right.DIGEST.value)
    await digest.send_stats(ctx, person)


async def send_invitations(ctx: UseCaseContext, person: Person, argument: str) -> None:
    invited = await invitations.invite_all_on_request(ctx, person)
    note = invitations.describe(ctx, invited)
    await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)


COMMAND_HANDLERS: CommandHandlers = {
    "start": send_welcome,
    "help": send_help,
    "my": list_own_tickets,
    "find": find_tickets,
    "new": manual_entry.start_manual_entry,
    "digest": send_digest,
    "stats": send_stats,
    "report": regional.send,
    "invite": send_invitations,
    **board.COMMAND_HANDLERS,
    **entries.COMMAND_HANDLERS,
    **settings.COMMAND_HANDLERS,
    **accounts.COMMAND_HANDLERS,
    **people.COMMAND_HANDLERS,
    **inquiries.COMMAND_HANDLERS,
    **absences.COMMAND_HANDLERS,
    **templates.COMMAND_HANDLERS,
    **topics.COMMAND_HANDLERS,
}

STEP_HANDLERS: DialogStepHandlers = {
    **answers.STEP_HANDLERS,
    **approvals.STEP_HANDLERS,
    **entries.STEP_HANDLERS,
    **extensions.STEP_HANDLERS,
    **tickets.STEP_HANDLERS,
    **manual_entry.STEP_HANDLERS,
    **people.STEP_HANDLERS,
    **promises.STEP_HANDLERS,
    **calls.STEP_HANDLERS,
    **correction_requests.STEP_HANDLERS,
    **inquiries.STEP_HANDLERS,
    **clarifications.STEP_HANDLERS,
    **passing.STEP_HANDLERS,
    **ticket_data.STEP_HANDLERS,
    **absences.STEP_HANDLERS,
    **settings.STEP_HANDLERS,
    **solutions.STEP_HANDLERS,
    **templates.STEP_HANDLERS,
    **topics.STEP_HANDLERS,
}


async def on_message_posted(ctx: UseCaseContext, person: Person, event: MessagePosted) -> None:
    """Handle a private message of an official: a command, the next step of a dialog, or a reply to a card."""
    is_forwarded = bool(event.forwards) and event.reply_to is None
    if is_forwarded and await dialogs.find_current(ctx, person) is None:  # a text in hand takes it up
        if event.text or not await imports.on_table_sent(ctx, person, event):  # a colleague's table may be forwarded
            await forwards.on_forwarded(ctx, person, event)
        return
    name, argument = command_of(event)
    if name in COMMAND_HANDLERS:
        own = reachability.commands_of(ctx, person)
        if name not in ("start", *own):
            raise NotYourCommand(command=name, commands=", ".join(f"/{one}" for one in own))
        before = await dialogs.find_current(ctx, person)
        await COMMAND_HANDLERS[name](ctx, person, argument)
        await _mention_dialog(ctx, person, before)
        return
    if event.service:
        return
    dialog = await dialogs.find_current(ctx, person)
    if name or _is_like_command(event.text):
        note = UnknownCommand(commands=tuple(reachability.commands_of(ctx, person)), in_dialog=dialog is not None)
        await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)
        return
    ticket_id = await _ticket_replied_to(ctx, event)
    if ticket_id is not None and (dialog is None or dialog.ticket_id != ticket_id):
        if not await words.send_replied(ctx, person, ticket_id, event):
            await answers.answer_to_card(ctx, person, ticket_id, event)
    elif ticket_id is None and await words.send_replied_to_list(ctx, person, event):
        pass
    elif dialog is not None and dialog.step in STEP_HANDLERS:
        await STEP_HANDLERS[dialog.step](ctx, OfficialMessage(person, event, dialog))
    elif dialog is not None or not await imports.on_table_sent(ctx, person, event):
        answers_citizens = "my" in reachability.commands_of(ctx, person)
        await notify.notify(ctx, person, NoDialog(answers=answers_citizens), priority=Priority.INTERACTIVE)


async def _mention_dialog(ctx: UseCaseContext, person: Person, before: Dialog | None) -> None:
    """Tell the person that what they had begun before a command goes on, unless the command began something else."""
    now = await dialogs.find_current(ctx, person)
    if before is not None and now is not None and now.version == before.version:
        note = DialogKept(ticket_id=now.ticket_id, is_draft=now.step.draft_kind is not None)
        await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)


def _is_like_command(text: str) -> bool:
    """Return whether an official meant a command: «/найти», «/ my»; «/2 подъезд» is a text."""
    first = text.lstrip()[:2]
    return first.startswith("/") and not first[1:].isdigit()


def command_of(event: MessagePosted) -> tuple[str, str]:
    """Return ``("find", "люк")`` for «/find люк» and «/find@bot люк», ``("", text)`` for any other text."""
    first, *rest = event.text.split(maxsplit=1) or [""]
    name = first[1:].partition("@")[0]
    if not (first.startswith("/") and name.isascii() and name[:1].isalpha()):  # «/2 подъезд» is no command
        return "", event.text
    return name.casefold(), rest[0].strip() if rest else ""


async def _ticket_replied_to(ctx: UseCaseContext, event: MessagePosted) -> int | None:
    if event.reply_to is None:
        return None
    found = await ctx.uow.sent_messages.ticket_of(event.chat.account, event.chat.id, event.reply_to)
    return found[0] if found else None
