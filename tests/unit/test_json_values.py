"""JSON as nobody should send it: what is left fits into every column."""

import json

import pytest

from bot.domain.json_values import MAX_DEPTH, TOO_DEEP, clean_json_text, sanitize_json
from bot.messengers.errors import MalformedUpdate
from bot.messengers.http_body import parse_json
from bot.messengers.json_reader import find_float, find_int, find_label, find_point, get_id, get_timestamp


def test_odd_values_are_cleaned() -> None:
    odd = json.loads('{"a\\u0000": ["b\\u0000c\\ud83d", NaN, -Infinity, 1e999, 1.5]}')
    assert sanitize_json(odd) == {"a": ["bc\ufffd", "nan", "-inf", "inf", 1.5]}
    found = sanitize_json(json.loads("[" * 300 + "]" * 300))
    for _ in range(MAX_DEPTH):
        [found] = found
    assert found == TOO_DEEP


@pytest.mark.parametrize("text", ['{"text": "Яма у дома 5", "n": [1, 2.5, null, true]}', '"\\\\u0041"', "{}", '["[{"]'])
def test_text_of_clean_json_is_what_would_be_stored_of_it(text: str) -> None:
    value = json.loads(text)
    assert clean_json_text(value) == json.dumps(sanitize_json(value)) == json.dumps(value)


@pytest.mark.parametrize(
    "text", ['{"a\\u0000": 1}', '["\\ud83d"]', "[NaN]", "[-Infinity]", '"😀"', "[" * 300 + "]" * 300]
)
def test_json_that_may_be_odd_is_looked_at_part_by_part(text: str) -> None:
    assert clean_json_text(json.loads(text)) is None


def test_numbers_and_ids_fit_their_columns() -> None:
    odd = json.loads('{"n": 9223372036854775808, "x": 1e400, "t": "я", "yes": true}') | {"id": "я" * 65}
    assert find_int(odd, "n") is None
    assert find_float(odd, "n") is None
    assert find_float(odd, "x") is None
    assert find_int(odd | {"n": -(2**63)}, "n") == -(2**63)
    with pytest.raises(MalformedUpdate):
        get_id(odd, "id")
    assert get_id(odd, "t") == find_label(odd, "t") == "я"
    assert len(find_label(odd, "id") or "") == 64
    assert find_point({"latitude": 91.0, "longitude": 0.0}) is None
    assert find_point({"latitude": 44, "longitude": 133.5}) == (44.0, 133.5)
    for moment in (-1, 2**40, 253402300799):
        with pytest.raises(MalformedUpdate):
            get_timestamp({"at": moment}, "at")


def test_value_that_json_does_not_have_costs_no_neighbour() -> None:
    """Each of them once made the whole answer of a poll unreadable, at every repetition."""
    odd = [b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"[" * 100_000 + b"]" * 100_000, b'[{"}]":"[' + b"[" * 101]
    for value in odd[:-1]:
        found = parse_json(b'{"updates":[{"id":1,"odd":' + value + b'},{"id":2,"text":"[{\\"\xff"}],"ts":"3"}')
        assert found["updates"][1] == {"id": 2, "text": '[{"\ufffd'}
        assert found["ts"] == "3"
    for page in (odd[-1], b"[" * 100_000, "<html>Доступ ограничен</html>".encode("cp1251"), b"", b'"'):
        with pytest.raises(ValueError, match=r"."):
            parse_json(page)
