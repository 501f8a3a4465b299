"""Notifications of the dialog that mends a ticket's data."""

from bot.domain.notifications.base import AboutTicket
from bot.domain.notifications.dates import AsksDate
from bot.domain.ticket_data import DataField


class AskDataValue(AboutTicket, AsksDate, code="data_value"):
    """Prompt for the new value of a field, which may be a date."""

    field: DataField


class DataChanged(AboutTicket, code="data_changed"):
    """Confirmation that a field was changed."""

    field: DataField
