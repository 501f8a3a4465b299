"""Personal data in an answer: what masking finds, without what belongs to an organisation or an office."""

import re
from collections.abc import Iterator

from bot.understanding.answer_check.phrases import PhraseList, Span, lower
from bot.understanding.privacy import forms
from bot.understanding.privacy.redaction import Redactor

_REACH = 60
"""Characters before a telephone or an address within which its owner is named."""
_MOBILE = re.compile(r"(?:\+?7|8)?9\d{9}")


class PersonalDataCheck:
    """Finds what must not be said of a person in public."""

    def __init__(self, redactor: Redactor, offices: str, posts: str) -> None:
        self._redactor = redactor
        self._offices, self._posts = PhraseList(offices), PhraseList(posts)

    def find(self, text: str, greeting_end: int, allowed: str) -> Iterator[Span]:
        """Yield the places of personal data; a name is right in the greeting, as is all that *allowed* contains."""
        low = lower(text)
        for start, end, mask in self._redactor.find(text):
            before = low[max(0, start - _REACH) : start]
            if text[start:end] in allowed or (mask == forms.NAME and start < greeting_end):
                continue
            if not self._is_public(mask, text[start:end], before, low[end : end + _REACH]):
                yield start, end

    def _is_public(self, mask: str, piece: str, before: str, after: str) -> bool:
        """Return whether it belongs to an office: its telephone or post, or who sits there."""
        if mask == forms.PHONE and not _MOBILE.fullmatch(re.sub(r"\D", "", piece)):
            return True
        if mask in (forms.PHONE, forms.EMAIL, forms.LINK, forms.NICK):
            return self._offices.first(before) is not None
        if mask == forms.NAME:
            return self._posts.first(before) is not None or self._posts.first(after) is not None
        return False
