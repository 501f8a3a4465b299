"""Where answers are off: the citizen may be asked to write elsewhere."""

from bot.domain.messages import Message
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.sources import Source, author_key
from bot.messengers.events import Chat
from bot.messengers.serialization import chat_of
from bot.services.context import Work


async def invite(work: Work, source: Source, chat: Chat, author_id: str, reply_to: str | None) -> None:
    """Where answers are off: ask a citizen, once, to write where there are some. Without an explicit address nothing
    at all is written there."""
    office = work.centre.offices.get(chat.account)
    if source.answers != "off" or source.invite is None or office is None:
        return
    if chat.kind not in office.capabilities.answers_in:
        return
    key = f"invited:{author_key(chat.account, author_id)}:{source.account}:{source.root}"
    if not await work.uow.chronicle.once(key, work.now):
        return
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.CITIZEN_NOTE,
            chat.account,
            chat.id,
            chat_kind=chat.kind.value,
            thread=chat.thread,
            root=chat.root,
            facts={"code": "invited", "reply_to": reply_to, "url": source.invite, "name": work.centre.name},
            priority=Priority.ANSWER,
        ),
        work.now,
    )


async def invite_author(work: Work, message: Message, source: Source) -> None:
    """:func:`invite` whoever wrote *message*."""
    chat = chat_of(message.account, message.chat_id, message.chat_kind, message.root, message.thread)
    await invite(work, source, chat, message.author_id, message.external_id)
