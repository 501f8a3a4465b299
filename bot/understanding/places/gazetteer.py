"""The gazetteer, which corrects the spelling of streets and provides district and coordinates."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from bot.domain.streets import StreetRow
from bot.understanding.places.houses import HouseNumberParser
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.reading import AREA_ENDING, PlaceName
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, prepare_text

_MIN_SIMILARITY = 81.0
"""Percent: the least similarity of a misspelt word to a street of the list."""
_MIN_SIMILARITY_MARGIN = 5.0
"""Percent: the least lead of the most similar street over the next one."""
_MIN_FUZZY_LENGTH = 5
"""Characters: shorter names resemble too many others to be corrected."""
_MAX_NAME_WORDS = 4
_PLACE_PREPOSITIONS = frozenset(
    {"на", "по", "у", "возле", "около", "с", "со", "от", "до", "напротив", "за", "рядом", "угол", "углу"}
)
_STREET_TYPE_WORDS = frozenset(
    {"ул", "улица", "улице", "улицы", "пер", "переулок", "переулке", "мкр", "микрорайон", "микрорайоне"}
)
_ALONG = frozenset({"на", "по", "угол", "углу"})
"""Words after which even a surname is a street."""
_IN_PREPOSITIONS = frozenset({"в", "во", "из"})
_AREA_KINDS = frozenset({"мкр.", "кв-л", "пос.", "с.", "д.", "р-н"})
"""Types of areas, which people live «in», not «on»."""
_NUMBERED_KINDS = frozenset({"мкр.", "кв-л"})
_AREA_NUMBER = re.compile(r"(\d{1,3})(?:-?[а-я]{1,2})?")
"""«14», «14-й»: the name of a microdistrict or a quarter."""
_MIN_WORD_LENGTH = 3
_MAX_DISTANCE_METRES = 1_500.0
"""Metres within which a point belongs to the district of the nearest place of the list."""
_METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class _Street:
    """A street name of the list with all its rows."""

    name: str
    kind: str | None
    rows: tuple[StreetRow, ...]


class Gazetteer:
    """Looks places up in the list of streets. If *rows* is empty, it changes nothing."""

    def __init__(
        self,
        rows: Iterable[StreetRow],
        morphology: Morphology,
        vocabulary: Vocabulary,
        split_settlement: Callable[[str], tuple[str, str | None]],
        correct: Callable[[str], str],
    ) -> None:
        """*split_settlement* splits «с. Малиновка» into name and type word; *correct* mends well-known names."""
        self._correct = correct
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._houses = HouseNumberParser(vocabulary)
        gathered: defaultdict[tuple[str, str | None], list[StreetRow]] = defaultdict(list)
        settled: defaultdict[str, list[StreetRow]] = defaultdict(list)
        self._settlement_of: dict[StreetRow, tuple[str, str | None]] = {}
        for row in rows:
            if row.street:
                gathered[self._split_kind(row.street)].append(row)
            if row.settlement is not None:
                self._settlement_of[row] = name, _ = split_settlement(row.settlement)
                settled[_fold(name)].append(row)
        self._settled = dict(settled)
        self._streets = [_Street(name, kind, tuple(lines)) for (name, kind), lines in gathered.items()]
        self._by_name: defaultdict[str, list[_Street]] = defaultdict(list)
        self._by_lemmas: defaultdict[tuple[str, ...], list[_Street]] = defaultdict(list)
        self._by_last_word: defaultdict[str, list[_Street]] = defaultdict(list)
        for street in self._streets:
            self._by_name[_fold(street.name)].append(street)
            words = _fold(street.name).split()
            self._by_lemmas[self._lemmas(words)].append(street)
            if len(words) > 1:
                self._by_last_word[words[-1]].append(street)
        self._numbered: defaultdict[str, list[_Street]] = defaultdict(list)
        for street in self._streets:
            number = _AREA_NUMBER.fullmatch(street.name) if street.kind in _NUMBERED_KINDS else None
            if number is not None:
                self._numbered[f"{number[1]}{AREA_ENDING}"].append(street)
        self._names = list(self._by_name)
        every = {row: None for street in self._streets for row in street.rows} | dict.fromkeys(self._settlement_of)
        self._points = [row for row in every if row.latitude is not None]
        self._districts = {
            row.district: self._lemmas(_fold(row.district).split()) for row in every if row.district is not None
        }

    @property
    def is_empty(self) -> bool:
        """True if the municipality has no list."""
        return not (self._streets or self._settled)

    def may_know(self, name: str, kind: str | None) -> bool:
        """Return whether the list has a street of that name and kind, or one of that name whose kind it omits."""
        return any(street.kind in (kind, None) for street in self._find_exact(_fold(name).split()))

    def resolve(self, place: PlaceName | None, words: Sequence[Word]) -> PlaceName | None:
        """Return *place* as the list spells it, with district and coordinates.

        If it has no street, one of the list is looked for in *words*, which are all words of the message: they may name
        the district, too.
        """
        if self.is_empty:
            return place
        if place is not None and place.street is not None:
            known = self._find_streets(place.street, place.kind)
            if known:
                return self._with_location(place, known, words)
            return self._with_settlement(replace(place, street=self._correct(place.street)))
        if place is not None and place.landmark is not None:
            known = self._find_exact(_fold(place.landmark).split())
            if known:
                return replace(self._with_location(place, known, words), street=None, kind=None)
        found = self._find_in_text(words)
        if found is None:
            return self._with_settlement(place)
        streets, house = found
        place = place or PlaceName(None, None)
        return self._with_location(replace(place, house=house or place.house, kind=None), streets, words)

    def _with_settlement(self, place: PlaceName | None) -> PlaceName | None:
        """Return *place* with the district of its settlement, if all of that lies in one."""
        if place is None or place.settlement is None:
            return place
        rows = self._settled.get(_fold(place.settlement), [])
        alone = [row for row in rows if not row.street] if place.street is None else []
        if not rows:  # older lists have a village in the column of streets
            same = [street for street in self._find_exact(_fold(place.settlement).split()) if street.kind is None]
            rows = alone = [row for street in same for row in street.rows if row.houses.is_whole_street]
        place = replace(place, district=_only({row.district for row in rows}))
        if len(alone) != 1:
            return place
        return replace(place, district=alone[0].district, latitude=alone[0].latitude, longitude=alone[0].longitude)

    def _rows_in(self, settlement: str, rows: Sequence[StreetRow]) -> list[StreetRow]:
        """Return those of *rows* that lie in *settlement*; a row that names none may lie anywhere."""
        key = _fold(settlement)
        names = {row: self._settlement_of.get(row) for row in rows}
        return [row for row, name in names.items() if name is not None and _fold(name[0]) == key] or [
            row for row, name in names.items() if name is None
        ]

    def district_at(self, latitude: float, longitude: float) -> str | None:
        """Return the district of the nearest place of the list, if one is near."""
        nearest: tuple[float, str | None] = (_MAX_DISTANCE_METRES, None)
        for row in self._points:
            distance = _distance_metres(latitude, longitude, row.latitude or 0.0, row.longitude or 0.0)
            if distance < nearest[0]:
                nearest = (distance, row.district)
        return nearest[1]

    def _split_kind(self, cell: str) -> tuple[str, str | None]:
        """Split «ул. Ленина» into («Ленина», «ул.»); the type word may come before or after the name."""
        pieces = cell.split()
        for at in (0, -1):
            kind = self._vocabulary.kinds.get(_fold(pieces[at]).rstrip("."))
            if kind is not None and len(pieces) > 1:
                rest = pieces[1:] if at == 0 else pieces[:-1]
                return " ".join(rest).strip(" ,"), kind[0]
        return cell, None

    def _find_streets(self, name: str, kind: str | None) -> list[_Street]:
        """Return the streets that *name* may mean: verbatim, inflected, without the first name, or misspelt."""
        folded = _fold(name)
        words = folded.split()
        if not words:
            return []
        found = self._find_exact(words) or self._numbered.get(name, [])
        if not found and len(words[-1]) >= _MIN_FUZZY_LENGTH:
            found = [s for s in self._by_last_word.get(words[-1], ()) if _fits_initial(words, _fold(s.name).split())]
        if not found and not self._is_well_spelt(words):
            found = self._find_similar(folded) or self._find_exact(_fold(self._correct(name)).split())
            if not found and folded.endswith("ой"):  # «на Кидровой»
                found = self._find_similar(f"{folded[:-2]}ая")
        same_kind = [street for street in found if kind is not None and street.kind == kind]
        return same_kind or found

    def _find_exact(self, norms: Sequence[str]) -> list[_Street]:
        """Return the streets of that name, in any grammatical case."""
        return self._by_name.get(" ".join(norms)) or self._by_lemmas.get(self._lemmas(norms)) or []

    def _is_well_spelt(self, words: Sequence[str]) -> bool:
        """Return whether a word of the dictionary is said: «Лётная» is no slip for «Взлётная»."""
        return len(words) == 1 and (words[0] in self._vocabulary.common or self._morphology.is_known(words[0]))

    def _find_similar(self, folded: str) -> list[_Street]:
        if len(folded) < _MIN_FUZZY_LENGTH:
            return []
        best = process.extract(
            folded, self._names, scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY - _MIN_SIMILARITY_MARGIN, limit=3
        )
        best = [one for one in best if _digits(one[0]) == _digits(folded)]
        usual = _fold(self._correct(folded.capitalize()))
        if not best or best[0][1] < _MIN_SIMILARITY or (usual != folded and fuzz.ratio(folded, usual) > best[0][1]):
            return []  # «Вокзальнная» is rather no «Привокзальная»
        if len(best) > 1 and best[0][1] - best[1][1] < _MIN_SIMILARITY_MARGIN:
            return []
        return self._by_name[best[0][0]]

    def _find_in_text(self, words: Sequence[Word]) -> tuple[list[_Street], str | None] | None:
        """Find a name of the list among *words* where a place is expected: after «на», «у» …, or before a house."""
        for start in range(len(words)):
            if len(words[start].norm) < _MIN_WORD_LENGTH:
                continue
            before = words[start - 1].norm if start and not words[start].starts_sentence else ""
            for end in range(min(start + _MAX_NAME_WORDS, len(words)), start, -1):
                read = self._houses.parse_at(words, end, after_street=True)
                found = self._find_exact([word.norm for word in words[start:end]])
                if not found and end == start + 1 and (read is not None or before in _STREET_TYPE_WORDS):
                    norm = words[start].norm
                    found = [] if self._is_well_spelt([norm]) else self._find_similar(norm)
                if read is None and before not in _STREET_TYPE_WORDS:
                    other = self._is_adjective_of_next(words, end) or self._is_person(words[end - 1], before)
                    found = [] if other else _filter_by_preposition(found, before)
                if found and (
                    read is not None or before in _PLACE_PREPOSITIONS | _STREET_TYPE_WORDS | _IN_PREPOSITIONS
                ):
                    return found, read[0] if read else None
        return None

    def _is_person(self, word: Word, before: str) -> bool:
        """Return whether «у Гоголя», «с Лениным» is said, and perhaps his monument is meant."""
        return before not in _ALONG and self._morphology.form(word.norm).can_be("Surn", "masc")

    def _is_adjective_of_next(self, words: Sequence[Word], end: int) -> bool:
        """Return whether the word before *end* is an adjective of the next noun and no name: «на северной стороне»."""
        if end >= len(words) or words[end].gap.strip(" "):
            return False
        return self._morphology.is_adjective_of(words[end - 1].norm, words[end].norm)

    def _with_location(self, place: PlaceName, streets: Sequence[_Street], words: Sequence[Word]) -> PlaceName:
        """Return *place* on one of the *streets*; details that the list does not have stay empty."""
        rows = [row for street in streets for row in street.rows]
        if place.settlement is not None:
            rows = self._rows_in(place.settlement, rows)
            if not rows:  # the list has the street in other settlements alone
                return self._with_settlement(place) or place
        named = self._named_districts(words)
        if len({row.district for row in rows}) > 1 and named:
            rows = [row for row in rows if row.district in named] or rows
        street = next(street for street in streets if rows[0] in street.rows)
        if place.settlement is not None and _fold(place.settlement) == _fold(street.name):
            place = replace(place, settlement=None, settlement_kind=None)  # the list has the village as a street
        if place.street not in self._numbered:  # «14 мкр» is the same in all towns, however a list spells it
            place = replace(place, street=street.name, kind=street.kind or place.kind)
        where = {self._settlement_of.get(row) for row in rows}
        if len(where) == 1 and (only := where.pop()) is not None:
            place = replace(place, settlement=only[0], settlement_kind=only[1])
        if place.house is not None:
            fits = [(row.houses.match_precision(place.house), row) for row in rows]
            best = max(fit for fit, _ in fits)
            covering = [row for fit, row in fits if fit == best and best > 0]
        else:
            covering = [row for row in rows if row.houses.is_whole_street]
        district = _only({row.district for row in covering or rows})
        if len(covering) == 1:
            return replace(place, district=district, latitude=covering[0].latitude, longitude=covering[0].longitude)
        return replace(place, district=district)

    def _named_districts(self, words: Sequence[Word]) -> set[str]:
        lemmas = {lemma for word in words for lemma in self._lemmas([word.norm])}
        return {district for district, needed in self._districts.items() if lemmas.issuperset(needed)}

    def _lemmas(self, norms: Sequence[str]) -> tuple[str, ...]:
        return tuple(map(self._morphology.lemma, norms))


def _filter_by_preposition(found: list[_Street], before: str) -> list[_Street]:
    """Keep the areas after «в» and the streets after «на»: people live «in» a microdistrict and «on» a street.

    An area that shares its name with no street may be «on», too: «на Потоке».
    """
    fitting = [street for street in found if (street.kind in _AREA_KINDS) is (before in _IN_PREPOSITIONS)]
    return fitting or (found if before == "на" else [])


def _fold(name: str) -> str:
    return " ".join(word.norm for word in prepare_text(name).words)


def _only(values: set[str | None]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _digits(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _fits_initial(written: Sequence[str], known: Sequence[str]) -> bool:
    """Return whether the written name may be short for the known one: «Маркса», «К. Маркса» for «Карла Маркса»."""
    return all(any(word.startswith(part) for word in known) for part in written)


def _distance_metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the distance in metres, by a plane approximation for a few kilometres."""
    north = (other_latitude - latitude) * _METRES_PER_DEGREE
    east = (other_longitude - longitude) * _METRES_PER_DEGREE * math.cos(math.radians(latitude))
    return math.hypot(north, east)
