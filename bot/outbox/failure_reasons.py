"""Reasons of failed deliveries, as the notes about them name them."""

from bot.messengers.errors import (
    BrokenCall,
    FileUnavailable,
    MessageGone,
    MessengerError,
    RecipientUnreachable,
    Rejected,
    ReplyTargetGone,
)


def failure_reason(error: MessengerError) -> str:
    """Return the word by which views know why a delivery failed."""
    if isinstance(error, Rejected):
        return error.reason.value
    if isinstance(error, RecipientUnreachable):
        return "unreachable"
    if isinstance(error, FileUnavailable):
        return "file"
    if isinstance(error, BrokenCall):
        return "broken"
    return "gone" if isinstance(error, MessageGone | ReplyTargetGone) else "temporary"
