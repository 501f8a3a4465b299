"""Limits per author and per chat: a message over them is stored, and neither becomes a ticket nor joins one (ADR 18).

Counted are the messages that reach officials: all of private chats and official sources, of neighbours' talk those
that are about a problem. Danger passes, within a limit of its own.
"""

from datetime import datetime, timedelta

from bot.domain.limits import WINDOW, Flood, chat_subject
from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.citizens import AuthorMuted, MessagesHeld
from bot.domain.notifications.limits import FloodReported
from bot.domain.sources import AnswerPolicy, Source, SourceKind, author_key
from bot.domain.urgency import Urgency
from bot.messengers.events import Chat, ChatKind, MessagePosted
from bot.services.context import UseCaseContext, responsibility
from bot.services.context.messages import is_private
from bot.services.intake.create_ticket import read_message
from bot.services.notifications import notify
from bot.understanding.reading import Reading

MAX_URGENT = 5
"""Messages about danger that pass within an hour although their author or chat is over the limit."""

MAX_WELCOMES = 3
"""Answers to ``/start`` and to greetings within an hour: the words are always the same."""


async def prefetch(ctx: UseCaseContext, posts: list[MessagePosted]) -> None:
    """Read what :func:`is_held_back` will ask about *posts*."""
    if posts:
        subjects = {author_key(post.chat.account, post.author.id) for post in posts}
        subjects |= {chat_subject(post.chat.account, post.chat.source_id) for post in posts if _is_shared(post.chat)}
        await ctx.uow.floods.prefetch(subjects, min(_counted_at(ctx, post.sent_at) for post in posts) - WINDOW, ctx.now)


def _is_shared(chat: Chat) -> bool:
    return chat.kind is not ChatKind.PRIVATE


def _counted_at(ctx: UseCaseContext, sent_at: datetime) -> datetime:
    """Return when a message counts as written: after an outage of the bot, messages of many hours come at once."""
    return max(min(sent_at, ctx.now), ctx.now - timedelta(days=1))


async def is_held_back(ctx: UseCaseContext, message: Message, source: Source, *, at: datetime | None = None) -> bool:
    """Return whether *message*, which is stored, is over a limit and goes no further.

    *at*: when it was edited; ``None``: it is new.
    """
    at = at or _counted_at(ctx, message.sent_at)
    subject = await _find_exceeded(ctx, message, source, at)
    if subject is None or await _passes_as_danger(ctx, message, at):
        return False
    flood = await ctx.uow.floods.find_current(subject, ctx.now) or await _begin(ctx, message, subject)
    await ctx.uow.floods.hold(flood, message.id, ctx.now)
    await _tell_author(ctx, message, source, flood)
    return True


async def _find_exceeded(ctx: UseCaseContext, message: Message, source: Source, at: datetime) -> str | None:
    """Return the subject whose limit *message* exceeds.

    Over the limit of a chat, everybody still has a first message within the hour: hundreds of people who write about
    one accident must all be heard.
    """
    limits, floods = ctx.municipality.limits, ctx.uow.floods
    author = author_key(message.account, message.author_id)
    if await is_muted(ctx, author):
        return author
    count = await floods.count_acts(author, at - WINDOW)
    if count == 0 or await _is_album_of_ticket(ctx, message):
        return None
    if count >= limits.per_author:
        return author
    chat = chat_subject(message.account, message.root)
    if is_private(message) or await floods.count_acts(chat, at - WINDOW) < limits.per_chat:
        return None
    return chat


async def is_muted(ctx: UseCaseContext, author: str) -> bool:
    """Return whether an official has chosen «Не слушать сутки» for *author*, and the day is not over."""
    flood = await ctx.uow.floods.find_current(author, ctx.now)
    return flood is not None and flood.is_muted(ctx.now)


async def _is_album_of_ticket(ctx: UseCaseContext, message: Message) -> bool:
    """Return whether *message* is a further picture of an album that was let through."""
    if message.album is None:
        return False
    siblings = await ctx.uow.messages.list_album(message.account, message.chat_id, message.album)
    return any(one.ticket_id is not None for one in siblings)


async def _passes_as_danger(ctx: UseCaseContext, message: Message, at: datetime) -> bool:
    subject = f"urgent:{author_key(message.account, message.author_id)}"
    if await ctx.uow.floods.count_acts(subject, at - WINDOW) >= MAX_URGENT:
        return False  # nobody reads the rest any more
    reading = read_message(ctx, message)
    if reading.danger is None and reading.urgency in (None, Urgency.OUTAGE):  # an outage endangers nobody
        return False
    await ctx.uow.floods.add_act(subject, at)
    return True


async def _begin(ctx: UseCaseContext, message: Message, subject: str) -> Flood:
    """Start an episode, of which the people who sort messages are told once."""
    if subject != author_key(message.account, message.author_id):
        await ctx.uow.lock(f"flood:{subject}")  # another process may work on other authors of this chat
        ctx.uow.floods.forget()
        known = await ctx.uow.floods.find_current(subject, ctx.now)
        if known is not None:
            return known
    flood = await ctx.uow.floods.begin(subject, ctx.now)
    await ctx.uow.audit_log.record("flood", ctx.now, facts={"flood": flood.id, "subject": subject})
    note = FloodReported(flood_id=flood.id)
    await notify.notify_all(ctx, await responsibility.sorting_people(ctx), note)
    return flood


async def _tell_author(ctx: UseCaseContext, message: Message, source: Source, flood: Flood) -> None:
    """Tell the author in private, once, that nobody is notified of what they write now."""
    if flood.told_at is not None or not is_private(message) or source.answers is not AnswerPolicy.BOT:
        return
    await ctx.uow.floods.update(flood, told_at=ctx.now)
    note = AuthorMuted() if flood.is_muted(ctx.now) else MessagesHeld()
    await notify.notify_citizen(ctx, message.account, message.chat_id, message.external_id, note)


async def count_message(
    ctx: UseCaseContext, message: Message, reading: Reading, source: Source, *, at: datetime | None = None
) -> None:
    """Count a message that was handled, or its edit (*at*).

    Talk of neighbours that reaches nobody does not count, and a new album counts once.
    """
    known = await ctx.uow.messages.get(message.id) or message
    reaches_people = known.ticket_id is not None or reading.is_me_too or reading.needs_review
    if (known.part is MessageRole.ALBUM and at is None) or (source.kind is SourceKind.CHAT and not reaches_people):
        return
    at = at or _counted_at(ctx, message.sent_at)
    await ctx.uow.floods.add_act(author_key(message.account, message.author_id), at)
    if not is_private(message):
        await ctx.uow.floods.add_act(chat_subject(message.account, message.root), at)


async def may_welcome(ctx: UseCaseContext, account: str, author_id: str) -> bool:
    """Return whether the bot answers one more ``/start`` or greeting of this author, and count it."""
    author = author_key(account, author_id)
    return not await is_muted(ctx, author) and await ctx.uow.floods.try_act(f"welcome:{author}", MAX_WELCOMES, ctx.now)
