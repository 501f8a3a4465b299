"""People's words as data: what must be done to a text so that it harms nobody beside it."""

_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_CLOSING = {**dict.fromkeys(_EMBEDDINGS, "\u202c"), **dict.fromkeys(_ISOLATES, "\u2069")}


def close_bidi(text: str) -> str:
    """*text* with every turn of the direction of writing taken back at its end: it would go on in the lines after it,
    and show a term or a name of ours turned round (Unicode Standard Annex 9)."""
    if _CLOSING.keys().isdisjoint(text):
        return text
    open_turns: list[str] = []
    for character in text:
        if character in _CLOSING:
            open_turns.append(_CLOSING[character])
        elif character in open_turns:
            # An isolate's end also ends what was embedded within it.
            while open_turns.pop() != character:
                pass
    return text + "".join(reversed(open_turns))
