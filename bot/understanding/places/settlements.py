"""Recognition of settlements: «с. Малиновка», «в Ключах», «на хуторе Вольном»; by the town's list, if there is one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.understanding.places.settlement_names import SettlementNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, prepare_text

_CASES_AFTER = {
    "в": ("loct", "accs", "loc2"), "во": ("loct", "accs"), "из": ("gent",), "до": ("gent",), "с": ("gent",),
    "со": ("gent",), "от": ("gent",), "у": ("gent",), "около": ("gent",), "возле": ("gent",), "под": ("ablt",),
    "за": ("ablt",), "между": ("ablt",), "по": ("datv",), "на": ("loct", "accs"), "через": ("accs",), "мимо": ("gent",),
}  # fmt: skip
"""The cases of a settlement after the prepositions that place something there."""
_UNTYPED_PREPOSITIONS = frozenset({"в", "во", "из", "до", "с", "со", "под", "через"})
"""Prepositions after which a settlement needs neither a type word nor a list."""
_INSIDE = frozenset({"в", "во", "из"})
"""After other prepositions «Лопухова» is more often a person or a street: «с Лопухова», «до Лопухова»."""
_NEAR = frozenset({"у", "около", "возле", "близ", "вблизи"})
_HAS_SETTLEMENT = frozenset(
    {"житель", "околица", "окраина", "дачник", "население", "хутор", "край", "селянин", "староста", "мост", "погост"}
)
"""Nouns of a settlement's parts and people: after them even «Лопухова» is a village, no person."""
_LEADS_TO = frozenset(
    {"дорога", "трасса", "автобус", "маршрутка", "поворот", "съезд", "въезд", "мост", "электричка", "рейс", "переезд",
     "грейдер", "подъезд", "развилка", "указатель", "маршрут", "пазик", "тропинка", "тропа", "газель", "ветка", "шоссе"}
)  # fmt: skip
"""Roads and vehicles that lead to a settlement: «дорога на Речное»."""
_BRIDGES = frozenset({"мост", "мостик", "переправа", "брод", "паром"})
_OURS = frozenset({"наш", "наше", "наша", "нашего", "нашем", "нашей", "нашу"})
_WATERS = frozenset({"река", "речка", "речушка", "ручей", "приток", "озеро", "пруд"})
_FULL_WORD_LENGTH = 4
"""Letters: a shorter type word («с», «дер») is an abbreviation and needs a full stop."""
_ABBREVIATIONS_WITHOUT_STOP = frozenset({"пгт", "рп", "снт", "днт", "днп", "сот", "пос", "дер", "ст-ца"})
_TOWN_KIND = "г."
"""The type word of towns: one that is not on the list is the municipality itself, or far away."""
_MIN_FUZZY_LENGTH = 6
_MIN_SIMILARITY = 82.0
"""Percent: the least similarity of a misspelt word to a settlement of the list."""


@dataclass(frozen=True, slots=True)
class FoundSettlement:
    """A settlement, its type word as a card shows it, and the indexes of the words that name it."""

    name: str
    kind: str | None
    words: frozenset[int]


class SettlementFinder:
    """Finds the settlement that a message names: with its type word before one without, then the first.

    *known*: settlements of the town's list («с. Малиновка»), without which only what looks like a village is found.
    *districts* are no settlements, though people say «в Ленинском» of them.
    """

    def __init__(
        self, morphology: Morphology, vocabulary: Vocabulary, known: Iterable[str] = (), districts: Iterable[str] = ()
    ) -> None:
        self._morphology = morphology
        self._kinds = vocabulary.settlements.kinds
        self._names = SettlementNames(morphology, vocabulary)
        self._known: dict[tuple[str, ...], list[tuple[str, str | None]]] = {}
        for cell in known:
            name, kind = self.split_kind(cell)
            self._known.setdefault(self._names.key(prepare_text(name).words), []).append((name, kind))
        self._single = [name for names in self._known.values() for name, _ in names if " " not in name]
        last_words = [prepare_text(name).words[-1:] for names in self._known.values() for name, _ in names]
        self._genders = {self._names.key(last): self._names.genders(last[0]) for last in last_words if last}
        self._street_kinds = vocabulary.kinds.keys()
        self._longest = max((len(key) for key in self._known), default=0)
        self._districts = {self._names.key(prepare_text(name).words[:1]) for name in districts}

    def split_kind(self, cell: str) -> tuple[str, str | None]:
        """Split «с. Малиновка» into («Малиновка», «с.»)."""
        words = prepare_text(cell).words
        if len(words) > 1 and (kind := self._kinds.get(words[0].norm)) is not None:
            return " ".join(word.raw for word in words[1:]), kind[0]
        return cell.strip(), None

    def find_certain(self, words: Sequence[Word]) -> FoundSettlement | None:
        """Return the first settlement that has its type word, or is on the list."""
        kinds, known = self._kinds, self._known
        for index, word in enumerate(words):
            if word.norm not in kinds and not known:
                continue
            found = self._match_typed(words, index) if word.norm in kinds else None
            if found is None and known:
                found = self._match_known(words, index)
            if found is not None:
                return found
        return None

    def find_likely(self, words: Sequence[Word], taken: frozenset[int], street: int | None) -> FoundSettlement | None:
        """Return the first settlement without type word, if the town has no list.

        *taken*: words of streets; *street*: where the address begins, before which a settlement may be written.
        """
        if self._known:
            return None
        may_be_small, may_be_named = self._names.may_be_small, self._names.may_be_named
        before = ""
        named: int | None = None
        for index, word in enumerate(words):
            preposition, before = before, word.norm
            if not (may_be_named(before) if word.capitalised else may_be_small(before)):
                continue
            placed = preposition in _UNTYPED_PREPOSITIONS or index == 0 or index + 1 == street or word.gap != " "
            if not (placed or word.capitalised or self._names.is_sure_form(word)):
                continue
            if index in taken or word.is_number or self._is_river(words, index):
                continue
            if index and word.capitalised and self._names.is_of_landmark(words, index):
                continue
            name = None
            pair = self._match_pair(words, index, street) if word.capitalised else None
            if pair is not None and index + 1 not in taken:
                return FoundSettlement(pair, None, frozenset({index, index + 1}))
            if word.capitalised and self._is_related(words, index):
                name = self._names.nominative([word], None)
            elif placed:
                name = self._match_preposition(words, index) or self._match_alone(words, index, street)
            if name is not None and not self._is_district(word):
                return FoundSettlement(name, None, frozenset({index}))
            if named is None and not self._is_within_name(words, index) and self._names.is_name(word):
                named = index
        if named is None:
            return None
        return FoundSettlement(self._names.nominative([words[named]], None), None, frozenset({named}))

    @staticmethod
    def _is_within_name(words: Sequence[Word], index: int) -> bool:
        """Return whether the word may belong to a longer name: «остановка Новые Сады», «т/ц Меркурий»."""
        if words[index].starts_sentence:
            return True
        before = words[index - 1]
        led = before.norm in _CASES_AFTER  # «От Сергеевки до райцентра»
        return words[index].gap == " " and ((before.capitalised and not led) or before.gap == "/")

    def _is_district(self, word: Word) -> bool:
        """Return whether «в Никольском» means a district; a village may be one as well: «в Ключах»."""
        return self._names.key([word]) in self._districts and self._morphology.form(word.norm).can_be("ADJF")

    def _match_typed(self, words: Sequence[Word], index: int) -> FoundSettlement | None:
        """Match «с. Малиновка», «посёлок Октябрьский», «на хуторе Вольном», «Вольный хутор»."""
        kind, gender = self._kinds[words[index].norm]
        if not self._is_type_word(words, index):
            return None
        if index + 2 < len(words) and words[index + 1].norm in _OURS and words[index + 2].gap == " ":
            owned = self._match_typed([*words[: index + 1], *words[index + 2 :]], index)
            if owned is None:
                return None
            return FoundSettlement(owned.name, owned.kind, frozenset(at + (at > index) for at in owned.words))
        end = self._names.end_after_type(words, index, gender)
        if end > index + 1:
            named = words[index + 1 : end]
            listed = self._listed(named, kind)
            if listed is None and kind == _TOWN_KIND:
                return None
            name = listed[0] if listed else self._names.nominative(named, gender)
            return FoundSettlement(name, kind, frozenset(range(index, end)))
        if index and kind != _TOWN_KIND and self._names.is_adjective_before(words, index):
            name = self._names.nominative([words[index - 1]], gender)
            return FoundSettlement(name, kind, frozenset({index - 1, index}))
        return None

    def _is_type_word(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the word is no preposition («с Малиновки») and no house («д. 5»)."""
        word = words[index]
        if index + 1 < len(words) and words[index + 1].is_number:
            return False
        if word.norm.startswith("товариществ"):  # of gardeners, not of owners
            return index > 0 and words[index - 1].norm.startswith(("сад", "дач"))
        if len(word.norm) >= _FULL_WORD_LENGTH or word.norm in _ABBREVIATIONS_WITHOUT_STOP:
            return True
        if word.capitalised and index + 1 < len(words) and not words[index + 1].raw.isupper():
            return self._is_village_with_capital(words, index)
        if index + 1 < len(words) and not words[index + 1].gap.strip() and self._names.is_nominative(words[index + 1]):
            return True  # «с малиновка»: no preposition has the nominative
        return index + 1 < len(words) and words[index + 1].gap.startswith(".") and "\n" not in words[index + 1].gap

    def _is_village_with_capital(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «С. Ивановское» begins a sentence; «С. Разина», «С. Петровский» are people."""
        named, (_, gender) = words[index + 1], self._kinds[words[index].norm]
        if not words[index].starts_sentence or not words[index + 1].gap.startswith("."):
            return False
        return self._names.is_nominative(named) and self._names.has_gender(named, frozenset({gender}))

    def _match_known(self, words: Sequence[Word], index: int) -> FoundSettlement | None:
        """Match a name of the list, in the case that its preposition asks for, or capitalised."""
        for length in range(min(self._longest, len(words) - index), 0, -1):
            named = words[index : index + length]
            listed = self._listed(named, None)
            known = listed is not None and self._is_named(words, index, index + length)
            if listed is None and length == 1:
                listed = self._misspelt(words, index)
                known = listed is not None and not self._names.belongs_to_next(words, index + 1)
            if listed is not None and known:
                return FoundSettlement(listed[0], listed[1], frozenset(range(index, index + length)))
        return None

    def _listed(self, named: Sequence[Word], kind: str | None) -> tuple[str, str | None] | None:
        """Return name and kind as the list has them; the kind is ``None`` if there are several of that name."""
        found = self._known.get(self._names.key(named), [])
        fitting = [one for one in found if kind is not None and one[1] == kind] or found
        if not fitting:
            return None
        kinds = {one[1] for one in fitting}
        return fitting[0][0], kinds.pop() if len(kinds) == 1 else None

    def _misspelt(self, words: Sequence[Word], index: int) -> tuple[str, str | None] | None:
        """Return the settlement of the list that a word unknown to the dictionary resembles: «в Малинофке»."""
        word = words[index]
        if len(word.norm) < _MIN_FUZZY_LENGTH or index == 0 or words[index - 1].norm not in _UNTYPED_PREPOSITIONS:
            return None
        if self._morphology.form(word.norm).known:
            return None
        for written in dict.fromkeys(self._names.nominative([word], gender) for gender in ("masc", "neut", "femn")):
            found = process.extractOne(written, self._single, scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
            if found is not None:
                return self._listed(prepare_text(found[0]).words, None)
        return None

    def _is_named(self, words: Sequence[Word], start: int, end: int) -> bool:
        word = words[start]
        if self._names.belongs_to_next(words, end) or self._is_street(words, start, end):
            return False
        capitalised = word.capitalised and not (word.raw.isupper() or word.starts_sentence)
        if capitalised or self._names.is_fragment(words, start, end):
            return True
        if start == 0 or word.gap.strip(' «"'):
            return False
        cases = _CASES_AFTER.get(words[start - 1].norm)
        return cases is not None and self._names.has_case(words[end - 1], cases)

    def _is_street(self, words: Sequence[Word], start: int, end: int) -> bool:
        """Return whether the name is rather a street's: «Победы 5», «на Октябрьской», «ул. Мирная»."""
        before = words[start - 1].norm if start else ""
        if before in self._street_kinds:
            return True
        housed = end < len(words) and words[end].is_number and before not in _UNTYPED_PREPOSITIONS
        last = words[end - 1]
        return housed or not self._names.has_gender(last, self._genders.get(self._names.key([last]), frozenset()))

    def _match_preposition(self, words: Sequence[Word], index: int) -> str | None:
        """Match «в Ключах», «до Малиновки», «с Вольного»."""
        if index == 0 or words[index].gap.strip() or words[index - 1].norm not in _UNTYPED_PREPOSITIONS:
            return None
        if index + 1 < len(words) and words[index + 1].gap.startswith(("»", '"', "”")):
            return None
        if words[index - 1].norm not in _INSIDE and self._names.can_be_person(words[index]):
            return None
        return self._names.likely(words, index, _CASES_AFTER[words[index - 1].norm])

    def _is_river(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «мост через Каменку», «за речкой Каменкой» is said."""
        if index == 0 or words[index].gap.strip():
            return False
        if not _WATERS.isdisjoint(self._morphology.form(words[index - 1].norm).lemmas):
            return True
        if index < 2 or words[index - 1].norm != "через":
            return False
        return not _BRIDGES.isdisjoint(self._morphology.form(words[index - 2].norm).lemmas)

    def _match_pair(self, words: Sequence[Word], index: int, street: int | None) -> str | None:
        """Match «в Красном Яре», «… без света, Старая Рудня», «Верхние Броды, Садовая 2»."""
        word = words[index]
        if index + 1 >= len(words) or not word.capitalised or word.gap.strip(" ,.!?\n…"):
            return None
        prepared = index > 0 and words[index - 1].norm in _CASES_AFTER and not word.gap.strip()
        alone = self._names.is_fragment(words, index, index + 2) or street == index + 2
        return self._names.pair(words, index) if prepared or alone else None

    def _is_related(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the words before make it a settlement: «автобус на Речное», «за околицей Лопухова»."""
        word = words[index]
        if index == 0 or not word.capitalised or word.gap != " " or word.raw.isupper():
            return False
        before = words[index - 1].norm
        if before == "на" and index > 1:
            leading = _LEADS_TO.intersection(self._morphology.form(words[index - 2].norm).lemmas)
            return bool(leading) and self._names.is_destination(words, index)
        if _LEADS_TO.intersection(self._morphology.form(before).lemmas) and self._names.is_village(word):
            return True  # «дорога Ключи — Петровское»
        if before in _NEAR:
            return self._names.is_adjective_name(words, index)
        owned = _HAS_SETTLEMENT.intersection(self._morphology.form(before).lemmas)
        return bool(owned) and self._names.is_village(word)

    def _match_alone(self, words: Sequence[Word], index: int, street: int | None) -> str | None:
        """Match «Малиновка, Садовая 2», «Малиновка без света», «… одна лавка осталась. Малиновка»."""
        before_street = street == index + 1 and not words[index + 1].gap.strip(" ,")
        if not (before_street or index == 0 or self._names.is_fragment(words, index, index + 1)):
            return None
        return self._names.likely_alone(words, index, before_street=before_street)
