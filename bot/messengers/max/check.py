"""The self-check: token, subscriptions, rights in the monitored chats; every finding says what to do."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.messengers.connection_findings import describe_no_answer
from bot.messengers.errors import BadCredentials, ConnectionTrouble, MessengerError, Rejected, TemporaryFailure
from bot.messengers.json_reader import find_text
from bot.messengers.max import webhook
from bot.messengers.max.client import MaxClient
from bot.messengers.max.errors import MaxOperation
from bot.messengers.port import Finding, Severity

_SUBJECT = "MAX"
_NOT_ACCEPTED = (
    "MAX не принимает токен. Откройте business.max.ru, раздел «Чат-боты», ваш бот → «Настройки», скопируйте токен"
    " целиком в [max] token и запустите программу снова."
)
_BAD_CERTIFICATE = (
    "Сертификат сервера MAX не прошёл проверку. Сертификат Минцифры в программу уже включён; проверьте часы сервера и"
    " то, что соединение не перехватывает прокси или антивирус."
)
_ABSENT = "Бота нет в этом чате"
_ANOTHER_BOT = (
    "Токен принадлежит боту {name}, а его нет ни в одном из чатов, указанных в настройках. Похоже, это токен другого"
    " бота: возьмите токен того, который состоит в чатах, или добавьте этого бота в чаты администратором."
)
_RIGHTS = "Управление чатом → «Администраторы» → бот"


async def check(client: MaxClient, chats: Sequence[tuple[int, str]], webhook_url: str | None) -> Sequence[Finding]:
    """Return findings about the bot, then about each of *chats* (id, title).

    *webhook_url*: the address that MAX pushes updates to; ``None`` with polling.
    """
    try:
        me = await client.call("GET", "/me", MaxOperation("getMyInfo"))
        found = [Finding(Severity.OK, _SUBJECT, f"Бот {_bot_name(me)} подключён.")]
        found += await _subscription_findings(client, webhook_url)
        chats_found = [await _chat_findings(client, chat_id, title) for chat_id, title in chats]
        if len(chats_found) > 1 and all(_ABSENT in one[0].text for one in chats_found):
            found = [*found[1:], _fault(_SUBJECT, _ANOTHER_BOT.format(name=_bot_name(me)))]
        found += [finding for one in chats_found for finding in one]
    except BadCredentials:
        return [_fault(_SUBJECT, _NOT_ACCEPTED)]
    except TemporaryFailure as error:
        if error.trouble is ConnectionTrouble.TLS:
            return [_fault(_SUBJECT, _BAD_CERTIFICATE)]
        return [_fault(_SUBJECT, describe_no_answer(error, _SUBJECT, "max"))]
    except MessengerError as error:
        return [_fault(_SUBJECT, f"MAX не отвечает на проверку ({type(error).__name__}). Повторите её позже.")]
    return found


def _fault(subject: str, text: str) -> Finding:
    return Finding(Severity.FAULT, subject, text)


def _bot_name(me: Mapping[str, Any]) -> str:
    username = find_text(me, "username")
    return f"@{username}" if username else f"«{find_text(me, 'first_name') or 'без имени'}»"


async def _subscription_findings(client: MaxClient, webhook_url: str | None) -> list[Finding]:
    urls = await webhook.list_addresses(client)
    hosts = [urlsplit(url).hostname or "?" for url in urls if url != webhook_url]
    if webhook_url is not None:
        return _webhook_findings(set(urls) == {webhook_url}, hosts)
    if not hosts:
        return []
    words = (
        f'Бот подписан на webhook ({", ".join(hosts)}), а настроен опрос (mode = "polling"): при запуске программа'
        " отменит подписку. Если ею пользуется другая программа, заведите для МЦУ отдельного бота."
    )
    return [Finding(Severity.WARNING, _SUBJECT, words)]


def _webhook_findings(is_set: bool, others: Sequence[str]) -> list[Finding]:
    if is_set:
        return [Finding(Severity.OK, _SUBJECT, "MAX приносит сообщения на ваш адрес (webhook).")]
    words = (
        'Webhook (mode = "webhook") ещё не подключён: программа подключает его при запуске и проверяет раз в 10 минут.'
    )
    if others:
        words += f" Подписку на другой адрес ({', '.join(others)}) она отменит."
    return [Finding(Severity.WARNING, _SUBJECT, words)]


async def _chat_findings(client: MaxClient, chat_id: int, title: str) -> list[Finding]:
    subject = f"MAX «{title}»"
    absent = (
        f"{_ABSENT}, или id в настройках неверен: {chat_id}, или токен от другого бота. Добавьте бота в чат"
        " администратором."
    )
    try:
        chat = await client.call("GET", f"/chats/{chat_id}", MaxOperation("getChat"))
        if chat.get("type") == "dialog":
            return [_fault(subject, f"{chat_id} — личный диалог, а не чат. Личные сообщения бот читает и так.")]
        member = await client.call("GET", f"/chats/{chat_id}/members/me", MaxOperation("getMembership"))
    except Rejected:
        return [_fault(subject, absent)]
    if chat.get("status") not in (None, "active"):
        return [_fault(subject, absent)]
    return [_rights_finding(subject, member, is_channel=chat.get("type") == "channel")]


def _rights_finding(subject: str, member: Mapping[str, Any], *, is_channel: bool) -> Finding:
    if member.get("is_admin") is not True and member.get("is_owner") is not True:
        words = "Бот не администратор, поэтому MAX не показывает ему сообщения. Назначьте бота администратором с правом"
        return _fault(subject, f"{words} «Читать все сообщения»: {_RIGHTS}.")
    listed = member.get("permissions")
    given = {str(one) for one in listed} if isinstance(listed, list) else set()
    if member.get("is_owner") is not True and "read_all_messages" not in given:
        return _fault(subject, f"У бота нет права «Читать все сообщения», он ничего здесь не видит: {_RIGHTS}.")
    if is_channel and member.get("is_owner") is not True and "write" not in given:
        words = "У бота нет права писать, ответы под комментариями не появятся"
        return _fault(subject, f"{words}: {_RIGHTS}.")
    return Finding(Severity.OK, subject, "Бот администратор и видит все сообщения.")
