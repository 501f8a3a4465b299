"""Names of people as they can be shown."""

import unicodedata

_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u180e")
"""Letters and symbols that show nothing: fillers of Hangul and Khmer, the empty pattern of Braille."""


def visible_name(name: str | None) -> str | None:
    """Return *name*, or ``None`` if nothing of it can be seen: spaces, controls, combining marks, fillers."""
    is_seen = any(sign not in _BLANK_LETTERS and unicodedata.category(sign)[0] in "LNPS" for sign in name or "")
    return name if is_seen else None
