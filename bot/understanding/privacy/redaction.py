"""Masking of personal data for readers who do not need it: the one place that decides what is shown to them."""

import re
from collections.abc import Iterable

from bot.understanding.privacy import forms
from bot.understanding.privacy.names import NameFinder
from bot.understanding.privacy.shadow import FILLER, Shadow
from bot.understanding.text.morphology import Morphology

_STEPS = (
    (re.compile(r"[@*/:|_\[a-z]"), forms.CONTACTS),
    (re.compile(r"\d{3}|рожд|р\."), forms.BIRTH_DATES_AND_PLATES),
    (re.compile(r"\d(?:[^\d\0]{0,8}\d){4}"), forms.LONG_NUMBERS),
    (re.compile(r"\d"), forms.FLATS),
)
"""Each group of forms, after what a text must contain for it: most texts have house numbers alone."""

_MANY_DIGITS = re.compile(r"\d(?:\D{0,8}\d){4}")
"""A text without this has no telephone: most have none, and each new ticket is searched."""


class Redactor:
    """Masks telephones, addresses, documents, flats, names and words about health; houses and dates stay."""

    def __init__(self, morphology: Morphology) -> None:
        self.names = NameFinder(morphology)

    def redact(self, text: str) -> str:
        """Return *text* with a mask in brackets for everything that tells who its author or another person is."""
        return self._cover(text).masked()

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Return the places in *text* of everything that :meth:`redact` masks, with the masks."""
        return self._cover(text).found()

    def _cover(self, text: str) -> Shadow:
        shadow = _cover_forms(text)
        for start, end in _merge(self.names.find(shadow.text)):
            if FILLER not in shadow.text[start:end]:
                shadow.cover(start, end, forms.NAME)
        shadow.cover_all(forms.ILLNESSES, forms.HEALTH)
        return shadow

    def find_first(self, text: str, mask: str) -> str | None:
        """Return the first piece of *text* that *mask*, one of a form with five digits or more, would replace."""
        if not _MANY_DIGITS.search(text):
            return None
        found = _cover_forms(text).found()
        return next((text[start:end].strip() for start, end, own in found if own == mask), None)


def _cover_forms(text: str) -> Shadow:
    """Cover telephones, addresses, documents and flats."""
    shadow = Shadow(text)
    for public in forms.PUBLIC:
        shadow.keep_all(public)
    for gate, groups in _STEPS:
        if gate.search(shadow.lower):
            for form, mask in groups:
                shadow.cover_all(form, mask)
    return shadow


def _merge(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
