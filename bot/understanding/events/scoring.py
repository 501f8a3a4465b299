"""The evidence that a message is about an event: matter, place, conversation and time, added up.

Every feature gives a few points; a message joins an event from ``JOIN_SCORE``. The points are whole numbers because
nobody knows them better: what counts is their order, and each docstring says why a feature weighs what it does. Only
those of a probability lie between two whole numbers, so that a model trained again moves them a little.
"""

from bot.understanding.events.hints import Hint
from bot.understanding.events.matter_points import score_matter
from bot.understanding.events.occasion import (
    FRESH_SECONDS,
    IMMEDIATE_SECONDS,
    MIN_CROWD_HEAT,
    MIN_WAVE_HEAT,
    PLACE_REPORT,
    PROMPT_SECONDS,
    REPORT,
    TALK_SECONDS,
    Occasion,
)
from bot.understanding.events.open_event import OpenEvent
from bot.understanding.events.place_agreement import (
    CHAT,
    HOUSE,
    OTHER,
    OTHER_NUMBER,
    STREET,
    UNKNOWN,
    is_elsewhere,
    score_place,
)
from bot.understanding.events.ramps import Ramp, weigh
from bot.understanding.events.signatures import Signature
from bot.understanding.events.subjects import Spread, SubjectRelations

JOIN_SCORE = 3.5
"""The same subject needs something more than an unknown place: the same street, or the chat that speaks of it. Half a
point is left to doubts."""

NAMED_SECONDS = 3600.0
"""``FRESH_SECONDS`` for a message that names the matter itself."""
SLOW_TALK_SECONDS = 12 * 3600.0
"""``TALK_SECONDS`` for a slow matter, such as rubbish: people write of it when they come by, mornings and evenings."""
OWN_SECONDS = 3600.0
"""Time for which an author is taken to go on with the matter that they have written of."""
SURE_REPORT_SCORE = 0.7
"""Score from which words of trade («недорого», «на заказ») do not make a message an offer."""
SURE_DESPITE_NOTICE_SCORE = 0.9
"""The same for words of an office: «плановое отключение» scores as high as most reports."""
ENDED_SECONDS = 7200.0
"""An outage that returns this long after somebody said that it is over is another one."""
_ANY_REPORT = Ramp(0.02, 0.05)
"""The certainty with which a message with a subject does not sell or look for something."""

_NO_PLACE_REPORT, _NO_OWN_REPORT = -4, -3
"""Points of a message that names no matter and is surely no report, if it names a place, and if its author wrote of
the event. Both weigh more than a street and a fresh talk add."""
_NEAR_HOUSE, _SAME_STREET, _CHAT_OF_PLACE = 3, 2, 1
"""Points of the place."""
_OTHER_PLACE, _OTHER_PLACE_IN_OUTAGE, _OTHER_PLACE_IN_WAVE, _OTHER_NUMBER = -3, -2, -1, -5
"""An outage may be spreading, and does while a chat writes of it; a lift is not. Another school, another route is
never the same."""
_ONE_PLACE_UNKNOWN, _BOTH_PLACES_UNKNOWN = -2, -1
"""«Лифт не работает» after a message about the lift of another house: there are many lifts, and one water main."""
_FRESH_TALK, _EARLIER_TALK, _NO_TALK = 2, 1, -1
"""Points of the conversation; ``_NO_TALK`` if neither the chat nor the place connects the message with the event."""
_IMMEDIATE = 1
"""Of two events, «+1» means the one that was spoken of a moment ago."""
_TOO, _WAVE, _CROWD = 2, 1, 1
"""Points of «тоже» in a fresh talk, of a wave of messages, and of a crowd in another chat."""
_REPLY, _OTHER_PLACE_OF_REPLY = 4, -2
"""A reply is about what it answers, unless it clearly speaks of something else elsewhere."""
_SHARED_NOUN, _SHARED_NOUNS = 1, 2
"""Points of one noun, and of several, that the event was told with: «инкубатор», «качели»."""
_OWN_WORD, _OWN_MATTER = 1, 2
"""Points of a message of somebody who has written of the event, and of its matter if it names none."""
_OTHER_TALK = -1
"""Points of «у нас тоже» where the chat has spoken of another event since."""
_DOUBT, _NO_REPORT = -1, -10
"""Points of a message that names the matter and is no report by ``REPORT``, and by ``_ANY_REPORT``."""
_PRIVATE, _LAUGHTER = -2, -2
"""Points of words that speak against the event, if the place speaks for it: it weighs as much as another place."""
_OTHER_MATTER = -10
"""In no case: «на Лесной дали свет» ends no event of another street, «каждую зиму без света» is none of this hour."""

_CROWD_SIZE = 2
"""Messages of an event from which on somebody who names no place means it."""


class EventScorer:
    """Scores messages against events. It is pure."""

    def __init__(self, subjects: SubjectRelations) -> None:
        self._subjects = subjects

    def score(self, said: Occasion, event: OpenEvent) -> float:
        """Return the points for *said* being about *event*."""
        seen, replies = said.signature, said.is_reply
        # Most events are of another matter; this early check spares them the rest.
        owns = said.author in event.authors and said.timestamp - event.authors[said.author] <= OWN_SECONDS
        if Hint.FINE in seen.hints or not (replies or owns or self._may_be_related(seen, event)):
            return 0
        silence = said.timestamp - event.chats.get(said.chat, -1e18) if said.chat else 1e18
        spread = self._subjects.spread(event.subjects)
        if Hint.PAST in seen.hints and not (spread.slow and silence <= FRESH_SECONDS):
            return 0  # «вчера мигало» is about no event of this hour; «вчера там упала» is, of ice that still lies
        if spread.outage and event.ended is not None and said.timestamp - event.ended >= ENDED_SECONDS:
            return 0
        if (
            silence > FRESH_SECONDS
            and not replies
            and not spread.wide
            and not spread.moving
            and is_elsewhere(seen, event)
        ):
            return 0  # an outage spreads in a fresh talk alone
        if event.names or event.marks or event.settlements:  # «там» is where it was just told to be
            is_prompt = Hint.DEIXIS in seen.hints and silence <= IMMEDIATE_SECONDS and said.follows(event)
        else:
            is_prompt = silence <= PROMPT_SECONDS
        if spread.is_at_one_spot and not (replies or is_prompt) and event.size < _CROWD_SIZE and _names_no_place(said):
            return 0  # there are many pits: «яма на дороге» of somebody else is about another one
        talking = silence <= (SLOW_TALK_SECONDS if spread.slow else TALK_SECONDS)
        place = score_place(seen, said.title, event, talking=talking, indoors=spread.indoors)
        if place == UNKNOWN and talking and event.size >= _CROWD_SIZE and said.means_its_own_place(spread):
            place = CHAT
        if place == OTHER and spread.moving and not (said.is_pointing and seen.house is not None):
            place = UNKNOWN  # «Садовая 22, тоже нет» tells of a house, where nobody waits for a bus
        if seen.settlement is not None and event.settlements:
            place = _within_settlement(place, spread, is_same=seen.settlement in event.settlements)
        matter = score_matter(self._subjects, said, event, silence, place)
        if owns and place >= UNKNOWN and (matter or 0) <= 0 and _goes_on(said, event):
            matter = weigh(_OWN_MATTER, _NO_OWN_REPORT, PLACE_REPORT.weight(said.appeal_score))
        if matter is not None and matter <= 0 and not replies and said.is_of_talk(event, silence, place):
            placed = weigh(0, _NO_PLACE_REPORT, PLACE_REPORT.weight(said.appeal_score))
            matter = max(matter, placed) if matter < 0 else placed
        elif matter is None or (matter == 0 and not replies):
            return 0
        total = matter + _score_conversation(said, event, silence, place, spread, talking=talking)
        total += _score_words(said, event, place, owns=owns)
        if replies:
            total += _REPLY + (_OTHER_PLACE_OF_REPLY if place < UNKNOWN else 0)
        else:
            total += _place_points(said, event, place, silence, spread, talking=talking)
        return total + _score_hints(said, event, matter, place, spread)

    def _may_be_related(self, seen: Signature, event: OpenEvent) -> bool:
        """Return whether the subjects do not exclude the event."""
        if seen.is_broad or not seen.subjects or not event.subjects:
            return True
        return not self._subjects.reach(seen.subjects).all.isdisjoint(event.subjects)


def is_no_report(hints: frozenset[Hint], appeal_score: float) -> bool:
    """Return whether somebody sells something, or an office announces something, rather than complains."""
    if Hint.NOTICE in hints and appeal_score < SURE_DESPITE_NOTICE_SCORE:
        return True
    return Hint.OFFER in hints and appeal_score < SURE_REPORT_SCORE


def _score_words(said: Occasion, event: OpenEvent, place: int, *, owns: bool) -> int:
    """Return the points of what the event was told with, of its authors, and of what the chat spoke of last."""
    total = 0
    if place >= UNKNOWN:
        shared = len(said.signature.words & event.words)
        total += (_SHARED_NOUNS if shared > 1 else _SHARED_NOUN if shared else 0) + _OWN_WORD * owns
    if said.is_pointing and said.latest > event.chats.get(said.chat, said.latest):
        total += _OTHER_TALK
    return total


def _goes_on(said: Occasion, event: OpenEvent) -> bool:
    """Return whether a report of one of the people who wrote of the event names no matter, or a guessed topic alone."""
    if said.is_reply or event.size < _CROWD_SIZE or said.appeal_score <= PLACE_REPORT.none:
        return False
    return not said.signature.subjects or said.signature.by_topic


def _names_no_place(said: Occasion) -> bool:
    """Return whether neither the message nor its chat says where, and it points at nothing that was said before."""
    seen, title = said.signature, said.title
    is_placed = seen.names or seen.marks or seen.numbers or seen.settlement is not None or title.names or title.marks
    return not is_placed and not said.is_noise and not seen.is_pointing


def _within_settlement(place: int, spread: Spread, *, is_same: bool) -> int:
    """Return the agreement of the places where both name a settlement.

    Smoke drifts to the next village, an outage does not reach it by the same wire; in one it reaches every street.
    """
    if not is_same:
        return OTHER if spread.wide else OTHER_NUMBER
    return CHAT if place in (OTHER, UNKNOWN) and (spread.outage or place == UNKNOWN) else place


def _score_conversation(
    said: Occasion, event: OpenEvent, silence: float, place: int, spread: Spread, *, talking: bool
) -> int:
    """Return the points of the chat and the time; *silence*: seconds since the chat last spoke of the event."""
    total = 0
    names_it = bool(said.signature.subjects) and not said.signature.by_topic and place >= UNKNOWN
    if silence <= (NAMED_SECONDS if names_it else FRESH_SECONDS):
        is_too = said.is_noise or said.signature.points_back or (said.is_pointing and said.signature.is_bare_place)
        # «У нас тоже яма»: at another house a pit is another pit, an outage is the same, and so is ice in a wave.
        is_spread = spread.outage or spread.wide or (spread.slow and said.echoes_wave(event, silence))
        total += _FRESH_TALK + (_TOO if is_too and (place >= UNKNOWN or is_spread) else 0)
        if place >= UNKNOWN and silence <= IMMEDIATE_SECONDS:
            total += _IMMEDIATE
    elif talking:
        total += _EARLIER_TALK
    heat = event.heat_at(said.timestamp)
    if heat >= MIN_WAVE_HEAT:
        total += _WAVE
    # What a crowd writes of in one chat is told in the next one, too. Cold rooms are many houses' own.
    is_spreading = spread.outage and not spread.slow and place >= UNKNOWN
    if heat >= MIN_CROWD_HEAT and not talking and (place >= STREET or is_spreading):
        total += _CROWD
    return total


def _place_points(
    said: Occasion, event: OpenEvent, place: int, silence: float, spread: Spread, *, talking: bool
) -> int:
    """Return the points of the place, see :func:`score_place`."""
    seen = said.signature
    wide = spread.wide and not seen.subjects.isdisjoint(event.subjects)
    if place == OTHER_NUMBER:
        return _OTHER_NUMBER
    if place == OTHER:
        if wide:
            return 0
        if not (spread.outage or spread.wide):
            return _OTHER_PLACE
        is_hot = silence <= FRESH_SECONDS and event.heat_at(said.timestamp) >= MIN_WAVE_HEAT
        is_wave = not spread.slow and (is_hot or (said.is_local and silence <= PROMPT_SECONDS))
        return _OTHER_PLACE_IN_WAVE if is_wave else _OTHER_PLACE_IN_OUTAGE
    if place == UNKNOWN:
        if wide:
            return 0
        if spread.outage or spread.wide or said.is_pointing:
            return 0 if talking else _NO_TALK
        if (spread.slow or spread.moving) and talking and event.size > 2 and not (seen.names or seen.marks):
            return 0
        # A street and a landmark may be one place, but only those who live there know it.
        is_placed = bool(event.names or event.marks or seen.names or seen.marks)
        return _ONE_PLACE_UNKNOWN if is_placed and not spread.moving else _BOTH_PLACES_UNKNOWN
    return {CHAT: _CHAT_OF_PLACE, STREET: _SAME_STREET, HOUSE: _NEAR_HOUSE}[place]


def _score_hints(said: Occasion, event: OpenEvent, matter: float, place: int, spread: Spread) -> float:
    hints = said.signature.hints
    total = 0.0
    # That it is over is no report, so its score is low by nature.
    if not (said.is_pointing or said.is_reply or Hint.OVER in hints):
        total += _DOUBT * (1.0 - REPORT.weight(said.appeal_score))
        if place < HOUSE and Hint.ASKS not in hints:
            total += _NO_REPORT * (1.0 - _ANY_REPORT.weight(said.appeal_score))
    if Hint.OVER in hints and place < UNKNOWN:
        total += _OTHER_MATTER
    if Hint.LONG in hints and not event.lasting and (spread.outage or (said.is_reply and matter < 0)):
        total += _OTHER_MATTER
    if is_no_report(hints, said.appeal_score):
        total += _OTHER_MATTER
    if Hint.PRIVATE in hints:
        total += _PRIVATE
    if Hint.LAUGHTER in hints:
        is_told_here = matter > 0 if said.is_reply else place >= STREET
        total += _LAUGHTER if is_told_here else _OTHER_MATTER
    return total
