"""Recognition of places in informal Russian: street and house, or a landmark, with or without a list of streets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.streets import StreetRow
from bot.understanding.places.gazetteer import Gazetteer
from bot.understanding.places.houses import HouseNumberParser
from bot.understanding.places.landmarks import LandmarkFinder
from bot.understanding.places.street_names import StreetNames, Vocabulary, load_vocabulary
from bot.understanding.reading import PlaceName
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_HOUSE_WEIGHT, _TYPED_STREET_WEIGHT, _BARE_STREET_WEIGHT = 4.0, 2.0, 1.0
_ORDINALS = ("первый", "второй", "третий", "четвертый", "пятый", "шестой", "седьмой", "восьмой", "девятый", "десятый")
_CONJUNCTIONS = frozenset({"и", "с", "со"})


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place and the indexes of the words that name it (these words say nothing about the sector)."""

    place: PlaceName
    words: frozenset[int]


@dataclass(frozen=True, slots=True)
class _StreetCandidate:
    """A candidate: words ``start`` … ``end`` (without) name a street; ``first`` … ``last`` with type word and house."""

    start: int
    end: int
    first: int
    last: int
    kind: str | None
    gender: str | None
    title: str | None
    house: str | None
    weight: float


class PlaceFinder:
    """Finds the place that a message is about: the one with a house before one without, then the first."""

    def __init__(self, morphology: Morphology, streets: Iterable[StreetRow] = ()) -> None:
        self.vocabulary: Vocabulary = load_vocabulary()
        self._morphology = morphology
        self._names = StreetNames(morphology, self.vocabulary)
        self._houses = HouseNumberParser(self.vocabulary)
        self._landmarks = LandmarkFinder(self.vocabulary)
        self.gazetteer = Gazetteer(streets, morphology, self.vocabulary)

    def find(self, words: Sequence[Word]) -> FoundPlace | None:
        """Return the place, or ``None``. Never raises."""
        found = self._find_by_rules(words)
        place = self.gazetteer.resolve(found.place if found else None, words)
        return FoundPlace(place, found.words if found else frozenset()) if place else None

    def _find_by_rules(self, words: Sequence[Word]) -> FoundPlace | None:
        """Find the place by the words only."""
        best: _StreetCandidate | None = None
        taken: set[int] = set()
        for index in range(len(words)):
            name = self._candidate_at(words, index)
            if name is None:
                continue
            taken.update(range(name.first, name.last))
            if best is None or name.weight > best.weight:
                best = name
        landmark = self._landmarks.find(words)
        if best is None:
            return FoundPlace(PlaceName(None, None, None, landmark), frozenset()) if landmark else None
        title = best.title or self._names.dictionary_form(words[best.start : best.end], best.gender)
        place = PlaceName(title, best.house, best.kind, None if best.house else landmark)
        return FoundPlace(place, frozenset(taken))

    def _candidate_at(self, words: Sequence[Word], index: int) -> _StreetCandidate | None:
        return (
            self._match_type_before(words, index)
            or self._match_date_name(words, index)
            or self._match_type_after(words, index)
            or self._match_house_after(words, index)
            or self._match_house_before(words, index)
            or self._match_without_house(words, index)
        )

    def _build_candidate(
        self, words: Sequence[Word], first: int, start: int, end: int, kind: str | None, weight: float,
        title: str | None = None,
    ) -> _StreetCandidate:  # fmt: skip
        """Find a house after the name, else before it, and make the candidate."""
        short, gender = self.vocabulary.kinds[kind] if kind else (None, None)
        last = end
        read = self._houses.parse_at(words, end, after_street=True)
        house = None
        if read is not None:
            house, last = read
        elif (earlier := self._find_house_before(words, first)) is not None:
            house, first = earlier
        elif (linked := self._houses.parse_linked(words, end)) is not None:
            house, last = linked
        weight += _HOUSE_WEIGHT if house else 0.0
        return _StreetCandidate(start, end, first, last, short, gender, title, house, weight)

    def _find_house_before(self, words: Sequence[Word], first: int) -> tuple[str, int] | None:
        """Find a house before the street that begins at *first*: «дом 12к2 по …», «дома 23 на …»."""
        end = first
        if end > 0 and words[end - 1].norm in ("по", "на", "с"):
            end -= 1
        for start in range(max(0, end - 4), end - 1):
            if words[start].norm in self.vocabulary.words["house"] and words[start].norm != "№":
                read = self._houses.parse_at(words, start, after_street=False)
                if read is not None and read[1] == end:
                    return read[0], start
        return None

    def _match_type_before(self, words: Sequence[Word], index: int) -> _StreetCandidate | None:
        """Match a street with its type word before the name: «ул. Ленина», «мкр Южный», «микрорайон 3»."""
        kind = words[index].norm
        if kind not in self.vocabulary.kinds or index + 1 >= len(words):
            return None
        start = index + 1
        if words[start].gap.strip(' .:«"-') or (kind in ("пр", "пл", "пер") and words[index].gap == ""):
            return None
        if (dated := self._match_date_name(words, start)) is not None:
            return self._build_candidate(words, index, dated.start, dated.end, kind, _TYPED_STREET_WEIGHT, dated.title)
        if self.vocabulary.kinds[kind][0] in ("мкр.", "кв-л") and words[start].is_number:
            return self._build_candidate(
                words, index, start, start + 1, kind, _TYPED_STREET_WEIGHT, f"{words[start].raw} мкр"
            )
        end = self._name_end_after_type(words, start)
        if end == start:
            return None
        return self._build_candidate(words, index, start, end, kind, _TYPED_STREET_WEIGHT)

    def _name_end_after_type(self, words: Sequence[Word], start: int) -> int:
        """Return the end of the name that begins at *start*, after a type word."""
        if start >= len(words) or not self._can_follow_type(words[start]):
            return start
        end = start + 1
        while end < len(words) and end < start + 3 and not words[end].gap.strip(" .") and not words[end].is_number:
            belongs = self._names.is_first_part(words[end - 1], words[end]) or (
                len(words[end - 1].norm) == 1 and "." in words[end].gap
            )
            if not belongs or words[end].norm in self.vocabulary.words["house"]:
                break
            end += 1
        return end

    def _can_follow_type(self, word: Word) -> bool:
        form = self._morphology.form(word.norm)
        if word.norm in self.vocabulary.kinds or word.norm in self.vocabulary.words["house"]:
            return False
        if not form.known and not word.is_number:
            return len(word.norm) > 2
        if word.is_number or form.can_be("PREP") or form.can_be("CONJ") or form.can_be("VERB") or form.can_be("ADVB"):
            return word.capitalised and len(word.norm) > 3
        return word.capitalised or self._names.can_be_street_with_house(word) or form.can_be("NOUN", "gent")

    def _match_type_after(self, words: Sequence[Word], index: int) -> _StreetCandidate | None:
        """Match a street with its type word after it: «Невский проспект», «Щербаков пер.», «третий микрорайон»."""
        if index + 1 >= len(words) or words[index + 1].norm not in self.vocabulary.kinds:
            return None
        kind = words[index + 1].norm
        word = words[index]
        if words[index + 1].gap.strip(" "):
            return None
        form = self._morphology.form(word.norm)
        if self.vocabulary.kinds[kind][0] in ("мкр.", "кв-л"):
            number = self._parse_ordinal(word)
            if number is not None:
                return self._build_candidate(
                    words, index, index, index + 2, kind, _TYPED_STREET_WEIGHT, f"{number} мкр"
                )
        if not self._names.is_street_adjective(word) or not (word.capitalised or form.can_be("Geox")):
            return None
        found = self._build_candidate(words, index, index, index + 2, kind, _TYPED_STREET_WEIGHT)
        title = self._names.dictionary_form([word], self.vocabulary.kinds[kind][1])
        return _StreetCandidate(
            index, index + 1, found.first, found.last, found.kind, found.gender, title, found.house, found.weight
        )

    def _parse_ordinal(self, word: Word) -> int | None:
        """Return the value of an ordinal number: «3-й», «третий» → 3."""
        digits = word.raw.rstrip("йя-")
        if digits.isdecimal() and len(digits) <= 3:
            return int(digits)
        lemmas = self._morphology.form(word.norm).lemmas
        return next((number for number, name in enumerate(_ORDINALS, 1) if name in lemmas), None)

    def _match_date_name(self, words: Sequence[Word], index: int) -> _StreetCandidate | None:
        """Match a street named after a date: «8 Марта 17», «восьмое марта 20», «50 лет Октября, 6»."""
        vocabulary = self.vocabulary
        number = vocabulary.day_words.get(words[index].norm, words[index].norm.removesuffix("-е"))
        if not number.isdecimal() or index + 1 >= len(words):
            return None
        following = words[index + 1]
        if following.norm in vocabulary.days.get(number, ()) and not following.gap.strip(" "):
            title = f"{number} {following.norm.capitalize()}"
            named = following.capitalised or (index > 0 and words[index - 1].norm in vocabulary.kinds)
            found = self._build_candidate(words, index, index, index + 2, None, _TYPED_STREET_WEIGHT, title)
            place = index > 0 and words[index - 1].norm in ("на", "по") and words[index].norm != "первого"
            return found if found.house or named or place else None
        if following.norm == "лет" and index + 2 < len(words) and words[index + 2].norm in vocabulary.years:
            of = words[index + 2].norm
            tail = of.upper() if of in ("ссср", "влксм") else of.capitalize()
            return self._build_candidate(
                words, index, index, index + 3, None, _TYPED_STREET_WEIGHT, f"{number} лет {tail}"
            )
        return None

    def _match_house_after(self, words: Sequence[Word], index: int) -> _StreetCandidate | None:
        """Match a name that a house follows: «Ленина 45», «ленина д 5 корп 1», «Карла Маркса, 3»."""
        word = words[index]
        tail = word.norm in self.vocabulary.words["tails"]
        if not (tail or self._names.can_be_street_with_house(word)):
            return None
        if self._houses.parse_at(words, index + 1, after_street=True) is None:
            return None
        if index + 1 < len(words) and "-" in words[index + 1].gap and not tail:
            return None
        start = self._name_start(words, index)
        if tail and start == index:
            return None
        if index > 0 and words[start - 1].norm in ("кв", "тел", "номер"):
            return None
        return self._build_candidate(words, start, start, index + 1, None, _BARE_STREET_WEIGHT)

    def _name_start(self, words: Sequence[Word], index: int) -> int:
        """Return the beginning of the name that ends at *index*."""
        start = index
        while start > 0 and start > index - 2 and not words[start].gap.strip(" ."):
            if words[start - 1].is_number or not self._names.is_first_part(words[start - 1], words[start]):
                break
            start -= 1
        return start

    def _match_house_before(self, words: Sequence[Word], index: int) -> _StreetCandidate | None:
        """Match a name that follows a house: «дом 13 победы», «в доме 38а на Абая», «12к2 по Гагарина»."""
        if not self._names.can_be_street_with_house(words[index]):
            return None
        end = index + 1
        while end < len(words) and end < index + 2 and self._names.is_first_part(words[end - 1], words[end]):
            end += 1
        earlier = self._find_house_before(words, index)
        if earlier is None:
            return None
        house, first = earlier
        return _StreetCandidate(index, end, first, end, None, None, None, house, _BARE_STREET_WEIGHT + _HOUSE_WEIGHT)

    def _match_without_house(self, words: Sequence[Word], index: int) -> _StreetCandidate | None:
        """Match a street without a house: «на Ленина», «на советской возле банка», «угол Мира и Садовой»."""
        if index == 0:
            found = self._is_joined_to_name(words, 0) or self._starts_with_street(words)
            return (
                self._build_candidate(words, 0, 0, self._name_end(words, 0), None, _BARE_STREET_WEIGHT)
                if found
                else None
            )
        before = words[index - 1].norm
        prepared = before in self.vocabulary.words["before"] or before in self.vocabulary.words["corners"]
        if not prepared and not self._is_joined_to_name(words, index):
            return None
        word = words[index]
        if words[index].gap.strip(' «"') and prepared:
            return None
        if word.norm in self.vocabulary.words["areas"] and before in ("весь",):
            return self._build_candidate(words, index, index, index + 1, None, _BARE_STREET_WEIGHT)
        corner = before in self.vocabulary.words["corners"] and self._names.is_given_name(word)
        if (
            corner
            or self._names.can_be_street_alone(word)
            or self._is_standalone_adjective(words, index)
            or self._is_two_word_name(words, index)
        ):
            return self._build_candidate(words, index, index, self._name_end(words, index), None, _BARE_STREET_WEIGHT)
        return None

    def _starts_with_street(self, words: Sequence[Word]) -> bool:
        """Return whether the message begins with its street: «Гоголя от Мира …», «Садовая (за рынком)», «Лесная: …»."""
        word = words[0]
        end = self._name_end(words, 0)
        if not word.capitalised or end >= len(words):
            return False
        marked = any(mark in words[end].gap for mark in "(:—–")
        if self._names.is_street_adjective(word):
            return marked and self._morphology.form(word.norm).can_be("ADJF", "femn", "nomn")
        led_on = words[end].norm in self.vocabulary.words["links"] or "," in words[end].gap
        return (marked or led_on) and (self._names.can_be_street_alone(word) or self._is_two_word_name(words, 0))

    def _name_end(self, words: Sequence[Word], index: int) -> int:
        end = index + 1
        while end < len(words) and end < index + 3 and not words[end].gap.strip(" ."):
            if words[end].is_number or not self._names.is_first_part(words[end - 1], words[end]):
                break
            end += 1
        return end

    def _is_two_word_name(self, words: Sequence[Word], index: int) -> bool:
        return index + 1 < len(words) and (
            f"{words[index].norm} {words[index + 1].norm}" in self.vocabulary.aliases
            or (words[index + 1].norm in self.vocabulary.words["tails"] and words[index].capitalised)
        )

    def _is_joined_to_name(self, words: Sequence[Word], index: int) -> bool:
        """Return whether two names are joined: «Мира и Садовой», «Ленина - Советская», «Шарипова/Фурманова»."""
        word = words[index]
        if not word.capitalised or not (self._names.can_be_street_alone(word) or self._is_two_word_name(words, index)):
            return False
        end = self._name_end(words, index)
        if end >= len(words):
            return False
        if words[end].norm in _CONJUNCTIONS and end + 1 < len(words):
            return words[end + 1].capitalised and (
                self._names.can_be_street_alone(words[end + 1]) or self._is_two_word_name(words, end + 1)
            )
        return (
            words[end].gap.strip() in ("-", "–", "—", "/")
            and words[end].capitalised
            and (
                self._names.can_be_street_alone(words[end])
                or self._is_two_word_name(words, end)
                or self._names.is_street_adjective(words[end])
            )
        )

    def _is_standalone_adjective(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the adjective has no noun of its own: «на советской возле», not «на детской площадке»."""
        word = words[index]
        if not self._names.is_street_adjective(word):
            return False
        form = self._morphology.form(word.norm)
        cases = ("gent", "datv", "loct", "accs", "nomn")
        feminine = [case for case in cases if form.can_be("ADJF", "femn", case)]
        if not feminine or form.can_be("NOUN"):
            return False
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return True
        following = self._morphology.form(words[index + 1].norm)
        if following.can_be("ADJF") and not words[index + 1].capitalised:
            return False
        return not any(following.can_be("NOUN", "femn", case) for case in feminine)
