"""Isolation of bidirectional text."""

import re

_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_CLOSING = {**dict.fromkeys(_EMBEDDINGS, "\u202c"), **dict.fromkeys(_ISOLATES, "\u2069")}
_OPENING = re.compile(f"[{''.join(_CLOSING)}]")


def close_bidi(text: str) -> str:
    """Return *text* with every open change of the writing direction closed at its end.

    Otherwise the change would continue into the bot's own text and show it reversed (Unicode Standard Annex 9).
    """
    if _OPENING.search(text) is None:
        return text
    open_turns: list[str] = []
    for character in text:
        if character in _CLOSING:
            open_turns.append(_CLOSING[character])
        elif character in open_turns:
            # The end of an isolate also closes the embeddings within it.
            while open_turns.pop() != character:
                pass
    return text + "".join(reversed(open_turns))
