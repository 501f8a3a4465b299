"""The common part of prompts for a date."""

from bot.domain.date_faults import DateFault, PassedDay
from bot.domain.notifications.base import Notification, stored


class AsksDate(Notification):
    """A prompt for a date. ``fault`` says what was wrong with the last reply; ``passed``: its day has passed."""

    fault: DateFault | None = stored(default=None, omit_default=True)
    passed: PassedDay | None = stored(default=None, omit_default=True)
