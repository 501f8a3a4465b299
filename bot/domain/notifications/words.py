"""Words of those who watch to the post that is responsible for a ticket."""

from bot.domain.notifications.base import AboutTicket


class WordToPost(AboutTicket, code="word_to_post"):
    """The words of somebody who watches, for the post."""

    name: str
    text: str


class WordSent(AboutTicket, code="word_sent"):
    """Confirmation that the words were passed on, with the names of those who read them."""

    names: tuple[str, ...]


class WordsForWhich(AboutTicket, code="word_for_which"):
    """A reply to a list does not say which of its tickets it is about; the ticket is the first, as an example."""
