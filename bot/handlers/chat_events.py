"""The administrator: our standing in chats, people who block and come back."""

from bot.messengers.events import ChatChange, ChatChanged
from bot.services import chats, people
from bot.services.centre import Work


async def chat_changed(work: Work, event: ChatChanged) -> None:
    """Something happened to us in a chat."""
    chat = event.chat
    match event.change:
        case ChatChange.MIGRATED if event.new_id is not None:
            await chats.migrated(work, chat.account, chat.id, event.new_id)
        case ChatChange.BOT_ADDED:
            if await chats.source_of(work, chat) is None:
                await chats.unmonitored(work, chat)
        case ChatChange.BOT_REMOVED:
            await chats.removed(work, chat, muted=False)
        case ChatChange.BOT_MUTED:
            await chats.removed(work, chat, muted=True)
        case ChatChange.BLOCKED if event.author is not None:
            await people.became_unreachable(work, chat.account, event.author.id)
        case ChatChange.UNBLOCKED if event.author is not None:
            await people.came_back(work, chat.account, event.author.id)
