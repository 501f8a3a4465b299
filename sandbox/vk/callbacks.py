"""VK's Callback API: addresses of a community, which VK confirms and then brings events to.

A new or changed address is first asked for the confirmation string; only one that knows it is brought anything. What is
brought again says so in ``X-Retry-Counter``.
"""

import secrets
from typing import Any

from sandbox.vk.errors import VkError, invalid_parameter
from sandbox.vk.params import Params
from sandbox.vk.state import EVENT_TYPES, CallbackServer, Community
from sandbox.vk.world import World
from sandbox.webhook_pusher import LOOPBACK, WebhookDelivery

MAX_SERVERS = 10
MAX_TITLE_LENGTH, MAX_SECRET_LENGTH = 14, 50


def _check_group_id(community: Community, params: Params) -> None:
    if params.integer("group_id") != community.id:
        raise VkError(15, "group access is denied")


def _server(community: Community, params: Params) -> CallbackServer:
    _check_group_id(community, params)
    found = community.servers.get(params.integer("server_id"))
    if found is None:
        raise invalid_parameter("server_id is invalid")
    return found


def _apply_fields(server: CallbackServer, params: Params) -> None:
    url, title, secret = params.text("url"), params.text("title"), params.text("secret_key")
    if not url.startswith(("https://", LOOPBACK)):  # this machine needs no certificate
        raise invalid_parameter("url is invalid")
    if not 0 < len(title) <= MAX_TITLE_LENGTH:
        raise invalid_parameter(f"title should be from 1 to {MAX_TITLE_LENGTH} characters")
    if len(secret) > MAX_SECRET_LENGTH:
        raise invalid_parameter(f"secret_key should be less or equal than {MAX_SECRET_LENGTH} characters")
    server.url, server.title, server.secret_key, server.status = url, title, secret, "wait"


def confirmation_code(world: World, community: Community, params: Params) -> dict[str, Any]:
    """``groups.getCallbackConfirmationCode``"""
    _check_group_id(community, params)
    return {"code": community.confirmation}


def add_server(world: World, community: Community, params: Params) -> dict[str, Any]:
    """``groups.addCallbackServer``: its events are off, and it is asked for the confirmation string."""
    _check_group_id(community, params)
    if len(community.servers) >= MAX_SERVERS:
        raise VkError(2000)
    number = max(community.servers, default=0) + 1
    server = CallbackServer(number)
    _apply_fields(server, params)
    community.servers[number] = server
    community.confirmation = secrets.token_hex(4)  # it changes whenever an address does
    return {"server_id": number}


def edit_server(world: World, community: Community, params: Params) -> int:
    """``groups.editCallbackServer``: it is asked for the confirmation string again."""
    _apply_fields(_server(community, params), params)
    community.confirmation = secrets.token_hex(4)
    return 1


def delete_server(world: World, community: Community, params: Params) -> int:
    """``groups.deleteCallbackServer``"""
    del community.servers[_server(community, params).id]
    return 1


def list_servers(world: World, community: Community, params: Params) -> dict[str, Any]:
    """``groups.getCallbackServers``"""
    _check_group_id(community, params)
    items = [
        {
            "id": one.id,
            "title": one.title,
            "creator_id": 1,
            "url": one.url,
            "secret_key": one.secret_key,
            "status": one.status,
        }
        for one in community.servers.values()
    ]
    return {"count": len(items), "items": items}


def get_settings(world: World, community: Community, params: Params) -> dict[str, Any]:
    """``groups.getCallbackSettings``"""
    server = _server(community, params)
    events = {name: int(name in server.events) for name in sorted(EVENT_TYPES)}
    return {"api_version": server.api_version, "events": events}


def set_settings(world: World, community: Community, params: Params) -> int:
    """``groups.setCallbackSettings``: what is not named stays as it is."""
    server = _server(community, params)
    known = {"group_id", "server_id", "api_version", "v", *EVENT_TYPES}
    if unknown := sorted(set(params.raw) - known):
        raise invalid_parameter(f"{unknown[0]} is unknown")
    if params.has("api_version"):
        server.api_version = params.text("api_version")
    for name in EVENT_TYPES:
        if params.has(name):
            (server.events.add if params.flag(name) else server.events.discard)(name)
    return 1


def pending_deliveries(world: World) -> list[WebhookDelivery]:
    """For every address its confirmation, or the oldest event that it has not taken."""
    found: list[WebhookDelivery] = []
    for community in world.communities.values():
        for server in community.servers.values():
            if server.status == "wait":
                found.append(_confirmation(community, server))
            elif server.status == "ok" and server.queue:
                found.append(_event(server))
    return found


def _confirmation(community: Community, server: CallbackServer) -> WebhookDelivery:
    def taken(status: int, text: str) -> bool:
        server.status = "ok" if status == 200 and text.strip() == community.confirmation else "failed"
        return True

    body = {"type": "confirmation", "group_id": community.id, "v": server.api_version, **_secret_field(server)}
    return WebhookDelivery(server.url, body, taken)


def _event(server: CallbackServer) -> WebhookDelivery:
    event = server.queue[0]

    def taken(status: int, text: str) -> bool:
        if status == 200 and text.strip() == "ok":
            server.queue.pop(0)
            server.retries = 0
            return True
        server.retries += 1
        return False

    headers = {"X-Retry-Counter": str(server.retries)} if server.retries else {}
    return WebhookDelivery(server.url, event | {"v": server.api_version} | _secret_field(server), taken, headers)


def _secret_field(server: CallbackServer) -> dict[str, str]:
    return {"secret": server.secret_key} if server.secret_key else {}
