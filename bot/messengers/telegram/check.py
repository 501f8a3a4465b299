"""The self-check: token, membership, privacy mode; every finding says what to do."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiogram.methods import GetChat, GetChatMember, GetMe, SendChatAction

from bot.messengers.connection_findings import describe_no_answer
from bot.messengers.errors import BadCredentials, ChatMigrated, MessengerError, Rejected, RetryAfter, TemporaryFailure
from bot.messengers.port import Finding, Severity
from bot.messengers.telegram.client import TelegramClient

_SUBJECT = "Telegram"


async def check(client: TelegramClient, chats: Sequence[tuple[int, str]]) -> Sequence[Finding]:
    """Return findings about the bot, then about each of *chats* (id, title)."""
    try:
        me = await client(GetMe())
    except BadCredentials:
        return [_fault(_SUBJECT, _NOT_ACCEPTED)]
    except TemporaryFailure as error:
        return [_fault(_SUBJECT, describe_no_answer(error, _SUBJECT, "telegram"))]
    except MessengerError as error:
        return [_fault(_SUBJECT, f"Telegram не отвечает на проверку ({type(error).__name__}). Повторите её позже.")]
    bot = BotProfile(me)
    found = [Finding(Severity.OK, _SUBJECT, f"Бот {bot.name} подключён.")]
    for chat_id, title in chats:
        found += await _chat_findings(client, bot, chat_id, title)
    return found


_NOT_ACCEPTED = (
    "Telegram не принимает токен. Откройте @BotFather, выберите /mybots → ваш бот → API Token, скопируйте токен целиком"
    " в [telegram] token и запустите программу снова."
)


class BotProfile:
    """The parts of ``getMe`` that the check needs."""

    def __init__(self, me: Any) -> None:
        me = me if isinstance(me, dict) else {}
        self.id = int(me.get("id") or 0)
        self.name = f"@{me['username']}" if me.get("username") else "без имени"
        self.reads_all_messages = me.get("can_read_all_group_messages") is True


def _fault(subject: str, text: str) -> Finding:
    return Finding(Severity.FAULT, subject, text)


async def _chat_findings(client: TelegramClient, bot: BotProfile, chat_id: int, title: str) -> list[Finding]:
    subject = f"Telegram «{title}»"
    try:
        chat = await client(GetChat(chat_id=chat_id))
        if isinstance(chat, dict) and chat.get("type") == "channel":
            return [_fault(subject, _channel_text(chat))]
        if isinstance(chat, dict) and chat.get("type") == "group":
            await _detect_migration(client, chat_id)
        member = await client(GetChatMember(chat_id=chat_id, user_id=bot.id))
    except ChatMigrated as error:
        return [_fault(subject, _migrated_text(chat_id, error.new_id))]
    except TemporaryFailure as error:
        return [_fault(subject, describe_no_answer(error, _SUBJECT, "telegram"))]
    except Rejected:
        return [_fault(subject, _absent_text(bot, chat_id))]
    except MessengerError:
        return [_fault(subject, "Не удалось проверить чат. Повторите проверку позже.")]
    return [_membership_finding(bot, subject, chat_id, member if isinstance(member, dict) else {})]


async def _detect_migration(client: TelegramClient, chat_id: int) -> None:
    """A group that became a supergroup can still be read; only writing shows it. Raise `ChatMigrated`."""
    with suppress(Rejected, RetryAfter):  # membership and rights have their own findings
        await client(SendChatAction(chat_id=chat_id, action="typing"))


def _membership_finding(bot: BotProfile, subject: str, chat_id: int, member: dict[str, Any]) -> Finding:
    status = member.get("status")
    if status in ("left", "kicked") or (status == "restricted" and not member.get("is_member")):
        return _fault(subject, _absent_text(bot, chat_id))
    if status == "restricted" and not member.get("can_send_messages"):
        return _fault(
            subject,
            f"Боту {bot.name} запрещено писать в этом чате, ответы жителям не дойдут. Администратору чата: снимите"
            " ограничения с бота.",
        )
    if status not in ("administrator", "creator") and not bot.reads_all_messages:
        return _fault(
            subject,
            f"Бот {bot.name} видит не все сообщения чата: включён режим приватности. Отправьте @BotFather команду"
            " /setprivacy, выберите бота и нажмите Disable, затем удалите бота из чата и добавьте снова. Другой способ:"
            " назначить бота администратором чата.",
        )
    return Finding(Severity.OK, subject, "Бот состоит в чате и видит сообщения.")


def _absent_text(bot: BotProfile, chat_id: int) -> str:
    return (
        f"Бота {bot.name} нет в этом чате. Добавьте его в участники чата и проверьте, что id в настройках верен:"
        f" {chat_id}."
    )


def _migrated_text(chat_id: int, new_id: str) -> str:
    return f"Группа стала супергруппой, её id изменился. Замените в настройках {chat_id} на {new_id}."


def _channel_text(chat: dict[str, Any]) -> str:
    linked = chat.get("linked_chat_id")
    where = f" Укажите в настройках id этой группы: {linked}." if linked else " Сначала создайте такую группу."
    return f"Это канал, а комментарии к нему пишут в связанной группе обсуждения.{where}"
