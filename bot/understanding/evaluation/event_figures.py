"""Measurement of the grouping of messages about one event, by pairs.

A line is an object as for ``group`` with the right answer: ``event_id``, the same for all messages of one event, or
null.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.events.grouping import EventGrouper, group_in_order
from bot.understanding.events.matcher import MessageToMatch

MIN_GROUP_SIZE = 2


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A message with the event that it is about, if any."""

    message: MessageToMatch
    event_id: str | None


@dataclass(frozen=True, slots=True)
class EventFigures:
    """The figures of a grouping. ``invented``: groups without two messages of one event; ``mixed``: those of two."""

    right_pairs: int
    given_pairs: int
    true_pairs: int
    invented: int
    mixed: int

    @property
    def precision(self) -> float:
        return self.right_pairs / max(1, self.given_pairs)

    @property
    def recall(self) -> float:
        return self.right_pairs / max(1, self.true_pairs)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def group_messages(
    understanding: TextAnalyzer, messages: Iterable[LabelledMessage], quiet_seconds: float
) -> list[tuple[LabelledMessage, int | None]]:
    """Group *messages* in order of time; return each with the number of its group."""
    grouping = EventGrouper(understanding.event_matcher, quiet_seconds)
    ordered = sorted(messages, key=lambda one: one.message.timestamp)
    events = group_in_order(grouping, ((one.message, understanding.read(one.message.text)) for one in ordered))
    return list(zip(ordered, events, strict=True))


def measure(found: Sequence[tuple[LabelledMessage, int | None]]) -> EventFigures:
    """Return the figures of a grouping."""
    events = Counter(one.event_id for one, _ in found if one.event_id is not None)
    groups: defaultdict[int, list[str | None]] = defaultdict(list)
    for one, group in found:
        if group is not None:
            groups[group].append(one.event_id)
    together = {group: Counter(event for event in members if event is not None) for group, members in groups.items()}
    return EventFigures(
        right_pairs=sum(_pairs(times) for counts in together.values() for times in counts.values()),
        given_pairs=sum(_pairs(len(members)) for members in groups.values()),
        true_pairs=sum(map(_pairs, events.values())),
        invented=sum(
            len(groups[group]) >= MIN_GROUP_SIZE and max(counts.values(), default=0) < MIN_GROUP_SIZE
            for group, counts in together.items()
        ),
        mixed=sum(len(counts) > 1 for counts in together.values()),
    )


def report_lines(found: Sequence[tuple[LabelledMessage, int | None]], max_misses: int = 0) -> Iterator[str]:
    """Yield the lines of the report, with up to *max_misses* messages that are in no group or in a wrong one."""
    figures = measure(found)
    yield (
        f"События: F1 {figures.f1:.3f} (точность {figures.precision:.3f}, полнота {figures.recall:.3f}, "
        f"пар {figures.true_pairs}, сообщений {len(found)})"
    )
    yield f"  Групп без события: {figures.invented}; групп, где слились разные события: {figures.mixed}."
    groups = Counter((one.event_id, group) for one, group in found if one.event_id is not None and group is not None)
    main: dict[str | None, int] = {}
    for (event, group), _ in groups.most_common():
        main.setdefault(event, group)
    wrong = [(one, given) for one, given in found if one.event_id is not None and given != main.get(one.event_id)]
    for one, given in wrong[:max_misses]:
        yield f"    {one.event_id} <- {given or 'никуда'} :: {one.message.text[:150]!r}"


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
