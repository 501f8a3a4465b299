"""Urgency: danger to life or health, or a house without water, heat, light or gas."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from string import Template
from typing import NamedTuple

from bot.domain.urgency import Danger, Urgency
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import Elements, Match, PatternSet
from bot.understanding.text.reality import real_words
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import Word

_HARMS = ("danger", "people")
_MIN_OUTAGE_SCORE, _MIN_HARM_SCORE = 0.3, 0.2
"""The least relevance of an urgent message: a story or a joke is not urgent. A false alarm of harm costs less."""
_MIN_DANGER_SCORE = 0.05
"""The same for the dangers, whose patterns are strict and whose authors often write three words."""
_SHORT_TEXT_WORDS = 10
_FIRST_WORDS, _MAX_WORDS = 40, 120
"""People in danger write briefly, and begin with it; a long letter that mentions a fire is about something else."""

_EXCEPTIONS = ("calm", "calm_figure", "story", "over", "past", "long_ago", "yesterday", "unless", "lamp")
"""The names, or their ends, of the groups that speak against urgency."""
_FIGURE = "figure"
"""The group of figures of speech: what they are made of is not meant, but the rest of the message is."""
_ABSENCE_BEFORE, _ABSENCE_AFTER = frozenset({"без", "нет", "нету"}), frozenset({"нет", "нету"})
_HELP = frozenset({
    "лодка", "катер", "веревка", "лестница", "скорая", "врач", "медсестра", "фельдшер", "спасатель", "пожарный",
    "помощь", "охрана", "водитель", "тренер", "связь", "выход", "дорога", "мост", "лекарство",
    "инсулин", "кислород", "воздух", "сознание", "пульс", "дрова",
})  # fmt: skip
"""Without these a danger is the greater: «вода прибывает, лодки нет»."""


class Alarm(NamedTuple):
    """The reason for urgency, and the danger in which the author must be answered at once."""

    urgency: Urgency | None
    danger: Danger | None


NO_ALARM = Alarm(None, None)


class _DangerGroups(NamedTuple):
    """The names of the groups of patterns that speak for a danger, or against it."""

    danger: Danger
    patterns: str
    weak: str
    short: str
    lamp: str
    unless: str


def _groups_of(danger: Danger) -> _DangerGroups:
    return _DangerGroups(danger, *(f"{danger} {part}" for part in ("patterns", "weak", "short", "lamp", "unless")))


class UrgencyDetector:
    """Detects danger, and current outages of supplies."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology
        self._patterns = PatternSet(morphology, strict=True)
        self._owners: list[str] = []
        self._dangers = tuple(map(_groups_of, Danger))
        rules = load_rules("urgency")
        kinds, words = rules.pop("kind"), rules.pop("words")
        self._words: dict[str, str] = {}
        for name, source in words.items():
            self._words[name] = Template(source.strip().replace("|\n", "|")).substitute(self._words)
        for name, source in rules.items():
            self._add(name, source)
        for kind, parts in kinds.items():
            for part, source in parts.items():
                self._add(f"{kind} {part}", source)

    def _add(self, owner: str, source: str) -> None:
        self._patterns.add(len(self._owners), 1.0, Template(source.replace("|\n", "|")).substitute(self._words))
        self._owners.append(owner)

    @property
    def elements_of(self) -> Callable[[str, bool], Elements]:
        """:meth:`PatternSet.elements_of` of all patterns."""
        return self._patterns.elements_of

    def find_alarm(
        self, words: Sequence[Word], place: Set[int] = frozenset(), elements: Sequence[Elements] | None = None
    ) -> Alarm:
        """Return the gravest reason for urgency that the words name, and the danger, if there are any.

        *place*: the indexes of the words that name the place. It is the reason in a message about something real;
        :func:`confirm_alarm` asks how likely it is one. *elements*: of each word, if that was asked before.
        """
        words, positions, kept = real_words(words, place)
        if elements is not None and kept is not None:
            elements = [elements[at] for at in kept]
        matches = self._patterns.find(words, positions, elements)
        return self._weigh_matches(matches, words) if matches else NO_ALARM

    def _weigh_matches(self, found_patterns: Sequence[Match], words: Sequence[Word]) -> Alarm:
        matches = [(self._owners[match.pattern.owner], match) for match in found_patterns]
        found: defaultdict[str, list[Match]] = defaultdict(list)
        figures = {index for owner, match in matches if owner == _FIGURE for index in match.indexes}
        for owner, match in matches:
            is_meant = figures.isdisjoint(match.indexes) and not self._names_absence(match, words)
            if is_meant or owner.endswith(_EXCEPTIONS):
                found[owner].append(match)
        if not found:
            return NO_ALARM
        danger = next((one.danger for one in self._dangers if self._is_present(one, found, words)), None)
        if danger is not None:
            return Alarm(danger.urgency, danger)
        if "story" in found:
            return NO_ALARM
        if "crime" in found:
            return Alarm(Urgency.CRIME, None)
        if any(self._is_current(match, found, words) for name in _HARMS for match in found.get(name, ())):
            return Alarm(Urgency.DANGER, None)
        return Alarm(Urgency.OUTAGE if self._is_supply_off(found, words) else None, None)

    def _is_current(self, match: Match, found: Mapping[str, list[Match]], words: Sequence[Word]) -> bool:
        """Return whether *match* is no tale of long ago."""
        if "long_ago" not in found:
            return True
        forms = [self._morphology.form(words[index].norm) for index in match.indexes]
        return not any(form.can_be("VERB", "past") for form in forms)

    def _is_supply_off(self, found: Mapping[str, list[Match]], words: Sequence[Word]) -> bool:
        """Return whether water, heat, light or gas is off now: «нет» may belong to the telephone, or it is to come."""
        matches = [
            match
            for match in found.get("outage", ())
            if not self._is_to_come(match, words) and not self._is_of_other_thing(match, words)
        ]
        if not matches or not found.keys().isdisjoint(("calm", "calm_figure", "over")):
            return False
        if "other_supply" not in found:
            return True
        supplies = {index for match in found.get("supply", ()) for index in match.indexes}
        return any(supplies.intersection(match.indexes) for match in matches)

    def _is_to_come(self, match: Match, words: Sequence[Word]) -> bool:
        """Return whether a verb of *match* is in the future: «завтра отключат»."""
        tags = [self._morphology.form(words[index].norm).tags for index in match.indexes]
        return any(tag[0].issuperset(("VERB", "futr")) for tag in tags if tag)

    def _is_of_other_thing(self, match: Match, words: Sequence[Word]) -> bool:
        """Return whether the «нет» of *match* ends a clause of its own: «туалетов нет, вода триста рублей»."""
        for index in match.indexes:
            if words[index].norm not in _ABSENCE_AFTER or index == 0 or index - 1 in match.indexes:
                continue
            is_noun = self._morphology.form(words[index - 1].norm).can_be("NOUN", "gent")
            follows = index + 1 < len(words) and "," in words[index + 1].gap
            if is_noun and follows and not words[index].gap.strip():
                return True
        return False

    def _names_absence(self, match: Match, words: Sequence[Word]) -> bool:
        """Return whether a word of *match* is absent by words that are no part of it: «запаха газа нет»."""
        return any(self._is_absent(index, match, words) for index in match.indexes)

    def _is_absent(self, index: int, match: Match, words: Sequence[Word]) -> bool:
        is_denied = _is_next(words, index - 1, index, match) and words[index - 1].norm in _ABSENCE_BEFORE
        is_ended = _is_next(words, index + 1, index + 1, match) and words[index + 1].norm in _ABSENCE_AFTER
        if not is_denied and not is_ended:
            return False  # most words
        form = self._morphology.form(words[index].norm)
        return _HELP.isdisjoint(form.lemmas) and (is_denied or form.can_be("NOUN", "gent"))

    def _is_present(self, names: "_DangerGroups", found: Mapping[str, list[Match]], words: Sequence[Word]) -> bool:
        matches = found.get(names.patterns, [])
        if names.lamp not in found:
            matches = matches + found.get(names.weak, [])
        if len(words) <= _SHORT_TEXT_WORDS:
            matches = matches + found.get(names.short, [])
        if not matches or len(words) > _MAX_WORDS or "story" in found or "over" in found or names.unless in found:
            return False
        if all(match.indexes[0] > _FIRST_WORDS for match in matches):
            return False
        is_past = "past" in found or ("yesterday" in found and names.danger is not Danger.CHILD)
        return not is_past or any(self._is_in_present(match, words) for match in matches)

    def _is_in_present(self, match: Match, words: Sequence[Word]) -> bool:
        return any(self._morphology.form(words[index].norm).can_be("VERB", "pres") for index in match.indexes)


def confirm_alarm(alarm: Alarm, appeal_score: float) -> Alarm:
    """Return *alarm* if a message of this score is about something real; people in danger may write three words."""
    if alarm.danger is not None and (alarm.danger is Danger.SUICIDE or appeal_score >= _MIN_DANGER_SCORE):
        return alarm
    least = _MIN_OUTAGE_SCORE if alarm.urgency is Urgency.OUTAGE else _MIN_HARM_SCORE
    return alarm if alarm.danger is None and appeal_score >= least else NO_ALARM


def _is_next(words: Sequence[Word], neighbour: int, right: int, match: Match) -> bool:
    """Return whether there is a *neighbour* that no sign parts from a word of *match* and that is no part of it."""
    return 0 <= neighbour < len(words) and neighbour not in match.indexes and not words[right].gap.strip()
