"""Chats of VK, their ids, and the addresses that a person can open."""

import re
from dataclasses import dataclass

from bot.messengers.events import Chat, ChatKind

GROUP_PEER_OFFSET = 2_000_000_000  # peer ids above this are conversations of several people (dev.vk.com, «Беседы»)
SITE = "https://vk.com"
POST_MESSAGE_ID = "post"  # the message id of a visitor's own post; comments have numbers

_WALL = re.compile(r"wall(-?\d+)_(\d+)")


@dataclass(frozen=True, slots=True)
class WallPost:
    """The post behind a chat id like ``wall-1_22``."""

    owner_id: int
    post_id: int


class VkChats:
    """Chats and links of one community."""

    def __init__(self, account: str, group_id: int, title: str) -> None:
        self.account = account
        self.group_id = group_id
        self._title = title

    def conversation(self, peer_id: int) -> Chat:
        """Return a private conversation or one of several people."""
        if peer_id > GROUP_PEER_OFFSET:
            return Chat(self.account, str(peer_id), ChatKind.GROUP, str(self.group_id))
        return Chat(self.account, str(peer_id), ChatKind.PRIVATE, str(self.group_id), self._title)

    def wall_comments(self, owner_id: int, post_id: int, *, answerable: bool = True) -> Chat:
        """Return the comments of a post."""
        kind = ChatKind.WALL if answerable and owner_id == -self.group_id else ChatKind.SHOWCASE
        return Chat(
            self.account, f"wall{owner_id}_{post_id}", kind, str(self.group_id), self._title, thread=str(post_id)
        )

    def showcase_comments(self, kind: str, owner_id: int, thing_id: int) -> Chat:
        """Return comments under a ``photo``, ``video``, ``topic`` or ``market`` item, which the bot only reads."""
        chat_id = f"{kind}{owner_id}_{thing_id}"
        return Chat(
            self.account, chat_id, ChatKind.SHOWCASE, str(self.group_id), self._title, thread=f"{kind}{thing_id}"
        )

    def conversation_link(self, peer_id: int) -> str:
        """Return the conversation's address for people who answer in the community's name."""
        chosen = f"c{peer_id - GROUP_PEER_OFFSET}" if peer_id > GROUP_PEER_OFFSET else str(peer_id)
        return f"{SITE}/gim{self.group_id}?sel={chosen}"


def wall_post_of(chat: Chat) -> WallPost | None:
    """Return the post whose comments *chat* holds; ``None`` for other chats."""
    match = _WALL.fullmatch(chat.id)
    return WallPost(int(match[1]), int(match[2])) if match else None


def comment_link(chat_id: str, comment_id: int | str, thread: int | None = None) -> str:
    """Return a comment's address; *thread* is the first comment of its thread, which VK needs to unfold it."""
    if chat_id.startswith("topic"):
        return f"{SITE}/{chat_id}?post={comment_id}"
    return f"{SITE}/{chat_id}?reply={comment_id}" + (f"&thread={thread}" if thread else "")


def post_link(chat_id: str) -> str:
    return f"{SITE}/{chat_id}"
