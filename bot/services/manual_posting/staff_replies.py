"""Officials' own talk in the monitored places: no ticket, but a reply to a citizen may be the answer."""

from bot.domain.messages import Message, Part
from bot.domain.outbox import Priority
from bot.domain.people import Person, Right
from bot.domain.sources import Source
from bot.domain.tickets import State, Step, Ticket, allowed
from bot.messengers.events import AuthorKind, ChatKind, MessagePosted
from bot.services.context import Work
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.sources.messages import clean, store


async def talk(work: Work, event: MessagePosted, source: Source, official: Person | None) -> None:
    """An official's post (``None``: of one who speaks for the place itself). A reply to a citizen whose ticket is open
    is offered to the head as the answer, as soon as it has one."""
    if not clean(event.text):
        return
    ticket_id = await _asked(work, event)
    ticket = await work.uow.tickets.get(ticket_id, lock=True) if ticket_id is not None else None
    if ticket is not None and ticket.lead_id is not None:
        ticket = await work.uow.tickets.get(ticket.lead_id, lock=True)  # who answers one answers all of that chat
    # While an answer is being published, this may be our own post coming back.
    if ticket is None or not ticket.is_open or ticket.state is State.PUBLISHING:
        return
    await take_reply(work, event, source, official, ticket)


async def _asked(work: Work, event: MessagePosted) -> int | None:
    """The ticket of the message that *event* replies to; in private the community replies to the person's last one."""
    chat = event.chat
    if chat.kind is ChatKind.PRIVATE:
        latest = await work.uow.tickets.latest_in_thread(chat.account, chat.id, chat.thread, chat.id)
        return latest.id if latest is not None and speaks_for_the_place(event) else None
    if event.reply_to is None:
        return None
    asked = await work.uow.messages.by_place(chat.account, chat.id, event.reply_to)
    return asked.ticket_id if asked is not None else None


async def take_reply(work: Work, event: MessagePosted, source: Source, official: Person | None, ticket: Ticket) -> None:
    """Keep a colleague's reply and ask whether it is the answer, unless it is a message of ours."""
    if await work.uow.letters.subject(event.chat.account, event.chat.id, event.message_id) is not None:
        return
    message = await store(work, event, source)
    await work.uow.messages.attach(message.id, ticket.id, Part.STAFF)
    await work.uow.chronicle.record(
        "staff_reply",
        work.now,
        person_id=official.id if official else None,
        ticket_id=ticket.id,
        facts={"message": message.id},
    )
    await _offer(work, ticket, message, official.name if official else event.author.name or source.title)


async def offer_waiting(work: Work, ticket: Ticket) -> None:
    """*ticket* has found its sector: what colleagues replied in the chat until then is offered now."""
    for message in await work.uow.messages.of_ticket(ticket.id):
        if message.part is Part.STAFF:
            official = work.centre.person_at(message.account, message.author_id)
            name = official.name if official else message.author_name or message.chat_title or "коллега"
            await _offer(work, ticket, message, name)


async def _offer(work: Work, ticket: Ticket, message: Message, name: str) -> None:
    """Ask whether *message* is the answer, where there can be one or one waits to be posted, those who may say so."""
    if not (allowed(ticket.state, Step.ANSWER) or await handout.waiting(work, ticket.id)):
        return
    for person in await cards.audience(work, ticket):
        if work.centre.staff.may(person, Right.ANSWER, ticket.sector, ticket.district):
            await notify.tell(
                work,
                person,
                "staff_reply",
                ticket=ticket,
                priority=Priority.CARD,
                number=ticket.id,
                name=name,
                message_id=message.id,
            )


def speaker(work: Work, event: MessagePosted) -> Person | None:
    """The official behind *event*, also one who writes in the community's name where the messenger tells who it is."""
    return work.centre.person_at(event.chat.account, event.author.speaker or event.author.id)


def speaks_for_the_place(event: MessagePosted) -> bool:
    """An anonymous administrator of the group, or somebody who writes in the community's name."""
    chat = event.chat
    return event.author.kind is AuthorKind.CHAT and event.author.id.lstrip("-") == chat.root.lstrip("-")
