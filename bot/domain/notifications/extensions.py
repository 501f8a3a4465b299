"""Notifications about later deadlines."""

from datetime import datetime

from bot.domain.notifications.base import AboutTicket


class AskExtension(AboutTicket, code="ask_extension"):
    """Prompt for the reason and the new deadline."""


class Extended(AboutTicket, code="extended"):
    """The deadline of the answer was moved to ``due``."""

    due: datetime
