"""Uploads and attachments: ask for an address, post the bytes there, save what came back, attach its name."""

import re
import secrets
from typing import Any

from sandbox.vk.errors import invalid_parameter
from sandbox.vk.params import Params
from sandbox.vk.state import Community
from sandbox.vk.world import World, image_extension

MAX_ATTACHMENTS = 10
_NAME = re.compile(r"(?P<kind>[a-z_]+?)(?P<owner>-?\d+)_(?P<id>\d+)(?:_(?P<key>[0-9a-zA-Z]+))?")
_REFUSED_EXTENSIONS = {"exe", "bat", "com", "js", "apk", "mp3", "scr"}  # kinds of documents that VK does not take


def resolve_attachments(world: World, community: Community, names: str, allowed: set[str]) -> list[dict[str, Any]]:
    """The objects behind ``photo1_2,doc-3_4``; photos and documents must have been uploaded here."""
    parts = [part.strip() for part in names.split(",") if part.strip()]
    if len(parts) > MAX_ATTACHMENTS:
        raise invalid_parameter("too many attachments")
    return [_resolve_attachment(world, community, part, allowed) for part in parts]


def _resolve_attachment(world: World, community: Community, name: str, allowed: set[str]) -> dict[str, Any]:
    match = _NAME.fullmatch(name)
    if match is None or match["kind"] not in allowed:
        raise invalid_parameter("attachment is invalid")
    owner_id, thing_id = int(match["owner"]), int(match["id"])
    if match["kind"] in {"photo", "doc", "video"}:
        file = world.files.get(thing_id)
        if file is None or (file.kind, file.owner_id) != (match["kind"], owner_id):
            raise invalid_parameter("attachment is not found")
        if file.owner_id != -community.id and file.access_key != match["key"]:
            raise invalid_parameter("attachment is not available")
        return world.attachment_object(file)
    return {"type": match["kind"], match["kind"]: {"owner_id": owner_id, "id": thing_id}}


def photos_upload_server(world: World, community: Community, params: Params) -> dict[str, Any]:
    url = f"{world.base_url}/upload/photo/{community.id}"
    return {"album_id": -64, "upload_url": url, "user_id": 0, "group_id": community.id}


def docs_upload_server(world: World, community: Community, params: Params) -> dict[str, Any]:
    return {"upload_url": f"{world.base_url}/upload/doc/{community.id}"}


def receive_upload(world: World, community: Community, kind: str, name: str, data: bytes) -> dict[str, Any]:
    """Return the upload server's answer to posted bytes."""
    extension = image_extension(data) if kind == "photo" else name.rpartition(".")[2].lower()
    if not data or (kind == "photo" and extension is None):
        return {"error": "ERR_UPLOAD_BAD_IMAGE_SIZE: market photo min size"}
    if kind == "doc" and ("." not in name or extension in _REFUSED_EXTENSIONS):
        return {"error": "ERR_UPLOAD_BAD_FILE: unsupported extension"}
    file = world.store_file(-community.id, f"uploaded {kind}", name, data)
    ticket = f"{file.id}.{file.access_key}"
    return {"server": 1, "photo": ticket, "hash": secrets.token_hex(8)} if kind == "photo" else {"file": ticket}


def save_messages_photo(world: World, community: Community, params: Params) -> list[dict[str, Any]]:
    if not params.has("photo") or not params.has("hash"):
        raise invalid_parameter("photo is undefined")
    return [_save_upload(world, params.text("photo"), "photo")]


def save_doc(world: World, community: Community, params: Params) -> dict[str, Any]:
    if not params.has("file"):
        raise invalid_parameter("file is undefined")
    return {"type": "doc", "doc": _save_upload(world, params.text("file"), "doc", params.text("title"))}


def _save_upload(world: World, ticket: str, kind: str, title: str = "") -> dict[str, Any]:
    number, _, key = ticket.partition(".")
    file = world.files.get(int(number)) if number.isdigit() else None
    if file is None or file.access_key != key or file.kind != f"uploaded {kind}":
        raise invalid_parameter(f"{kind} is invalid")
    file.kind = kind
    file.name = title or file.name
    shown: dict[str, Any] = world.attachment_object(file)[kind]
    return shown
