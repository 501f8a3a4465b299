"""A citizen's message comes in: is it a ticket, a part of one, or talk?"""

import hashlib
import re
from datetime import timedelta
from typing import Any

from bot.domain.people import Person
from bot.domain.records import Message, Part, Priority
from bot.domain.sources import Source
from bot.domain.tickets import State, Step, Ticket
from bot.messengers.codec import pack_media
from bot.messengers.events import AuthorKind, ChatKind, MediaKind, MessageDeleted, MessagePosted
from bot.services import cards, notes, tickets
from bot.services.centre import Work, author_key
from bot.understanding.base import Noise, PlaceName, Reading

SAME_TEXT = timedelta(hours=24)
"""The same words of the same author within this time are one message in several places."""

AFTER_ANSWER = timedelta(days=14)
"""A new message of the author in the thread within this time is linked to the answered ticket."""

DIRECT = frozenset({ChatKind.PRIVATE})
"""Places where a person speaks to us alone: everything but noise is a ticket."""

_TALKING = frozenset({MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.VOICE, MediaKind.DOCUMENT, MediaKind.LOCATION})
"""What can stand for words where a person speaks to us alone."""


async def take(work: Work, event: MessagePosted, source: Source) -> None:
    """A new post of a person in a monitored place (also one that we have seen already: then nothing happens)."""
    chat = event.chat
    if event.author.kind is not AuthorKind.PERSON or event.automatic or event.service:
        return
    if await work.uow.messages.by_place(chat.account, chat.id, event.message_id) is not None:
        return
    official = work.centre.person_at(chat.account, event.author.id)
    if official is not None:
        await _staff_talk(work, event, official)
        return
    message = await _store(work, event)
    reading = work.centre.understanding.read(message.text)
    if await _join_album(work, message, reading):
        return
    if _is_noise(message, reading):
        if chat.kind in DIRECT and source.answers == "bot" and reading.noise in (Noise.GREETING, Noise.COMMAND):
            await notes.tell_citizen(work, chat.account, chat.id, None, "how_to_write")
        return
    if await _join_ticket(work, message, reading, source):
        return
    if await _is_ticket(work, message, reading, source):
        await _make_ticket(work, message, reading, source)


async def change(work: Work, event: MessagePosted, source: Source) -> None:
    """The author has changed the post: the ticket's words change with it; there is never a second ticket."""
    chat = event.chat
    known = await work.uow.messages.by_place(chat.account, chat.id, event.message_id)
    if known is None:
        started = await work.uow.chronicle.when("first_start")
        if started is not None and event.sent_at >= started:
            await take(work, event, source)
        return
    text = clean(event.text)
    media = pack_media(event.attachments)
    if text == known.text and media == known.media:
        return
    await work.uow.messages.edit(known.id, text, media, work.now)
    reading = work.centre.understanding.read(text)
    if known.ticket_id is None:
        edited = await _again(work, known)
        noise = _is_noise(edited, reading)
        if not noise and known.part is None and await _is_ticket(work, edited, reading, source):
            await _make_ticket(work, edited, reading, source)
        return
    ticket = await tickets.get(work, known.ticket_id)
    if known.part is Part.ROOT:
        ticket = await _reread(work, ticket, text, reading)
    await work.uow.chronicle.record("edited", work.now, ticket_id=ticket.id, facts={"message": known.id})
    await cards.show(work, ticket)
    if len(media) > len(known.media):
        await cards.queue_media(work, ticket)


async def remove(work: Work, event: MessageDeleted) -> None:
    """The author has taken the post back: the card says so; the ticket stays."""
    known = await work.uow.messages.by_place(event.chat.account, event.chat.id, event.message_id)
    if known is None or known.deleted_at is not None:
        return
    await work.uow.messages.mark_deleted(known.id, work.now)
    if known.ticket_id is not None:
        await work.uow.chronicle.record("removed", work.now, ticket_id=known.ticket_id, facts={"message": known.id})
        await cards.show(work, await tickets.get(work, known.ticket_id))


def clean(text: str) -> str:
    """The words as they can be stored and shown: no NUL (PostgreSQL refuses it), no half characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()


def text_key(text: str) -> str | None:
    """The same for texts that differ in case, punctuation and spaces alone; ``None`` for no words."""
    words = re.findall(r"\w+", text.casefold().replace("ё", "е"))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32] if words else None


def _is_noise(message: Message, reading: Reading) -> bool:
    """Nothing to act on: greetings, thanks, «+», emoji, a bare link, a sticker; media may still speak for itself."""
    if reading.noise is None:
        return False
    if reading.noise is Noise.EMPTY:
        return not any(MediaKind(item["kind"]) in _TALKING for item in message.media)
    return not message.media or reading.noise is Noise.THANKS


async def _store(work: Work, event: MessagePosted) -> Message:
    chat = event.chat
    thread = await _thread(work, event)
    message_id = await work.uow.messages.add(
        {
            "account": chat.account,
            "chat_id": chat.id,
            "chat_kind": chat.kind.value,
            "root": chat.root,
            "thread": thread,
            "chat_title": chat.title[:200] if chat.title else None,
            "external_id": event.message_id,
            "author_id": event.author.id,
            "author_name": clean(event.author.name)[:200] if event.author.name else None,
            "text": clean(event.text),
            "media": list(pack_media(event.attachments)),
            "album": event.album,
            "reply_to": event.reply_to,
            "link": event.link,
            "forwarded_from": event.forwarded_from[:200] if event.forwarded_from else None,
            "sent_at": event.sent_at,
        },
        work.now,
    )
    stored = await work.uow.messages.get(message_id)
    if stored is None:
        raise LookupError(f"message {message_id} vanished within its own transaction")
    return stored


async def _thread(work: Work, event: MessagePosted) -> str:
    """The conversation within the chat. Telegram gives every chain of replies in an ordinary group a number of its own,
    that of the first message: people do not see it as a conversation apart, and neither do we."""
    chat = event.chat
    if not chat.thread.isdecimal() or chat.kind is not ChatKind.GROUP:
        return chat.thread
    first = await work.uow.messages.by_place(chat.account, chat.id, chat.thread)
    return first.thread if first is not None else chat.thread


async def _again(work: Work, message: Message) -> Message:
    return await work.uow.messages.get(message.id) or message


async def _join_album(work: Work, message: Message, reading: Reading) -> bool:
    """A further picture of an album belongs to the ticket of the album. Its caption may come with any of them."""
    if message.album is None:
        return False
    siblings = await work.uow.messages.album(message.account, message.chat_id, message.album)
    ticket_id = next((one.ticket_id for one in siblings if one.ticket_id is not None), None)
    if ticket_id is None:
        return False
    await work.uow.messages.attach(message.id, ticket_id, Part.ALBUM)
    ticket = await tickets.get(work, ticket_id)
    if message.text and not ticket.text:
        ticket = await _reread(work, ticket, message.text, reading)
        await cards.show(work, ticket)
    await cards.queue_media(work, ticket)
    return True


async def _join_ticket(work: Work, message: Message, reading: Reading, source: Source) -> bool:
    """Does the author go on about a ticket he already has here, or say the same in another place?"""
    same = await _same_words(work, message)
    if same is not None:
        await _join_copy(work, same, message)
        return True
    latest = await work.uow.tickets.latest_in_thread(
        message.account, message.chat_id, message.thread, message.author_id
    )
    if latest is None:
        return False
    ticket, touched_at = latest
    if not ticket.is_open or work.now - touched_at > work.centre.follow_up:
        return False
    if await _is_another_matter(work, ticket, reading):
        return False
    if source.kind == "chat" and not reading.appeal and await _talks_to_others(work, message, ticket):
        return False
    await work.uow.messages.attach(message.id, ticket.id, Part.ADDITION)
    await work.uow.tickets.touch(ticket.id, work.now)
    await work.uow.chronicle.record("addition", work.now, ticket_id=ticket.id, facts={"message": message.id})
    if not ticket.text and message.text:
        ticket = await _reread(work, ticket, message.text, reading)
    await cards.show(work, ticket)
    if message.media:
        await cards.queue_media(work, ticket)
    for person in await cards.audience(work, ticket):
        await notes.tell(work, person, "addition", ticket=ticket, number=ticket.id, message_id=message.id)
    return True


async def _same_words(work: Work, message: Message) -> Ticket | None:
    key = text_key(message.text)
    if key is None:
        return None
    return await work.uow.tickets.same_text(author_key(message.account, message.author_id), key, work.now - SAME_TEXT)


async def _join_copy(work: Work, ticket: Ticket, message: Message) -> None:
    """The same words again: another chat is another place to answer in, the same chat is not."""
    places = await work.uow.messages.of_ticket(ticket.id)
    here = any(
        (place.account, place.chat_id, place.thread) == (message.account, message.chat_id, message.thread)
        for place in places
    )
    await work.uow.messages.attach(message.id, ticket.id, Part.ALBUM if here else Part.COPY)
    await work.uow.chronicle.record("copy", work.now, ticket_id=ticket.id, facts={"message": message.id})
    await cards.show(work, ticket)
    if message.media:
        await cards.queue_media(work, ticket)


async def _is_another_matter(work: Work, ticket: Ticket, reading: Reading) -> bool:
    street, house = await work.uow.tickets.place_of(ticket.id)
    if reading.place is not None and (street or house):
        return reading.place.differs_from(PlaceName(street, house))
    return reading.sure and ticket.sector is not None and reading.sector != ticket.sector


async def _talks_to_others(work: Work, message: Message, ticket: Ticket) -> bool:
    if message.reply_to is None:
        return False
    answered = await work.uow.messages.by_place(message.account, message.chat_id, message.reply_to)
    return answered is None or answered.ticket_id != ticket.id


async def _is_ticket(work: Work, message: Message, reading: Reading, source: Source) -> bool:
    if ChatKind(message.chat_kind) in DIRECT:
        return True
    if not message.text:
        return False  # in a group, pictures without words only join
    if source.kind == "official" or reading.appeal:
        return True
    return await _answers_us(work, message)


async def _answers_us(work: Work, message: Message) -> bool:
    """A reply to our own published answer is about the matter, however it is worded."""
    if message.reply_to is None:
        return False
    letter = await work.uow.outbox.letter(message.account, message.chat_id, message.reply_to)
    return letter is not None and letter[1] == "answer"


async def _make_ticket(work: Work, message: Message, reading: Reading, source: Source) -> None:
    latest = await work.uow.tickets.latest_in_thread(
        message.account, message.chat_id, message.thread, message.author_id
    )
    previous = None
    if latest is not None and latest[0].answered_at is not None:
        previous = latest[0].id if work.now - latest[0].answered_at <= AFTER_ANSWER else None
    ticket = await tickets.register(
        work,
        tickets.NewTicket(
            text=message.text,
            reading=reading,
            source=message.account,
            account=message.account,
            author_id=message.author_id,
            author_name=message.author_name,
            text_key=text_key(message.text),
            previous_id=previous,
        ),
    )
    await work.uow.messages.attach(message.id, ticket.id, Part.ROOT)
    if message.album is not None:
        for sibling in await work.uow.messages.album(message.account, message.chat_id, message.album):
            if sibling.ticket_id is None and sibling.id != message.id:
                await work.uow.messages.attach(sibling.id, ticket.id, Part.ALBUM)
    if message.media or message.album is not None:
        await cards.queue_media(work, ticket)
    if ChatKind(message.chat_kind) in DIRECT and source.answers == "bot":
        await notes.tell_citizen(
            work, message.account, message.chat_id, message.external_id, "registered", number=ticket.id
        )


async def _reread(work: Work, ticket: Ticket, text: str, reading: Reading) -> Ticket:
    """The ticket's words have changed; what nobody has decided yet is decided anew."""
    place = reading.place.text if reading.place else ticket.place
    values: dict[str, Any] = {
        "text": text,
        "search": tickets.search_text(text, place, ticket.external_number, ticket.author_name),
        "text_key": text_key(text),
        "place": place,
        "urgent": reading.urgent or ticket.urgent,
    }
    if reading.place is not None:
        values |= {"street": reading.place.street, "house": reading.place.house}
    if ticket.state is State.TRIAGE and reading.sure:
        return await tickets.move(work, ticket, Step.CHOOSE_SECTOR, None, sector=reading.sector, **values)
    if ticket.state is State.TRIAGE:
        values["likely"] = list(reading.likeliest)
    return await work.uow.tickets.change(ticket, **values) or await tickets.get(work, ticket.id)


async def _staff_talk(work: Work, event: MessagePosted, official: Person) -> None:
    """Officials' own talk is no ticket; their reply to a citizen in the chat is offered to the head as the answer."""
    if event.reply_to is None or event.chat.kind is ChatKind.PRIVATE or not clean(event.text):
        return
    asked = await work.uow.messages.by_place(event.chat.account, event.chat.id, event.reply_to)
    if asked is None or asked.ticket_id is None:
        return
    ticket = await tickets.get(work, asked.ticket_id)
    if not ticket.is_open or ticket.state is State.PUBLISHING:
        return
    message = await _store(work, event)
    await work.uow.messages.attach(message.id, ticket.id, Part.STAFF)
    await work.uow.chronicle.record(
        "staff_reply", work.now, person_id=official.id, ticket_id=ticket.id, facts={"message": message.id}
    )
    for person in await cards.audience(work, ticket):
        await notes.tell(
            work,
            person,
            "staff_reply",
            ticket=ticket,
            priority=Priority.CARD,
            number=ticket.id,
            name=official.name,
            message_id=message.id,
        )
