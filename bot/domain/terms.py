"""The terms of a ticket: what the rules decide, then ``[urgent]``, then ``[deadlines]``, key by key."""

from dataclasses import dataclass, field, replace

from bot.domain.deadlines import DeadlineTerms
from bot.domain.durations import Duration
from bot.domain.rules import USUAL_OUTCOME, RuleFacts, RuleOutcome, Rules


@dataclass(frozen=True, slots=True)
class TermBook:
    """The configured terms. ``usual`` and ``urgent`` are ``[deadlines]`` and ``[urgent]``."""

    rules: Rules
    usual: DeadlineTerms
    urgent: DeadlineTerms
    _without_rules: dict[bool, DeadlineTerms] = field(init=False, repr=False, compare=False)
    """The terms of a town without rules, by urgency."""

    def __post_init__(self) -> None:
        outcomes = {False: None, True: USUAL_OUTCOME}
        known = {is_urgent: self._combine(USUAL_OUTCOME, urgent) for is_urgent, urgent in outcomes.items()}
        object.__setattr__(self, "_without_rules", known)

    def terms_of(self, facts: RuleFacts) -> DeadlineTerms:
        """Return the terms of a ticket with *facts*. No rule weakens the terms of an urgent ticket."""
        if not self.rules.rules:
            return self._without_rules[facts.urgent]
        usual = self.rules.match(replace(facts, urgent=False))
        return self._combine(usual, self.rules.match(facts) if facts.urgent else None)

    def _combine(self, usual: RuleOutcome, urgent: RuleOutcome | None) -> DeadlineTerms:
        current = urgent or usual
        return DeadlineTerms(
            accept=usual.accept or self.usual.accept,
            answer=usual.answer or self.usual.answer,
            remind_at=self.usual.remind_at,
            urgent_accept=_both(urgent.accept, self.urgent.accept) if urgent is not None else (),
            urgent_answer=_both(urgent.answer, self.urgent.answer) if urgent is not None else (),
            first_word=current.first_word,
            final=current.final,
            solve=current.solve,
            total=current.total,
        )


def _both(of_rule: Duration | None, of_urgent: Duration) -> tuple[Duration, ...]:
    return (of_urgent,) if of_rule is None else (of_rule, of_urgent)
