"""The administrator: our standing in chats, people who block and come back."""

from bot.messengers.events import ChatChange, ChatChanged
from bot.services.context import Work
from bot.services.sources import sources
from bot.services.staff import reachability


async def chat_changed(work: Work, event: ChatChanged) -> None:
    """Something happened to us in a chat."""
    chat = event.chat
    match event.change:
        case ChatChange.MIGRATED if event.new_id is not None:
            await sources.migrated(work, chat.account, chat.id, event.new_id)
        case ChatChange.BOT_ADDED:
            if await sources.source_of(work, chat) is None:
                await sources.unmonitored(work, chat)
        case ChatChange.BOT_REMOVED:
            await sources.removed(work, chat, muted=False)
        case ChatChange.BOT_MUTED:
            await sources.removed(work, chat, muted=True)
        case ChatChange.BLOCKED if event.author is not None:
            await reachability.became_unreachable(work, chat.account, event.author.id)
        case ChatChange.UNBLOCKED if event.author is not None:
            await reachability.came_back(work, chat.account, event.author.id)
