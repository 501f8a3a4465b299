"""Rules: the first that fits decides each key it names, and nothing else does."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.applicants import ApplicantKind
from bot.domain.durations import Duration
from bot.domain.rules import (
    CONDITION_KEYS,
    DECIDED_KEYS,
    MAX_KNOWN_OUTCOMES,
    Condition,
    Importance,
    Rule,
    RuleFacts,
    RuleOutcome,
    Rules,
)
from bot.domain.systems import source_code

VALUES = {
    "source": ("pos", "vk", "telegram"),
    "sector": ("roads", "housing"),
    "theme": ("energy", "waste"),
    "topic": ("Ямы", "Ёлки"),
    "district": ("Центральный", "Заречный"),
    "importance": tuple(Importance),
    "urgent": (True, False),
    "applicant": tuple(ApplicantKind),
}
WITHOUT_VALUE = {"importance", "urgent"}
DECISIONS = {
    "approval": st.lists(st.sampled_from(("head", "manager")), unique=True).map(tuple),
    **dict.fromkeys(("four_eyes", "call_before_answer", "satisfaction"), st.booleans()),
    "reopen_at_most": st.integers(0, 3),
    **dict.fromkeys(
        ("accept", "first_word", "draft", "approve", "rework", "answer", "final", "not_ours", "solve", "total"),
        st.sampled_from((Duration.parse("1h"),)),
    ),
    "escalation": st.sampled_from(("standard", "strict")),
}
conditions = st.fixed_dictionaries(
    {}, optional={key: st.frozensets(st.sampled_from(VALUES[key]), min_size=1) for key in CONDITION_KEYS}
).map(lambda values: Condition(**values))
rules = st.builds(
    lambda condition, decided: Rule(condition, **decided), conditions, st.fixed_dictionaries({}, optional=DECISIONS)
)
facts = st.fixed_dictionaries(
    {
        key: st.sampled_from(values) if key in WITHOUT_VALUE else st.none() | st.sampled_from(values)
        for key, values in VALUES.items()
    }
).map(lambda values: RuleFacts(**values))


def test_every_key_has_values_here() -> None:
    assert set(VALUES) == set(CONDITION_KEYS)
    assert set(DECISIONS) == set(DECIDED_KEYS)


@settings(max_examples=60, deadline=None)
@given(st.lists(rules, max_size=5), facts)
def test_first_fitting_rule_decides_each_key(given_rules: list[Rule], ticket: RuleFacts) -> None:
    outcome = Rules(tuple(given_rules)).match(ticket)
    fitting = [
        rule
        for rule in given_rules
        if all(
            not getattr(rule.condition, key) or getattr(ticket, key) in getattr(rule.condition, key)
            for key in CONDITION_KEYS
        )
    ]
    for key in DECIDED_KEYS:
        said = [getattr(rule, key) for rule in fitting if getattr(rule, key) is not None]
        assert getattr(outcome, key) == (said[0] if said else getattr(RuleOutcome(), key)), key


@settings(max_examples=60, deadline=None)
@given(st.lists(rules, min_size=1, max_size=4), facts)
def test_hidden_keys_never_count(given_rules: list[Rule], ticket: RuleFacts) -> None:
    """A key that an earlier rule always decides can be removed without any change."""
    last = len(given_rules) - 1
    every = Rules(tuple(given_rules))
    hidden = every.hidden_keys(last)
    kept = {key: getattr(given_rules[last], key) for key in DECIDED_KEYS if key not in hidden}
    assert Rules((*given_rules[:-1], Rule(given_rules[last].condition, **kept))).match(ticket) == every.match(ticket)


def test_town_without_rules_publishes_at_once() -> None:
    outcome = Rules().match(RuleFacts(source="vk", sector="roads", urgent=True))
    assert outcome == RuleOutcome()
    assert outcome.approval == ()


def test_later_rule_decides_what_an_earlier_one_leaves_open() -> None:
    pos = Rule(Condition(source=frozenset({"pos"})), call_before_answer=True, approval=("block_curator",))
    everybody = Rule(approval=("head",), satisfaction=True)
    town = Rules((pos, everybody))
    from_pos, from_vk = town.match(RuleFacts(source="pos")), town.match(RuleFacts(source="vk"))
    assert (from_pos.approval, from_pos.call_before_answer, from_pos.satisfaction) == (("block_curator",), True, True)
    assert (from_vk.approval, from_vk.call_before_answer, from_vk.satisfaction) == (("head",), False, True)


def test_empty_approval_is_a_decision() -> None:
    town = Rules((Rule(Condition(urgent=frozenset({True})), approval=()), Rule(approval=("head",))))
    assert town.match(RuleFacts(urgent=True)).approval == ()
    assert town.match(RuleFacts()).approval == ("head",)


def test_names_fit_without_case() -> None:
    town = Rules((Rule(Condition(district=frozenset({"заречный"}), topic=frozenset({"елки"})), four_eyes=True),))
    assert town.match(RuleFacts(district="Заречный", topic="Ёлки")).four_eyes


def test_source_has_the_code_of_its_system() -> None:
    assert [source_code(one) for one in ("vk:500", "telegram", "ПОС", "личный приём", "Добродел")] == [
        *("vk", "telegram", "pos", "visit", "Добродел")
    ]


def test_outcomes_are_remembered_apart_and_within_bounds() -> None:
    """More facts than are remembered, asked twice: each gets its own outcome, and the memory does not grow."""
    strict = Rule(Condition(topic=frozenset({"7"})), four_eyes=True)
    rules = Rules((strict,))
    for _ in range(2):
        for number in range(MAX_KNOWN_OUTCOMES + 10):
            assert rules.match(RuleFacts(topic=str(number))).four_eyes is (number == 7)
    assert len(rules._outcomes) <= MAX_KNOWN_OUTCOMES
    assert rules == Rules((strict,))
