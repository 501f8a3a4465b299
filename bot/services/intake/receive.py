"""A citizen's message comes in, changes, is taken back: is it a ticket, a part of one, or talk?"""

from bot.domain.messages import Message, Part
from bot.domain.sources import Source
from bot.messengers.events import AuthorKind, MessageDeleted, MessagePosted
from bot.messengers.serialization import pack_media
from bot.services.answers import detect_posted, verify_published
from bot.services.context import Work, author_key
from bot.services.intake import review_queue, upvotes
from bot.services.intake.create_ticket import is_ticket, make_ticket, reread, understand
from bot.services.intake.follow_ups import join_album, join_ticket
from bot.services.manual_posting import staff_replies
from bot.services.notifications import cards, notify
from bot.services.sources.messages import clean as clean  # handlers clean officials' words the same way
from bot.services.sources.messages import is_noise, is_private, store
from bot.services.tickets import workflow
from bot.understanding.reading import Noise, Reading


async def take(work: Work, event: MessagePosted, source: Source) -> None:
    """A new post in a monitored place (also one that we have seen already: then nothing happens)."""
    chat = event.chat
    if event.automatic or event.service:
        return
    # What one author writes in several chats at once may be handled by several processes.
    await work.uow.alone(author_key(chat.account, event.author.id))
    known = await work.uow.messages.by_place(chat.account, chat.id, event.message_id)
    if known is not None:
        await _restore(work, known)
        return
    official = staff_replies.speaker(work, event)
    if await detect_posted.hear(work, event, source, official):
        return
    if official is not None or staff_replies.speaks_for_the_place(event):
        await staff_replies.talk(work, event, source, official)
        return
    if event.author.kind is not AuthorKind.PERSON:
        return
    message = await store(work, event, source)
    reading = understand(work, message)
    if await join_album(work, message, reading, source) or await upvotes.join_in(work, message, reading):
        return
    if is_noise(message, reading):
        await _explain(work, message, reading, source)
        return
    if await join_ticket(work, message, reading, source):
        return
    if await is_ticket(work, message, reading, source):
        await make_ticket(work, message, reading, source)
    else:
        await review_queue.gather(work, message, reading, source)


async def _explain(work: Work, message: Message, reading: Reading, source: Source) -> None:
    """Who greets us in private is told how to write."""
    if is_private(message) and source.answers == "bot" and reading.noise in (Noise.GREETING, Noise.COMMAND):
        await notify.tell_citizen(work, message.account, message.chat_id, None, "how_to_write")


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
        if is_noise(edited, reading) or await join_ticket(work, edited, reading, source):
            return
        if await is_ticket(work, edited, reading, source):
            await make_ticket(work, edited, reading, source)
        else:
            await review_queue.gather(work, edited, reading, source)
        return
    ticket = await workflow.get(work, known.ticket_id)
    # An album's words may stand under any of its pictures.
    if known.part is Part.ROOT or (known.part is Part.ALBUM and known.text == ticket.text):
        ticket = await reread(work, ticket, text, reading)
    await work.uow.chronicle.record("edited", work.now, ticket_id=ticket.id, facts={"message": known.id})
    await cards.show(work, ticket)
    if len(media) > len(known.media):
        await cards.queue_media(work, ticket)


async def _again(work: Work, message: Message) -> Message:
    return await work.uow.messages.get(message.id) or message


async def remove(work: Work, event: MessageDeleted) -> None:
    """The author has taken the post back: the card says so; the ticket stays. An answer that is gone is none."""
    await verify_published.vanished(work, event.chat.account, event.chat.id, event.message_id)
    known = await work.uow.messages.by_place(event.chat.account, event.chat.id, event.message_id)
    if known is None or known.deleted_at is not None:
        return
    await work.uow.messages.mark_deleted(known.id, work.now)
    if known.ticket_id is not None and known.part is not Part.STAFF:
        await work.uow.chronicle.record("removed", work.now, ticket_id=known.ticket_id, facts={"message": known.id})
        await cards.show(work, await workflow.get(work, known.ticket_id))


async def _restore(work: Work, known: Message) -> None:
    """A post that was taken back stands there again (VK tells, with the same number)."""
    if known.deleted_at is None:
        return
    await work.uow.messages.mark_deleted(known.id, None)
    if known.ticket_id is not None:
        await work.uow.chronicle.record("restored", work.now, ticket_id=known.ticket_id, facts={"message": known.id})
        await cards.show(work, await workflow.get(work, known.ticket_id))
