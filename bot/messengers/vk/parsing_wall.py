"""Reading what people write on the community's wall, under its photos and videos, and in its discussions."""

from collections.abc import Callable, Sequence

from bot.messengers.events import Chat, Event, MessageDeleted, MessageEdited, MessagePosted, PagePosted, Reacted
from bot.messengers.vk.attachments import attachments_of
from bot.messengers.vk.chats import POST, Places, comment_link, post_link
from bot.messengers.vk.fields import Json, items, maybe_whole, moment, whole, words
from bot.messengers.vk.parsing_messages import author_of

Locate = Callable[[Places, Json], Chat]


def visitor_post(places: Places, thing: Json) -> Sequence[Event]:
    """``wall_post_new``: a visitor's post, or one he proposes; the community's own is no message.

    A proposed post cannot be commented until a manager publishes it, so it is a place where we only hear.
    """
    if whole(thing, "from_id") <= 0:
        chat = places.wall(whole(thing, "owner_id"), whole(thing, "id"))
        return (PagePosted(chat, str(whole(thing, "id")), moment(thing)),)
    chat = places.wall(
        whole(thing, "owner_id"), whole(thing, "id"), answerable=words(thing, "post_type") in {"", "post"}
    )
    reposted = items(thing, "copy_history")
    texts = [words(thing, "text"), *(words(one, "text") for one in reposted)]
    others = [whole(one, "from_id") for one in reposted]
    return (
        MessagePosted(
            chat,
            POST,
            author_of(whole(thing, "from_id")),
            moment(thing),
            "\n\n".join(text for text in texts if text),
            attachments_of(thing, places.account),
            forwarded_from=f"id{others[0]}" if others else None,
            link=post_link(chat.id),
        ),
    )


def under_post(places: Places, thing: Json) -> Chat:
    """The place of ``wall_reply_*``."""
    return places.wall(whole(thing, "owner_id"), whole(thing, "post_id"))


def under(kind: str, thing_key: str, *owner_keys: str) -> Locate:
    """The place of comments under a *kind* of thing; its owner stands in one of *owner_keys*."""

    def locate(places: Places, thing: Json) -> Chat:
        owners = [whole(thing, key) for key in owner_keys if thing.get(key) is not None]
        owner = owners[0] if owners else -places.group_id
        # Some events name the community by its positive id.
        owner = -owner if owner == places.group_id else owner
        return places.showcase(kind, owner, whole(thing, thing_key))

    return locate


def posted(locate: Locate) -> Callable[[Places, Json], Sequence[Event]]:
    """A new comment (also one brought back)."""
    return lambda places, thing: (_comment(places, thing, locate(places, thing)),)


def edited(locate: Locate) -> Callable[[Places, Json], Sequence[Event]]:
    """A changed comment."""
    return lambda places, thing: (MessageEdited(_comment(places, thing, locate(places, thing))),)


def deleted(locate: Locate) -> Callable[[Places, Json], Sequence[Event]]:
    """A comment taken back."""
    return lambda places, thing: (MessageDeleted(locate(places, thing), str(whole(thing, "id"))),)


def liked(*, on: bool) -> Callable[[Places, Json], Sequence[Event]]:
    """``like_add`` and ``like_remove``: of comments under posts and of visitors' posts; of other things nobody asks."""

    def read(places: Places, thing: Json) -> Sequence[Event]:
        kind, owner = words(thing, "object_type"), whole(thing, "object_owner_id")
        author = author_of(whole(thing, "liker_id"))
        if kind == "post":
            return (Reacted(places.wall(owner, whole(thing, "object_id")), POST, author, on),)
        if kind == "comment" and (post_id := maybe_whole(thing, "post_id")):
            return (Reacted(places.wall(owner, post_id), str(whole(thing, "object_id")), author, on),)
        return ()

    return read


def _comment(places: Places, thing: Json, chat: Chat) -> MessagePosted:
    comment_id = whole(thing, "id")
    parent = maybe_whole(thing, "reply_to_comment")
    stack = thing.get("parents_stack")
    thread = stack[0] if isinstance(stack, list) and stack and isinstance(stack[0], int) else None
    return MessagePosted(
        chat,
        str(comment_id),
        author_of(whole(thing, "from_id")),
        moment(thing),
        words(thing, "text"),
        attachments_of(thing, places.account),
        reply_to=str(parent) if parent else None,
        link=comment_link(chat.id, comment_id, thread),
    )
