"""The spelling of a text that searches and comparisons go by."""


def fold(text: str) -> str:
    """Return *text* without case, with «ё» as «е»: people write either letter.

    Stored keys (``message.text_key``, the text that ``/find`` searches, features of trained models) are made of folded
    texts: a change here would orphan them.
    """
    return text.casefold().replace("ё", "е")
