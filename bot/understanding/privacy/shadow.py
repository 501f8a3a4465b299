"""A copy of a text in which forms of personal data are searched, and the masks that replace what is found."""

import re
import unicodedata

_ODD_SPACES = "\t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_ODD_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
_PLAIN = str.maketrans(
    {sign: " " for sign in _ODD_SPACES}
    | {sign: "-" for sign in _ODD_DASHES}
    | {"\uff0b": "+", "\uff20": "@", "\uff08": "(", "\uff09": ")"}
)
_INVISIBLE = re.compile(
    r"(?<=[\w+(@.\-])[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+(?=[\w)@.+\-])"
)
_EXISTING_MASK = re.compile(r"\[(?:телефон|почта|номер|о здоровье|имя|ник|ссылка|дата рождения|№)\]")

FILLER = "\0"
"""The sign that covers what is masked already: no form contains it, so that masking twice changes nothing more."""


class Shadow:
    """A text with plain spaces, dashes and digits, character by character, whose found pieces are covered."""

    def __init__(self, text: str) -> None:
        self._source = text
        self._shown = _INVISIBLE.sub("", text.replace(FILLER, ""))
        plain = self._shown.translate(_PLAIN)
        if not plain.isascii():
            plain = "".join(
                str(unicodedata.decimal(sign)) if sign > "\x7f" and sign.isdecimal() else sign for sign in plain
            )
        self.text = plain
        self.lower = plain.replace("\u0130", "i").lower()  # the one letter whose lower case is longer
        self._masks: list[tuple[int, int, str]] = []
        for found in _EXISTING_MASK.finditer(plain):
            self.cover(found.start(), found.end(), found[0])

    def cover(self, start: int, end: int, mask: str) -> None:
        """Replace the characters from *start* to *end* by *mask*."""
        self._masks.append((start, end, mask))
        filler = FILLER * (end - start)
        self.text = f"{self.text[:start]}{filler}{self.text[end:]}"
        self.lower = f"{self.lower[:start]}{filler}{self.lower[end:]}"

    def keep_all(self, form: re.Pattern[str]) -> None:
        """Protect everything that *form* finds from later forms."""
        for found in list(form.finditer(self.lower)):
            self.cover(*found.span(), self._shown[found.start() : found.end()])

    def cover_all(self, form: re.Pattern[str], mask: str) -> None:
        """Replace the group ``x`` of everything that *form* finds, or all of it."""
        group = "x" if "x" in form.groupindex else 0
        for found in list(form.finditer(self.lower)):
            self.cover(*found.span(group), mask)

    def found(self) -> list[tuple[int, int, str]]:
        """Return the places in the original text of what is masked, with the masks; what was kept is none of them."""
        at, where = 0, []
        for sign in self._shown:  # invisible characters were left out
            at = self._source.index(sign, at) + 1
            where.append(at - 1)
        return [
            (where[start], where[end - 1] + 1, mask)
            for start, end, mask in sorted(self._masks)
            if mask != self._shown[start:end]
        ]

    def masked(self) -> str:
        """Return the text with its masks."""
        pieces, at = [], 0
        for start, end, mask in sorted(self._masks):
            pieces += [self._shown[at:start], mask]
            at = end
        return "".join([*pieces, self._shown[at:]])
