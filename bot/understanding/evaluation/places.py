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
    yield from _figure_lines(_figures(answers))
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


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """Shares of right answers, and of streets that were seen where none is named; ``None``: there is no such row."""

    address: float | None
    false_street: float | None
    settlement: float | None
    landmark: float | None
    counts: tuple[int, int, int, int]


def place_figures(reads: Sequence[tuple[TableRow, Reading]]) -> PlaceFigures:
    """Return the figures of all relevant rows."""
    kinds = frozenset(load_vocabulary().kinds)
    return _figures([_Answer.of(row, one, kinds) for row, one in reads if row.get("relevant", "yes") == "yes"])


def _figures(answers: Sequence[_Answer]) -> PlaceFigures:
    parts = (
        [one.address for one in answers if one.row["street"]],
        [one.place.street is not None for one in answers if not one.row["street"]],
        [_shares_word(one.row["settlement"], one.place.settlement) for one in answers if one.row.get("settlement")],
        [_shares_word(one.row["landmark"], one.place.landmark) for one in answers if one.row.get("landmark")],
    )
    address, false_street, settlement, landmark = (sum(one) / len(one) if one else None for one in parts)
    counts = (len(parts[0]), len(parts[1]), len(parts[2]), len(parts[3]))
    return PlaceFigures(address, false_street, settlement, landmark, counts)


def _figure_lines(figures: PlaceFigures) -> Iterator[str]:
    """Tell how many addresses are found, how many streets are seen where there is none, and the other parts."""
    placed, nowhere, settled, marked = figures.counts
    if figures.address is not None and figures.false_street is not None:
        yield (
            f"  где улица названа: улица и дом {figures.address:.3f} (сообщений {placed}); "
            f"где не названа: найдена {figures.false_street:.3f} (сообщений {nowhere})"
        )
    if figures.settlement is not None:
        yield f"Населённый пункт: найден {figures.settlement:.3f} (сообщений {settled})"
    if figures.landmark is not None:
        yield f"Ориентир: найден {figures.landmark:.3f} (сообщений {marked})"


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
