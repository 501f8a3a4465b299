"""The table of methods: who answers a call, what right the key needs, and what a community may not call at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.vk import callbacks, files, groups, messages, walls_read
from sandbox.vk.params import Params
from sandbox.vk.state import Community
from sandbox.vk.wall import WallComments
from sandbox.vk.world import World

Handler = Callable[[World, Community, Params], Any]


@dataclass(frozen=True)
class Method:
    """A method the sandbox plays; ``writes``: it changes something others may wait for."""

    handler: Handler
    right: str | None = None
    writes: bool = False


# Methods that VK gives to people's keys alone: to a community it answers error 27.
USER_TOKEN_METHODS = frozenset(
    {
        "board.addTopic",
        "board.createComment",
        "board.editComment",
        "board.getComments",
        "board.getTopics",
        "friends.get",
        "market.createComment",
        "newsfeed.get",
        "photos.createComment",
        "photos.editComment",
        "photos.getComments",
        "photos.getWallUploadServer",
        "photos.saveWallPhoto",
        "users.search",
        "video.createComment",
        "video.editComment",
        "video.getComments",
        "wall.deleteComment",
        "wall.editComment",
        "wall.get",
        "wall.getById",
        "wall.getComment",
        "wall.getComments",
        "wall.post",
    }
)


# What a service key may read (dev.vk.com, «Сервисный ключ доступа»).
SERVICE_METHODS: Mapping[str, Callable[[World, Any, Params], Any]] = {
    "board.getComments": walls_read.board_comments,
    "groups.getById": groups.get_by_id,
    "users.get": groups.get_users,
    "wall.get": walls_read.get,
    "wall.getById": walls_read.get_by_id,
    "wall.getComments": walls_read.get_comments,
}


def method_table(walls: WallComments) -> Mapping[str, Method]:
    """Everything a community's key may call here."""
    return {
        "groups.getById": Method(groups.get_by_id),
        "groups.getLongPollServer": Method(groups.get_long_poll_server, "manage"),
        "groups.getLongPollSettings": Method(groups.get_long_poll_settings, "manage"),
        "groups.setLongPollSettings": Method(groups.set_long_poll_settings, "manage", writes=True),
        "groups.getCallbackConfirmationCode": Method(callbacks.confirmation_code, "manage"),
        "groups.addCallbackServer": Method(callbacks.add_server, "manage", writes=True),
        "groups.editCallbackServer": Method(callbacks.edit_server, "manage", writes=True),
        "groups.deleteCallbackServer": Method(callbacks.delete_server, "manage", writes=True),
        "groups.getCallbackServers": Method(callbacks.list_servers, "manage"),
        "groups.getCallbackSettings": Method(callbacks.get_settings, "manage"),
        "groups.setCallbackSettings": Method(callbacks.set_settings, "manage", writes=True),
        "groups.getTokenPermissions": Method(groups.get_token_permissions),
        "users.get": Method(groups.get_users),
        "messages.send": Method(messages.send, "messages", writes=True),
        "messages.edit": Method(messages.edit, "messages", writes=True),
        "messages.delete": Method(messages.delete, "messages", writes=True),
        "messages.sendMessageEventAnswer": Method(messages.send_event_answer, "messages", writes=True),
        "messages.isMessagesFromGroupAllowed": Method(messages.is_allowed, "messages"),
        "messages.getConversations": Method(messages.get_conversations, "messages"),
        "messages.getHistory": Method(messages.get_history, "messages"),
        "messages.getByConversationMessageId": Method(messages.get_by_cmid, "messages"),
        "wall.createComment": Method(walls.create_comment, "wall", writes=True),
        "photos.getMessagesUploadServer": Method(files.photos_upload_server, "photos"),
        "photos.saveMessagesPhoto": Method(files.save_messages_photo, "photos"),
        "docs.getMessagesUploadServer": Method(files.docs_upload_server, "docs"),
        "docs.getWallUploadServer": Method(files.docs_upload_server, "docs"),
        "docs.save": Method(files.save_doc, "docs"),
    }
