"""Fitting of texts into a messenger's limits: cleaning, cutting at a word, splitting at paragraphs.

Pure functions over spans; every messenger passes its own measure of a span (UTF-16 units for Telegram, the characters
of the written-out span for VK).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.messengers.content import Link, Quote, Span, Text

Spans = tuple[Span, ...]
Measure = Callable[[Span], int]

ELLIPSIS = "…"

# Each break with the smallest part of the room that must be filled before it: a paragraph may leave more empty than a
# sentence.
_PARAGRAPH_BREAK = (re.compile(r"\n[ \t]*\n\s*"), 0.35)
_LINE_BREAK = (re.compile(r"\n\s*"), 0.5)
_SENTENCE_BREAK = (re.compile(r"(?<=[.!?…])[»”\")]?(\s+)"), 0.5)
_WORD_BREAK = (re.compile(r"\s+"), 0.0)

_ZERO_WIDTH_JOINER = "\u200d"
_CONTROL_CHARACTERS = {code: None for code in (*range(9), 11, 12, *range(14, 32), 127)}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_CLUSTER_LENGTH = 64


def utf16_units(span: Span) -> int:
    """Return the length in UTF-16 code units: Telegram's measure."""
    return len(span.text) + sum(character > "\uffff" for character in span.text)


def total_length(spans: Sequence[Span], measure: Measure) -> int:
    """Return the length of all *spans*."""
    return sum(map(measure, spans))


def clean_text(text: str) -> str:
    """Return *text* without characters that messengers refuse: control characters and halves of surrogate pairs.

    Two halves that belong together become the character they mean; a lone half becomes U+FFFD. Line ends become
    ``\\n``.
    """
    if _SURROGATE.search(text) is not None:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL_CHARACTERS)


def clean_spans(spans: Sequence[Span]) -> Spans:
    """Return *spans* with cleaned texts, without empty ones."""
    tidy = (replace(span, text=clean_text(span.text)) for span in spans)
    return tuple(span for span in tidy if span.text)


def trim_spans(spans: Sequence[Span]) -> Spans:
    """Return *spans* without white space at the beginning and the end of the whole."""
    kept = list(spans)
    while kept and not kept[0].text.lstrip():
        kept.pop(0)
    while kept and not kept[-1].text.rstrip():
        kept.pop()
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return tuple(kept)


def split(spans: Sequence[Span], limit: int, measure: Measure, *, first_limit: int | None = None) -> list[Spans]:
    """Return *spans* as messages of at most *limit* each (the first: at most *first_limit*); none for no text.

    They are split at a paragraph, else at a line or sentence, else at a word, else between characters. Only white space
    at the cuts is lost.
    """
    parts: list[Spans] = []
    rest = trim_spans(clean_spans(spans))
    while rest:
        room = first_limit if first_limit is not None and not parts else limit
        if total_length(rest, measure) <= room:
            parts.append(rest)
            break
        rest = _unlink_oversized(rest, room, measure)
        plain = "".join(span.text for span in rest)
        fits = max(_fitting_length(rest, room, measure), 1)
        at = _find_break(plain, fits, (_PARAGRAPH_BREAK, _LINE_BREAK, _SENTENCE_BREAK, _WORD_BREAK))
        head, tail = _split_at(rest, at)
        parts.append(trim_spans(head))
        rest = trim_spans(tail)
    return parts


def truncate(spans: Sequence[Span], limit: int, measure: Measure) -> Spans:
    """Return *spans* as one message of at most *limit*, cut at a word with «…».

    The longest quote is cut first: its full text can be read elsewhere, the lines around it cannot.
    """
    fitted = trim_spans(clean_spans(spans))
    excess = total_length(fitted, measure) - limit
    if excess <= 0:
        return fitted
    quotes = [span for span in fitted if isinstance(span, Quote)]
    if quotes:
        longest = max(quotes, key=measure)
        shorter = _truncate_end((longest,), max(measure(longest) - excess, 0), measure)
        at = fitted.index(longest)
        spared = (*fitted[:at], *shorter, *fitted[at + 1 :])
        if shorter and total_length(spared, measure) <= limit:
            return spared
    return _truncate_end(fitted, limit, measure)


def _truncate_end(spans: Spans, limit: int, measure: Measure) -> Spans:
    """Return the beginning of *spans*, with «…» at the end of its last span."""
    spans = _unlink_oversized(spans, limit, measure)
    plain = "".join(span.text for span in spans)
    room = limit - measure(Text(ELLIPSIS))
    fits = _fitting_length(spans, room, measure)
    if room <= 0 or fits == 0:
        return (replace(spans[0], text=ELLIPSIS),) if spans and limit >= measure(Text(ELLIPSIS)) else ()
    head, _ = _split_at(spans, _find_break(plain, fits, ((_WORD_BREAK[0], 0.5),)))
    kept = trim_spans(head)
    if not kept:
        return (Text(ELLIPSIS),)
    return (*kept[:-1], replace(kept[-1], text=kept[-1].text + ELLIPSIS))


def _unlink_oversized(spans: Spans, room: int, measure: Measure) -> Spans:
    """Replace links whose addresses alone are longer than a message by their texts."""
    return tuple(
        Text(span.text) if isinstance(span, Link) and measure(replace(span, text=span.text[:1])) > room else span
        for span in spans
    )


def _fitting_length(spans: Spans, room: int, measure: Measure) -> int:
    """Return the number of characters from the beginning that fit into *room*."""
    count = 0
    for span in spans:
        cost = measure(span)
        if cost > room:
            return count + _fitting_prefix(span, room, measure)
        room -= cost
        count += len(span.text)
    return count


def _fitting_prefix(span: Span, room: int, measure: Measure) -> int:
    low, high = 0, len(span.text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(replace(span, text=span.text[:middle])) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _find_break(plain: str, fits: int, kinds: Sequence[tuple[re.Pattern[str], float]]) -> int:
    """Return the best place at or before *fits* to end a message; always more than 0."""
    if fits >= len(plain):
        return len(plain)
    for pattern, least in kinds:
        places = [match.start(match.lastindex or 0) for match in pattern.finditer(plain, 0, fits + 1)]
        good = [place for place in places if place > fits * least and plain[:place].strip()]
        if good:
            return good[-1]
    return _cluster_boundary(plain, fits)


def _cluster_boundary(plain: str, fits: int) -> int:
    """Return a place at or before *fits* that splits no emoji sequence or accented letter, if there is one near."""
    for at in range(fits, max(fits - _MAX_CLUSTER_LENGTH, 0), -1):
        if not _is_inside_cluster(plain, at):
            return at
    return fits


def _is_inside_cluster(plain: str, at: int) -> bool:
    """Return whether the characters on both sides of *at* form one visible character."""
    before, after = plain[at - 1], plain[at]
    if _ZERO_WIDTH_JOINER in (before, after) or unicodedata.combining(after) or "\ufe00" <= after <= "\ufe0f":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f" or after == "\u20e3":
        return True
    return _is_flag_half(before) and _is_flag_half(after) and _flag_halves_before(plain, at) % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(plain: str, at: int) -> int:
    start = at
    while start and _is_flag_half(plain[start - 1]):
        start -= 1
    return at - start


def _split_at(spans: Spans, at: int) -> tuple[Spans, Spans]:
    """Return *spans* before and after character *at*."""
    head: list[Span] = []
    tail: list[Span] = []
    for span in spans:
        length = len(span.text)
        if length <= at:
            head.append(span)
        elif at <= 0:
            tail.append(span)
        else:
            head.append(replace(span, text=span.text[:at]))
            tail.append(replace(span, text=span.text[at:]))
        at -= length
    return tuple(head), tuple(tail)
