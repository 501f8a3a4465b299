"""The bot's access to monitored sources; changes are reported to the administrator."""

from datetime import datetime, timedelta

from bot.domain.notifications.administrator import ChatIdChanged, ChatNotice, ChatsUnknown, ChatUnknown, CheckFault
from bot.domain.recipients import Audience
from bot.domain.sources import messenger_title
from bot.messengers.events import Chat, ChatKind
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

UNKNOWN_CHAT_PREFIX = "unmonitored:"

UNKNOWN_CHATS_DELAY = timedelta(minutes=30)
"""The time in which further chats that are not configured are gathered into one list."""

MAX_ACCESS_NOTICES = 3
"""Notices within an hour that the bot lost its rights in one chat: somebody may give and take them all the time."""


async def on_chat_migrated(ctx: UseCaseContext, account: str, old_id: str, new_id: str) -> None:
    """Record that a group became a supergroup, so that it keeps its settings under the new id."""
    await ctx.uow.chat_aliases.add(account, old_id, new_id, ctx.now)
    await ctx.uow.audit_log.record("chat_migrated", ctx.now, facts={"account": account, "old": old_id, "new": new_id})
    source = ctx.municipality.sources.get((account, old_id))
    if source is not None:
        await notify.notify_administrator(
            ctx,
            ChatIdChanged(title=source.title, old_id=old_id, new_id=new_id),
            once_key=f"migrated:{account}:{old_id}",
        )


async def on_unknown_chat(ctx: UseCaseContext, chat: Chat) -> None:
    """Report a chat that is not configured to the administrator, once; its messages are ignored.

    Anybody can add the bot to any number of groups: the first one is reported at once, those that follow within the
    hour in one list.
    """
    if chat.kind is ChatKind.PRIVATE:
        return
    if not await ctx.uow.once_keys.claim(f"{UNKNOWN_CHAT_PREFIX}{chat.account}:{chat.source_id}", ctx.now):
        return
    if await ctx.uow.floods.try_act("unknown chats", 1, ctx.now):
        known = ChatUnknown(title=chat.title or "без названия", chat_id=chat.source_id)
        await notify.notify_administrator(ctx, known)
        return
    note = ChatsUnknown(since=ctx.now)  # the row that is queued first names them all
    due_at = ctx.now + UNKNOWN_CHATS_DELAY
    await notify.notify_audience(ctx, Audience.OPERATION, note, due_at=due_at, dedupe="unknown_chats")


async def list_unknown_chats(ctx: UseCaseContext, since: datetime) -> list[tuple[str, str]]:
    """Return the messenger's title and the id of each chat that is not configured and was noticed since then."""
    found = await ctx.uow.once_keys.list_by_prefix(UNKNOWN_CHAT_PREFIX)
    keys = [key.removeprefix(UNKNOWN_CHAT_PREFIX).rpartition(":") for key, at in found.items() if at >= since]
    return [(messenger_title(account), source_id) for account, _, source_id in keys]


async def on_access_lost(ctx: UseCaseContext, chat: Chat, notice: type[ChatNotice]) -> None:
    """Report that the bot was removed from a monitored chat, or may no longer write or read there."""
    source = await ctx.find_source(chat)
    if source is None:
        return
    if not await ctx.uow.floods.try_act(f"lost:{chat.account}:{source.source_id}", MAX_ACCESS_NOTICES, ctx.now):
        return
    await ctx.uow.audit_log.record("chat_lost", ctx.now, facts={"account": chat.account, "chat": chat.source_id})
    await notify.notify_administrator(ctx, notice(title=source.title, chat_id=chat.source_id))


async def report_check_fault(ctx: UseCaseContext, subject: str, text: str) -> None:
    """Report once a day a fault that the self-check has found, such as missing rights in a chat."""
    day = ctx.now.astimezone(ctx.municipality.zone).date().isoformat()
    await notify.notify_administrator(
        ctx, CheckFault(subject=subject, text=text), once_key=f"check:{subject}:{day}"[:160]
    )
