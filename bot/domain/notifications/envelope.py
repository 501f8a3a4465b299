"""Delivery data that outbox rows store among the data of what they deliver."""

from dataclasses import dataclass

from bot.domain.channels import Purpose
from bot.domain.notifications.base import stored
from bot.domain.recipients import Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEnvelope:
    """Data of a notification's delivery, stored with its facts.

    ``user_id`` and ``version`` name the step of a dialog whose prompt it is: the prompt is dropped once the dialog has
    gone on; previews have no version, because they show the newest draft. ``copy_group`` is common to the copies in
    several messengers. ``sent_message_kind`` is the name by which the sent message is found again. ``audience``: told
    if one of its people is.
    """

    user_id: str | None = stored(default=None, omit_default=True)
    version: int | None = stored(default=None, omit_default=True)
    sent_message_kind: str = stored("letter", default="note", omit_default=True)
    purpose: Purpose = stored(default=Purpose.CARDS, omit_default=True)
    copy_group: str | None = stored("twin", default=None, omit_default=True)
    audience: Audience | None = stored(default=None, omit_default=True)

    @property
    def is_prompt(self) -> bool:
        """True if the notification belongs to a dialog."""
        return self.user_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEnvelope:
    """Data of a sent notification's replacement; ``without_buttons`` once its prompt is over."""

    message_id: str = stored("edits")
    user_id: str | None = stored(default=None, omit_default=True)
    without_buttons: bool = stored("bare", default=False, omit_default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackEnvelope:
    """The press that a toast answers; ``alert`` if it must be confirmed."""

    callback_id: str = stored("press_id")
    alert: bool = stored(default=False, omit_default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenEnvelope:
    """The citizen's message that a note replies to."""

    reply_to: str | None = stored(default=None)
