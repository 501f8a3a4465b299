"""The data of a ticket that people may mend, because the bot or the citizen was wrong."""

from enum import StrEnum

from bot.domain.roles import Right


class DataField(StrEnum):
    """A field that can be mended. The values are stored in the audit and in buttons."""

    SECTOR = "sector"  # of a ticket that is over; an open one is handed over
    TOPIC = "topic"
    PLACE = "place"
    URGENCY = "urgency"
    IMPORTANCE = "importance"
    APPLICANT = "applicant"
    KIND = "kind"
    NUMBER = "number"
    TERM = "term"

    @property
    def right(self) -> Right:
        """The right that a change asks for."""
        return Right.SET_TERMS if self is DataField.TERM else Right.CHANGE_DATA

    @property
    def is_typed(self) -> bool:
        """True if the value is written, false if it is chosen by a button."""
        return self in (DataField.PLACE, DataField.APPLICANT, DataField.NUMBER, DataField.TERM)


DATA_RIGHTS = (Right.CHANGE_DATA, Right.SET_TERMS)
