"""The points of the matter: how far a message speaks of the same thing as an event."""

from bot.understanding.events.occasion import FRESH_SECONDS, IMMEDIATE_SECONDS, Occasion
from bot.understanding.events.open_event import OpenEvent
from bot.understanding.events.place_agreement import STREET, UNKNOWN
from bot.understanding.events.ramps import weigh
from bot.understanding.events.subjects import SubjectRelations

_SAME_SUBJECT, _SAME_TOPIC, _KIN_SUBJECT, _SAME_BROAD_TOPIC, _SAME_VAGUE_TOPIC = 3, 2, 2, 2, 0
"""Points of the matter. A topic that is no subject is broad, and without a finer name vague: many things are of it."""
_POINTING_BACK, _REMARK = 2, -1
"""Points of a message that names no subject and says that it is so here as well, or goes on with the talk; from the
second, if it may be a mere remark, to the first, if it surely reports something."""
_MISSED = 3
"""Points of «ещё нет» about what the chat spoke of last."""
_OTHER_SUBJECT_OF_REPLY = -1
"""A reply is about what it answers, unless it clearly speaks of something else elsewhere."""


def score_matter(
    subjects: SubjectRelations, said: Occasion, event: OpenEvent, silence: float, place: int
) -> float | None:
    """Return the points of the matter, 0 if the message names none; ``None`` if it is about another."""
    seen = said.signature
    if not seen.subjects.isdisjoint(event.subjects):
        if not seen.is_broad:
            return _SAME_TOPIC if seen.by_topic and silence > IMMEDIATE_SECONDS else _SAME_SUBJECT
        if not said.is_pointing:
            return _SAME_VAGUE_TOPIC if seen.is_vague else _SAME_BROAD_TOPIC
    elif subjects.are_related(seen.subjects, event.subjects):
        return _KIN_SUBJECT
    elif not event.subjects and seen.subjects:  # «опять отключали?», then «на подстанции обрыв»
        return _KIN_SUBJECT * said.next_report_weight(event, silence, place) or None
    elif subjects.are_told_together(seen.subjects, event.subjects):
        return _KIN_SUBJECT if silence <= FRESH_SECONDS and place >= UNKNOWN else None
    return _score_talk(subjects, said, event, silence, place)


def _score_talk(
    subjects: SubjectRelations, said: Occasion, event: OpenEvent, silence: float, place: int
) -> float | None:
    """Return the points of a message that only the talk of its chat connects with *event*."""
    seen = said.signature
    weight = said.burst_weight(event, silence, place)
    if said.is_pointing:
        if weight <= 0.0 and seen.is_broad and seen.marks and place < STREET:
            return None  # a landmark has matters of its own: «и на почте очередь»
        weight = max(weight, said.meaning_weight(event, silence, place))
        if weight <= 0.0:
            return _MISSED if said.misses_it(event, subjects.spread(event.subjects), silence) else 0
    if weight > 0.0:
        return weigh(_POINTING_BACK, _REMARK, weight)
    if not seen.subjects:
        return 0
    if said.is_reply:
        return 0 if seen.by_topic else _OTHER_SUBJECT_OF_REPLY
    return None
