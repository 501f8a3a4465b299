"""Measurement of places: streets, houses, settlements and landmarks.

The columns are ``street`` (several with ``+``: any is right; empty: none), ``number`` or ``house``, ``settlement`` and
``landmark``. Rows whose ``relevant`` is not «yes» are left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.text_normal import fold
from bot.understanding.model.training_data import TableRow
from bot.understanding.places.vocabulary import load_vocabulary
from bot.understanding.reading import PlaceName, Reading

_NOWHERE = PlaceName(None, None)
_MIN_STEM_LENGTH = 4
"""Letters that two forms of one word share: «Малиновке» and «Малиновка»."""


def place_lines(reads: Sequence[tuple[TableRow, Reading]], max_misses: int) -> Iterator[str]:
    """Yield the lines of the report about places, with up to *max_misses* wrong answers."""
    kinds = frozenset(load_vocabulary().kinds)
    answers = [_Answer.of(row, one, kinds) for row, one in reads if row.get("relevant", "yes") == "yes"]
    groups: defaultdict[str, list[_Answer]] = defaultdict(list)
    for answer in answers:
        for name in dict.fromkeys(("все", answer.row.get("dataset", ""))):
            if name:
                groups[name].append(answer)
    for name, found in groups.items():
        n = len(found)
        streets, addresses = sum(one.street for one in found) / n, sum(one.address for one in found) / n
        yield f"Место, {name}: улица {streets:.3f}, улица и дом {addresses:.3f} (сообщений {n})"
    yield from _street_lines(answers)
    yield from _part_lines(answers)
    yield from [one.describe() for one in answers if not one.address][:max_misses]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A row with the place that was read; ``street`` and ``address`` tell whether they are right."""

    row: TableRow
    place: PlaceName
    street: bool
    address: bool

    @classmethod
    def of(cls, row: TableRow, reading: Reading, kinds: frozenset[str]) -> "_Answer":
        place = reading.place or _NOWHERE
        street = _is_any_of(place.street, row["street"], kinds)
        return cls(row, place, street, street and _is_any_of(place.house, _house(row), kinds))

    def describe(self) -> str:
        place, row = self.place, self.row
        return f"    {row['street']}, {_house(row)} <- {place.street}, {place.house} :: {row['text'][:140]!r}"


def _house(row: TableRow) -> str:
    return row.get("number") or row.get("house") or ""


def _street_lines(answers: Sequence[_Answer]) -> Iterator[str]:
    """Tell how many addresses are found, and how many streets are seen where there is none."""
    placed = [one.address for one in answers if one.row["street"]]
    nowhere = [one.place.street is not None for one in answers if not one.row["street"]]
    if placed and nowhere:
        yield (
            f"  где улица названа: улица и дом {sum(placed) / len(placed):.3f} (сообщений {len(placed)}); "
            f"где не названа: найдена {sum(nowhere) / len(nowhere):.3f} (сообщений {len(nowhere)})"
        )


def _part_lines(answers: Sequence[_Answer]) -> Iterator[str]:
    settlements = [
        _shares_word(one.row["settlement"], one.place.settlement) for one in answers if one.row.get("settlement")
    ]
    landmarks = [_shares_word(one.row["landmark"], one.place.landmark) for one in answers if one.row.get("landmark")]
    for title, found in (("Населённый пункт", settlements), ("Ориентир", landmarks)):
        if found:
            yield f"{title}: найден {sum(found) / len(found):.3f} (сообщений {len(found)})"


def _shares_word(right: str, given: str | None) -> bool:
    """Return whether the names have a word, or a number, in common, in any grammatical case."""
    return any(
        one == other or (len(one) > _MIN_STEM_LENGTH and one[:_MIN_STEM_LENGTH] == other[:_MIN_STEM_LENGTH])
        for one in _words(right)
        for other in _words(given or "")
    )


def _words(name: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in fold(name)).split()


def _is_any_of(given: str | None, right: str, kinds: frozenset[str]) -> bool:
    """Return whether *given* is one of the answers, which may have a type word: «Сиреневый бульвар»."""
    answers = {one for name in right.split("+") for one in (name, _without_kind(name, kinds))}
    return _normalize(given) in map(_normalize, answers)


def _without_kind(name: str, kinds: frozenset[str]) -> str:
    return " ".join(word for word in name.split() if fold(word).rstrip(".") not in kinds) or name


def _normalize(text: str | None) -> str:
    return fold(text or "").replace(" ", "").replace("-", "")
