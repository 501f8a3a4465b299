"""The municipality's rules for its tickets: the first rule that fits a ticket decides each key that it names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import TypeVar

from bot.domain.applicants import ApplicantKind
from bot.domain.durations import Duration
from bot.domain.importance import Importance
from bot.domain.solutions import USUAL_REOPENINGS
from bot.domain.text_normal import fold

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the term of the answer, between 0 and 1."""

    amount: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.amount < 1:
            raise ValueError("a share lies between 0 and 1")

    def __str__(self) -> str:
        return f"{self.amount:f}"


DraftTerm = Duration | Share
"""The time for a draft: a term of its own, or a share of the answer's."""


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """The facts of a ticket that rules may ask for. ``source``: the code of its system or messenger."""

    source: str | None = None
    sector: str | None = None
    theme: str | None = None
    topic: str | None = None
    district: str | None = None
    importance: Importance = Importance.NORMAL
    urgent: bool = False
    applicant: ApplicantKind | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """The tickets that a rule is for: any of the values of each key; an empty key asks nothing."""

    source: frozenset[str] = frozenset()
    sector: frozenset[str] = frozenset()
    theme: frozenset[str] = frozenset()
    topic: frozenset[str] = frozenset()
    district: frozenset[str] = frozenset()
    importance: frozenset[Importance] = frozenset()
    urgent: frozenset[bool] = frozenset()
    applicant: frozenset[ApplicantKind] = frozenset()

    def fits(self, facts: RuleFacts) -> bool:
        """Return whether a ticket with *facts* meets the condition. Case and «ё» do not count."""
        return all(not wanted or _folded(getattr(facts, name)) in map(_folded, wanted) for name, wanted in self._keys())

    def covers(self, other: "Condition") -> bool:
        """Return whether every ticket that meets *other* meets this condition too."""
        theirs = dict(other._keys())
        return all(
            not wanted or (theirs[name] and set(map(_folded, theirs[name])) <= set(map(_folded, wanted)))
            for name, wanted in self._keys()
        )

    def _keys(self) -> Iterator[tuple[str, frozenset[object]]]:
        return ((name, getattr(self, name)) for name in CONDITION_KEYS)


def _folded(value: object) -> object:
    return fold(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the configuration. ``None``: it does not name the key, and a later rule may decide it."""

    condition: Condition = field(default_factory=Condition)
    approval: tuple[str, ...] | None = None
    four_eyes: bool | None = None
    call_before_answer: bool | None = None
    satisfaction: bool | None = None
    reopen_at_most: int | None = None
    accept: Duration | None = None
    first_word: Duration | None = None
    draft: DraftTerm | None = None
    approve: Duration | None = None
    rework: Duration | None = None
    answer: Duration | None = None
    final: Duration | None = None
    not_ours: Duration | None = None
    solve: Duration | None = None
    total: Duration | None = None
    escalation: str | None = None

    def decided_keys(self) -> frozenset[str]:
        """Return the names of the keys that this rule decides."""
        return frozenset(name for name in DECIDED_KEYS if getattr(self, name) is not None)


CONDITION_KEYS = tuple(one.name for one in fields(Condition))
DECIDED_KEYS = tuple(one.name for one in fields(Rule) if one.name != "condition")


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """The rules' decisions about a ticket. The defaults apply where no rule decides: an answer is published at once.

    ``approval``: codes of the roles that approve an answer, in order; ``four_eyes``: nobody approves an own draft;
    ``call_before_answer``: the citizen is telephoned before the answer; ``satisfaction``: the citizen is asked whether
    the problem is solved; ``reopen_at_most``: how often a «no» reopens the ticket before it goes to the coordinator;
    ``accept``, ``first_word``, ``draft``, ``approve``, ``rework``, ``answer``, ``not_ours``, ``solve``: the terms for
    each step (``None``: the usual term, or no term where there is no usual one); ``final``: the term of the answer
    after an interim one; ``total``: the bound of the whole chain up to the published answer; ``escalation``: the code
    of the chain of people who are told when a deadline is missed.
    """

    approval: tuple[str, ...] = ()
    four_eyes: bool = False
    call_before_answer: bool = False
    satisfaction: bool = False
    reopen_at_most: int = USUAL_REOPENINGS
    accept: Duration | None = None
    first_word: Duration | None = None
    draft: DraftTerm | None = None
    approve: Duration | None = None
    rework: Duration | None = None
    answer: Duration | None = None
    final: Duration | None = None
    not_ours: Duration | None = None
    solve: Duration | None = None
    total: Duration | None = None
    escalation: str | None = None


USUAL_OUTCOME = RuleOutcome()
"""The outcome where no rule fits."""

MAX_KNOWN_OUTCOMES = 1_000
"""The number of outcomes that are remembered: tickets differ in few of the facts that rules ask about."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in their order."""

    rules: tuple[Rule, ...] = ()
    _outcomes: dict[RuleFacts, RuleOutcome] = field(default_factory=dict, init=False, repr=False, compare=False)

    def match(self, facts: RuleFacts) -> RuleOutcome:
        """Return the outcome for a ticket with *facts*: for each key, the first fitting rule's value."""
        if not self.rules:
            return USUAL_OUTCOME
        known = self._outcomes.get(facts)
        if known is None:
            if len(self._outcomes) >= MAX_KNOWN_OUTCOMES:
                self._outcomes.clear()
            known = self._outcomes[facts] = self._match(facts)
        return known

    def _match(self, facts: RuleFacts) -> RuleOutcome:
        fitting = [rule for rule in self.rules if rule.condition.fits(facts)]

        def first(key: Callable[[Rule], _Value | None], otherwise: _Value) -> _Value:
            found = (value for rule in fitting if (value := key(rule)) is not None)
            return next(found, otherwise)

        usual = USUAL_OUTCOME
        return RuleOutcome(
            approval=first(lambda rule: rule.approval, usual.approval),
            four_eyes=first(lambda rule: rule.four_eyes, usual.four_eyes),
            call_before_answer=first(lambda rule: rule.call_before_answer, usual.call_before_answer),
            satisfaction=first(lambda rule: rule.satisfaction, usual.satisfaction),
            reopen_at_most=first(lambda rule: rule.reopen_at_most, usual.reopen_at_most),
            accept=first(lambda rule: rule.accept, usual.accept),
            first_word=first(lambda rule: rule.first_word, usual.first_word),
            draft=first(lambda rule: rule.draft, usual.draft),
            approve=first(lambda rule: rule.approve, usual.approve),
            rework=first(lambda rule: rule.rework, usual.rework),
            answer=first(lambda rule: rule.answer, usual.answer),
            final=first(lambda rule: rule.final, usual.final),
            not_ours=first(lambda rule: rule.not_ours, usual.not_ours),
            solve=first(lambda rule: rule.solve, usual.solve),
            total=first(lambda rule: rule.total, usual.total),
            escalation=first(lambda rule: rule.escalation, usual.escalation),
        )

    def sure_outcome(self, condition: Condition) -> RuleOutcome:
        """Return the outcome for a ticket of which nothing is known but that it meets *condition*."""
        sure = (rule for rule in self.rules if rule.condition.covers(condition))
        return Rules(tuple(replace(rule, condition=Condition()) for rule in sure)).match(RuleFacts())

    @property
    def ask_for_importance(self) -> bool:
        """True if the importance of a ticket changes anything."""
        return any(rule.condition.importance for rule in self.rules)

    def find_deciding(self, facts: RuleFacts, key: str) -> int | None:
        """Return the number of the rule, from 0, that decides *key* for a ticket with *facts*."""
        fitting = (number for number, rule in enumerate(self.rules) if rule.condition.fits(facts))
        return next((number for number in fitting if key in self.rules[number].decided_keys()), None)

    def hidden_keys(self, number: int) -> dict[str, int]:
        """Return the keys of a rule that never count, each with the number of the earlier rule that decides it."""
        rule, found = self.rules[number], dict[str, int]()
        for earlier in range(number):
            if self.rules[earlier].condition.covers(rule.condition):
                for key in rule.decided_keys() & self.rules[earlier].decided_keys():
                    found.setdefault(key, earlier)
        return found
