"""The check that published answers are still visible.

The Bot API cannot read messages. But an edit that changes nothing (no keyboard where there is none) is refused in one
way for a message that exists and in another way for one that does not. This works only for the bot's own messages.
"""

from collections.abc import Sequence

from aiogram.methods import EditMessageReplyMarkup

from bot.messengers.errors import ChatMigrated, MessageGone, NotModified, RecipientUnreachable, Rejected
from bot.messengers.port import CheckResult, PublishedAnswer, Visibility
from bot.messengers.telegram.chats import chat_id_of, is_private, parse_id
from bot.messengers.telegram.client import TelegramClient


async def check_published(client: TelegramClient, published: Sequence[PublishedAnswer]) -> list[CheckResult]:
    return [CheckResult(await _visibility(client, one)) for one in published]


async def _visibility(client: TelegramClient, answer: PublishedAnswer) -> Visibility:
    if not answer.sent_by_bot:
        return Visibility.UNKNOWN
    for message_id in answer.ids:
        edit = EditMessageReplyMarkup(chat_id=chat_id_of(answer.chat), message_id=parse_id(message_id))
        try:
            await client(edit, private=is_private(answer.chat))
        except NotModified:
            continue
        except MessageGone:
            return Visibility.GONE
        except (Rejected, RecipientUnreachable, ChatMigrated):
            return Visibility.UNKNOWN  # the bot lost access to the chat, which says nothing about the message
    return Visibility.VISIBLE
