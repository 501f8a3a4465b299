"""A look ahead over a batch of events: what each of them will ask the database is fetched for all of them at once."""

from collections.abc import Sequence

from bot.messengers.events import AuthorKind, Event, MessageDeleted, MessageEdited, MessagePosted
from bot.services.centre import Work, author_key
from bot.services.making import AFTER_ANSWER
from bot.services.posts import thread_root


async def foresee(work: Work, events: Sequence[Event]) -> None:
    """Changes nothing; whatever is not foreseen is asked when it is needed.

    Of several processes only one gets past here with the same author: who needs several authors takes them together.
    """
    posts = [event for event in events if isinstance(event, MessagePosted)]
    posts += [event.message for event in events if isinstance(event, MessageEdited)]
    authors = {
        author_key(post.chat.account, post.author.id)
        for post in posts
        if post.author.kind is AuthorKind.PERSON and work.centre.person_at(post.chat.account, post.author.id) is None
    }
    places = {place for post in posts for place in _places(post)}
    places |= {
        (event.chat.account, event.chat.id, event.message_id) for event in events if isinstance(event, MessageDeleted)
    }
    await work.uow.alone(*(author_key(post.chat.account, post.author.id) for post in posts))
    if authors:
        await work.reaches()
        await work.uow.tickets.foresee(authors, work.now - AFTER_ANSWER)
    if places:
        await work.uow.messages.foresee(places)


def _places(post: MessagePosted) -> list[tuple[str, str, str]]:
    """Where the post stands, what it replies to, and what its thread began with."""
    ids = (post.message_id, post.reply_to, thread_root(post.chat))
    return [(post.chat.account, post.chat.id, number) for number in ids if number is not None]
