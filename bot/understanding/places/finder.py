"""Recognition of places in informal Russian: settlement, street, house, landmark; with or without a list of streets."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.districts import district_key
from bot.domain.streets import StreetRow
from bot.domain.text_normal import fold
from bot.understanding.places.bare_streets import BareStreetFinder
from bot.understanding.places.candidates import CandidateBuilder, StreetCandidate
from bot.understanding.places.gazetteer import Gazetteer
from bot.understanding.places.houses import AT_HOUSE, HouseNumberParser
from bot.understanding.places.landmarks import LandmarkFinder
from bot.understanding.places.settlements import FoundSettlement, SettlementFinder
from bot.understanding.places.street_names import StreetNames
from bot.understanding.places.typed_streets import TypedStreetFinder
from bot.understanding.places.vocabulary import Vocabulary, load_vocabulary
from bot.understanding.reading import PlaceName
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, single_word
from bot.understanding.text.transliteration import in_cyrillic, russian_words

_SQUARE, _ALLEY = "пл.", "аллея"
_HOUSE_NOUNS = frozenset({"дом", "доме", "дома", "дому", "домом", "домами"})
_HOUSE_CUES = _HOUSE_NOUNS | AT_HOUSE | {"между"}
_CALLED_LIKE_STREETS = frozenset({"парк", "сквер", "стадион", "сад", "мемориал", "лесопарк", "бассейн", "дк"})
_STOPS = frozenset(
    {"остановка", "остановки", "остановке", "остановку", "остановкой", "станция", "станции", "станцию", "станцией",
     "платформа", "платформы", "платформе", "платформу", "полустанок", "полустанка", "полустанке"}
)  # fmt: skip
"""A stop or a station is often called like a street, which may lie elsewhere: «на станции Лесная»."""
_AT_A_HOUSE = frozenset({"у", "возле", "около", "от", "до", "в", "к", "напротив", "перед", "за", "под", "из", "на"})
_LIVING = frozenset({"живу", "живем", "проживаю", "проживаем", "проживает", "проживающий", "проживающая"})
_ASIDE = frozenset(
    {"прописан", "прописана", "прописаны", "зарегистрирован", "зарегистрирована", "зарегистрированы",
     "ук", "управляйка", "управляйке", "управляйку", "офис", "офисе", "жэк", "жэу", "жэке", "жко"}
)  # fmt: skip
"""Words of an address that is only told with the trouble's: where somebody is registered, where the firm sits."""
_HOME_WORDS = 4
"""Words: «проживающая в городе по адресу»."""
_MIN_LATIN_LETTERS = 5
"""Letters: a shorter Latin word is more often a brand or an abbreviation."""
_MAX_ORDINAL_WORDS = 2
"""Words: «сорок второго»."""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place and the indexes of the words that name it (these words say nothing about the sector).

    ``settlement_words`` are those of its settlement, which may be a district as well.
    """

    place: PlaceName
    words: frozenset[int]
    settlement_words: frozenset[int] = frozenset()


_CITY = re.compile(r"(?:г(?:ор)?\.\s*|г\s+|город\s+)(?=\w)|,?\s+г(?:ор)?\.?$", re.IGNORECASE)
_KIND_BEHIND = re.compile(r"(.+?),?\s+(\w|пос|дер|пгт|рп)\.?", re.IGNORECASE)
"""The short type word behind the name, as address registers write it; «Красный Хутор» ends with no such word."""


class PlaceFinder:
    """Finds the place that a message is about: the one with a house before one without, then the first.

    *districts* are the town's: «в Ленинском» is no settlement if one is called so.
    """

    def __init__(
        self, morphology: Morphology, streets: Iterable[StreetRow] = (), districts: Iterable[str] = ()
    ) -> None:
        self.vocabulary: Vocabulary = load_vocabulary()
        rows = tuple(streets)
        named = tuple(districts)
        self._districts = frozenset(district_key(name) for name in named)
        listed = dict.fromkeys(row.settlement for row in rows if row.settlement is not None)
        self._names = StreetNames(morphology, self.vocabulary)
        self._houses = HouseNumberParser(self.vocabulary)
        builder = self._builder = CandidateBuilder(morphology, self.vocabulary, self._houses)
        self._typed = TypedStreetFinder(morphology, self.vocabulary, self._names, builder)
        self._bare = BareStreetFinder(morphology, self.vocabulary, self._names, self._houses, builder)
        self._landmarks = LandmarkFinder(self.vocabulary, morphology)
        self._settlements = SettlementFinder(morphology, self.vocabulary, listed, named)
        self._meant_by = remember(self._find_meant)
        split, correct = self._settlements.split_kind, self._names.variants.correct
        self.gazetteer = Gazetteer(rows, morphology, self.vocabulary, split, correct)

    def find(self, words: Sequence[Word]) -> FoundPlace | None:
        """Return the place, or ``None``. Never raises."""
        words = self._with_kinds(russian_words(words))
        found = self._find_by_rules(words)
        place = self.gazetteer.resolve(found.place if found else None, words)
        if place is None:
            return None
        if found is None:
            return FoundPlace(place, frozenset())
        return found if place is found.place else replace(found, place=place)

    def _with_kinds(self, words: Sequence[Word]) -> Sequence[Word]:
        """Return the words with misspelt type words mended, «проспкт Мира», and streets in Cyrillic, «Lenina 15»."""
        meant_by = self._meant_by
        meant = [meant_by(word.raw) for word in words]
        if not any(meant):
            return words
        return [
            word if known is None else word._replace(raw=known.raw, norm=known.norm)
            for word, known in zip(words, meant, strict=True)
        ]

    def _find_meant(self, raw: str) -> Word | None:
        """Return the type word that *raw* misspells, or the well-known street that it has in Latin letters."""
        word = single_word(raw)
        if raw.isascii() and raw.isalpha() and len(raw) >= _MIN_LATIN_LETTERS:
            respelled = in_cyrillic(word)
            usual = respelled.norm in self.vocabulary.common or respelled.norm in self.vocabulary.words["names"]
            return respelled if usual else None
        kind = self._names.variants.kind_meant(word.norm)
        return word._replace(norm=kind) if kind is not None else None

    def settlement_name(self, cell: str) -> str:
        """Return the name of a settlement that a table writes with its type word: «с. Малиновка», «Малиновка с»."""
        name = _CITY.sub("", cell.strip())
        behind = _KIND_BEHIND.fullmatch(name)
        if behind is not None and behind[2].casefold() in self.vocabulary.settlements.kinds:
            return behind[1]
        return self._settlements.split_kind(name)[0]

    def _find_by_rules(self, words: Sequence[Word]) -> FoundPlace | None:
        """Find the place by the words only."""
        settlement = self._settlements.find_certain(words)
        streets = self._find_streets(words, settlement.words if settlement is not None else frozenset())
        best = self._best_of(words, streets)
        taken = frozenset(at for one in streets for at in range(one.first, one.last))
        if settlement is None:
            settlement = self._settlements.find_likely(words, taken, best.first if best is not None else None)
        if best is None and settlement is not None:
            best, taken = self._find_house_after(words, settlement)
        if best is not None and best.house is None and (apart := self._house_apart(words, taken)) is not None:
            house, at = apart
            best = replace(self._street_of_house(words, streets, at) or best, house=house)
        settled = settlement.words if settlement is not None else frozenset()
        if best is not None and best.house is None and self._is_meeting_place(words, best):
            best, taken = None, frozenset()  # people meet there; the houses are the next street's
        used = taken | settled
        landmark = self._landmarks.find(words, used)
        if best is None and settlement is None and landmark is None:
            return None
        place = PlaceName(
            street=self._title(words, best) if best is not None else None,
            house=best.house if best is not None else self._house_in(words, settlement),
            kind=best.kind if best is not None else None,
            landmark=landmark.name if landmark is not None else None,
            settlement=settlement.name if settlement is not None else None,
            settlement_kind=settlement.kind if settlement is not None else None,
            near=landmark.phrase if landmark is not None else None,
        )
        return FoundPlace(place, used, settled)

    def _is_district(self, street: StreetCandidate) -> bool:
        """Return whether a quarter that has no type word is a district of the town: «в Южном»."""
        return street.first == street.last and fold(street.title or "") in self._districts

    def _is_meeting_place(self, words: Sequence[Word], street: StreetCandidate) -> bool:
        """Return whether «площадь Мира», «аллея Славы» is said, which no list has, but not «Вишнёвая аллея»."""
        if street.kind not in (_SQUARE, _ALLEY):
            return False
        title = self._title(words, street)
        named = street.kind == _ALLEY and title.endswith("ая")
        return not (named or self.gazetteer.may_know(title, street.kind))

    def _is_elsewhere(self, words: Sequence[Word], first: StreetCandidate, later: StreetCandidate) -> bool:
        """Return whether the author lives, or asked, at the *first* address and tells of another street's house."""
        if first.house is None or later.house is None or words[first.start].norm == words[later.start].norm:
            return False
        if self._follows(words, first.first, _ASIDE):
            return True
        return self._is_home(words, first.first) and not self._is_home(words, later.first)

    @staticmethod
    def _is_home(words: Sequence[Word], first: int) -> bool:
        """Return whether the author only lives there: «живу на Мира 5», «прописана по адресу …», «я с Мира 5»."""
        if first > 1 and words[first - 1].norm in ("с", "из") and words[first - 2].norm in ("я", "мы"):
            return True
        return PlaceFinder._follows(words, first, _LIVING)

    @staticmethod
    def _follows(words: Sequence[Word], first: int, wanted: frozenset[str]) -> bool:
        """Return whether one of the words shortly before *first*, in the same part of the sentence, is *wanted*."""
        for at in range(first - 1, max(-1, first - 1 - _HOME_WORDS), -1):
            if words[at].norm in wanted:
                return True
            if words[at].gap.strip(" :"):
                return False
        return False

    @staticmethod
    def _is_name_of_other(words: Sequence[Word], street: StreetCandidate) -> bool:
        """Return whether a park, a stadium or a station is called so: «парк 30-летия Победы», «ст. Лесная»."""
        if street.first == 0 or street.house is not None:
            return False
        before, gap = words[street.first - 1].norm, words[street.first].gap
        if street.kind is None and (before == "ст" and gap.startswith(".")):
            return True
        stop = street.kind is None and before in _STOPS
        return not gap.strip(' «"') and (stop or before.rstrip("аеуом") in _CALLED_LIKE_STREETS)

    def _title(self, words: Sequence[Word], street: StreetCandidate) -> str:
        title = street.title or self._names.dictionary_form(words[street.start : street.end], street.gender)
        if self.gazetteer.is_empty:
            title = self._names.variants.correct(title)
        undeclined = street.gender in (None, "femn") and street.title is None and title.endswith(("ий", "ый"))
        return (self._names.feminine_of_undeclined(words, street.start, title) if undeclined else None) or title

    def _house_in(self, words: Sequence[Word], settlement: FoundSettlement | None) -> str | None:
        """Return a house without a street, as small villages have them: «в Ключах, дом 5»."""
        if settlement is None:
            return None
        after = max(settlement.words) + 1
        if after >= len(words) or words[after].norm not in self.vocabulary.words["house"]:
            return None
        read = self._houses.parse_at(words, after, after_street=True)
        return read[0] if read is not None else None

    @staticmethod
    def _street_of_house(words: Sequence[Word], streets: Sequence[StreetCandidate], at: int) -> StreetCandidate | None:
        """Return the last street before a house number: «с Речной сворачиваешь на Овражную, и перед 22-м домом провал».

        One that only tells the way («до Лесной», «угол Лесной») has no house apart.
        """
        before = [one for one in streets if one.last <= at]
        if len(before) < 2 or words[before[-1].first - 1].norm not in ("на", "по"):
            return None
        return before[-1] if before[-1].first > before[-2].last + 1 else None

    def _house_apart(self, words: Sequence[Word], taken: frozenset[int]) -> tuple[str, int] | None:
        """Return the only house that is named apart from its street, and the index of the word that tells it.

        «Улица Садовая, нет света в доме 87а».
        """
        found: dict[str, int] = {}
        for index, word in enumerate(words):
            if word.norm not in _HOUSE_CUES:
                continue  # most words
            if word.norm == "между" and (first := self._houses.parse_between(words, index + 1)) is not None:
                found[first] = index
            if word.norm in _HOUSE_NOUNS and index not in taken:
                told = [word._replace(gap=" "), *words[index + 1 :]]  # it may begin a sentence: «… с Мира? Дом 60»
                read = self._houses.parse_at(told, 0, after_street=True) or self._house_before_noun(words, index)
                if read is not None:
                    found[read[0]] = index
            elif (alone := self._houses.parse_alone(words, index)) is not None:
                found[alone[0]] = index
        return found.popitem() if len(found) == 1 else None

    def _house_before_noun(self, words: Sequence[Word], noun: int) -> tuple[str, int] | None:
        """Return the number of «упала возле 12-го дома», «у сорок второго дома»."""
        for start in range(max(1, noun - _MAX_ORDINAL_WORDS), noun):
            ranged = words[start - 1].norm in ("от", "до") and not words[start].is_number  # «от первого дома»
            owned = words[start].norm.endswith("го")  # «во дворе пятого дома»
            if (owned or words[start - 1].norm in _AT_A_HOUSE or words[start - 1].norm in _LIVING) and not ranged:
                read = self._houses.parse_before_noun(words, start)
                if read is not None and read[1] == noun + 1:
                    return read
        return None

    def _find_house_after(
        self, words: Sequence[Word], settlement: FoundSettlement
    ) -> tuple[StreetCandidate | None, frozenset[int]]:
        """Find a street that only its place in the address shows: «Лопухово, Гончаровка 2»."""
        at = max(settlement.words) + 1
        if at + 1 >= len(words) or words[at].gap.strip(" ") != "," or not words[at].capitalised:
            return None, frozenset()
        if words[at].norm in self.vocabulary.words["house"] or not self._houses.may_begin(words[at + 1]):
            return None, frozenset()
        if self._houses.parse_at(words, at + 1, after_street=True) is None:
            return None, frozenset()
        found = self._builder.build(words, at, at, at + 1, None)
        return found, frozenset(range(found.first, found.last))

    def _find_streets(self, words: Sequence[Word], reserved: frozenset[int]) -> list[StreetCandidate]:
        """Return all streets that are named. *reserved*: words of a settlement."""
        found: list[StreetCandidate] = []
        may_begin = self._names.may_begin
        for index, word in enumerate(words):
            if (begins := may_begin(word.raw)) is None or index in reserved:
                continue
            may_begin_typed, may_be_bare = begins
            name = self._typed.candidate_at(words, index) if may_begin_typed else None
            if name is None and may_be_bare:
                name = self._bare.candidate_at(words, index)
            if (
                name is not None
                and not self._is_district(name)
                and not self._is_name_of_other(words, name)
                and reserved.isdisjoint(range(name.start, name.end))
            ):
                found.append(name)
        return found

    def _best_of(self, words: Sequence[Word], streets: Sequence[StreetCandidate]) -> StreetCandidate | None:
        """Return the street with a house before one without, then the first; but the one that is complained of."""
        best: StreetCandidate | None = None
        for street in streets:
            if best is None or street.weight > best.weight or self._is_elsewhere(words, best, street):
                best = street
        return best
