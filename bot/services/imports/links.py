"""Addresses of citizens' messages, as other systems write them."""

import re
from dataclasses import dataclass

_VK_WALL = re.compile(
    r"(?:^|[/.])vk\.(?:com|ru)/(?:[\w.-]+\?(?:w|z)=)?(wall-?\d+_\d+)(?:%2F\w+)?([?&_]\S*)?$", re.IGNORECASE
)
_VK_REPLY = re.compile(r"(?:[?&]reply=|^_r)(\d+)", re.IGNORECASE)
_SITE = re.compile(r"^(?:https?://)?(?:www\.|m\.)?", re.IGNORECASE)

MAX_LINK_CHARS = 300
"""Characters of a stored address."""


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """The place of a comment in VK, as the bot stores it: «wall-1_22» and the number of the comment."""

    chat_id: str
    message_id: str


def find_vk_address(link: str) -> MessageAddress | None:
    """Return the place of a comment in VK that *link* names; ``None`` for any other address.

    The same comment has several addresses: with and without its thread, of the mobile site, of «vk.ru», of a window
    above a page (``…?w=wall-1_22_r33``).
    """
    found = _VK_WALL.search(link.strip())
    reply = _VK_REPLY.search(found[2] or "") if found is not None else None
    return MessageAddress(found[1].lower(), reply[1]) if found is not None and reply is not None else None


def stored_forms(link: str) -> tuple[str, ...]:
    """Return the ways in which the bot may have stored the address of a post in VK, or of a message elsewhere."""
    post = _VK_WALL.search(link.strip())
    if post is not None:
        return (f"https://vk.com/{post[1].lower()}",)
    rest = _SITE.sub("", link.strip()).rstrip("/")
    if not rest or len(rest) > MAX_LINK_CHARS - len("https://"):
        return ()
    return (f"https://{rest}", f"https://{rest}/")
