"""Media to attach: files that VK has are named, others are uploaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messengers.errors import FileUnavailable, Rejected, RejectReason, TemporaryFailure
from bot.messengers.events import Attachment, Media, MediaKind, Upload
from bot.messengers.vk.client import VkClient

DOWNLOAD_LIMIT = 20 * 1024 * 1024
_PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})  # formats that VK accepts as a photo


@dataclass(frozen=True, slots=True)
class VkPreparedMedia:
    """The attachments of a message: names, a location, and lines for what cannot be attached."""

    names: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    fallback_lines: tuple[str, ...] = ()


class VkMediaTransfer:
    """Uploads and downloads of one community."""

    def __init__(self, client: VkClient, account: str, group_id: int) -> None:
        self._client = client
        self._account = account
        self._group_id = group_id

    async def prepare(self, media: Sequence[Media], peer_id: int | None) -> VkPreparedMedia:
        """Prepare *media* for a conversation, or (*peer_id* ``None``) for a comment on the wall.

        A community's key cannot attach photos to comments, so there a photo goes as a document.
        """
        names: list[str] = []
        notes: list[str] = []
        point: tuple[float, float] | None = None
        for thing in media:
            if isinstance(thing, Attachment) and thing.kind is MediaKind.LOCATION:
                point = _coordinates(thing) or point
            else:
                name = await self._attachment_name(thing, peer_id)
                (names if name else notes).append(name or _fallback_line(thing))
        if point and peer_id is None:
            notes.append(f"Координаты: {point[0]:.6f}, {point[1]:.6f}")
            point = None
        latitude, longitude = point or (None, None)
        return VkPreparedMedia(tuple(names), latitude, longitude, tuple(notes))

    async def _attachment_name(self, thing: Media, peer_id: int | None) -> str | None:
        """Return the attachment's name in VK; ``None`` if it cannot be attached."""
        if isinstance(thing, Attachment):
            if thing.origin != self._account or not thing.ref:
                return None
            if not thing.ref.startswith(("http://", "https://")):
                return thing.ref
            try:
                thing = await self.download(thing)
            except FileUnavailable:
                return None
        if thing.kind is MediaKind.PHOTO and thing.mime in _PHOTO_TYPES and peer_id is not None:
            return await self._upload_photo(thing, peer_id)
        try:
            return await self._upload_document(thing, peer_id)
        except Rejected:
            return None  # a kind of file that VK does not take

    async def _upload_photo(self, photo: Upload, peer_id: int) -> str | None:
        try:
            saved = await self._client.upload_photo(photo, peer_id)
        except Rejected as error:
            if error.reason is not RejectReason.BAD_REQUEST:
                raise
            return await self._upload_document(photo, peer_id)  # VK cannot read it as a picture
        return _attachment_id("photo", saved[0] if isinstance(saved, list) and saved else None)

    async def _upload_document(self, file: Upload, peer_id: int | None) -> str | None:
        saved = await self._client.upload_document(file, peer_id=peer_id, group_id=self._group_id)
        return _attachment_id("doc", saved.get("doc") if isinstance(saved, dict) else None)

    async def download(self, attachment: Attachment) -> Upload:
        """Return the contents of *attachment*, up to 20 MB."""
        if attachment.origin != self._account or not attachment.ref.startswith(("http://", "https://")):
            raise FileUnavailable("VK: nothing to download")
        if attachment.size is not None and attachment.size > DOWNLOAD_LIMIT:
            raise FileUnavailable("VK: the file is too large")
        status, data = await self._client.http.request(
            "GET", attachment.ref, seconds=self._client.timeouts.file, limit=DOWNLOAD_LIMIT
        )
        if status >= 500:
            raise TemporaryFailure(f"VK: HTTP {status} on a file")
        if status != 200 or not data:
            raise FileUnavailable(f"VK: HTTP {status} on a file")
        name = attachment.name or f"{attachment.kind.value}.bin"
        return Upload(attachment.kind, name, attachment.mime or _guess_mime(name), data)


def _coordinates(place: Attachment) -> tuple[float, float] | None:
    if place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def _fallback_line(thing: Media) -> str:
    words = f"Вложение: {thing.name or 'файл'}"
    return f"{words} — {thing.link}" if thing.link else words


def _attachment_id(kind: str, thing: object) -> str | None:
    if not isinstance(thing, dict) or "id" not in thing or "owner_id" not in thing:
        return None
    key = f"_{thing['access_key']}" if thing.get("access_key") else ""
    return f"{kind}{thing['owner_id']}_{thing['id']}{key}"


def _guess_mime(name: str) -> str:
    kinds = {
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "png": "image/png",
        "gif": "image/gif",
        "pdf": "application/pdf",
    }
    return kinds.get(name.rpartition(".")[2].lower(), "application/octet-stream")
