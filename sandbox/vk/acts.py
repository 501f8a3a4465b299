"""The acts of people in the sandbox's VK: what all of them share."""

from collections.abc import Sequence
from typing import Any

from sandbox.change_log import ChangeLog
from sandbox.vk.world import World

Document = tuple[str, bytes]  # a file's name and its bytes


class Acts:
    """Access to the world; every act tells the change log."""

    def __init__(self, change_log: ChangeLog) -> None:
        self.change_log = change_log
        self.world = World(change_log)

    def _attachments(
        self,
        owner_id: int,
        photos: Sequence[bytes] = (),
        documents: Sequence[Document] = (),
        video: str | None = None,
        voice: bytes | None = None,
    ) -> list[dict[str, Any]]:
        store = self.world.store_file
        files = [store(owner_id, "photo", "photo.jpg", data) for data in photos]
        files += [store(owner_id, "doc", name, data) for name, data in documents]
        if video is not None:
            files.append(store(owner_id, "video", video, b""))
        if voice is not None:
            files.append(store(owner_id, "audio_message", "voice.ogg", voice))
        return [self.world.attachment_object(file) for file in files]
