"""The self-check of a community: its key, the key's rights, the long poll and its events; findings in Russian."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.messengers.connection_findings import describe_no_answer
from bot.messengers.errors import BadCredentials, MessengerError, TemporaryFailure
from bot.messengers.port import Finding, Severity
from bot.messengers.vk.client import API_VERSION, VkClient
from bot.messengers.vk.webhook import VkWebhook

_RIGHTS = {
    "messages": (Severity.FAULT, "сообщения сообщества", "без него бот не может отвечать в личных сообщениях"),
    "manage": (Severity.FAULT, "управление сообществом", "без него бот не получает новых сообщений и комментариев"),
    "photos": (Severity.WARNING, "фотографии", "без него в ответах не будет фотографий"),
    "docs": (Severity.WARNING, "документы", "без него в ответах не будет документов, а под записями и фотографий"),
    "wall": (Severity.WARNING, "стена", "если ответы под записями не появляются, выпустите ключ с этим правом"),
}
_REQUIRED_EVENTS = {
    "message_new": "входящее сообщение",
    "message_edit": "редактирование сообщения",
    "message_event": "действие с сообщением (нажатие кнопки)",
    "wall_reply_new": "комментарий на стене: добавление",
    "wall_reply_edit": "комментарий на стене: редактирование",
    "wall_reply_delete": "комментарий на стене: удаление",
    "wall_post_new": "запись на стене: добавление",
}
_OPTIONAL_EVENTS = {
    "message_reply": "исходящее сообщение (так бот видит ответы, данные вручную)",
    "message_allow": "разрешение на получение сообщений",
    "message_deny": "запрет на получение сообщений",
    "wall_reply_restore": "комментарий на стене: восстановление",
    "photo_comment_new": "комментарий к фотографии: добавление",
    "video_comment_new": "комментарий к видео: добавление",
    "board_post_new": "комментарий в обсуждении: добавление",
    "market_comment_new": "комментарий к товару: добавление",
    "like_add": "отметка «Нравится»: добавление",
}


class CommunityCheck:
    """The check of one community; its findings say what is missing and where to fix it.

    It checks *webhook* if that has an address, else the long poll.
    """

    def __init__(self, client: VkClient, group_id: int, title: str, webhook: VkWebhook) -> None:
        self._client = client
        self._webhook = webhook
        self._group_id = group_id
        self._title = title

    async def run(self) -> list[Finding]:
        found: list[Finding] = []
        updates = self._long_poll_findings if self._webhook.url is None else self._webhook_findings
        steps: tuple[Callable[[], Awaitable[list[Finding]]], ...] = (
            self._name_findings,
            self._rights_findings,
            updates,
        )
        for step in steps:
            try:
                found += await step()
            except BadCredentials:
                words = "Ключ доступа не подходит: он отозван или введён с ошибкой. Создайте новый ключ: «Управление → "
                return [self._finding(Severity.FAULT, words + "Работа с API → Ключи доступа».")]
            except TemporaryFailure as error:
                words = f"ВКонтакте не отвечает на проверку ({error})."
                if error.trouble is not None:
                    words = describe_no_answer(error, "ВКонтакте", "vk")
                found.append(self._finding(Severity.FAULT, words))
                break  # without network the other checks would fail the same way
            except MessengerError as error:
                found.append(self._finding(Severity.FAULT, f"ВКонтакте не отвечает на проверку ({error})."))
        return found

    def _finding(self, severity: Severity, text: str) -> Finding:
        return Finding(severity, self._title, text)

    async def _name_findings(self) -> list[Finding]:
        answer = await self._client.call("groups.getById")  # without parameters: the key's own community
        groups = answer.get("groups") if isinstance(answer, dict) else answer
        group = groups[0] if isinstance(groups, list) and groups and isinstance(groups[0], dict) else {}
        if group.get("id") != self._group_id:
            words = f"Ключ доступа принадлежит другому сообществу, а в настройках указано {self._group_id}."
            return [self._finding(Severity.FAULT, words)]
        return [self._finding(Severity.OK, f"Ключ доступа принят, сообщество «{group.get('name', '')}».")]

    async def _rights_findings(self) -> list[Finding]:
        answer = await self._client.call("groups.getTokenPermissions")
        listed = answer.get("permissions", ()) if isinstance(answer, dict) else ()
        given = {right.get("name") for right in listed if isinstance(right, dict)}
        return [
            self._finding(severity, f"У ключа доступа нет права «{title}»: {why}.")
            for name, (severity, title, why) in _RIGHTS.items()
            if name not in given
        ]

    async def _long_poll_findings(self) -> list[Finding]:
        settings: Any = await self._client.call("groups.getLongPollSettings", group_id=self._group_id)
        where = "«Управление → Работа с API → Long Poll API»"
        if not isinstance(settings, dict) or not settings.get("is_enabled"):
            return [self._finding(Severity.FAULT, f"Long Poll API выключен. Включите его: {where}.")]
        found = []
        version = str(settings.get("api_version", ""))
        if version and version != API_VERSION:
            words = f"Версия API в настройках Long Poll — {version}. Выберите {API_VERSION}: {where}."
            found.append(self._finding(Severity.WARNING, words))
        events = settings.get("events")
        on = {name for name, value in events.items() if value} if isinstance(events, dict) else set()
        found += self._disabled_event_findings(on, where)
        return found or [self._finding(Severity.OK, "Long Poll API включён, нужные события приходят.")]

    async def _webhook_findings(self) -> list[Finding]:
        """Check that VK pushes updates to the bot's address."""
        url = self._webhook.url or ""
        where = "«Управление → Работа с API → Callback API»"
        status = await self._webhook.status(url)
        if status in (None, "wait"):
            words = f"Адрес {url} ещё не подключён к Callback API: программа подключает его при запуске."
            return [self._finding(Severity.WARNING, words)]
        if status != "ok":
            words = (
                f"ВКонтакте не может доставить события на адрес {url} ({status}). Проверьте, что адрес открывается из"
                f" интернета по https и ведёт на эту программу; программа подключит его снова сама: {where}."
            )
            return [self._finding(Severity.FAULT, words)]
        found = self._disabled_event_findings(await self._webhook.enabled_events(url), where)
        return found or [self._finding(Severity.OK, "Callback API подключён, нужные события приходят.")]

    def _disabled_event_findings(self, on: set[str], where: str) -> list[Finding]:
        found = []
        for wanted, severity in ((_REQUIRED_EVENTS, Severity.FAULT), (_OPTIONAL_EVENTS, Severity.WARNING)):
            off = [title for name, title in wanted.items() if name not in on]
            if off:
                words = f"Включите типы событий ({where}, вкладка «Типы событий»): {'; '.join(off)}."
                found.append(self._finding(severity, words))
        return found
