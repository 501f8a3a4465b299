"""Prefetch for a batch of events: texts are classified before the transaction, database rows are read in bulk."""

from collections.abc import Iterable, Sequence

from bot.domain.sources import author_key
from bot.messengers.events import Event, MessageDeleted, MessageEdited, MessagePosted
from bot.services.context import Municipality, UseCaseContext
from bot.services.context.messages import clean_text, is_of_citizen, thread_root
from bot.services.context.use_case import PrefetchedReading, PrefetchedReadings
from bot.services.intake import limits
from bot.services.intake.create_ticket import ANSWERED_TICKET_WINDOW
from bot.services.intake.same_matter import OPEN_TICKET_WINDOW
from bot.services.tickets import problem_matching


def classify_batch(municipality: Municipality, events: Iterable[Event]) -> PrefetchedReadings:
    """Classify the texts of citizens in *events*, so that no transaction has to wait for it."""
    texts = {
        clean_text(event.text)
        for event in events
        if isinstance(event, MessagePosted) and _is_from_citizen(municipality, event)
    }
    readings = {text: municipality.understanding.read(text) for text in texts}
    signature_of = (
        municipality.understanding.event_matcher.signature
        if municipality.problem_window is not None
        else lambda _text, _reading: None
    )
    return {(text, None): PrefetchedReading(reading, signature_of(text, reading)) for text, reading in readings.items()}


def _is_from_citizen(municipality: Municipality, post: MessagePosted) -> bool:
    known = municipality.find_official(post.chat.account, post.author.id)
    return is_of_citizen(municipality, post) and known is None and not (post.automatic or post.service)


async def prefetch(ctx: UseCaseContext, events: Sequence[Event]) -> None:
    """Prefetch what handling the batch will read; anything missed is queried later.

    Lock all authors of the batch at once, so that two processes never handle one author concurrently.
    """
    posts = [event for event in events if isinstance(event, MessagePosted)]
    posts += [event.message for event in events if isinstance(event, MessageEdited)]
    citizen_posts = [post for post in posts if _is_from_citizen(ctx.municipality, post)]
    authors = {author_key(post.chat.account, post.author.id) for post in citizen_posts}
    message_keys = {key for post in posts for key in _message_keys(post)}
    message_keys |= {
        (event.chat.account, event.chat.id, event.message_id) for event in events if isinstance(event, MessageDeleted)
    }
    await ctx.uow.lock(*(author_key(post.chat.account, post.author.id) for post in posts))
    await limits.prefetch(ctx, citizen_posts)
    if authors:
        await ctx.reachability()
        await ctx.uow.author_tickets.prefetch(authors, ctx.now - max(ANSWERED_TICKET_WINDOW, OPEN_TICKET_WINDOW))
    if message_keys:
        await ctx.uow.messages.prefetch(message_keys)
    await problem_matching.prefetch(ctx, authors, {clean_text(post.text) for post in citizen_posts})


def _message_keys(post: MessagePosted) -> list[tuple[str, str, str]]:
    """Return the keys of the message, of the message it replies to and of the first message of its thread."""
    ids = (post.message_id, post.reply_to, thread_root(post.chat))
    return [(post.chat.account, post.chat.id, message_id) for message_id in ids if message_id is not None]
