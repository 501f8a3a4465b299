"""Notifications of the dialog that mends a ticket's data."""

from bot.domain.notifications.base import AboutTicket, stored
from bot.domain.ticket_data import DataField


class AskDataValue(AboutTicket, code="data_value"):
    """Prompt for the new value of a field; ``fault`` says what was wrong with the last one."""

    field: DataField
    fault: str | None = stored(default=None, omit_default=True)


class DataChanged(AboutTicket, code="data_changed"):
    """Confirmation that a field was changed."""

    field: DataField
