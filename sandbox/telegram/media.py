"""JSON objects of stored files inside a message."""

from typing import Any

from sandbox.telegram.world import StoredFile, World

Json = dict[str, Any]

DAMAGED_PICTURE = b"damaged picture"
"""The beginning of the bytes of a picture that the server cannot process; a document may have any bytes."""

KINDS = ("photo", "video", "document", "voice", "audio", "video_note", "sticker", "animation")


def file_field(world: World, stored: StoredFile) -> Any:
    """The value of the message's field for this file (an array of sizes for a photo)."""
    base: Json = {
        "file_id": stored.id,
        "file_unique_id": stored.id[-15:],
        "file_size": len(stored.data),
    }
    if stored.kind == "photo":
        return _photo_sizes(world, stored, base)
    if stored.kind == "sticker":
        return {**base, "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    if stored.kind == "video_note":
        return {**base, "length": 240, "duration": 3}
    if stored.kind in ("video", "animation"):
        base |= {"width": 640, "height": 480, "duration": 3}
    if stored.kind in ("voice", "audio"):
        base |= {"duration": 3}
    if stored.name and stored.kind != "voice":
        base["file_name"] = stored.name
    if stored.mime:
        base["mime_type"] = stored.mime
    return base


def _photo_sizes(world: World, stored: StoredFile, base: Json) -> list[Json]:
    # The preview is another file: who takes it instead of the largest one gets other bytes.
    small = world.store_file("photo", b"preview of " + stored.data[:32], "preview.jpg", "image/jpeg")
    return [
        {
            "file_id": small.id,
            "file_unique_id": small.id[-15:],
            "file_size": len(small.data),
            "width": 90,
            "height": 67,
        },
        {**base, "width": 1280, "height": 960},
    ]
