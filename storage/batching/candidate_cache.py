"""What new messages may be about, as one transaction knows it: fetched once, then kept true by who changes it."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.json_types import Json
from bot.domain.problems import Candidate
from bot.domain.tickets import OPEN, State, Ticket

MORE = 20
"""More are fetched than are asked for: what one author has written, or what is one no longer, is left out of them."""

ANSWERED = frozenset((State.PUBLISHING, State.ANSWERED))
GOING_ON = OPEN | {State.ANSWERED}
"""Whoever leads a problem and is in one of these may be joined."""
UNANSWERED = OPEN - {State.PUBLISHING, State.ANSWERING}
"""The same for a ticket that is alone."""


def is_candidate(ticket: Ticket) -> bool:
    """Whether *ticket*, which leads a problem or is alone, may be joined."""
    return ticket.state in (GOING_ON if ticket.leads else UNANSWERED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which problems and lone tickets a message may be about: heard of after ``since``; about one of ``matters`` (if it
    names none, every problem, and tickets of after ``lone_since``); of ``sector`` or of none yet (``None``: of any)."""

    matters: Collection[str]
    since: datetime
    lone_since: datetime | None
    sector: str | None
    but: int | None = None  # a problem that is left out
    author: str | None = None  # whose lone tickets are left out: who tells of two things means two

    @property
    def key(self) -> "Key":
        """Questions with the same are answered out of one pool."""
        alone_since = self.since if self.matters else self.lone_since
        return Key(tuple(sorted(self.matters)), self.since, alone_since, self.sector)


@dataclass(frozen=True, slots=True)
class Key:
    """Which candidates a pool holds. ``alone_since``: ``None`` where lone tickets are not wanted."""

    matters: tuple[str, ...]
    since: datetime
    alone_since: datetime | None
    sector: str | None

    def admits(self, one: "Kept") -> bool:
        since = self.since if one.is_problem else self.alone_since
        if since is None or one.heard_at < since:
            return False
        if one.sector is not None and self.sector is not None and one.sector != self.sector:
            return False
        return not self.matters or one.matter in self.matters or (one.is_problem and not one.matter)


@dataclass(frozen=True, slots=True)
class Kept:
    """A candidate and what decides whether it is one. ``author_key``: of a lone ticket."""

    candidate: Candidate
    heard_at: datetime
    matter: str
    sector: str | None
    author_key: str | None = None

    def of(self, ticket: Ticket) -> "Kept":
        """The same, of its ticket as that is now."""
        candidate = replace(self.candidate, answered=ticket.state in ANSWERED, urgency=ticket.urgency)
        return replace(self, candidate=candidate, sector=ticket.sector)

    @property
    def is_problem(self) -> bool:
        return self.candidate.problem_id is not None

    @property
    def order(self) -> tuple[datetime, int]:
        return self.heard_at, self.candidate.problem_id or self.candidate.lead_id


class _Row:
    """The latest of one kind, by number. ``whole``: nothing was cut off."""

    def __init__(self, kept: dict[int, Kept], whole: bool) -> None:
        self._kept = kept
        self._whole = whole
        self._order = sorted(one.order for one in kept.values())

    def get(self, number: int) -> Kept | None:
        return self._kept.get(number)

    def put(self, one: Kept) -> None:
        order = one.order
        self.drop(order[1])
        self._kept[order[1]] = one
        insort(self._order, order)

    def drop(self, number: int) -> None:
        known = self._kept.pop(number, None)
        if known is not None:
            del self._order[bisect_left(self._order, known.order)]

    def latest(self, most: int, fits: Callable[[Kept], bool] | None) -> list[Candidate] | None:
        """Up to *most*; ``None``: there may be more than are known here."""
        latest = [self._kept[number] for _, number in reversed(self._order)]
        found = [one.candidate for one in latest if fits is None or fits(one)]
        return found[:most] if self._whole or len(found) >= most else None


@dataclass(slots=True)
class Pool:
    """Problems by their number, lone tickets by theirs."""

    problems: _Row
    alone: _Row

    @classmethod
    def of(cls, found: Iterable[Kept], fetched: int) -> "Pool":
        """*found*: at most *fetched* of each kind."""
        problems: dict[int, Kept] = {}
        alone: dict[int, Kept] = {}
        for one in found:
            (problems if one.is_problem else alone)[one.order[1]] = one
        return cls(_Row(problems, len(problems) < fetched), _Row(alone, len(alone) < fetched))

    def answer(self, wanted: Wanted, most: int) -> list[Candidate] | None:
        """The latest problems, then the latest lone tickets; ``None``: this must be asked anew."""
        but, author = wanted.but, wanted.author
        problems = self.problems.latest(most, None if but is None else lambda one: one.candidate.problem_id != but)
        alone = self.alone.latest(most, None if author is None else lambda one: one.author_key != author)
        return problems + alone if problems is not None and alone is not None else None

    def put(self, one: Kept) -> None:
        (self.problems if one.is_problem else self.alone).put(one)

    def get(self, ticket: Ticket) -> Kept | None:
        """What is known of a ticket that leads a problem or is alone."""
        return self.problems.get(ticket.problem_id) if ticket.problem_id else self.alone.get(ticket.id)

    def drop(self, one: Kept) -> None:
        (self.problems if one.is_problem else self.alone).drop(one.order[1])


@dataclass(slots=True)
class Pools:
    """Belongs to one transaction."""

    _pools: dict[Key, Pool] = field(default_factory=dict)

    def answer(self, wanted: Wanted, most: int) -> list[Candidate] | None:
        """``None``: that is not known here."""
        pool = self._pools.get(wanted.key)
        return pool.answer(wanted, most) if pool is not None else None

    def know(self, wanted: Wanted, pool: Pool) -> None:
        self._pools[wanted.key] = pool

    def put(self, one: Kept) -> None:
        """There is a candidate more, or it is another now."""
        for key, pool in self._pools.items():
            if key.admits(one):
                pool.put(one)

    def begin(self, lead_id: int, one: Kept) -> None:
        """The lone ticket has become the problem *one*."""
        for pool in self._pools.values():
            pool.alone.drop(lead_id)
        self.put(one)

    def grow(self, problem_id: int, sketch: Json, heard_at: datetime) -> None:
        """The problem was heard of again."""
        found = (pool.problems.get(problem_id) for pool in self._pools.values())
        known = next((one for one in found if one is not None), None)
        if known is None:
            self.clear()
            return
        self.put(replace(known, candidate=replace(known.candidate, sketch=sketch), heard_at=heard_at))

    def change(self, ticket: Ticket | None, columns: Collection[str]) -> None:
        """These *columns* of a ticket have changed, which is *ticket* now (``None``: who knows)."""
        if not self._pools or (_MAKING.isdisjoint(columns) and _SHOWN.isdisjoint(columns)):
            return
        known = None
        if ticket is not None and _MAKING.isdisjoint(columns):
            if ticket.lead_id is not None:
                return
            found = (pool.get(ticket) for pool in self._pools.values())
            known = next((one for one in found if one is not None), None)
        if ticket is None or known is None:
            self.clear()
            return
        now = known.of(ticket) if is_candidate(ticket) else None
        for key, pool in list(self._pools.items()):
            if pool.get(ticket) is not None:
                pool.drop(known)
                if now is not None and key.admits(now):
                    pool.put(now)
            elif now is not None and key.admits(now) and not key.admits(known):
                del self._pools[key]  # it belongs there now, but among the latest?

    def clear(self) -> None:
        self._pools.clear()


_MAKING = frozenset(("problem_id", "lead_id", "matter", "sketch", "registered_at"))
"""Columns of a ticket that make it a candidate of another kind."""
_SHOWN = frozenset(("state", "sector", "urgency"))
"""Columns that a candidate shows, or by which it is one no more."""
