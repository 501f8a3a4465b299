"""From a raw message to clean words: look-alike letters mended, invisible characters dropped, links set apart."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from bot.domain.text_normal import fold

MAX_TEXT_LENGTH = 6_000
"""Characters that are analysed. A messenger's message has at most 9,000, and the subject comes early."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc]"
)
_LINK = re.compile(r"(?:https?://|www\.|t\.me/|vk\.com/|vk\.cc/)[^\s]{1,2000}", re.IGNORECASE)
_MENTION = re.compile(r"\[(?:id|club|public)[^\s|\]]{0,30}\|[^\]]{0,200}\],?|(?<!\w)@\w{1,64}")
_COMMUNITY_MENTION = re.compile(r"\[(?:club|public)[^\s|\]]{0,30}\|")
_PERSON_MENTION = re.compile(r"\[id[^\s|\]]{0,30}\|")
_MASK = re.compile(r"\[[^\[\]\n]{1,40}\]")
_TRIPLED = re.compile(r"(.)\1\1")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"([\W_]*+)([^\W_]+(?:[-'’][^\W_]+){0,4}|\Z)")
"""The text before a word, and the word; none at the end of a text."""
_NO_WORD = re.compile(r"[\W_]*+")
_LATIN = re.compile(r"[A-Za-z]")
_ANY_LETTERS = re.compile(r"[A-Za-zА-Яа-яЁё]{2,}")
_GLUED_NUMBER = re.compile(r"(?<=[А-Яа-яЁё]{3})(?=\d)|(?<=\d)(?=[А-Яа-яЁё]{5})")
_DIGIT_AT_LETTER = re.compile(r"\d(?:(?<=[А-Яа-яЁё]\d)|(?=[А-Яа-яЁё]))")
_SENTENCE_END = re.compile(r"[.!?…\n;]")

_NEGATIONS = frozenset({"не", "ни", "нельзя", "невозможно"})

_LOOKALIKE_TABLE = str.maketrans("aAcCeEoOpPxXyYkKMTHBbmu3", "аАсСеЕоОрРхХуУкКМТНВьмиз")
_LOOKALIKE_LETTERS = frozenset("aAcCeEoOpPxXyYkKMTHB")


class Word(NamedTuple):
    """One word of a clean text. ``norm`` is lower case without «ё»; ``gap`` is the text before it."""

    raw: str
    norm: str
    gap: str
    position: int
    """Its place in a count of words where the end of a sentence counts for three."""
    negated: bool
    """One of the two words before it says no: «не работает», «не очень-то работает»."""
    capitalised: bool
    is_number: bool

    @property
    def starts_sentence(self) -> bool:
        return self.position == 0 or (self.gap != " " and _SENTENCE_END.search(self.gap) is not None)


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A message made ready for reading."""

    clean: str
    words: tuple[Word, ...]
    links: int
    mentions_person: bool
    """Addressed by a mention to another person."""
    mentions_community: bool
    """Addressed by a mention to a community: the page of an office, a shop …"""

    @property
    def has_question(self) -> bool:
        return "?" in self.clean


def prepare_text(raw: str) -> PreparedText:
    """Clean *raw*, which may be any string, and split its first :data:`MAX_TEXT_LENGTH` characters into words."""
    text = unicodedata.normalize("NFC", raw[: MAX_TEXT_LENGTH * 2])
    text = _INVISIBLE.sub("", text)[:MAX_TEXT_LENGTH].replace("\xa0", " ")
    # Most texts have none of these; the search for their marks costs next to nothing.
    bracketed = "[" in text
    to_person = bracketed and _PERSON_MENTION.search(text) is not None
    to_body = bracketed and _COMMUNITY_MENTION.search(text) is not None
    if bracketed or "@" in text:
        text = _MENTION.sub(" ", text)
    links = 0
    if "/" in text or "www." in text.lower():
        text, links = _LINK.subn(" ", text)
    if bracketed:
        text = _MASK.sub(" ", text)
    if _DIGIT_AT_LETTER.search(text):
        text = _GLUED_NUMBER.sub(" ", text)
    if _TRIPLED.search(text):
        text = _REPEATED.sub(r"\1", text)
    if _LATIN.search(text):
        text = _ANY_LETTERS.sub(_fix_lookalikes, text)
    return PreparedText(text.strip(), _split_words(text), links, to_person, to_body)


def find_ends(text: str, words: Sequence[Word]) -> list[int] | None:
    """Return the index in *text* at which each of its *words* ends; ``None`` if it was cleaned of anything."""
    pieces = [word.gap + word.raw for word in words]
    whole = "".join(pieces)
    is_clean = text.startswith(whole) and _NO_WORD.fullmatch(text, len(whole)) is not None
    return list(accumulate(map(len, pieces))) if is_clean else None


def cut_words(words: Sequence[Word], first: int, end: int) -> Sequence[Word]:
    """Return a part of *words* that «не» before it does not deny; they keep their positions and gaps."""
    part = words[first:end]
    if not any([word.negated for word in part[:2]]):
        return part
    denied = part[0].norm in _NEGATIONS
    return (part[0]._replace(negated=False), *(word._replace(negated=denied) for word in part[1:2]), *part[2:])


def _fix_lookalikes(match: re.Match[str]) -> str:
    word = match.group()
    latin = sum(1 for letter in word if letter.isascii())
    if latin == 0 or latin == len(word):
        return word
    return word.translate(_LOOKALIKE_TABLE)


def cyrillic_lookalike(word: str) -> str | None:
    """Return the Cyrillic word that a Latin one looks like («HET» → «НЕТ»), if every letter has a look-alike."""
    if word.isascii() and all(letter in _LOOKALIKE_LETTERS for letter in word):
        return word.translate(_LOOKALIKE_TABLE)
    return None


def single_word(raw: str) -> Word:
    """Return a word that is written as *raw* and has no neighbours."""
    return Word(raw, _norm(raw), "", 0, False, raw[:1].isupper(), raw[:1].isdecimal())


def _norm(raw: str) -> str:
    return fold(cyrillic_lookalike(raw) or raw) if raw.isascii() else fold(raw)


def _split_words(text: str) -> tuple[Word, ...]:
    found: list[Word] = []
    pieces = _WORD.findall(text)
    place = -1
    denied = denied_before = False
    new, add, ends_sentence = tuple.__new__, found.append, _SENTENCE_END.search
    for (gap, raw), norm in zip(pieces, _norms([raw for _, raw in pieces if raw]), strict=False):
        place += 3 if gap != " " and place >= 0 and ends_sentence(gap) else 1
        first = raw[0]
        # As Word(…), in a third of its time; a message has twenty words.
        add(new(Word, (raw, norm, gap, place, denied or denied_before, first.isupper(), first.isdecimal())))
        denied, denied_before = norm in _NEGATIONS, denied
    return tuple(found)


def _norms(raws: Sequence[str]) -> list[str]:
    """Return :func:`_norm` of each word; to fold them together takes a quarter of the time."""
    if not raws:
        return []
    norms = fold("\n".join(raws)).split("\n")
    for at, raw in enumerate(raws):
        if raw.isascii() and (cyrillic := cyrillic_lookalike(raw)) is not None:
            norms[at] = fold(cyrillic)
    return norms
