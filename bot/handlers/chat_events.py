"""Changes of the bot's membership in chats, and people who block or unblock it."""

from collections.abc import Mapping

from bot.domain.notifications.administrator import ChatDeaf, ChatLost, ChatMuted, ChatNotice
from bot.messengers.events import ChatChange, ChatChanged
from bot.services.context import UseCaseContext
from bot.services.sources import sources
from bot.services.staff import reachability

ACCESS_NOTICES: Mapping[ChatChange, type[ChatNotice]] = {
    ChatChange.BOT_REMOVED: ChatLost,
    ChatChange.BOT_MUTED: ChatMuted,
    ChatChange.BOT_DEAFENED: ChatDeaf,
}


async def on_chat_changed(ctx: UseCaseContext, event: ChatChanged) -> None:
    """Record that the bot was added, removed or blocked, may not read or write, or that a chat has a new id."""
    chat = event.chat
    match event.change:
        case ChatChange.MIGRATED if event.new_id is not None:
            await sources.on_chat_migrated(ctx, chat.account, chat.id, event.new_id)
        case ChatChange.BOT_ADDED:
            if await ctx.find_source(chat) is None:
                await sources.on_unknown_chat(ctx, chat)
        case ChatChange.BOT_REMOVED | ChatChange.BOT_MUTED | ChatChange.BOT_DEAFENED:
            await sources.on_access_lost(ctx, chat, ACCESS_NOTICES[event.change])
        case ChatChange.BLOCKED if event.author is not None:
            await reachability.on_unreachable(ctx, chat.account, event.author.id)
        case ChatChange.UNBLOCKED if event.author is not None:
            await reachability.on_reachable(ctx, chat.account, event.author.id)
