"""Checks of terms against one another: the steps on the way to an answer must fit into the time for it.

Terms in working and in calendar time cannot be compared as numbers. So they are counted in the town's working time from
every hour of a usual week: what fits from no hour of it can never be done.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from bot.config.deadline_sections import EscalationEntry, RuleEntry
from bot.config.errors import Fault
from bot.config.fields import parse_duration, parse_interval
from bot.config.rule_checks import to_rule
from bot.config.values import Values, section, tables
from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration
from bot.domain.escalation import After
from bot.domain.rules import DraftTerm, RuleOutcome, Rules, Share

_WEEK_BEGINS = datetime(2026, 11, 16, tzinfo=UTC)
"""A Monday of a week without holidays."""

_USUAL_HOURS = ("09:00-13:00", "14:00-18:00")

_STARTS = [_WEEK_BEGINS + timedelta(hours=hour) for hour in range(7 * 24)]


_SECTIONS = {"deadlines": {"accept": "1wh", "answer": "8wh"}, "urgent": {"accept": "30m", "answer": "4h"}}
"""Sections with terms for every ticket, and their defaults."""

_TITLES = {"answer": "ответ", "total": "всю цепочку", "urgent": "ответ на срочное сообщение", "final": "итоговый ответ"}

_SINGLE = {"accept": "принятие", "first_word": "первое слово", "not_ours": "«не наше»"}
"""Keys of what happens before the answer, each on its own."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of the tickets that a rule is for. ``key``: that of the rule; ``own``: the keys that it decides.

    ``bounds``: the terms of the answer, of which the one that ends first counts, and of a final answer.
    """

    key: str
    own: frozenset[str]
    outcome: RuleOutcome
    bounds: Mapping[str, Duration]

    def term_of(self, after: After) -> Duration | None:
        """Return the term behind the moment *after*; ``None`` if it is unknown here."""
        name = after.deadline
        term = self.bounds["answer"] if after is After.ANSWER else getattr(self.outcome, name, None)
        return term if isinstance(term, Duration) else None


def find_term_faults(tree: Values) -> Iterator[Fault]:
    """Yield the faults of ``[deadlines]``, ``[urgent]``, the rules and the warnings of chains."""
    calendar, found = _calendar_of(tree), list(_list_terms(tree))
    yield from _section_faults(tree, calendar)
    faulty: list[RuleOutcome] = []
    for terms in found:
        faults = [] if terms.outcome in faulty else list(_rule_faults(terms, calendar))
        faulty += [terms.outcome] if faults else []  # several rules that are for the same tickets share one fault
        yield from faults
    yield from _warning_faults(tree, found, calendar)


def _calendar_of(tree: Values) -> WorkingCalendar:
    zone, working = ZoneInfo("UTC"), section(tree, "calendar").get("working")
    with suppress(PydanticCustomError, ValueError, TypeError):  # the check of the calendar reports them
        return WorkingCalendar(zone, [parse_interval(one) for one in working or ()])
    return WorkingCalendar(zone, [parse_interval(one) for one in _USUAL_HOURS])


def _list_terms(tree: Values) -> Iterator[_Terms]:
    entries = []
    for index, values in tables(tree, "rules"):
        with suppress(ValidationError):
            entries.append((index, to_rule(RuleEntry.model_validate(values))))
    rules = Rules(tuple(rule for _, rule in entries))
    usual, urgent = (
        {key: section(tree, name).get(key, term) for key, term in terms.items()} for name, terms in _SECTIONS.items()
    )
    for index, rule in entries:
        outcome = rules.sure_outcome(rule.condition)
        with suppress(PydanticCustomError):
            bounds = {"answer": outcome.answer or parse_duration(usual["answer"]), "total": outcome.total}
            if rule.condition.urgent == frozenset({True}):
                bounds["urgent"] = parse_duration(urgent["answer"])
            known = {name: term for name, term in (bounds | {"final": outcome.final}).items() if term is not None}
            yield _Terms(f"rules[{index}]", rule.decided_keys(), outcome, known)


def _section_faults(tree: Values, calendar: WorkingCalendar) -> Iterator[Fault]:
    for name, usual in _SECTIONS.items():
        values = section(tree, name)
        with suppress(PydanticCustomError):
            accept, answer = (parse_duration(values.get(key, term)) for key, term in usual.items())
            if not _fits(calendar, [accept], [], answer):
                yield Fault(
                    f"{name}.accept",
                    f"срок принятия ({accept.in_russian()}) длиннее срока ответа ({answer.in_russian()})",
                    "сделайте accept не длиннее, чем answer",
                )


def _rule_faults(terms: _Terms, calendar: WorkingCalendar) -> Iterator[Fault]:
    """Yield at most one fault for each term that is too short for what comes before its end."""
    for name, bound in terms.bounds.items():
        fault = _step_fault(terms, name, bound, calendar) or _sum_fault(terms, name, bound, calendar)
        if fault is not None:
            yield fault
            return
    answer, solve = terms.bounds["answer"], terms.outcome.solve
    if solve is not None and terms.own & {"solve", "answer"} and not _fits(calendar, [answer], [], solve):
        problem = f"срок решения ({solve.in_russian()}) короче срока ответа ({answer.in_russian()})"
        yield Fault(f"{terms.key}.solve", problem, "увеличьте solve или сократите answer")


def _step_fault(terms: _Terms, name: str, bound: Duration, calendar: WorkingCalendar) -> Fault | None:
    if name == "final":
        return None  # what it is about has happened before the interim answer
    for key, title in _SINGLE.items():
        step: Duration | None = getattr(terms.outcome, key)
        if step is None or not terms.own & {key, name} or _fits(calendar, [step], [], bound):
            continue
        problem = f"{title} ({step.in_russian()}) позже, чем весь срок на {_TITLES[name]} ({bound.in_russian()})"
        place = key if key in terms.own else name
        return Fault(f"{terms.key}.{place}", problem, f"сократите {key} или увеличьте {name}")
    return None


def _sum_fault(terms: _Terms, name: str, bound: Duration, calendar: WorkingCalendar) -> Fault | None:
    """Return a fault if preparing, approving and correcting, each in its own time, can never end within *bound*."""
    outcome = terms.outcome
    first = [one for one in (outcome.accept, outcome.draft) if one is not None and name != "final"]
    approve = [outcome.approve] * len(outcome.approval) if outcome.approve is not None else []
    rework = [outcome.rework] if outcome.rework is not None and outcome.approval else []
    named = [key for key in (name, "draft", "approve", "rework", "approval") if key in terms.own]
    if not named or _fits(calendar, first, [*approve, *rework], bound):
        return None
    parts = [
        *([f"подготовить ({_in_russian(outcome.draft)})"] if outcome.draft and name != "final" else []),
        *([f"согласовать ({_times(len(approve))}{approve[0].in_russian()})"] if approve else []),
        *([f"исправить ({rework[0].in_russian()})"] if rework else []),
    ]
    problem = f"{', '.join(parts)} — дольше, чем весь срок на {_TITLES[name]} ({bound.in_russian()})"
    return Fault(f"{terms.key}.{named[0]}", problem, f"увеличьте {name} или сократите draft, approve и rework")


def _fits(calendar: WorkingCalendar, together: Sequence[DraftTerm], then: Sequence[Duration], bound: Duration) -> bool:
    """Return whether steps that begin *together*, and *then* others one after another, can end within *bound*.

    Of two terms in one unit the shorter one ends first whatever the day: to see that takes no calendar, whose holidays
    cost a moment to load.
    """
    if not then and all(_is_within(one, bound) for one in together):
        return True
    for start in _STARTS:
        end = calendar.add(start, bound)
        at = max((_end_of(calendar, start, step, bound) for step in together), default=start)
        for step in then:
            at = calendar.add(at, step)
        if at <= end:
            return True
    return False


def _is_within(step: DraftTerm, bound: Duration) -> bool:
    return isinstance(step, Duration) and step.unit is bound.unit and step.amount <= bound.amount


def _end_of(calendar: WorkingCalendar, start: datetime, step: DraftTerm, bound: Duration) -> datetime:
    if isinstance(step, Share):
        return calendar.add(start, bound, float(step.amount))
    return calendar.add(start, step)


def _warning_faults(tree: Values, found: Sequence[_Terms], calendar: WorkingCalendar) -> Iterator[Fault]:
    """Yield warnings of chains that would come before their time begins to run, whatever rule leads there."""
    for index, values in tables(tree, "escalation"):
        try:
            chain = EscalationEntry.model_validate(values)
        except ValidationError:
            continue
        users = [terms for terms in found if terms.outcome.escalation == chain.code]
        for number, step in enumerate(chain.steps):
            limits = [limit for terms in users if (limit := terms.term_of(step.after)) is not None]
            before = step.before
            if before is None or not limits or any(_fits(calendar, [before], [], one) for one in limits):
                continue
            longest = max(limits, key=lambda one: calendar.add(_STARTS[0], one))
            problem = f"за {before.in_russian()} до срока предупредить нельзя: весь срок — {longest.in_russian()}"
            yield Fault(f"escalation[{index}].steps[{number}].before", problem, "сделайте before короче этого срока")


def _times(number: int) -> str:
    return f"{number} × " if number > 1 else ""


def _in_russian(draft: DraftTerm | None) -> str:
    return f"доля {draft} этого срока" if isinstance(draft, Share) else draft.in_russian() if draft else ""
