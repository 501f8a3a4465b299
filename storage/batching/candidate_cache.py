"""The problems and lone tickets that messages of a transaction may join, fetched once and updated with each change."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.json_types import Json
from bot.domain.problems import Candidate
from bot.domain.tickets import OPEN_TICKET_STATES, State, Ticket

OVERFETCH_ROWS = 20
"""Over-fetch, because some candidates are filtered out afterwards (same author, no longer open)."""

ANSWERED_STATES = frozenset((State.PUBLISHING, State.ANSWERED))
JOINABLE_PROBLEM_STATES = OPEN_TICKET_STATES | {State.ANSWERED}
"""States of a leading ticket in which others may join its problem."""
JOINABLE_TICKET_STATES = OPEN_TICKET_STATES - {State.PUBLISHING, State.ANSWERING}
"""States of a lone ticket in which others may join it."""


def is_candidate(ticket: Ticket) -> bool:
    """Return whether others may join *ticket*, which leads a problem or is alone."""
    return ticket.state in (JOINABLE_PROBLEM_STATES if ticket.is_problem_lead else JOINABLE_TICKET_STATES)


@dataclass(frozen=True, slots=True)
class CandidateQuery:
    """A query for the problems and lone tickets that a message may be about.

    They were last reported after ``since``, about one of ``subject_families`` (if there are none: every problem, and
    lone tickets registered after ``lone_since``), and belong to ``sector`` or to none yet (``None``: to any).
    """

    subject_families: Collection[str]
    since: datetime
    lone_since: datetime | None
    sector: str | None
    exclude_problem_id: int | None = None  # leave out this problem
    exclude_author: str | None = None  # leave out this author's lone tickets: two reports of one author are two tickets

    @property
    def cache_key(self) -> "CacheKey":
        """The key of the pool that answers this query."""
        alone_since = self.since if self.subject_families else self.lone_since
        return CacheKey(tuple(sorted(self.subject_families)), self.since, alone_since, self.sector)


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The candidates that a pool holds. ``lone_since`` is ``None`` if lone tickets are not wanted."""

    subject_families: tuple[str, ...]
    since: datetime
    lone_since: datetime | None
    sector: str | None

    def matches(self, one: "CachedCandidate") -> bool:
        since = self.since if one.is_problem else self.lone_since
        if since is None or one.heard_at < since:
            return False
        if one.sector is not None and self.sector is not None and one.sector != self.sector:
            return False
        return (
            not self.subject_families
            or one.subject_family in self.subject_families
            or (one.is_problem and not one.subject_family)
        )


@dataclass(frozen=True, slots=True)
class CachedCandidate:
    """A candidate and the values by which queries select it. ``author_key``: of a lone ticket."""

    candidate: Candidate
    heard_at: datetime
    subject_family: str
    sector: str | None
    author_key: str | None = None

    def with_ticket(self, ticket: Ticket) -> "CachedCandidate":
        """Return the candidate with the present values of its ticket."""
        candidate = replace(self.candidate, answered=ticket.state in ANSWERED_STATES, urgency=ticket.urgency)
        return replace(self, candidate=candidate, sector=ticket.sector)

    @property
    def is_problem(self) -> bool:
        return self.candidate.problem_id is not None

    @property
    def sort_key(self) -> tuple[datetime, int]:
        return self.heard_at, self.candidate.problem_id or self.candidate.lead_id


class _RecentList:
    """The latest candidates of one kind, by id. ``is_complete``: the limit of the query cut nothing off."""

    def __init__(self, entries: dict[int, CachedCandidate], is_complete: bool) -> None:
        self._entries = entries
        self._is_complete = is_complete
        self._sort_keys = sorted(one.sort_key for one in entries.values())

    def get(self, number: int) -> CachedCandidate | None:
        return self._entries.get(number)

    def upsert(self, one: CachedCandidate) -> None:
        order = one.sort_key
        self.remove(order[1])
        self._entries[order[1]] = one
        insort(self._sort_keys, order)

    def remove(self, number: int) -> None:
        known = self._entries.pop(number, None)
        if known is not None:
            del self._sort_keys[bisect_left(self._sort_keys, known.sort_key)]

    def list_latest(self, limit: int, fits: Callable[[CachedCandidate], bool] | None) -> list[Candidate] | None:
        """Return up to *limit*; ``None`` if the database may have more than are cached."""
        found: list[Candidate] = []
        for _, number in reversed(self._sort_keys):
            if len(found) == limit:
                break
            one = self._entries[number]
            if fits is None or fits(one):
                found.append(one.candidate)
        return found if self._is_complete or len(found) == limit else None


@dataclass(slots=True)
class CandidatePool:
    """The candidates of one query: problems by id, lone tickets by id."""

    problems: _RecentList
    lone_tickets: _RecentList

    @classmethod
    def from_candidates(cls, found: Iterable[CachedCandidate], fetched: int) -> "CandidatePool":
        """Create a pool of at most *fetched* candidates of each kind."""
        problems: dict[int, CachedCandidate] = {}
        alone: dict[int, CachedCandidate] = {}
        for one in found:
            (problems if one.is_problem else alone)[one.sort_key[1]] = one
        return cls(_RecentList(problems, len(problems) < fetched), _RecentList(alone, len(alone) < fetched))

    def find(self, query: CandidateQuery, limit: int) -> list[Candidate] | None:
        """Return the latest problems, then the latest lone tickets; ``None`` if more must be fetched."""
        problem_id, author = query.exclude_problem_id, query.exclude_author
        problems = self.problems.list_latest(
            limit, None if problem_id is None else lambda one: one.candidate.problem_id != problem_id
        )
        alone = self.lone_tickets.list_latest(limit, None if author is None else lambda one: one.author_key != author)
        return problems + alone if problems is not None and alone is not None else None

    def upsert(self, one: CachedCandidate) -> None:
        (self.problems if one.is_problem else self.lone_tickets).upsert(one)

    def get(self, ticket: Ticket) -> CachedCandidate | None:
        """Return the candidate of a ticket that leads a problem or is alone."""
        return self.problems.get(ticket.problem_id) if ticket.problem_id else self.lone_tickets.get(ticket.id)

    def remove(self, one: CachedCandidate) -> None:
        (self.problems if one.is_problem else self.lone_tickets).remove(one.sort_key[1])


@dataclass(slots=True)
class CandidatePools:
    """The pools of one transaction."""

    _pools: dict[CacheKey, CandidatePool] = field(default_factory=dict)

    def find(self, query: CandidateQuery, limit: int) -> list[Candidate] | None:
        """Answer *query* from its pool; ``None`` if there is none, or more must be fetched."""
        pool = self._pools.get(query.cache_key)
        return pool.find(query, limit) if pool is not None else None

    def add_pool(self, query: CandidateQuery, pool: CandidatePool) -> None:
        self._pools[query.cache_key] = pool

    def upsert(self, one: CachedCandidate) -> None:
        """Add a candidate, or replace it."""
        for key, pool in self._pools.items():
            if key.matches(one):
                pool.upsert(one)

    def promote_to_problem(self, lead_id: int, one: CachedCandidate) -> None:
        """Replace the lone ticket by the problem that it leads now."""
        for pool in self._pools.values():
            pool.lone_tickets.remove(lead_id)
        self.upsert(one)

    def update_problem(self, problem_id: int, fingerprint: Json, heard_at: datetime) -> None:
        """Note that the problem was reported again."""
        found = (pool.problems.get(problem_id) for pool in self._pools.values())
        known = next((one for one in found if one is not None), None)
        if known is None:
            self.clear()
            return
        self.upsert(replace(known, candidate=replace(known.candidate, fingerprint=fingerprint), heard_at=heard_at))

    def update_ticket(self, ticket: Ticket | None, columns: Collection[str]) -> None:
        """Update the pools after *columns* of a ticket have changed; *ticket* is its new state, ``None`` if unknown."""
        if not self._pools or (_IDENTITY_COLUMNS.isdisjoint(columns) and _DISPLAY_COLUMNS.isdisjoint(columns)):
            return
        known = None
        if ticket is not None and _IDENTITY_COLUMNS.isdisjoint(columns):
            if ticket.lead_id is not None:
                return
            found = (pool.get(ticket) for pool in self._pools.values())
            known = next((one for one in found if one is not None), None)
        if ticket is None or known is None:
            self.clear()
            return
        now = known.with_ticket(ticket) if is_candidate(ticket) else None
        for key, pool in list(self._pools.items()):
            if pool.get(ticket) is not None:
                pool.remove(known)
                if now is not None and key.matches(now):
                    pool.upsert(now)
            elif now is not None and key.matches(now) and not key.matches(known):
                del self._pools[key]  # it belongs there now, but perhaps not among the latest

    def clear(self) -> None:
        self._pools.clear()


_IDENTITY_COLUMNS = frozenset(("problem_id", "lead_id", "matter", "sketch", "registered_at"))
"""Columns whose change makes a ticket a candidate of another kind."""
_DISPLAY_COLUMNS = frozenset(("state", "sector", "urgency"))
"""Columns that a candidate shows, or whose change may end its candidacy."""
