"""The agreement of a message's place with that of an event."""

from bot.understanding.events.open_event import OpenEvent
from bot.understanding.events.signatures import Signature

_MAX_HOUSE_DISTANCE = 6
"""Houses this far (in numbers) from those already named may be affected by the same event."""
MAX_SHORT_MESSAGE_WORDS = 12
"""Different words: a number in a longer message may mean anything."""
_MIN_HOUSED_SHARE = 0.5
"""An event concerns the whole street if a smaller share of its messages than this names a house."""

OTHER_NUMBER, OTHER, UNKNOWN, CHAT, STREET, HOUSE = -2, -1, 1, 2, 3, 4
"""Agreement of places: landmarks of one kind with other numbers; other streets; one of them unknown; the chat's title
names the place; the same street; the same landmark, or houses near one another."""


def score_place(signature: Signature, title: Signature, event: OpenEvent, *, talking: bool, indoors: bool) -> int:
    """Return the agreement of the places.

    *talking*: the chat talked about the event recently, so a bare number is enough; *indoors*: only the very house is.
    """
    reach = 0 if indoors else _MAX_HOUSE_DISTANCE
    if signature.marks and event.marks:
        if not signature.marks.isdisjoint(event.marks):
            return HOUSE
        if _has_conflicting_mark(signature.marks, event.marks):
            return OTHER_NUMBER
    if signature.names:
        if signature.names.isdisjoint(event.names):
            return OTHER if event.names or event.marks else UNKNOWN
        return _score_house(signature, event, reach)
    if signature.marks and event.marks:
        return OTHER
    if (
        talking
        and len(signature.stems) <= MAX_SHORT_MESSAGE_WORDS
        and any(_is_known_number(number, event, reach) for number in signature.numbers)
    ):
        return STREET
    if title.marks & event.marks or (title.names or title.stems) & event.names:
        return CHAT
    return UNKNOWN


def is_elsewhere(signature: Signature, event: OpenEvent) -> bool:
    """Return whether both name streets, none of them in common, and no landmark could make them one place."""
    if not event.names or not signature.names.isdisjoint(event.names) or not signature.names:
        return False
    return not (signature.marks and event.marks) and signature.settlement not in event.settlements


def _has_conflicting_mark(ours: frozenset[str], theirs: set[str]) -> bool:
    """Return whether both name landmarks of one kind with different numbers: two schools, two routes."""
    kinds = {mark.split()[0] for mark in theirs if " " in mark}
    return any(" " in mark and mark.split()[0] in kinds for mark in ours)


def _score_house(signature: Signature, event: OpenEvent, reach: int) -> int:
    if not event.housed:
        return STREET
    if signature.house is None:
        return HOUSE if any(_is_near_house(number, event, reach) for number in signature.numbers) else STREET
    if _is_near_house(signature.house, event, reach):
        return HOUSE
    has_other_streets = not event.names <= signature.names  # whose houses they are is not known
    return STREET if has_other_streets or event.housed < _MIN_HOUSED_SHARE * event.named else OTHER


def _is_known_number(number: int, event: OpenEvent, reach: int) -> bool:
    """Return whether the number is that of a house on the only street, or of a known school or route: «в 3й»."""
    marked = any(mark.endswith(f" {number}") for mark in event.marks)
    return marked or (len(event.names) == 1 and event.housed > 0 and _is_near_house(number, event, reach))


def _is_near_house(number: int, event: OpenEvent, reach: int) -> bool:
    return event.lowest - reach <= number <= event.highest + reach
