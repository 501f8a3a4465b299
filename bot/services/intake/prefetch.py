"""A look ahead over a batch of events: words are read before the transaction begins, and what each event will ask the
database is fetched for all of them at once."""

from collections.abc import Iterable, Sequence

from bot.messengers.events import AuthorKind, Event, MessageDeleted, MessageEdited, MessagePosted
from bot.services.context import Municipality, PrefetchedReading, PrefetchedReadings, UseCaseContext, author_key
from bot.services.intake.create_ticket import ANSWERED_TICKET_WINDOW
from bot.services.sources.messages import clean_text, thread_root
from bot.services.tickets import problem_matching


def classify_batch(municipality: Municipality, events: Iterable[Event]) -> PrefetchedReadings:
    """What citizens have written, understood: nobody has to wait for that in a transaction."""
    texts = {
        clean_text(event.text)
        for event in events
        if isinstance(event, MessagePosted) and _is_from_citizen(municipality, event)
    }
    readings = {text: municipality.understanding.read(text) for text in texts}
    look = (
        municipality.understanding.event_matcher.signature
        if municipality.problem_window is not None
        else lambda _text, _reading: None
    )
    return {(text, None): PrefetchedReading(reading, look(text, reading)) for text, reading in readings.items()}


def _is_from_citizen(municipality: Municipality, post: MessagePosted) -> bool:
    known = municipality.find_official(post.chat.account, post.author.id)
    return post.author.kind is AuthorKind.PERSON and known is None and not (post.automatic or post.service)


async def prefetch(ctx: UseCaseContext, events: Sequence[Event]) -> None:
    """Changes nothing; whatever is not foreseen is asked when it is needed.

    Of several processes only one gets past here with the same author: who needs several authors takes them together.
    """
    posts = [event for event in events if isinstance(event, MessagePosted)]
    posts += [event.message for event in events if isinstance(event, MessageEdited)]
    theirs = [post for post in posts if _is_from_citizen(ctx.municipality, post)]
    authors = {author_key(post.chat.account, post.author.id) for post in theirs}
    places = {place for post in posts for place in _message_keys(post)}
    places |= {
        (event.chat.account, event.chat.id, event.message_id) for event in events if isinstance(event, MessageDeleted)
    }
    await ctx.uow.lock(*(author_key(post.chat.account, post.author.id) for post in posts))
    if authors:
        await ctx.reachability()
        await ctx.uow.tickets.prefetch(authors, ctx.now - ANSWERED_TICKET_WINDOW)
    if places:
        await ctx.uow.messages.prefetch(places)
    await problem_matching.prefetch(ctx, authors, {clean_text(post.text) for post in theirs})


def _message_keys(post: MessagePosted) -> list[tuple[str, str, str]]:
    """Where the post stands, what it replies to, and what its thread began with."""
    ids = (post.message_id, post.reply_to, thread_root(post.chat))
    return [(post.chat.account, post.chat.id, number) for number in ids if number is not None]
