"""A reaction as named features: words, pieces of words, their grammar, phrases of the rules, classes of words, signs.

The same code makes them when the model is trained and when it is used, so the two cannot diverge. The mark before the
colon names the block.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import combinations, pairwise

from bot.understanding.reactions.phrases import DENIED, PhraseFinder, WordClasses, before_condition
from bot.understanding.reactions.respelling import Respeller
from bot.understanding.text.morphology import Morphology, WordForm
from bot.understanding.text.patterns import is_denied
from bot.understanding.text.tokens import PreparedText, Word

Features = dict[str, float]

_BLOCK_VALUES: Mapping[str, float] = {
    "lemma": 1.0, "lemmas": 0.7, "piece": 0.3, "tag": 0.5, "tags": 0.3, "verb": 0.7, "phrase": 1.0, "conditional": 1.0,
    "class": 0.7, "first clause": 0.7, "last clause": 0.7, "together": 0.5, "next": 0.4, "class tag": 0.5,
    "valence": 0.8, "person": 0.7,
    "sign": 1.0, "emoji": 1.0, "length": 0.6, "sentences": 0.6, "opening": 0.8, "appeal": 1.0,
}  # fmt: skip
"""The weight of a feature of the block: many pieces together weigh about as much as one word."""
_MIN_PIECE, _MAX_PIECE = 3, 5
_LENGTHS, _SENTENCES = (1, 2, 3, 4, 6, 8, 11, 15, 20, 30), (2, 3, 4)
_PARTS_OF_SPEECH = (
    *("VERB", "INFN", "NOUN", "ADJF", "ADJS", "PRTF", "PRTS", "ADVB", "NPRO", "PREP", "CONJ", "PRCL", "NUMR", "PRED"),
    *("GRND", "COMP", "INTJ"),
)
_INFLECTED = frozenset({"VERB", "PRTS", "GRND", "ADJS"})
_GRAMMEMES = ("past", "pres", "futr", "perf", "impf", "1per", "2per", "3per", "impr", "plur", "sing", "neut")
_CONTRASTS = frozenset({"но", "а", "только", "однако", "зато", "хотя", "лишь", "теперь"})
_GOOD = frozenset({"good_state", "slang_good", "не trouble_verb", "не broke", "не harm", "не bad_state", "не nuisance"})
_BAD = frozenset(
    {"trouble_verb", "broke", "bad_state", "slang_bad", "harm", "не done", "не doing", "не working", "не good_state"}
)
_ABSENCES = frozenset({"zero", "gone", "done"})
"""Classes whose words say that a nuisance is no more."""
_PERSONS = {
    **dict.fromkeys(("я", "мы", "у", "нас", "мне", "нам", "мой", "наш", "меня"), "self"),
    **dict.fromkeys(("вы", "вас", "вам", "ваш", "ваша", "ваше", "ваши", "вашего", "вашей"), "addressee"),
    **dict.fromkeys(("они", "их", "им"), "others"),
}
_SIGNS = {
    "question": re.compile(r"\?"),
    "question at the end": re.compile(r"\?\s*\Z"),
    "exclamation": re.compile("!"),
    "dots": re.compile(r"…|\.\."),
    "quotation": re.compile('[«"“]'),
    "smile": re.compile(r"\A[^(]*\)"),
    "digit": re.compile(r"\d"),
    "colon": re.compile(":"),
}
_SENTENCE_END = re.compile(r"[.!?…\n]+")
_CLAUSE_END = re.compile(r"[.!?…;\n,—–:-]")


class FeatureExtractor:
    """Makes the features of texts. One object serves any number of them."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology
        self.phrases = PhraseFinder(morphology)
        self._classes = WordClasses(morphology)
        self._respeller = Respeller(morphology, self._classes.words | self.phrases.talk)

    def extract(self, text: PreparedText, appeal_score: float) -> Features:
        """Return the features of *text*, each with its value.

        *appeal_score* (0–1): the chance that the same text, alone, would need action.
        """
        text = self._respeller.respell(text)
        words = text.words
        forms = [self._morphology.form(word.norm) for word in words]
        denials = [DENIED if word.negated and is_denied(words, at) else "" for at, word in enumerate(words)]
        names = [
            *_word_names(words, forms, denials),
            *self._phrase_names(words),
            *_class_names(words, self._classes.find(words), forms),
            *_sign_names(text),
        ]
        if words and self.phrases.talk.issuperset(word.norm for word in words):
            names.append("sign:talk alone")
        if repeats_itself(words, self._morphology):
            names.append("sign:repeats itself")
        features = {name: _BLOCK_VALUES[name[: name.index(":")]] for name in names}
        features["appeal:score"] = 2.0 * appeal_score
        return features

    def _phrase_names(self, words: Sequence[Word]) -> Iterator[str]:
        facts = before_condition(words)
        found = self.phrases.find(facts)
        yield from (f"phrase:{name}" for name in found)
        if len(facts) < len(words):
            yield from (f"conditional:{name}" for name in self.phrases.find(words) - found)


def _word_names(words: Sequence[Word], forms: Sequence[WordForm], denials: Sequence[str]) -> Iterator[str]:
    lemmas = [
        mark + (form.lemmas[0] if form.lemmas else word.norm)
        for word, form, mark in zip(words, forms, denials, strict=True)
    ]
    tags = [mark + _tag(form) for form, mark in zip(forms, denials, strict=True)]
    yield from (f"lemma:{lemma}" for lemma in lemmas)
    yield from (f"lemmas:{first} {second}" for first, second in pairwise(("^", *lemmas, "$")))
    yield from (f"tag:{tag}" for tag in tags)
    yield from (f"tags:{first} {second}" for first, second in pairwise(("^", *tags, "$")))
    for word, form, lemma, tag in zip(words, forms, lemmas, tags, strict=True):
        yield from (f"piece:{piece}" for piece in _pieces(word.norm))
        if _is_one_of(form, "VERB", "PRTS"):
            yield f"verb:{lemma} {tag}"
        if _is_one_of(form, "Name", "Patr"):
            yield "person:name"
        if word.norm in _PERSONS:
            yield f"person:{_PERSONS[word.norm]}"
        yield from (f"person:{person}" for person in ("1per", "2per") if _is_one_of(form, person))
    if words:
        yield f"opening:{words[0].norm}"


def _pieces(word: str) -> Iterator[str]:
    framed = f" {word} "
    for length in range(_MIN_PIECE, _MAX_PIECE + 1):
        for start in range(len(framed) - length + 1):
            yield framed[start : start + length]


def _tag(form: WordForm) -> str:
    """Return the part of speech, of verbs with tense, aspect, person and number."""
    grammemes = form.tags[0] if form.tags else frozenset()
    part = next((name for name in _PARTS_OF_SPEECH if name in grammemes), "other")
    return " ".join((part, *(name for name in _GRAMMEMES if name in grammemes))) if part in _INFLECTED else part


def _is_one_of(form: WordForm, *grammemes: str) -> bool:
    """Return whether the likeliest reading of the word has one of *grammemes*."""
    return bool(form.tags) and not form.tags[0].isdisjoint(grammemes)


def _class_names(words: Sequence[Word], classes: Sequence[list[str]], forms: Sequence[WordForm]) -> Iterator[str]:
    yield from (f"class:{name}" for names in classes for name in names)
    clauses = _split_clauses(words, classes)
    yield from (f"first clause:{name}" for name in clauses[0])
    yield from (f"last clause:{name}" for name in clauses[-1])
    for clause in clauses:
        yield from (f"together:{first}, {second}" for first, second in combinations(sorted(clause), 2))
    yield from (f"valence:{name}" for name in _valences(clauses))
    named = [["^"], *(names for names in classes if names)]
    for before, after in pairwise(named):
        yield from (f"next:{first}, {second}" for first in before for second in after)
    for names, form in zip(classes, forms, strict=True):
        if names and _is_one_of(form, "VERB", "PRTS", "ADJS"):
            yield from (f"class tag:{name} {_tag(form)}" for name in names)


def _valences(clauses: Sequence[Set[str]]) -> Iterator[str]:
    """Yield what clauses say of the state of things, good or bad, of the whole, of the last one, and the turns."""
    values = [value for clause in clauses for value in (_valence_of(clause),) if value]
    if values:
        yield from values
        yield f"last {values[-1]}"
        yield f"all {' and '.join(sorted(set(values)))}"
    yield from (f"{first} then {second}" for first, second in pairwise(values) if first != second)


def _valence_of(clause: Set[str]) -> str:
    """Return «good» or «bad» for a clause that says one of them, «mixed» for both and "" for neither."""
    is_nuisance_absent = "nuisance" in clause and not clause.isdisjoint(_ABSENCES)
    is_supply_absent = "supply" in clause and "zero" in clause and not is_nuisance_absent
    is_good = is_nuisance_absent or not clause.isdisjoint(_GOOD)
    is_bad = is_supply_absent or not clause.isdisjoint(_BAD) or ("nuisance" in clause and not is_nuisance_absent)
    return {(True, False): "good", (False, True): "bad", (True, True): "mixed"}.get((is_good, is_bad), "")


def _split_clauses(words: Sequence[Word], classes: Sequence[list[str]]) -> list[set[str]]:
    """Return the classes that occur in each clause: signs, «но», «а» and the like divide clauses."""
    clauses: list[set[str]] = [set()]
    for at, (word, names) in enumerate(zip(words, classes, strict=True)):
        if at and (_CLAUSE_END.search(word.gap) or word.norm in _CONTRASTS):
            clauses.append(set())
        clauses[-1].update(names)
    return clauses


def _sign_names(text: PreparedText) -> Iterator[str]:
    yield from (f"sign:{name}" for name, sign in _SIGNS.items() if sign.search(text.clean))
    yield from (f"emoji:{sign}" for sign in find_emoji(text.clean))
    yield from (f"length:{least}" for least in _LENGTHS if len(text.words) >= least)
    sentences = sum(1 for sentence in _SENTENCE_END.split(text.clean) if sentence.strip())
    yield from (f"sentences:{least}" for least in _SENTENCES if sentences >= least)
    if any(word.norm in _CONTRASTS for word in text.words[1:]):
        yield "sign:contrast"


def repeats_itself(words: Sequence[Word], morphology: Morphology) -> bool:
    """Return whether a thing goes on: «течёт как текло»."""
    return any(
        word.norm == "как"
        and bool(set(morphology.form(words[at - 1].norm).lemmas) & set(morphology.form(words[at + 1].norm).lemmas))
        for at, word in enumerate(words[1:-1], start=1)
    )


def find_emoji(text: str) -> frozenset[str]:
    """Return the emoji and other pictures in *text*."""
    return frozenset(letter for letter in text if unicodedata.category(letter) in ("So", "Sk"))
