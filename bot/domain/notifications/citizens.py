"""Short messages to citizens in private chats."""

from bot.domain.messages import UnreadKind
from bot.domain.notifications.base import CitizenNote, stored
from bot.domain.tickets import DismissReason
from bot.domain.urgency import Danger


class CitizenWelcome(CitizenNote, code="welcome"):
    """The answer to ``/start``."""

    municipality: str = stored("name")


class HowToWrite(CitizenNote, code="how_to_write"):
    """The answer to a greeting."""


class InvitationCodeWrong(CitizenNote, code="code_wrong"):
    """The answer to an invitation code that is not valid."""


class InvitationPaused(CitizenNote, code="code_paused"):
    """The answer to an invitation code after too many wrong ones."""

    minutes: int


class AccessClosed(CitizenNote, code="access_closed"):
    """The last word to an account that is an official's no more."""

    municipality: str = stored("name")


class Redirected(CitizenNote, code="invited"):
    """A place where nobody answers names another."""

    url: str
    municipality: str = stored("name")


class ContentUnread(CitizenNote, code="unread"):
    """The author sent something that the bot can neither read nor show."""

    kind: UnreadKind


class MessagesHeld(CitizenNote, code="messages_held"):
    """The author has written more than the limit: nobody is notified of what follows."""


class AuthorMuted(CitizenNote, code="author_muted"):
    """An official does not listen to the author for a day."""


class TicketDismissed(CitizenNote, code="no_answer"):
    """The end of a ticket that gets no answer; ``text``: the municipality's words instead of the built-in ones."""

    ticket_id: int = stored("number")
    reason: DismissReason
    text: str | None = stored(default=None, omit_default=True)


class TicketRegistered(CitizenNote, code="registered"):
    """Confirmation with the ticket's number."""

    ticket_id: int = stored("number")


class DangerAdvice(CitizenNote, code="danger"):
    """The numbers to call in a danger; ``text`` are the municipality's own words."""

    danger: Danger
    ticket_id: int = stored("number")
    text: str | None = stored(default=None, omit_default=True)
