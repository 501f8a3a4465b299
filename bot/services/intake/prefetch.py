"""A look ahead over a batch of events: words are read before the transaction begins, and what each event will ask the
database is fetched for all of them at once."""

from collections.abc import Iterable, Sequence

from bot.messengers.events import AuthorKind, Event, MessageDeleted, MessageEdited, MessagePosted
from bot.services.context import Ahead, Centre, Understood, Work, author_key
from bot.services.intake.create_ticket import AFTER_ANSWER
from bot.services.sources.messages import clean, thread_root
from bot.services.tickets import problem_matching


def read_ahead(centre: Centre, events: Iterable[Event]) -> Ahead:
    """What citizens have written, understood: nobody has to wait for that in a transaction."""
    texts = {clean(event.text) for event in events if isinstance(event, MessagePosted) and _is_citizens(centre, event)}
    readings = {text: centre.understanding.read(text) for text in texts}
    look = centre.understanding.judge.look if centre.problems_within is not None else lambda _text, _reading: None
    return {(text, None): Understood(reading, look(text, reading)) for text, reading in readings.items()}


def _is_citizens(centre: Centre, post: MessagePosted) -> bool:
    known = centre.person_at(post.chat.account, post.author.id)
    return post.author.kind is AuthorKind.PERSON and known is None and not (post.automatic or post.service)


async def foresee(work: Work, events: Sequence[Event]) -> None:
    """Changes nothing; whatever is not foreseen is asked when it is needed.

    Of several processes only one gets past here with the same author: who needs several authors takes them together.
    """
    posts = [event for event in events if isinstance(event, MessagePosted)]
    posts += [event.message for event in events if isinstance(event, MessageEdited)]
    theirs = [post for post in posts if _is_citizens(work.centre, post)]
    authors = {author_key(post.chat.account, post.author.id) for post in theirs}
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
    await problem_matching.foresee(work, authors, {clean(post.text) for post in theirs})


def _places(post: MessagePosted) -> list[tuple[str, str, str]]:
    """Where the post stands, what it replies to, and what its thread began with."""
    ids = (post.message_id, post.reply_to, thread_root(post.chat))
    return [(post.chat.account, post.chat.id, number) for number in ids if number is not None]
