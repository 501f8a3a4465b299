"""Addresses behind words, written out: a citizen's link must reach people who read the words alone."""

import re
from collections.abc import Iterable

_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


def write_out_addresses(text: str, links: Iterable[tuple[int, int, str]]) -> str:
    """Return *text* with the address of each link in brackets after its words.

    A link is (offset, length, address), in UTF-16 units of the raw text as the messenger sent it: cleaning moves
    offsets. A link out of range is ignored.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    for offset, length, address in sorted(links, reverse=True):
        begin, end = 2 * offset, 2 * (offset + length)
        if 0 <= begin < end <= len(units):
            words = units[begin:end].decode("utf-16-le", "surrogatepass")
            linked = with_address(words, address).encode("utf-16-le", "surrogatepass")
            units = units[:begin] + linked + units[end:]
    return units.decode("utf-16-le", "surrogatepass")


def with_address(words: str, address: str | None) -> str:
    """Return *words* with the *address* behind them in brackets, unless they are the address."""
    if not address or _bare(words) == _bare(address):
        return words
    return f"{words} ({address})"


def _bare(address: str) -> str:
    return _SCHEME.sub("", address.strip()).rstrip("/").lower()
