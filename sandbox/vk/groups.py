"""The community's own settings, its key's rights, and names of people."""

from typing import Any

from sandbox.vk.errors import VkError, invalid_parameter
from sandbox.vk.params import Params
from sandbox.vk.render import user_object
from sandbox.vk.state import EVENT_TYPES, PERMISSIONS, Community
from sandbox.vk.world import World


def _check_group_id(community: Community, params: Params) -> None:
    if params.integer("group_id") != community.id:
        raise VkError(15, "group access is denied")


def get_long_poll_server(world: World, community: Community, params: Params) -> dict[str, Any]:
    _check_group_id(community, params)
    if not community.longpoll_enabled:
        raise invalid_parameter("longpoll for this group is not enabled")
    log = community.log
    return {"key": log.key, "server": f"{world.base_url}/lp/{community.id}", "ts": str(log.ts)}


def get_long_poll_settings(world: World, community: Community, params: Params) -> dict[str, Any]:
    _check_group_id(community, params)
    events = {name: int(name in community.events) for name in sorted(EVENT_TYPES)}
    return {"api_version": community.api_version, "events": events, "is_enabled": community.longpoll_enabled}


def set_long_poll_settings(world: World, community: Community, params: Params) -> int:
    _check_group_id(community, params)
    if params.has("enabled"):
        community.longpoll_enabled = params.flag("enabled")
    if params.has("api_version"):
        community.api_version = params.text("api_version")
    for name in EVENT_TYPES:
        if params.has(name):
            (community.events.add if params.flag(name) else community.events.discard)(name)
    return 1


def get_by_id(world: World, community: Community, params: Params) -> dict[str, Any]:
    asked = params.text("group_ids") or params.text("group_id") or str(community.id)
    ids = [int(part.strip().lstrip("-")) for part in asked.split(",") if part.strip().lstrip("-").isdigit()]
    groups = [
        {"id": g.id, "name": g.title, "screen_name": f"club{g.id}", "is_closed": 0, "type": "page"}
        for g in (world.communities.get(id) for id in ids)
        if g is not None
    ]
    if not groups:
        raise invalid_parameter("group_ids is invalid")
    return {"groups": groups, "profiles": []}


def get_token_permissions(world: World, community: Community, params: Params) -> dict[str, Any]:
    rights = [{"name": name, "setting": PERMISSIONS[name]} for name in sorted(community.permissions)]
    return {"mask": sum(PERMISSIONS[name] for name in community.permissions), "permissions": rights}


def get_users(world: World, community: Community, params: Params) -> list[dict[str, Any]]:
    ids = params.integers("user_ids", 1000)
    if not ids:
        raise invalid_parameter("user_ids is undefined")
    return [user_object(world.users[id]) for id in ids if id in world.users]
