"""The facts that an outbox row stores of a notification or a toast: writing them needs no table of all classes."""

from typing import Any

from bot.domain.json_types import Json
from bot.domain.notifications.base import CitizenNote, Notification, Toast
from bot.domain.notifications.codec import encode
from bot.domain.notifications.envelope import CallbackEnvelope, CitizenEnvelope, EditEnvelope, NoteEnvelope
from bot.domain.notifications.toasts import AnyToast, RefusalToast


def to_facts(note: Notification | CitizenNote, envelope: NoteEnvelope | EditEnvelope | CitizenEnvelope) -> Json:
    """Return what an outbox row stores of *note*."""
    return {"code": note.code, **encode(envelope), **encode(note)}


def toast_to_facts(toast: AnyToast, envelope: CallbackEnvelope) -> Json:
    """Return what an outbox row stores of *toast*."""
    data: dict[str, Any] = {}
    if isinstance(toast, Toast):
        data = {"code": toast.code, **encode(toast)}
    elif isinstance(toast, RefusalToast):
        data = {"code": toast.code, **encode(toast.details)}
    else:
        data = {"code": toast.value}
    return {**encode(envelope), **data}
