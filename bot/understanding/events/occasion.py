"""A message on the occasion of which open events are looked at: whether the talk of its chat may be meant."""

from dataclasses import dataclass

from bot.understanding.events.hints import Hint
from bot.understanding.events.open_event import OpenEvent
from bot.understanding.events.place_agreement import CHAT, MAX_SHORT_MESSAGE_WORDS, STREET
from bot.understanding.events.ramps import Ramp
from bot.understanding.events.signatures import Signature
from bot.understanding.events.subjects import Spread

IMMEDIATE_SECONDS = 180.0
"""Time in which an answer is typed: «это с очистных» is said of what was just written."""
PROMPT_SECONDS = 300.0
"""Time in which a second report of the same kind in a chat is about the first one's matter, if neither says where."""
FRESH_SECONDS = 1200.0
"""Time for which «и у нас» and «бригада едет» refer to what the chat spoke of before."""
TALK_SECONDS = 3 * 3600.0
"""Time for which a chat continues to talk about an event without naming the place."""
MIN_WAVE_HEAT, MIN_TALK_HEAT, MIN_CROWD_HEAT = 1.2, 0.8, 1.5
"""Messages weighed by their age: two within a quarter of an hour make a wave, one never does; two within half an hour
make a talk, in which «Лесная, 4. Сидим как в погребе» needs no subject; two or three make a crowd, of which other chats
write, too."""
REPORT, PLACE_REPORT = Ramp(0.05, 0.25), Ramp(0.3, 0.5)
"""The certainty with which a message with a subject, and one with nothing but a place, reports anything."""
BURST, _GUESS_BURST, MIN_BURST_HEAT = Ramp(0.1, 0.3), Ramp(0.45, 0.7), 1.0
"""The certainty with which a complaint in other words, and one of a guessed topic, is part of a burst; the least weight
of the burst's messages after ``IMMEDIATE_SECONDS``."""
MIN_MISSED_SIZE = 2
"""Messages of an outage from which on a chat knows what is meant by «ещё нет», also after an hour of silence."""
_ECHO, _NEAR = Ramp(0.03, 0.2), Ramp(0.1, 0.2)
"""The certainty with which a message continues a report, if it leaves out its subject, and if it has words of it."""
_MIN_BURST_WORDS = 3
"""Different words without which a doubtful complaint that points at nothing says too little: «еду», «живой»."""
_ELLIPSES = frozenset({Hint.TALK, Hint.LACKS})
"""Hints of messages that leave out their subject."""
_ANSWERS = _ELLIPSES | {Hint.DEIXIS}
"""Hints of messages that continue what was just said."""
_NO_BURST = frozenset({Hint.PRIVATE, Hint.OFTEN, Hint.LONG})
"""Hints of messages that add no report to a burst, unless they point at it."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A message to be compared with events: its signature and that of the chat's title, its chat, time and relevance.

    ``is_noise``: it is nothing but «+1»; ``is_reply``: it replies to a message of the event that it is compared with;
    ``latest``: when its chat last spoke of any event, and ``latest_shared``, of one that several messages tell of;
    ``is_local``: its chat is that of one house, school or village.
    """

    signature: Signature
    title: Signature
    chat: str
    timestamp: float
    appeal_score: float
    is_noise: bool = False
    is_reply: bool = False
    author: str = ""
    latest: float = 0.0
    latest_shared: float = 0.0
    is_local: bool = False

    def meaning_weight(self, event: OpenEvent, silence: float, place: int) -> float:
        """Return how surely a message that names no subject is about *event*, because people are talking of it.

        *silence*: seconds since its chat last spoke of the event; *place*: the agreement of the places.
        """
        if self._cheers_end(event):
            return 0.0
        if self.is_reply or self.answers(event):
            return 1.0
        if not self._can_mean(event, silence, place):
            return 0.0
        if self._is_echo or (silence <= IMMEDIATE_SECONDS and Hint.TALK in self.signature.hints):
            return 1.0
        leaves_out = not self.signature.hints.isdisjoint(_ANSWERS) or self.signature.is_bare_place
        return (_ECHO if leaves_out else _NEAR).weight(self.appeal_score)

    def _can_mean(self, event: OpenEvent, silence: float, place: int) -> bool:
        """Return whether the talk, its time and the places allow that the message is about *event*."""
        if self.is_noise or self.signature.points_back:
            return silence <= FRESH_SECONDS
        if silence > (TALK_SECONDS if place >= CHAT else FRESH_SECONDS):
            return False
        heat = event.heat_at(self.timestamp)
        if self.signature.is_bare_number and place < STREET:
            return False
        names_another = place < STREET and bool(self.signature.names or self.signature.marks)
        if (
            Hint.DEIXIS in self.signature.hints
            and event.size > 1
            and silence <= IMMEDIATE_SECONDS
            and not names_another
        ):
            return True
        leaves_out = not self.signature.hints.isdisjoint(_ELLIPSES) or self.signature.is_bare_place
        if leaves_out and silence <= PROMPT_SECONDS and self.follows(event) and not names_another:
            return True
        if Hint.TALK in self.signature.hints or self.signature.is_bare_place:
            return event.size > 1 and (heat >= MIN_TALK_HEAT or place >= CHAT)
        if not names_another and self.signature.near & event.subjects:
            return heat >= MIN_TALK_HEAT or place >= CHAT
        return (bool(self.signature.names) or place >= STREET) and heat >= MIN_TALK_HEAT

    def answers(self, event: OpenEvent) -> bool:
        """Return whether somebody has just asked the chat how it is elsewhere, and this message tells of a place."""
        if event.asked is None or self.timestamp - event.asked > PROMPT_SECONDS or not self.follows(event):
            return False
        return Hint.HERE in self.signature.hints or bool(self.signature.names or self.signature.numbers)

    def means_its_own_place(self, spread: Spread) -> bool:
        """Return whether no place is named since the chat is that of one house or village."""
        seen = self.signature
        if not self.is_local or seen.names or seen.marks:
            return False
        return spread.indoors if seen.subjects else (spread.outage and self.is_pointing)

    def misses_it(self, event: OpenEvent, spread: Spread, silence: float) -> bool:
        """Return whether the message says that what *event* took away has not returned: «в 12-м ещё нет»."""
        if not (spread.outage or spread.moving or spread.slow):
            return False
        if Hint.LACKS not in self.signature.hints or event.size < MIN_MISSED_SIZE:
            return False
        if event.ended is not None and self.timestamp - event.ended > FRESH_SECONDS:
            return False
        return silence <= TALK_SECONDS and self.latest_shared <= event.chats.get(self.chat, 0.0)

    def burst_weight(self, event: OpenEvent, silence: float, place: int) -> float:
        """Return how surely a complaint without a matter falls into a burst of messages about *event* alone."""
        seen = self.signature
        if silence > PROMPT_SECONDS or (seen.subjects and not seen.is_carrier) or not self.follows(event):
            return 0.0  # most events
        # «Да, тянет от завода» agrees with what was said, and tells where it comes from.
        agrees = Hint.AGREES in seen.hints and silence <= IMMEDIATE_SECONDS
        names_another = place < STREET and bool(seen.names or (seen.marks and not agrees))
        if names_another or event.ended is not None or not _NO_BURST.isdisjoint(seen.hints):
            return 0.0
        if silence > IMMEDIATE_SECONDS and event.heat_at(self.timestamp) < MIN_BURST_HEAT:
            return 0.0
        if len(seen.stems) < _MIN_BURST_WORDS and not seen.is_pointing and self.appeal_score < BURST.full:
            return 0.0
        return (_GUESS_BURST if seen.is_carrier else BURST).weight(self.appeal_score)

    def echoes_wave(self, event: OpenEvent, silence: float) -> bool:
        """Return whether it is said at once in a wave of messages about *event* alone: «и на спуске та же песня»."""
        is_last = self.follows(event) and silence <= IMMEDIATE_SECONDS
        return is_last and event.heat_at(self.timestamp) >= MIN_CROWD_HEAT

    def is_of_talk(self, event: OpenEvent, silence: float, place: int) -> bool:
        """Return whether a report of nothing but a place may be about *event*, because people are talking of it."""
        if place < STREET:
            return False
        return silence <= FRESH_SECONDS or event.heat_at(self.timestamp) >= MIN_TALK_HEAT

    def next_report_weight(self, event: OpenEvent, silence: float, place: int) -> float:
        """Return how surely a report follows that of *event* within minutes, and names no other place."""
        names_another = place < STREET and bool(self.signature.names or self.signature.marks)
        is_prompt = silence <= PROMPT_SECONDS and self.follows(event)
        return BURST.weight(self.appeal_score) if is_prompt and not names_another else 0.0

    def follows(self, event: OpenEvent) -> bool:
        """Return whether its chat has spoken of nothing else since it spoke of *event*."""
        return event.chats.get(self.chat) == self.latest

    def _cheers_end(self, event: OpenEvent) -> bool:
        """Return whether «у нас тоже», said after «дали свет», means that it is over here, too."""
        hints = self.signature.hints
        points = self.signature.points_back or Hint.DEIXIS in hints
        return event.ended is not None and points and hints.isdisjoint({Hint.TALK, Hint.LACKS})

    @property
    def _is_echo(self) -> bool:
        """True if the message adds to what others said, rather than says something in words of its own."""
        seen = self.signature
        names_place = bool(seen.names) or (seen.points_back and bool(seen.numbers))  # «и в первом, с обеда»
        return self.is_noise or seen.is_me_too or names_place

    @property
    def _could_be_of_talk(self) -> bool:
        """True if the message names a place or has words of some matter, and is not about one flat."""
        seen = self.signature
        return bool(seen.names or seen.numbers or seen.near) and Hint.PRIVATE not in seen.hints

    @property
    def is_pointing(self) -> bool:
        """True if only the conversation can tell what the message is about."""
        seen = self.signature
        if seen.subjects and not seen.is_carrier:
            return False
        if self.is_noise or seen.is_pointing:
            return True
        return self._could_be_of_talk and len(seen.stems) <= MAX_SHORT_MESSAGE_WORDS
