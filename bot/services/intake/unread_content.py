"""Content that the bot can neither read nor show: it is counted, and its author is asked for words."""

from bot.domain.messages import Message, UnreadKind
from bot.domain.notifications.citizens import ContentUnread
from bot.domain.sources import AnswerPolicy, Source, SourceKind
from bot.messengers.events import ChatKind, MediaKind
from bot.messengers.serialization import unpack_media
from bot.services.context import UseCaseContext
from bot.services.context.messages import chat_of, has_content, is_private
from bot.services.intake.redirect import redirect_author
from bot.services.notifications import notify
from bot.understanding.reading import Noise, Reading


async def report_unread(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> bool:
    """Count what of *message* is not read and tell its author, once per kind and conversation.

    Among neighbours it is only counted. Return whether a person has to look at the message: it says nothing else, and
    the bot may not write there.
    """
    kinds = _list_unread(message, reading)
    for kind in kinds:
        await ctx.uow.unread_content.add(message.account, kind, ctx.now)
    if not kinds or reading.danger is not None or (source.kind is SourceKind.CHAT and not is_private(message)):
        return False
    if source.answers is AnswerPolicy.OFF:
        await redirect_author(ctx, message, source)
        return False
    bot_account = ctx.municipality.bot_accounts.get(message.account)
    may_write = bot_account is not None and ChatKind(message.chat_kind) in bot_account.capabilities.can_answer_in
    if source.answers is AnswerPolicy.BOT and may_write:
        for kind in kinds:
            await _ask_for_words(ctx, message, kind)
        return False
    return reading.noise in (Noise.EMPTY, Noise.LINK_ONLY) and not has_content(message)


def can_be_heard(message: Message) -> bool:
    """Return whether people can listen to *message*, although the bot reads nothing in it."""
    return any(item["kind"] == MediaKind.AUDIO.value for item in message.media)


def _list_unread(message: Message, reading: Reading) -> list[UnreadKind]:
    """Return the kinds of content of which people would see nothing: without words, also audio and bare links."""
    media = unpack_media(message.media)
    found = [UnreadKind.of(one.name) for one in media if one.kind is MediaKind.OTHER and not (one.link or one.ref)]
    if reading.noise is not None and not has_content(message):
        found += [UnreadKind.of(one.name) for one in media if one.kind is MediaKind.OTHER and (one.link or one.ref)]
        found += [UnreadKind.AUDIO for one in media if one.kind is MediaKind.AUDIO]
        if reading.noise is Noise.LINK_ONLY and is_private(message) and not found:  # in public it is mostly spam
            found.append(UnreadKind.LINK)
    return list(dict.fromkeys(found))


async def _ask_for_words(ctx: UseCaseContext, message: Message, kind: UnreadKind) -> None:
    key = f"unread:{kind}:{message.account}:{message.chat_id}:{message.author_id}"
    if await ctx.uow.once_keys.claim(key, ctx.now):
        await notify.notify_in_chat(ctx, chat_of(message), message.external_id, ContentUnread(kind=kind))
