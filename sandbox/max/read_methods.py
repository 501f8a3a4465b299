"""The methods that tell of the bot, its chats, its files and its subscriptions."""

import re
from typing import Any

from sandbox.max.call import Request
from sandbox.max.errors import bad_request, chat_not_found, forbidden, message_not_found
from sandbox.max.render import chat_object, membership, user_object
from sandbox.max.state import ChatType, Upload
from sandbox.max.world import World
from sandbox.webhook_pusher import LOOPBACK

Json = dict[str, Any]

_KINDS = ("image", "video", "audio", "file")
_MAX_COMMANDS = 32
_SECRET = re.compile(r"[a-zA-Z0-9_-]{5,256}")


def me(world: World, request: Request) -> Json:
    """``GET /me``"""
    request.reject_unknown()
    return {**user_object(world, world.me.user_id), "description": None, "commands": world.me.commands}


def set_commands(world: World, request: Request) -> Json:
    """``PATCH /me/commands``: one list for everybody who talks to the bot."""
    request.reject_unknown()
    commands = request.body.get("commands")
    if not isinstance(commands, list) or len(commands) > _MAX_COMMANDS:
        raise bad_request(f"commands: must be an array of at most {_MAX_COMMANDS}")
    world.me.commands = commands
    return me(world, request)


def chat(world: World, request: Request) -> Json:
    """``GET /chats/{chatId}``"""
    request.reject_unknown()
    found = world.chats.get(request.chat_id())
    if found is None or not found.bot_in or (found.kind is ChatType.DIALOG and not found.open):
        raise chat_not_found(request.chat_id())
    return chat_object(world, found)


def member_me(world: World, request: Request) -> Json:
    """``GET /chats/{chatId}/members/me``"""
    request.reject_unknown()
    found = world.chats.get(request.chat_id())
    if found is None or found.kind is ChatType.DIALOG:
        raise chat_not_found(request.chat_id())
    if not found.bot_in:
        raise forbidden("Bot is not a member of the chat")
    return membership(world, found)


def subscriptions(world: World, request: Request) -> Json:
    """``GET /subscriptions``"""
    request.reject_unknown()
    return {"subscriptions": world.subscriptions}


def subscribe(world: World, request: Request) -> Json:
    """``POST /subscriptions``: from now on updates are posted there. The same address again: the new secret counts."""
    request.reject_unknown()
    if unknown := sorted(set(request.body) - {"url", "update_types", "secret"}):
        raise bad_request(f"unknown field {unknown[0]}")
    url, secret, kinds = (request.body.get(name) for name in ("url", "secret", "update_types"))
    if not isinstance(url, str) or not url.startswith(("https://", LOOPBACK)):  # this machine needs no certificate
        raise bad_request("url: must be an HTTPS address")
    if secret is not None and not (isinstance(secret, str) and _SECRET.fullmatch(secret)):
        raise bad_request("secret: must match ^[a-zA-Z0-9_-]{5,256}$")
    if kinds is not None and not isinstance(kinds, list):
        raise bad_request("update_types: must be an array")
    world.subscribe(url, secret, kinds)
    return {"success": True}


def unsubscribe(world: World, request: Request) -> Json:
    """``DELETE /subscriptions``"""
    request.reject_unknown("url")
    url = request.text("url")
    before = len(world.subscriptions)
    world.unsubscribe(url)
    return {"success": len(world.subscriptions) < before}


def upload_address(world: World, request: Request) -> Json:
    """``POST /uploads``: an address for one file; the token of a video or audio comes along."""
    request.reject_unknown("type")
    kind = request.text("type")
    if kind not in _KINDS:
        raise bad_request(f"type: must be one of {', '.join(_KINDS)}")
    upload = Upload(f"u{world.next_serial()}", kind, world.new_token(kind))
    world.uploads[upload.id] = upload
    found = {"url": f"{world.base_url}/upload/{upload.id}"}
    return found | ({"token": upload.token} if kind in ("video", "audio") else {})


def video(world: World, request: Request) -> Json:
    """``GET /videos/{videoToken}``"""
    request.reject_unknown()
    stored = world.files.get(request.path["token"])
    if stored is None or stored.kind != "video":
        raise message_not_found(request.path["token"])
    urls = {"mp4_360": None, "mp4_480": world.file_url(stored), "mp4_240": f"{world.base_url}/files/0", "hls": None}
    return {"token": stored.token, "urls": urls, "width": 640, "height": 480, "duration": 3}
