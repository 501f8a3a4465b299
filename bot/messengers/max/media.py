"""Media to attach: files that MAX has are named by their tokens, others are uploaded."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache

from bot.messengers.errors import FileUnavailable, Rejected, RejectReason, TemporaryFailure
from bot.messengers.events import Attachment, Media, MediaKind, Upload
from bot.messengers.http_body import parse_json
from bot.messengers.json_reader import find_text, list_objects, object_or_empty
from bot.messengers.max.attachments import unpack_ref
from bot.messengers.max.chats import ACCOUNT
from bot.messengers.max.client import MaxClient
from bot.messengers.max.errors import MaxOperation
from bot.messengers.max.rendering import fallback_line, is_valid_url, upload_type

DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes, as in the other messengers
_CACHE_SIZE = 200
_QUALITIES = ("mp4_720", "mp4_480", "mp4_360", "mp4_240", "mp4_144", "mp4_1080")  # by preference: 1080 is large

AttachmentRequest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MaxPreparedMedia:
    """The attachments of a message, and lines in place of those that cannot be sent."""

    requests: tuple[AttachmentRequest, ...] = ()
    fallback_lines: tuple[str, ...] = ()


class MaxMediaTransfer:
    """Uploads and downloads of one bot."""

    def __init__(self, client: MaxClient) -> None:
        self._client = client
        # MAX processes a large file for a while; a retry must not start another upload.
        self._uploaded = LRUCache[tuple[str, str], str](_CACHE_SIZE)

    async def prepare(self, media: Sequence[Media]) -> MaxPreparedMedia:
        """Prepare *media* for a message. Raise only `TemporaryFailure` and errors of the whole account."""
        requests: list[AttachmentRequest] = []
        notes: list[str] = []
        for item in media:
            try:
                requests.append(await self._prepare_one(item))
            except (Rejected, FileUnavailable):
                notes.append(fallback_line(item))  # a kind of file that MAX does not take
        return MaxPreparedMedia(tuple(requests), tuple(notes))

    async def _prepare_one(self, item: Media) -> AttachmentRequest:
        kind = upload_type(item)
        if isinstance(item, Upload):
            try:
                return {"type": kind, "payload": {"token": await self._upload(kind, item)}}
            except Rejected:
                if kind == "file":
                    raise
                return {"type": "file", "payload": {"token": await self._upload("file", item)}}
        if item.kind is MediaKind.LOCATION:
            return {"type": "location", "latitude": item.latitude, "longitude": item.longitude}
        token, _ = unpack_ref(item.ref)
        if item.origin != ACCOUNT or not token:
            raise FileUnavailable("MAX: not a file of this account")
        return {"type": kind, "payload": {"code" if kind == "sticker" else "token": token}}

    async def _upload(self, kind: str, file: Upload) -> str:
        """Return the token of an uploaded file."""
        key = (kind, hashlib.sha256(file.data).hexdigest())
        if key in self._uploaded:
            return self._uploaded[key]
        address = await self._client.call("POST", "/uploads", MaxOperation("getUploadUrl"), query={"type": kind})
        url = find_text(address, "url")
        if url is None:
            raise TemporaryFailure("MAX: no address to upload to")
        status, answer = await self._client.upload(url, file.name, file.mime, file.data)
        if status >= 500:
            raise TemporaryFailure(f"MAX: {status} on an upload")
        if status != 200:
            raise Rejected(f"MAX: {status} on an upload", RejectReason.BAD_REQUEST)
        # A video's or audio's token comes with the address, a picture's or file's with the answer to the upload.
        token = _find_token(answer) or find_text(address, "token")
        if token is None:
            raise TemporaryFailure("MAX: no token of the upload")
        self._uploaded[key] = token
        return token

    async def download(self, attachment: Attachment) -> Upload:
        """Return the contents of *attachment*, up to 20 MB."""
        token, url = unpack_ref(attachment.ref)
        if attachment.origin != ACCOUNT or not attachment.ref:
            raise FileUnavailable("MAX: not a file of this account")
        if (attachment.size or 0) > DOWNLOAD_LIMIT:
            raise FileUnavailable("MAX: the file is too large")
        if attachment.kind is MediaKind.VIDEO:
            url = await self._find_video_url(token)  # the address in the message is a page with a player
        if not is_valid_url(url):
            raise FileUnavailable("MAX: no address of the file")
        data = await self._client.download(url, DOWNLOAD_LIMIT)
        mime = attachment.mime or "application/octet-stream"
        return Upload(attachment.kind, attachment.name or f"{attachment.kind.value}.bin", mime, data)

    async def _find_video_url(self, token: str) -> str:
        if not token.replace("-", "").replace("_", "").isalnum():
            raise FileUnavailable("MAX: not a video's token")
        try:
            details = await self._client.call("GET", f"/videos/{token}", MaxOperation("getVideoAttachmentDetails"))
        except Rejected:
            raise FileUnavailable("MAX: no such video") from None
        urls = object_or_empty(details, "urls")
        found = next((url for quality in _QUALITIES if (url := find_text(urls, quality))), None)
        if found is None:
            raise FileUnavailable("MAX: the video is not ready")
        return found


def _find_token(answer: bytes) -> str | None:
    try:
        found = parse_json(answer)
    except ValueError:
        return None  # videos and audio are answered in XML
    if not isinstance(found, Mapping):
        return None
    photos = object_or_empty(found, "photos")
    tokens = [find_text(one, "token") for one in photos.values() if isinstance(one, Mapping)]
    return next((token for token in tokens if token), None) or find_text(found, "token")


def attachment_requests(body: Mapping[str, Any]) -> tuple[AttachmentRequest, ...]:
    """Return a sent message's attachments as requests, without the buttons: an edit that omits them removes them."""
    found: list[AttachmentRequest] = []
    for item in list_objects(body, "attachments"):
        kind, payload = item.get("type"), object_or_empty(item, "payload")
        if kind in ("image", "video", "audio", "file") and (token := find_text(payload, "token")):
            found.append({"type": kind, "payload": {"token": token}})
        elif kind == "sticker" and (code := find_text(payload, "code")):
            found.append({"type": "sticker", "payload": {"code": code}})
        elif kind == "location":
            place = {name: item.get(name) for name in ("latitude", "longitude")}
            found.append({"type": "location", **place})
    return tuple(found)
