"""Stored messages of citizens, and facts that follow from a single message."""

import hashlib
import re

from bot.domain.bidi import close_bidi
from bot.domain.messages import Message, NewMessage
from bot.domain.names import visible_name
from bot.domain.people import Person
from bot.domain.sources import PRIVATE_SOURCE_ID, Source, messenger_of, messenger_title
from bot.domain.text_normal import fold
from bot.domain.view_data import MessageFacts
from bot.messengers.events import AuthorKind, Chat, ChatKind, MediaKind, MessagePosted
from bot.messengers.serialization import chat_from_columns, pack_media, unpack_media
from bot.services.context.municipality import Municipality
from bot.services.context.use_case import UseCaseContext
from bot.understanding.reading import Noise, Reading

MAX_NAME_CHARS = 190

CONTENT_MEDIA = frozenset({MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.VOICE, MediaKind.DOCUMENT, MediaKind.LOCATION})
"""Media that can replace a text."""


def clean_text(text: str) -> str:
    """Return *text* as it can be stored and shown: without NUL (PostgreSQL refuses it) and lone surrogates, and with
    closed bidirectional controls."""
    return close_bidi(text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip())


def text_key(text: str) -> str | None:
    """Return a hash that ignores case, punctuation and spaces; ``None`` for a text without words."""
    words = re.findall(r"\w+", fold(text))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32] if words else None


def is_private(message: Message) -> bool:
    """Return whether the chat is private: then every message except noise is a ticket."""
    return ChatKind(message.chat_kind) is ChatKind.PRIVATE


def chat_of(message: Message) -> Chat:
    """Return the conversation of *message*."""
    return chat_from_columns(message.account, message.chat_id, message.chat_kind, message.root, message.thread)


def has_content(message: Message) -> bool:
    """Return whether *message* shows something by its files: a photo, a recording, a place."""
    return any(MediaKind(item["kind"]) in CONTENT_MEDIA for item in message.media)


def sent_point(message: Message) -> tuple[float, float] | None:
    """Return the point on the map that the citizen has sent: (latitude, longitude)."""
    return next((one.point for one in unpack_media(message.media) if one.point is not None), None)


def sent_district(ctx: UseCaseContext, message: Message) -> str | None:
    """Return the district of the point that the citizen has sent."""
    point = sent_point(message)
    return ctx.municipality.understanding.district_at(*point) if point is not None else None


def is_of_citizen(municipality: Municipality, event: MessagePosted) -> bool:
    """Return whether a person wrote *event*, or an organisation in the name of its community or channel.

    The municipality's own and official pages are no citizens, nor is the channel or group that the chat belongs to.
    """
    author, chat = event.author, event.chat
    if author.may_be_person:
        return True
    page_id = author.id.lstrip("-")
    if author.kind is not AuthorKind.CHAT or author.owns_chat or page_id == chat.source_id.lstrip("-"):
        return False
    messenger = messenger_of(chat.account)
    sources = (key for key in municipality.sources if messenger_of(key[0]) == messenger)
    pages = ((page.account, page.source_id) for page in municipality.pages)
    own = {source_id.lstrip("-") for account, source_id in (*sources, *pages) if messenger_of(account) == messenger}
    return page_id not in own


def is_noise(message: Message, reading: Reading) -> bool:
    """Return whether *message* needs no action: a greeting, thanks, «+», emoji, a bare link or a sticker.

    Media such as a photo may make it a ticket, but not next to thanks.
    """
    if reading.noise is None:
        return False
    return not has_content(message) or reading.noise is Noise.THANKS


async def save_message(ctx: UseCaseContext, event: MessagePosted, source: Source) -> Message:
    """Store a message. Its ``root`` is the configured source id, also in a group that has a new id since."""
    chat = event.chat
    return await ctx.uow.messages.add(
        NewMessage(
            account=chat.account,
            chat_id=chat.id,
            chat_kind=chat.kind.value,
            root=chat.source_id if source.source_id == PRIVATE_SOURCE_ID else source.source_id,
            thread=await _conversation_thread(ctx, event),
            chat_title=_shown_name(chat.title),
            external_id=event.message_id,
            author_id=event.author.id,
            author_name=_shown_name(event.author.name),
            text=clean_text(event.text),
            media=tuple(pack_media(event.attachments)),
            album=event.album,
            reply_to=event.reply_to,
            link=event.link,
            forwarded_from=_shown_name(event.forwarded_from),
            sent_at=event.sent_at,
        ),
        ctx.now,
    )


def _shown_name(name: str | None) -> str | None:
    return visible_name(clean_text(name[:MAX_NAME_CHARS])) if name else None


async def _conversation_thread(ctx: UseCaseContext, event: MessagePosted) -> str:
    """Return the conversation within the chat.

    Telegram gives every chain of replies in an ordinary group a thread id, that of its first message. People do not see
    it as a separate conversation, and the bot does not treat it as one.
    """
    chat = event.chat
    root = thread_root(chat)
    first = await ctx.uow.messages.find_by_external_id(chat.account, chat.id, root) if root is not None else None
    return first.thread if first is not None else chat.thread


def thread_root(chat: Chat) -> str | None:
    """Return the id of the message that starts a chain of replies in an ordinary group."""
    return chat.thread if chat.thread.isdecimal() and chat.kind is ChatKind.GROUP else None


def message_facts(ctx: UseCaseContext, message: Message) -> MessageFacts:
    """Return the place and the link of *message* as officials see them."""
    chat = chat_from_columns(message.account, message.chat_id, message.chat_kind, message.root)
    source = ctx.municipality.configured_source(chat)
    bot_account = ctx.municipality.bot_accounts.get(message.account)
    if chat.kind is ChatKind.PRIVATE:
        title = f"{bot_account.title if bot_account else message.account}, личное сообщение"
    else:
        name = source.title if source else message.chat_title or message.root
        title = f"{messenger_title(message.account)} «{name}»"
    return MessageFacts(title, message.link, message.deleted_at is not None)


def find_official_author(ctx: UseCaseContext, event: MessagePosted) -> Person | None:
    """Return the official behind *event*, also if they write in the community's name and the messenger tells it."""
    return ctx.municipality.find_official(event.chat.account, event.author.speaker or event.author.id)


def is_posted_as_chat(event: MessagePosted) -> bool:
    """Return whether an anonymous administrator of the group, or somebody in the community's name, has written it.

    In a channel's discussion group that is also the channel itself.
    """
    author, chat = event.author, event.chat
    if author.kind is not AuthorKind.CHAT:
        return False
    return author.owns_chat or author.id.lstrip("-") == chat.source_id.lstrip("-")
