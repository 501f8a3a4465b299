"""Base classes of what the bot tells people: each notification is a frozen dataclass with a stored code."""

from dataclasses import MISSING, dataclass, field, is_dataclass
from typing import Any, ClassVar, Protocol, dataclass_transform, runtime_checkable


def stored(key: str = "", *, default: Any = MISSING, omit_default: bool = False, flatten: bool = False) -> Any:
    """Return a field that is stored under *key* (the field's own name if empty).

    Rows of older releases may lack the key if there is a *default*. With *omit_default* it is not stored while it has
    that value. With *flatten* the keys of a nested dataclass are stored among those of the outer one.
    """
    return field(default=default, metadata={"key": key, "omit_default": omit_default, "flatten": flatten})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(stored,))
class Coded:
    """A frozen dataclass whose ``code`` names it in stored rows. Codes and stored keys never change."""

    code: ClassVar[str]

    def __init_subclass__(cls, code: str | None = None) -> None:
        super().__init_subclass__()
        if code is not None:
            cls.code = code
        if "__annotations__" in cls.__dict__ or not is_dataclass(cls):  # else the methods of its base serve it, too
            dataclass(frozen=True, kw_only=True)(cls)


class Notification(Coded):
    """A short message to an official.

    ``secret_keys``: what is removed from the stored row once the message has been delivered.
    """

    secret_keys: ClassVar[tuple[str, ...]] = ()

    @property
    def is_minor(self) -> bool:
        """True if somebody who wants only what is important hears no sound."""
        return False

    @property
    def is_summary(self) -> bool:
        """True if it rings even at somebody who wants nothing but summaries."""
        return False

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        """Return the tickets whose data the words need."""
        return ()


class CitizenNote(Coded):
    """A short message to a citizen in a private chat."""


class Toast(Coded):
    """The words that a messenger shows for a moment after a button was pressed."""


class AboutTicket(Notification):
    """A notification about one ticket."""

    ticket_id: int = stored("number")

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return (self.ticket_id,)


@runtime_checkable
class NamesMessage(Protocol):
    """A notification whose words quote a citizen's message, or link to it."""

    @property
    def message_id(self) -> int | None: ...


@runtime_checkable
class NamesAnswer(Protocol):
    """A notification whose words quote an answer."""

    @property
    def answer_id(self) -> int | None: ...


@runtime_checkable
class NamesPublication(Protocol):
    """A notification about an answer at one place: its words quote the answer and link to the citizen's message."""

    @property
    def publication_id(self) -> int | None: ...
