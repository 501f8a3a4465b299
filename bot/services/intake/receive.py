"""Receipt of citizens' messages, edits and deletions: each becomes a ticket, a part of one, or talk."""

from collections.abc import Sequence

from bot.domain.json_types import Json
from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.citizens import HowToWrite
from bot.domain.once_keys import FIRST_START
from bot.domain.sources import AnswerPolicy, Source, SourceKind, author_key
from bot.messengers.events import AuthorKind, MessageDeleted, MessagePosted
from bot.messengers.serialization import pack_media
from bot.services.answers import detect_posted, verify_published
from bot.services.context import UseCaseContext, messages
from bot.services.context.messages import clean_text, is_noise, is_of_citizen, is_private, save_message
from bot.services.intake import (
    danger_advice,
    limits,
    question_replies,
    reactions,
    review_queue,
    unread_content,
    upvotes,
)
from bot.services.intake.create_ticket import create_ticket, is_ticket, read_message
from bot.services.intake.follow_ups import attach_to_album_ticket, attach_to_open_ticket
from bot.services.manual_posting import staff_replies
from bot.services.notifications import cards, notify
from bot.services.tickets import problem_news, refine, workflow
from bot.understanding.reading import Noise, Reading


async def receive_message(ctx: UseCaseContext, event: MessagePosted, source: Source) -> None:
    """Handle a new message in a monitored source. A message that is stored already changes nothing."""
    chat = event.chat
    if event.automatic or event.service:
        return
    # One author may write in several chats at once, and several processes may handle that.
    await ctx.uow.lock(author_key(chat.account, event.author.id))
    known = await ctx.uow.messages.find_by_external_id(chat.account, chat.id, event.message_id)
    if known is not None:
        await _restore(ctx, known)
        return
    official = messages.find_official_author(ctx, event)
    if await detect_posted.detect_manual_post(ctx, event, source, official):
        return
    if official is not None or messages.is_posted_as_chat(event):
        await staff_replies.on_staff_message(ctx, event, source, official)
        return
    if not is_of_citizen(ctx.municipality, event) or await _is_sent_by_bot(ctx, event):
        return
    message = await save_message(ctx, event, source)
    if await limits.is_held_back(ctx, message, source):
        return
    reading = read_message(ctx, message)
    await _handle(ctx, message, reading, source)
    await danger_advice.advise_author(ctx, message.id, reading.danger)
    await limits.count_message(ctx, message, reading, source)


async def _handle(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> None:
    """Make a ticket or a part of one of a message that is neither an official's nor over a limit."""
    if await attach_to_album_ticket(ctx, message, reading, source):
        return
    if await question_replies.receive_reply(ctx, message, reading):
        return
    if await upvotes.add_upvote(ctx, message, reading):
        return
    if await reactions.receive_reaction(ctx, message, reading, source):
        return
    needs_person = await unread_content.report_unread(ctx, message, reading, source)
    if is_noise(message, reading) and not needs_person:
        await _send_how_to_write(ctx, message, reading, source)
        if unread_content.can_be_heard(message):
            await attach_to_open_ticket(ctx, message, reading, source)
        return
    is_end = await problem_news.note_end(ctx, message, reading)
    if await attach_to_open_ticket(ctx, message, reading, source) or (is_end and source.kind is SourceKind.CHAT):
        return
    if needs_person or await is_ticket(ctx, message, reading, source):
        await create_ticket(ctx, message, reading, source)
    else:
        await review_queue.queue_for_review(ctx, message, reading, source)


async def _is_sent_by_bot(ctx: UseCaseContext, event: MessagePosted) -> bool:
    """Return whether a message without an author is one of the bot's own."""
    chat = event.chat
    if event.author.kind is not AuthorKind.UNKNOWN:
        return False
    return await ctx.uow.sent_messages.ticket_of(chat.account, chat.id, event.message_id) is not None


async def _send_how_to_write(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> None:
    """Explain to a person who greets the bot in private how to write."""
    if not is_private(message) or reading.noise not in (Noise.GREETING, Noise.COMMAND):
        return
    if source.answers is AnswerPolicy.BOT and await limits.may_welcome(ctx, message.account, message.author_id):
        await notify.notify_citizen(ctx, message.account, message.chat_id, None, HowToWrite())


async def receive_edit(ctx: UseCaseContext, event: MessagePosted, source: Source) -> None:
    """Apply an edit of a message to its ticket. An edit never creates a second ticket."""
    chat = event.chat
    known = await ctx.uow.messages.find_by_external_id(chat.account, chat.id, event.message_id)
    if known is None:
        started = await ctx.uow.once_keys.get(FIRST_START)
        if started is not None and event.sent_at >= started:
            await receive_message(ctx, event, source)
        return
    text = clean_text(event.text)
    media = pack_media(event.attachments)
    if text == known.text and media == known.media:
        return
    await ctx.uow.messages.update_content(known.id, text, media, ctx.now)
    moved = text == known.text and _without_points(media) == _without_points(known.media)
    if moved and not await ctx.uow.once_keys.claim(f"moved:{known.id}", ctx.now):
        return  # a live location sends its author's way for hours: one line of history is enough
    edited = await _reload(ctx, known)
    is_official = ctx.municipality.find_official(chat.account, known.author_id) is not None
    may_be_held = known.part is not MessageRole.STAFF and not is_official
    is_held = may_be_held and await limits.is_held_back(ctx, edited, source, at=ctx.now)
    reading = ctx.municipality.understanding.read(text)
    if known.ticket_id is not None:
        await _apply_edit(ctx, known, edited, reading, is_held=is_held)
        if known.part is MessageRole.REACTION and not is_held:
            await reactions.receive_edited_reaction(ctx, edited, reading, source)
    elif not is_held:
        await _handle_edited(ctx, edited, reading, source)
    if may_be_held and not is_held:
        await danger_advice.advise_author(ctx, known.id, reading.danger)
        await limits.count_message(ctx, edited, reading, source, at=ctx.now)


async def _handle_edited(ctx: UseCaseContext, edited: Message, reading: Reading, source: Source) -> None:
    """Make a ticket, or a part of one, of an edited message that was neither."""
    if await question_replies.receive_reply(ctx, edited, reading):
        return
    if await reactions.receive_reaction(ctx, edited, reading, source):
        return
    if is_noise(edited, reading) or await attach_to_open_ticket(ctx, edited, reading, source):
        return
    if await is_ticket(ctx, edited, reading, source):
        await create_ticket(ctx, edited, reading, source)
    else:
        await review_queue.queue_for_review(ctx, edited, reading, source)


async def _apply_edit(ctx: UseCaseContext, known: Message, edited: Message, reading: Reading, *, is_held: bool) -> None:
    """Apply the edit of a ticket's message, stored before as *known*.

    Over the limit the card still shows the latest words, but nobody is notified of them.
    """
    ticket = await workflow.get(ctx, known.ticket_id or 0)
    text = edited.text
    if known.part is MessageRole.STAFF:
        await verify_published.on_post_edited(ctx, known, text)
    # The text of an album may be under any of its pictures.
    if known.part is MessageRole.ROOT or (known.part is MessageRole.ALBUM and known.text == ticket.text):
        ticket = await refine.apply_edited_text(ctx, ticket, text, reading)
    elif text != known.text and known.part is not MessageRole.STAFF:
        ticket = await refine.apply_addition(ctx, ticket, reading)
    if text != known.text and known.part is not MessageRole.STAFF and not is_held:
        ticket = await question_replies.receive_edit(ctx, ticket, edited)
    await cards.sync(ctx, ticket, can_wait=is_held)
    if is_held:
        return
    await ctx.uow.audit_log.record("edited", ctx.now, ticket_id=ticket.id, facts={"message": known.id})
    if known.part is not MessageRole.STAFF:
        await verify_published.on_question_edited(ctx, known)
    if len(edited.media) > len(known.media):
        await cards.queue_media(ctx, ticket)


def _without_points(media: Sequence[Json]) -> list[Json]:
    return [{name: value for name, value in item.items() if name not in ("latitude", "longitude")} for item in media]


async def _reload(ctx: UseCaseContext, message: Message) -> Message:
    return await ctx.uow.messages.get(message.id) or message


async def receive_deletion(ctx: UseCaseContext, event: MessageDeleted) -> None:
    """Mark a deleted message on its card; the ticket stays. A deleted answer no longer answers its ticket."""
    await verify_published.on_message_deleted(ctx, event.chat.account, event.chat.id, event.message_id)
    known = await ctx.uow.messages.find_by_external_id(event.chat.account, event.chat.id, event.message_id)
    if known is None or known.deleted_at is not None:
        return
    await ctx.uow.messages.mark_deleted(known.id, ctx.now)
    if known.ticket_id is not None and known.part is not MessageRole.STAFF:
        await ctx.uow.audit_log.record("removed", ctx.now, ticket_id=known.ticket_id, facts={"message": known.id})
        await cards.sync(ctx, await workflow.get(ctx, known.ticket_id))


async def _restore(ctx: UseCaseContext, known: Message) -> None:
    """Mark a message as visible again: VK restores deleted messages under the same id."""
    if known.deleted_at is None:
        return
    await ctx.uow.messages.mark_deleted(known.id, None)
    if known.ticket_id is not None:
        await ctx.uow.audit_log.record("restored", ctx.now, ticket_id=known.ticket_id, facts={"message": known.id})
        await cards.sync(ctx, await workflow.get(ctx, known.ticket_id))
