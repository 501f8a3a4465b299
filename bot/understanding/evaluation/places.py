"""Measurement of places: streets, houses, settlements and landmarks.

The columns are ``street`` (several with ``+``: any is right; empty: none), ``number`` or ``house``, ``settlement`` and
``landmark``. Rows whose ``relevant`` is not «yes» are left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.domain.text_normal import fold
from bot.understanding.model.training_data import TableRow
from bot.understanding.reading import PlaceName, Reading

_NOWHERE = PlaceName(None, None)
_MIN_STEM_LENGTH = 4
"""Letters that two forms of one word share: «Малиновке» and «Малиновка»."""


def place_lines(reads: Sequence[tuple[TableRow, Reading]], max_misses: int) -> Iterator[str]:
    """Yield the lines of the report about places, with up to *max_misses* wrong answers."""
    reads = [(row, one) for row, one in reads if row.get("relevant", "yes") == "yes"]
    groups: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    wrong: list[str] = []
    for row, reading in reads:
        place = reading.place or _NOWHERE
        found = _is_any_of(place.street, row["street"])
        both = found and _is_any_of(place.house, row.get("number") or row.get("house") or "")
        for name in dict.fromkeys(("все", row.get("dataset", ""))):
            if name:
                groups[name].append((found, both))
        if not both:
            number = row.get("number") or row.get("house")
            wrong.append(f"    {row['street']}, {number} <- {place.street}, {place.house} :: {row['text'][:140]!r}")
    for name, pairs in groups.items():
        n = len(pairs)
        streets, addresses = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
        yield f"Место, {name}: улица {streets:.3f}, улица и дом {addresses:.3f} (сообщений {n})"
    yield from _street_lines(reads)
    yield from _part_lines(reads)
    yield from wrong[:max_misses]


def _street_lines(reads: Sequence[tuple[TableRow, Reading]]) -> Iterator[str]:
    """Tell how many addresses are found, and how many streets are seen where there is none."""
    placed = [(row, one.place or _NOWHERE) for row, one in reads if row["street"]]
    right = [
        _is_any_of(place.street, row["street"]) and _is_any_of(place.house, row.get("number") or row.get("house") or "")
        for row, place in placed
    ]
    nowhere = [one.place is not None and one.place.street is not None for row, one in reads if not row["street"]]
    if placed and nowhere:
        yield (
            f"  где улица названа: улица и дом {sum(right) / len(right):.3f} (сообщений {len(right)}); "
            f"где не названа: найдена {sum(nowhere) / len(nowhere):.3f} (сообщений {len(nowhere)})"
        )


def _part_lines(reads: Sequence[tuple[TableRow, Reading]]) -> Iterator[str]:
    for column, title in (("settlement", "Населённый пункт"), ("landmark", "Ориентир")):
        named = [(row, one.place or _NOWHERE) for row, one in reads if row.get(column)]
        if named:
            found = sum(_shares_word(row[column], getattr(place, column)) for row, place in named)
            yield f"{title}: найден {found / len(named):.3f} (сообщений {len(named)})"


def _shares_word(right: str, given: str | None) -> bool:
    """Return whether the names have a word, or a number, in common, in any grammatical case."""
    return any(
        one == other or (len(one) > _MIN_STEM_LENGTH and one[:_MIN_STEM_LENGTH] == other[:_MIN_STEM_LENGTH])
        for one in _words(right)
        for other in _words(given or "")
    )


def _words(name: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in fold(name)).split()


def _is_any_of(given: str | None, right: str) -> bool:
    return _normalize(given) in map(_normalize, right.split("+"))


def _normalize(text: str | None) -> str:
    return fold(text or "").replace(" ", "").replace("-", "")
