"""The form from which a record's digest is computed: one for every database and every order of keys."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit_chain import PERSONAL_FACTS, NumberSet, split_facts

NAMES = st.sampled_from(["message", "answer", "was", "ё", *PERSONAL_FACTS])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=3),
    max_leaves=8,
)


def canonical(facts: dict[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@given(st.dictionaries(NAMES, VALUES, max_size=3))
def test_facts_have_one_form_and_personal_ones_are_apart(facts: dict[str, object]) -> None:
    own = canonical({name: value for name, value in facts.items() if name not in PERSONAL_FACTS})
    personal = {name: value for name, value in facts.items() if name in PERSONAL_FACTS}
    expected = (own, canonical(personal) if personal else "")
    assert split_facts(json.dumps(facts)) == expected
    assert split_facts(json.dumps(dict(reversed(facts.items())), ensure_ascii=False)) == expected


@given(st.lists(st.integers(min_value=-(2**62), max_value=2**62)))
def test_number_set_is_a_set(numbers: list[int]) -> None:
    known, slow = NumberSet.empty(), set[int]()
    for number in numbers:
        assert known.add(number) is (number not in slow)
        slow.add(number)
    assert all(number in known for number in numbers)
    assert (2**62 + 1) not in known
