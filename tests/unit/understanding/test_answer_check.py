"""The answer checker: its figures on labelled answers, and the places and details of its marks."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import answer_check
from bot.domain.answer_marks import Mark, MarkKind
from bot.understanding.answer_check.checker import AnswerChecker, AnswerFacts, EarlierAnswer
from bot.understanding.answer_check.terms import find_terms
from bot.understanding.privacy.redaction import Redactor
from bot.understanding.text.morphology import Morphology

TODAY = date(2026, 11, 20)
FACTS = AnswerFacts(TODAY)
GOOD = "Здравствуйте, Мария! Люк на Ленина закрыли сегодня, новую крышку слесари поставят 23 ноября."


@pytest.fixture(scope="module")
def checker() -> AnswerChecker:
    morphology = Morphology()
    return AnswerChecker(morphology, Redactor(morphology))


def only(checker: AnswerChecker, text: str, kind: MarkKind, facts: AnswerFacts = FACTS, question: str = "") -> Mark:
    [mark] = [mark for mark in checker.check(text, question, facts) if mark.kind is kind]
    return mark


@pytest.mark.parametrize("held_out", [False, True])
def test_precision_of_every_mark_is_at_least_four_fifths(checker: AnswerChecker, held_out: bool) -> None:
    scores = answer_check.measure(checker, held_out=held_out)
    assert not {kind: score for kind, score in scores.items() if score.precision < answer_check.MIN_PRECISION}
    found, missed = (sum(getattr(one, name) for one in scores.values()) for name in ("right", "missed"))
    assert found / (found + missed) > 0.8


def test_every_kind_has_labelled_answers_in_the_held_out_half_but_the_one_a_person_puts() -> None:
    labelled = {code for row in answer_check.read_answers() for code in row["marks"]}
    assert {kind.value for kind in MarkKind} - labelled == {MarkKind.INCOMPLETE.value, MarkKind.LATE_PROMISE.value}


def test_good_answer_has_no_marks(checker: AnswerChecker) -> None:
    assert checker.check(GOOD, "Когда закроете люк?", FACTS) == ()


@pytest.mark.parametrize(
    ("text", "kind", "piece", "detail"),
    [
        ("Добрый день! Яму зделают завтра.", MarkKind.SPELLING, "зделают", "сделают"),
        ("Добрый день! Закончим в течении дня.", MarkKind.SPELLING, "в течении", "в течение"),
        ("Добрый день! Яму заделают в ближайшее время.", MarkKind.NO_DATE, "в ближайшее время", ""),
        ("Добрый день! Заявка передана в отдел дорог.", MarkKind.FORWARDED_ONLY, "передана", ""),
        ("Добрый день! Доводим до сведения, что мост закроют 1 мая.", MarkKind.INFORMING, "Доводим до", ""),
        ("Добрый день! МКУ починит трубу завтра.", MarkKind.ABBREVIATION, "МКУ", ""),
        (
            "Добрый день! Сидорова Анна Ильинична уберёт мусор завтра.",
            MarkKind.PERSONAL_DATA,
            "Сидорова Анна Ильинична",
            "",
        ),
        ("Добрый день! Ямы заделают завтра... Ждите.", MarkKind.ELLIPSIS, "завтра...", ""),
    ],
)
def test_mark_names_its_place(checker: AnswerChecker, text: str, kind: MarkKind, piece: str, detail: str) -> None:
    mark = only(checker, text, kind)
    assert (text[mark.start : mark.end], mark.detail) == (piece, detail)


def test_own_words_of_the_town_are_no_errors(checker: AnswerChecker) -> None:
    text = "Добрый день! Автобус до остановки комисия пойдёт завтра."
    assert only(checker, text, MarkKind.SPELLING).detail == "комиссия"
    morphology = Morphology()
    at_home = AnswerChecker(morphology, Redactor(morphology), ["ул. Комисия"])
    assert MarkKind.SPELLING not in [mark.kind for mark in at_home.check(text, "", FACTS)]


def test_telephone_of_an_office_is_nobodys_and_a_mobile_one_is_a_persons(checker: AnswerChecker) -> None:
    office = "Здравствуйте, Пётр Ильич! Воду дадут завтра, диспетчер водоканала: 8 914 555-12-34, 2-14-15."
    assert not [mark for mark in checker.check(office, "", FACTS) if mark.kind is MarkKind.PERSONAL_DATA]
    person = "Здравствуйте! Воду дадут завтра, звоните соседу: 8 914 555-12-34."
    assert only(checker, person, MarkKind.PERSONAL_DATA).start == person.index("8 914")


def test_earlier_promise_is_named_with_its_ticket(checker: AnswerChecker) -> None:
    earlier = [EarlierAnswer(140, "Здравствуйте! Лифт запустим до 25 ноября.", date(2026, 11, 10))]
    text = "Здравствуйте! Лифт запустят 1 декабря."
    mark = only(checker, text, MarkKind.OTHER_DATE, AnswerFacts(TODAY, earlier=earlier))
    assert (text[mark.start : mark.end], mark.detail) == ("1 декабря", "140|25 ноября")
    same = checker.check("Здравствуйте! Лифт запустят на этой неделе, 25.11.", "", AnswerFacts(TODAY, earlier=earlier))
    assert MarkKind.OTHER_DATE not in [mark.kind for mark in same]


def test_length_counts_by_the_messenger(checker: AnswerChecker) -> None:
    facts = AnswerFacts(TODAY, max_length=1024, recommended_length=800)
    assert only(checker, GOOD + " А" * 400, MarkKind.LONG, facts).start == 800
    assert only(checker, GOOD + " А" * 500, MarkKind.TOO_LONG, facts).detail == "1024"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("до 25 ноября", (2026, 11, 25), (2026, 11, 25)),
        ("с 10.01 по", (2027, 1, 10), (2027, 1, 10)),
        ("в декабре", (2026, 12, 1), (2026, 12, 31)),
        ("в феврале", (2027, 2, 1), (2027, 2, 28)),
        ("через две недели", (2026, 12, 4), (2026, 12, 4)),
        ("в течение трёх рабочих дней", (2026, 11, 20), (2026, 11, 23)),
        ("до понедельника", (2026, 11, 23), (2026, 11, 23)),
        ("завтра", (2026, 11, 21), (2026, 11, 21)),
    ],
)
def test_terms_are_computed(text: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    [term] = find_terms(text, TODAY)
    assert (term.first, term.last) == (date(*first), date(*last))


@pytest.mark.parametrize("text", ["8 800 200-10-20", "дом 31, кв. 40", "версия 2.13.5", "31.02.2026", "мая"])
def test_no_term_is_seen_where_none_is(text: str) -> None:
    assert [term for term in find_terms(text, TODAY) if term.first is not None] == []


@settings(max_examples=30, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("аяЫёПМ .!?…\n-–—«»0159:/@[]\u200b\u0130\x00x"), max_size=300),
    st.text(max_size=60),
)
def test_any_text_is_checked_and_places_lie_within_it(checker: AnswerChecker, text: str, question: str) -> None:
    for mark in checker.check(text, question, FACTS):
        assert 0 <= mark.start <= mark.end <= len(text)
