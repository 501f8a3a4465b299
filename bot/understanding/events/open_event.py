"""An open event: the known facts of it that decide whether a message is about it."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.understanding.events.hints import Hint
from bot.understanding.events.signatures import Signature

_MAX_NAMES = 100
"""Largest number of streets, and of landmarks, that an event keeps: a citywide event is recognised by its subject."""
_MAX_WORDS = 60
"""Largest number of nouns that an event keeps: what more people say of it is said with the same ones."""
_HEAT_SECONDS = 1800.0
"""Time in which the weight of a message falls to a third: people write in a burst while an outage spreads, and half
an hour later all who wanted to write have written."""


@dataclass(frozen=True, slots=True)
class MessageToMatch:
    """A message to group.

    ``timestamp`` is in seconds from any fixed moment; ``chat`` identifies a place where people read one another,
    and is empty if nobody else reads it; ``title`` is its displayed name, if that is not ``chat``.
    """

    id: str
    timestamp: float
    author: str
    chat: str
    text: str
    reply_to: str | None = None
    title: str = ""


@dataclass(slots=True)
class OpenEvent:
    """The known facts of an open event. The caller assigns ``number``; everything else can be stored
    (:meth:`to_record`).

    ``named`` and ``housed`` count the messages that name a street and a house; ``heat`` is the number of messages, each
    weighing less the older it is; ``lasting``: the first message spoke of weeks; ``ended``: when somebody last said
    that it is over, unless others have complained since; ``asked``: when somebody last
    asked how it is elsewhere. ``words`` are the nouns that it was told with; ``authors``,
    who wrote of it and when last, are known in memory alone and not stored.
    """

    number: int
    last: float
    size: int = 0
    named: int = 0
    housed: int = 0
    lowest: int = 0
    highest: int = 0
    heat: float = 0.0
    lasting: bool = False
    ended: float | None = None
    asked: float | None = None
    subjects: frozenset[str] = frozenset()
    names: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    chats: dict[str, float] = field(default_factory=dict)
    settlements: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    authors: dict[str, float] = field(default_factory=dict)

    def add(self, message: MessageToMatch, signature: Signature) -> None:
        """Add *message* to this event."""
        self.heat = self.heat_at(message.timestamp) + 1.0
        self.size += 1
        self.last = message.timestamp
        if Hint.OVER in signature.hints:
            self.ended = message.timestamp
        elif signature.subjects or signature.points_back:
            self.ended = None
        if Hint.ASKS in signature.hints:
            self.asked = message.timestamp
        if message.chat:
            self.chats[message.chat] = message.timestamp
        if message.author and (message.author in self.authors or len(self.authors) < _MAX_NAMES):
            self.authors[message.author] = message.timestamp
        self.words |= _first_sorted(signature.words - self.words, _MAX_WORDS - len(self.words))
        if not self.subjects:
            self.subjects = signature.subjects
            self.lasting = Hint.LONG in signature.hints
        self._add_place(signature)

    def add_voice(self, message: MessageToMatch, signature: Signature) -> None:
        """Add the place of *message*, which is counted elsewhere: «и у нас, Лесная 5»."""
        self.heat = self.heat_at(message.timestamp) + 1.0
        self.last = message.timestamp
        if message.chat:
            self.chats[message.chat] = message.timestamp
        self._add_place(signature)

    def heat_at(self, moment: float) -> float:
        """Return the number of messages at *moment*, each weighed by its age."""
        return self.heat * math.exp(-max(0.0, moment - self.last) / _HEAT_SECONDS)

    def _add_place(self, signature: Signature) -> None:
        self.names |= _first_sorted(signature.names - self.names, _MAX_NAMES - len(self.names))
        self.marks |= _first_sorted(signature.marks - self.marks, _MAX_NAMES - len(self.marks))
        if signature.settlement is not None and len(self.settlements) < _MAX_NAMES:
            self.settlements.add(signature.settlement)
        self.named += bool(signature.names)
        if signature.house is not None:
            self.lowest = min(self.lowest, signature.house) if self.housed else signature.house
            self.highest = max(self.highest, signature.house)
            self.housed += 1

    def merge(self, other: "OpenEvent") -> None:
        """Merge *other*, which is the same event, into this one."""
        houses = [(one.lowest, one.highest) for one in (self, other) if one.housed]
        self.lowest = min((low for low, _ in houses), default=0)
        self.highest = max((high for _, high in houses), default=0)
        self.size, self.named, self.housed = (
            self.size + other.size,
            self.named + other.named,
            self.housed + other.housed,
        )
        last = max(self.last, other.last)
        self.heat = self.heat_at(last) + other.heat_at(last)
        self.last = last
        self.lasting = self.lasting or other.lasting
        self.ended = None if None in (self.ended, other.ended) else max(self.ended or 0.0, other.ended or 0.0)
        self.asked = max((at for at in (self.asked, other.asked) if at is not None), default=None)
        self.subjects = self.subjects or other.subjects
        self.names |= _first_sorted(other.names - self.names, _MAX_NAMES - len(self.names))
        self.marks |= _first_sorted(other.marks - self.marks, _MAX_NAMES - len(self.marks))
        self.settlements |= other.settlements
        self.words |= _first_sorted(other.words - self.words, _MAX_WORDS - len(self.words))
        self.chats |= {chat: max(at, self.chats.get(chat, at)) for chat, at in other.chats.items()}

    def to_record(self) -> dict[str, Any]:
        """Return the event as plain values, for storage; their size is bounded, however many messages the event has."""
        kept: dict[str, Any] = {name: getattr(self, name) for name in _COUNT_FIELDS + _LATER_FIELDS}
        return (
            kept
            | {name: sorted(getattr(self, name)) for name in _SET_FIELDS}
            | {
                "chats": self.chats,
                "settlements": sorted(self.settlements),
                "words": sorted(self.words),
            }
        )

    @classmethod
    def from_record(cls, number: int, record: Mapping[str, Any]) -> "OpenEvent":
        """Return the event that was stored as *record*, perhaps by an older version, which knew fewer facts."""
        counts = {name: record[name] for name in _COUNT_FIELDS}
        later = {name: record[name] for name in _LATER_FIELDS if name in record}
        subjects, names, marks = (record[name] for name in _SET_FIELDS)
        return cls(
            number=number,
            **counts,
            **later,
            subjects=frozenset(subjects),
            names=set(names),
            marks=set(marks),
            chats=dict(record["chats"]),
            settlements=set(record.get("settlements", ())),
            words=set(record.get("words", ())),
        )


_COUNT_FIELDS = ("last", "size", "named", "housed", "lowest", "highest")
_LATER_FIELDS = ("heat", "lasting", "ended", "asked")
"""Facts that 0.1.0 did not store."""
_SET_FIELDS = ("subjects", "names", "marks")


def _first_sorted(names: Collection[str], limit: int) -> set[str]:
    return set(sorted(names)[: max(0, limit)])
