"""The shortlist of events leaves out none that a message could join."""

from random import Random

import pytest

from bot.understanding.events.hints import Hint
from bot.understanding.events.occasion import Occasion
from bot.understanding.events.open_event import MessageToMatch, OpenEvent
from bot.understanding.events.scoring import JOIN_SCORE, EventScorer
from bot.understanding.events.shortlist import list_possible
from bot.understanding.events.signatures import Signature
from bot.understanding.events.subjects import SubjectRelations

SUBJECTS = SubjectRelations(
    related_pairs=frozenset({frozenset({"яма", "дорога"})}),
    wide=frozenset({"дым"}),
    outages=frozenset({"свет"}),
    slow=frozenset({"снег", "отопление"}),
    indoors=frozenset({"лифт"}),
    moving=frozenset({"автобус"}),
    families={},
    told_together=frozenset({frozenset({"снег", "яма"})}),
)
MATTERS = ("яма", "дорога", "дым", "свет", "снег", "отопление", "лифт", "автобус")
STREETS, MARKS, VILLAGES = ("лесн", "садов", "мир"), ("стадион", "школа 1", "школа 2"), ("заря", "сосновк")
CHATS, NOW = ("один", "другой"), 100_000.0


def _some(random: Random, values: tuple[str, ...], share: float = 0.5) -> frozenset[str]:
    return frozenset({random.choice(values)}) if random.random() < share else frozenset()


def _signature(random: Random) -> Signature:
    names = _some(random, STREETS, 0.8)
    words = _some(random, ("сосна", "качели"))
    return Signature(
        subjects=_some(random, MATTERS, 0.9),
        stems=names | words,
        names=names,
        house=random.choice((None, 3, 40)),
        numbers=frozenset({random.choice((3, 40))}) if random.random() < 0.3 else frozenset(),
        marks=_some(random, MARKS, 0.2),
        is_me_too=random.random() < 0.2,
        hints=frozenset(random.choices(tuple(Hint), k=random.choice((0, 0, 1, 2)))),
        by_topic=random.random() < 0.2,
        is_broad=random.random() < 0.1,
        is_carrier=random.random() < 0.1,
        is_bare_place=random.random() < 0.2,
        settlement=random.choice((None, None, *VILLAGES)),
        words=words,
    )


def _event(random: Random, number: int) -> OpenEvent:
    event = OpenEvent(number, NOW)
    for _ in range(random.choice((1, 2, 5))):
        ago = random.choice((20.0, 400.0, 4_000.0))
        author, chat = random.choice(("7", "8")), random.choice(CHATS)
        event.add(MessageToMatch("", NOW - ago, author, chat, ""), _signature(random))
    return event


def _occasion(random: Random, events: list[OpenEvent]) -> Occasion:
    chat = random.choice(CHATS)
    spoken = [event.chats[chat] for event in events if chat in event.chats]
    return Occasion(
        _signature(random),
        _signature(random),
        chat,
        NOW,
        random.random(),
        is_noise=random.random() < 0.1,
        is_reply=random.random() < 0.1,
        author=random.choice(("7", "9")),
        latest=max(spoken, default=0.0),
        is_local=random.random() < 0.3,
    )


@pytest.mark.parametrize("seed", range(60))
def test_events_off_the_shortlist_score_too_little(seed: int) -> None:
    random = Random(seed)
    events = [_event(random, number) for number in range(40)]
    scorer = EventScorer(SUBJECTS)
    for _ in range(10):
        said = _occasion(random, events)
        listed = {event.number for event in list_possible(said, events, SUBJECTS)}
        assert {event.number for event in events if scorer.score(said, event) >= JOIN_SCORE} <= listed


def test_pits_of_other_streets_are_not_listed() -> None:
    """A town has many at a time; an outage may be spreading to this street."""
    pit, street = frozenset({"яма"}), frozenset({"лесн"})
    seen = Signature(pit, street, street, 5, frozenset({5}), frozenset(), is_me_too=False)
    said = Occasion(seen, seen, "один", NOW, 0.9)
    events = []
    for number, (matter, place) in enumerate((("яма", "садов"), ("яма", "лесн"), ("свет", "садов"), ("снег", "садов"))):
        event = OpenEvent(number, NOW, subjects=frozenset({matter}), names={place}, chats={"один": NOW - 20})
        events.append(event)
    assert [event.number for event in list_possible(said, events, SUBJECTS)] == [1, 2]
