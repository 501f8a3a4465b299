"""The tables of the sandbox's VK and the few things everything else does to them."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import Any

from sandbox.change_log import ChangeLog
from sandbox.vk.eventlog import EventLog
from sandbox.vk.state import CHAT_PEERS, Call, Comment, Community, Dialog, Message, MessageEvent, Post, StoredFile, User

_IMAGES = {b"\xff\xd8": "jpg", b"\x89P": "png", b"GI": "gif"}


class World:
    """Everything that exists, by id. Nothing here waits; a method that changes something notes it in the change log."""

    def __init__(self, change_log: ChangeLog) -> None:
        self.change_log = change_log
        self.communities: dict[int, Community] = {}
        self.users: dict[int, User] = {}
        self.posts: dict[tuple[int, int], Post] = {}
        self.dialogs: dict[tuple[int, int], Dialog] = {}
        self.files: dict[int, StoredFile] = {}
        self.presses: dict[str, MessageEvent] = {}
        self.showcases: dict[str, dict[int, Comment]] = defaultdict(dict)  # "photo-1_5" → comments
        self.service_keys: set[str] = set()
        self.calls: list[Call] = []
        self.locate: Callable[[], str] = str  # where files and uploads are; the server knows it
        self._ids = count(1)
        self._message_ids = count(1000)

    @property
    def base_url(self) -> str:
        """The address before ``/method``, ``/files`` and ``/upload``."""
        return self.locate()

    def community(self, id: int, title: str, token: str) -> Community:
        """Found a community; its key may do everything and all its events are switched on."""
        self.communities[id] = Community(id, title, token, EventLog())
        return self.communities[id]

    def user(self, id: int, first_name: str, last_name: str) -> User:
        """Register a person."""
        self.users[id] = User(id, first_name, last_name)
        return self.users[id]

    def by_token(self, token: str) -> Community | None:
        return next((c for c in self.communities.values() if secrets.compare_digest(c.token, token)), None)

    def next_id(self) -> int:
        """A new id for a post, a comment or a file: unique in the whole town, so that no test mixes them up."""
        return next(self._ids)

    def emit(self, group_id: int, kind: str, thing: dict[str, Any]) -> None:
        """Put an event into the community's long poll and before its callback servers, as far as its manager switched
        that kind on."""
        community = self.communities[group_id]
        event = {
            "group_id": group_id,
            "type": kind,
            "event_id": secrets.token_hex(20),
            "v": community.api_version,
            "object": thing,
        }
        if kind in community.events:
            community.log.append(event)
        for server in community.servers.values():
            if kind in server.events:
                server.queue.append(event)

    def ensure_dialog(self, group_id: int, peer_id: int) -> Dialog:
        """The conversation, opened if it is new."""
        return self.dialogs.setdefault((group_id, peer_id), Dialog(peer_id))

    def add_message(self, group_id: int, peer_id: int, from_id: int, text: str, **more: Any) -> Message:
        """Append a message to a conversation."""
        dialog = self.ensure_dialog(group_id, peer_id)
        cmid = max(dialog.messages, default=0) + 1
        message = Message(
            id=0 if peer_id > CHAT_PEERS else next(self._message_ids),
            cmid=cmid,
            peer_id=peer_id,
            from_id=from_id,
            date=self.change_log.now(),
            text=text,
            out=from_id == -group_id,
            **more,
        )
        dialog.messages[cmid] = message
        return message

    def add_comment(self, siblings: dict[int, Comment], from_id: int, text: str, **more: Any) -> Comment:
        """Append a comment; an answer to an answer is in the same thread, one level deep, as VK draws it."""
        comment = Comment(self.next_id(), from_id, self.change_log.now(), text, **more)
        if comment.reply_to_comment is not None:
            parent = siblings[comment.reply_to_comment]
            comment.reply_to_user = parent.from_id
            comment.parents_stack = parent.parents_stack or [parent.id]
        siblings[comment.id] = comment
        return comment

    def store_file(self, owner_id: int, kind: str, name: str, data: bytes) -> StoredFile:
        file = StoredFile(self.next_id(), owner_id, kind, name, data, secrets.token_hex(9))
        self.files[file.id] = file
        return file

    def file_url(self, file: StoredFile) -> str:
        return f"{self.base_url}/files/{file.id}/{file.access_key}"

    def attachment_object(self, file: StoredFile) -> dict[str, Any]:
        """The attachment that a stored file is shown as."""
        url = self.file_url(file)
        common: dict[str, Any] = {"id": file.id, "owner_id": file.owner_id, "access_key": file.access_key}
        if file.kind == "photo":
            sizes = [
                {"type": "s", "url": f"{url}?size=s", "width": 75, "height": 56},
                {"type": "x", "url": f"{url}?size=x", "width": 604, "height": 453},
                {"type": "w", "url": url, "width": 1280, "height": 960},
            ]
            date = int(self.change_log.now().timestamp())
            shown = common | {"album_id": -15, "date": date, "text": "", "has_tags": False, "sizes": sizes}
            return {"type": "photo", "photo": shown}
        if file.kind == "audio_message":
            shown = common | {"duration": 3, "waveform": [0, 5], "link_mp3": f"{url}?mp3", "link_ogg": url}
            return {"type": "audio_message", "audio_message": shown}
        if file.kind == "video":
            return {"type": "video", "video": common | {"title": file.name, "duration": 10, "type": "video"}}
        shown = common | {
            "title": file.name,
            "size": len(file.data),
            "ext": file.name.rpartition(".")[2],
            "url": url,
            "date": int(self.change_log.now().timestamp()),
            "type": 1,
        }
        return {"type": "doc", "doc": shown}


def image_extension(data: bytes) -> str | None:
    """``jpg``, ``png`` or ``gif`` by the first bytes; ``None`` for what is no picture."""
    return _IMAGES.get(data[:2])
