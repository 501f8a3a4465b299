"""The shortlist of open events for a message: those that it may be about at all, before points are counted.

In a town nearly all open events of a matter are of other streets, and to count their points was most of the search for
a problem: of 32 events 7 are left (the messages of ``--only tickets_all``, 30.11.2026).
"""

from collections.abc import Collection

from bot.understanding.events.occasion import Occasion
from bot.understanding.events.open_event import OpenEvent
from bot.understanding.events.place_agreement import is_elsewhere
from bot.understanding.events.subjects import SubjectRelations


def list_possible(said: Occasion, events: Collection[OpenEvent], subjects: SubjectRelations) -> Collection[OpenEvent]:
    """Return the *events* that *said* may be about; each of the others scores too little to be joined.

    A pit, a lift or rubbish of another street is another one, however hot the talk: the same matter (3), a fresh talk
    (2) and a wave (1) do not outweigh another place (-3). Only «у нас тоже», said of what lasts for days (2), could.
    """
    seen = said.signature
    if said.is_reply or not seen.names:
        return events
    may_echo = said.is_noise or seen.points_back or seen.is_bare_place
    return [event for event in events if not is_elsewhere(seen, event) or _may_spread(event, subjects, slowly=may_echo)]


def _may_spread(event: OpenEvent, subjects: SubjectRelations, *, slowly: bool) -> bool:
    """Return whether *event* may be at several streets; *slowly*: also ice and the like, which lie on many."""
    spread = subjects.spread(event.subjects)
    return not spread.is_at_one_spot or (slowly and spread.slow)
