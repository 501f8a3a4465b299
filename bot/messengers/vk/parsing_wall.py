"""Parsing of posts and comments on the community's wall, under its photos and videos, and in its discussions."""

from collections.abc import Callable, Sequence

from bot.messengers.events import Chat, Event, MessageDeleted, MessageEdited, MessagePosted, PagePosted, Reacted
from bot.messengers.json_reader import (
    JsonObject,
    find_int,
    find_nonzero_int,
    get_int,
    get_objects,
    get_timestamp,
    text_or_empty,
)
from bot.messengers.vk.attachments import parse_attachments
from bot.messengers.vk.chats import POST_MESSAGE_ID, VkChats, comment_link, post_link
from bot.messengers.vk.parsing_messages import author_of, source_name
from bot.messengers.vk.words import read_words

ChatLocator = Callable[[VkChats, JsonObject], Chat]


def post_created(places: VkChats, thing: JsonObject) -> Sequence[Event]:
    """Read ``wall_post_new``: a post that a visitor published or proposed, or the community's own, which is no message.

    Nobody can comment on a proposed post until a manager publishes it, so the bot cannot answer there.
    """
    if get_int(thing, "from_id") <= 0:
        chat = places.wall_comments(get_int(thing, "owner_id"), get_int(thing, "id"))
        return (PagePosted(chat, str(get_int(thing, "id")), get_timestamp(thing, "date")),)
    chat = places.wall_comments(
        get_int(thing, "owner_id"), get_int(thing, "id"), answerable=text_or_empty(thing, "post_type") in {"", "post"}
    )
    others = [get_int(one, "from_id") for one in get_objects(thing, "copy_history")]
    return (
        MessagePosted(
            chat,
            POST_MESSAGE_ID,
            author_of(get_int(thing, "from_id")),
            get_timestamp(thing, "date"),
            read_words(thing),
            parse_attachments(thing, places.account),
            forwarded_from=source_name(others[0]) if others else None,
            link=post_link(chat.id),
        ),
    )


def locate_post_comments(places: VkChats, thing: JsonObject) -> Chat:
    """Return the chat of ``wall_reply_*``."""
    return places.wall_comments(get_int(thing, "owner_id"), get_int(thing, "post_id"))


def locate_comments_under(kind: str, thing_key: str, *owner_keys: str) -> ChatLocator:
    """Return the chat of comments under a *kind* of thing; one of *owner_keys* names its owner."""

    def locate(places: VkChats, thing: JsonObject) -> Chat:
        owners = [get_int(thing, key) for key in owner_keys if thing.get(key) is not None]
        owner = owners[0] if owners else -places.group_id
        # Some events name the community by its positive id.
        owner = -owner if owner == places.group_id else owner
        return places.showcase_comments(kind, owner, get_int(thing, thing_key))

    return locate


def comment_created(locate: ChatLocator) -> Callable[[VkChats, JsonObject], Sequence[Event]]:
    """Return a parser of new or restored comments."""
    return lambda places, thing: (_read_comment(places, thing, locate(places, thing)),)


def comment_edited(locate: ChatLocator) -> Callable[[VkChats, JsonObject], Sequence[Event]]:
    """Return a parser of edited comments."""
    return lambda places, thing: (MessageEdited(_read_comment(places, thing, locate(places, thing))),)


def comment_deleted(locate: ChatLocator) -> Callable[[VkChats, JsonObject], Sequence[Event]]:
    """Return a parser of deleted comments."""
    return lambda places, thing: (MessageDeleted(locate(places, thing), str(get_int(thing, "id"))),)


def like_changed(*, added: bool) -> Callable[[VkChats, JsonObject], Sequence[Event]]:
    """Return a parser of ``like_add`` or ``like_remove``; only posts and comments under posts matter."""

    def read(places: VkChats, thing: JsonObject) -> Sequence[Event]:
        kind, owner = text_or_empty(thing, "object_type"), get_int(thing, "object_owner_id")
        author = author_of(get_int(thing, "liker_id"))
        if kind == "post":
            return (Reacted(places.wall_comments(owner, get_int(thing, "object_id")), POST_MESSAGE_ID, author, added),)
        if kind == "comment" and (post_id := find_nonzero_int(thing, "post_id")):
            return (Reacted(places.wall_comments(owner, post_id), str(get_int(thing, "object_id")), author, added),)
        return ()

    return read


def _read_comment(places: VkChats, thing: JsonObject, chat: Chat) -> MessagePosted:
    comment_id = get_int(thing, "id")
    parent = find_nonzero_int(thing, "reply_to_comment")
    stack = thing.get("parents_stack")
    thread = find_int({"thread": stack[0]}, "thread") if isinstance(stack, list) and stack else None
    return MessagePosted(
        chat,
        str(comment_id),
        author_of(get_int(thing, "from_id")),
        get_timestamp(thing, "date"),
        read_words(thing),
        parse_attachments(thing, places.account),
        reply_to=str(parent) if parent else None,
        link=comment_link(chat.id, comment_id, thread),
    )
