"""Notifications about tickets that nobody wants, for who sorts; prompts of «Не наше»."""

from bot.domain.notifications.base import AboutTicket


class PassedAround(AboutTicket, code="passed_around"):
    """A ticket was handed on too often; ``route``: the codes of the sectors that have had it, and that it was for."""

    route: tuple[str, ...]


class NotOursSaid(AboutTicket, code="not_ours"):
    """A sector says that a ticket is not its; ``late``: after the term that the rules set for that."""

    name: str
    late: bool


class AskNotOursBody(AboutTicket, code="not_ours_body"):
    """Prompt for the body that is competent."""


class AskNotOursKnown(AboutTicket, code="not_ours_known"):
    """Prompt for what is known."""
