"""Attachments and chats as JSON documents for the database."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from bot.messengers.events import Attachment, Chat, ChatKind, MediaKind


def pack_media(attachments: Iterable[Attachment]) -> tuple[dict[str, Any], ...]:
    """Return attachments as plain dictionaries without unknown values."""
    return tuple(
        {name: value for name, value in asdict(attachment).items() if value not in (None, "")}
        for attachment in attachments
    )


def unpack_media(documents: Iterable[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """Return attachments from their dictionaries; fields of other releases are ignored."""
    known = Attachment.__dataclass_fields__
    return tuple(
        Attachment(**{**{k: v for k, v in document.items() if k in known}, "kind": MediaKind(document["kind"])})
        for document in documents
    )


def chat_from_columns(
    account: str, chat_id: str, chat_kind: str, source_id: str = "", thread: str = "", title: str | None = None
) -> Chat:
    """Return a chat from its stored columns."""
    return Chat(account, chat_id, ChatKind(chat_kind), source_id, title, thread)
