"""Base classes of what the bot tells people: each notification is a frozen dataclass with a stored code."""

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, Protocol, dataclass_transform, runtime_checkable


def stored(key: str = "", *, default: Any = MISSING, omit_default: bool = False, flatten: bool = False) -> Any:
    """Return a field that is stored under *key* (the field's own name if empty).

    Rows of older releases may lack the key if there is a *default*. With *omit_default* it is not stored while it has
    that value. With *flatten* the keys of a nested dataclass are stored among those of the outer one.
    """
    return field(default=default, metadata={"key": key, "omit_default": omit_default, "flatten": flatten})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(stored,))
class Coded:
    """A frozen dataclass whose ``code`` names it in stored rows. Codes and stored keys never change.

    The methods of a dataclass are here once for all of them: generating some for each of two hundred classes would be
    a noticeable part of the start.
    """

    code: ClassVar[str]

    def __init_subclass__(cls, code: str | None = None) -> None:
        super().__init_subclass__()
        if code is not None:
            cls.code = code
        has_own_fields = "__annotations__" in cls.__dict__ or len(cls.__bases__) > 1
        if has_own_fields or not is_dataclass(cls):  # else the fields are those of its base
            dataclass(init=False, repr=False, eq=False, kw_only=True)(cls)

    def __init__(self, **values: Any) -> None:
        required, defaults = _field_names(type(self))  # type: ignore[arg-type]  # a class is hashable
        if not (required <= values.keys() <= required | defaults.keys()):
            wrong = sorted((required - values.keys()) | (values.keys() - required - defaults.keys()))
            raise TypeError(f"{type(self).__qualname__}: missing or unexpected: {', '.join(wrong)}")
        self.__dict__.update(defaults)
        self.__dict__.update(values)

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{key}={value!r}' for key, value in self._items())})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self._items()))

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _items(self) -> tuple[tuple[str, Any], ...]:
        return tuple((one.name, getattr(self, one.name)) for one in fields(self))  # type: ignore[arg-type]


@cache
def _field_names(kind: type[Coded]) -> tuple[frozenset[str], dict[str, Any]]:
    """Return the names that must be given, and the defaults of the others."""
    found = fields(kind)  # type: ignore[arg-type]
    required = frozenset(one.name for one in found if one.default is MISSING)
    return required, {one.name: one.default for one in found if one.default is not MISSING}


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

    @property
    def is_awaited(self) -> bool:
        """True if somebody waits for it: it comes as a new message if the one that it replaces cannot be edited."""
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
