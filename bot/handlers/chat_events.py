"""Changes of the bot's membership in chats, and people who block or unblock it."""

from bot.messengers.events import ChatChange, ChatChanged
from bot.services.context import UseCaseContext
from bot.services.sources import sources
from bot.services.staff import reachability


async def on_chat_changed(ctx: UseCaseContext, event: ChatChanged) -> None:
    """Record that the bot was added, removed, muted or blocked, or that a chat has a new id."""
    chat = event.chat
    match event.change:
        case ChatChange.MIGRATED if event.new_id is not None:
            await sources.on_chat_migrated(ctx, chat.account, chat.id, event.new_id)
        case ChatChange.BOT_ADDED:
            if await sources.find_source(ctx, chat) is None:
                await sources.on_unknown_chat(ctx, chat)
        case ChatChange.BOT_REMOVED:
            await sources.on_bot_removed(ctx, chat, muted=False)
        case ChatChange.BOT_MUTED:
            await sources.on_bot_removed(ctx, chat, muted=True)
        case ChatChange.BLOCKED if event.author is not None:
            await reachability.on_unreachable(ctx, chat.account, event.author.id)
        case ChatChange.UNBLOCKED if event.author is not None:
            await reachability.on_reachable(ctx, chat.account, event.author.id)
