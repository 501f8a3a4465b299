"""Districts: one name however it is written, and the short codes of their buttons."""

import hashlib
from collections.abc import Iterable

from bot.domain.text_normal import fold

TYPE_WORDS = frozenset({"район", "р-н", "рн", "округ"})
"""Words that the name of a district may carry or not: «Железнодорожный», «Железнодорожный район»."""


def district_key(name: str) -> str:
    """Return what all spellings of a district's name have in common."""
    words = fold(name).split()
    return " ".join([word for word in words if word.strip(".") not in TYPE_WORDS] or words)


def merge_names(names: Iterable[str]) -> dict[str, str]:
    """Return the districts that *names* mean, in order: by their keys, each as it is spelled first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(district_key(name), name)
    return found


def district_code(name: str) -> str:
    """Return the argument of a button that chooses the district: names may be longer than a button's code."""
    return hashlib.blake2s(district_key(name).encode(), digest_size=4).hexdigest()
