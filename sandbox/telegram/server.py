"""The sandbox's Telegram, put together."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.change_log import ChangeLog
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.telegram.control import TelegramControl
from sandbox.telegram.transport import Transport
from sandbox.telegram.world import Bot, World

Json = dict[str, Any]


class TelegramServer(TelegramControl):
    """A Bot API server for one bot, and the town it serves.

    People act through :class:`~sandbox.telegram.control.TelegramControl`; the bot comes over HTTP.
    """

    def __init__(self, change_log: ChangeLog, faults: Faults) -> None:
        self.faults = faults
        super().__init__(World(change_log.now), change_log)
        self._transport = Transport(self.world, change_log, faults)

    def register(self, app: web.Application, prefix: str, base_url: Callable[[], str]) -> None:
        """Serve the API under *prefix*."""
        self._transport.register(app, prefix, base_url)

    def add_bot(
        self, token: str, *, username: str = "town_bot", first_name: str = "Бот", reads_all: bool = True
    ) -> Bot:
        """Register the bot (again: with a new token, as BotFather's /revoke does). *reads_all*: privacy mode is off."""
        self.world.bot = Bot(int(token.partition(":")[0]), token, username, first_name, reads_all)
        self.world.users[self.world.bot.id] = self.world.bot.user()
        return self.world.bot

    @property
    def rate_limits(self) -> bool:
        """True if calls beyond the limits are answered with 429."""
        return self._transport.limits.refuses

    @rate_limits.setter
    def rate_limits(self, on: bool) -> None:
        self._transport.limits.refuses = on

    @property
    def violations(self) -> list[str]:
        """The limits that were overstepped, in their order, whether that was answered with 429 or not: ``*`` for all
        chats together, a group's id, ``burst:`` and a chat's id."""
        return self._transport.limits.violations

    @property
    def calls(self) -> list[tuple[str, Json]]:
        """The latest calls of the bot, oldest first: method and parameters as they came."""
        return list(self._transport.calls)


def api_fault(code: int, description: str, **parameters: Any) -> Fault:
    """A fault that answers as the Bot API does: ``api_fault(429, "Too Many Requests", retry_after=3)``."""
    body: Json = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Fault(FaultKind.ANSWER, code, body)
