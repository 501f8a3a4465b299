"""VK's Callback API: VK pushes updates to an address that has answered with a confirmation string.

dev.vk.com, «Callback API»: the same JSON as an element of a long poll's ``updates``, with the ``secret`` in it; VK
expects ``ok``. There may be ten addresses, each with its own kinds of events. The string changes from time to time; for
an address added through the API, ``groups.getCallbackConfirmationCode`` returns it.
"""

from collections.abc import Mapping
from typing import Any

from bot.messengers.errors import TemporaryFailure
from bot.messengers.vk.client import API_VERSION, VkClient
from bot.messengers.vk.parsing import EVENT_PARSERS

SERVER_TITLE = "MCU"  # VK allows 14 characters
CONFIRMATION_TYPE = "confirmation"


class VkWebhook:
    """The address of one community.

    VK pushes updates to *url*; *confirmation* is the string for an address that an administrator added by hand.
    """

    def __init__(self, client: VkClient, group_id: int, url: str | None, confirmation: str | None) -> None:
        self._client = client
        self._group_id = group_id
        self.url = url
        self._confirmation = confirmation

    async def handshake(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        """Return the confirmation string that VK asks for before it pushes anything; ``None`` for an update.

        An administrator may confirm the address before entering the secret, so the configured string is returned
        without it: the string gives no access. The bot asks VK for a string only if the secret is right.
        """
        if payload.get("type") != CONFIRMATION_TYPE:
            return None
        if self._confirmation is not None:
            return self._confirmation
        if not trusted:
            return None
        answer = await self._client.call("groups.getCallbackConfirmationCode", group_id=self._group_id)
        if not isinstance(answer, dict) or not isinstance(answer.get("code"), str):
            raise TemporaryFailure("VK: no confirmation code in the answer")
        return str(answer["code"])

    async def subscribe(self, url: str, secret: str) -> None:
        """Subscribe *url* to the updates that the bot parses, unless an administrator has added it by hand.

        VK confirms the address later; see `status`.
        """
        if self._confirmation is not None:
            return
        server = await self._find_server(url)
        if server is None:
            answer = await self._client.call(
                "groups.addCallbackServer", group_id=self._group_id, url=url, title=SERVER_TITLE, secret_key=secret
            )
            number = answer.get("server_id") if isinstance(answer, dict) else None
        else:
            number = server.get("id")
            if server.get("secret_key") != secret or server.get("status") not in ("ok", "wait"):
                await self._client.call(
                    "groups.editCallbackServer",
                    group_id=self._group_id,
                    server_id=number,
                    url=url,
                    title=SERVER_TITLE,
                    secret_key=secret,
                )
        if not isinstance(number, int):
            raise TemporaryFailure("VK: no number of the callback server in the answer")
        wanted: dict[str, Any] = dict.fromkeys(EVENT_PARSERS, 1)
        await self._client.call(
            "groups.setCallbackSettings",
            group_id=self._group_id,
            server_id=number,
            api_version=API_VERSION,
            **wanted,
        )

    async def status(self, url: str) -> str | None:
        """Return ``ok``, ``wait``, ``failed`` or ``unconfigured``; ``None`` if VK does not know the address."""
        server = await self._find_server(url)
        return None if server is None else str(server.get("status", ""))

    async def enabled_events(self, url: str) -> set[str]:
        """Return the kinds of updates that VK pushes to *url*."""
        server = await self._find_server(url)
        if server is None:
            return set()
        answer = await self._client.call(
            "groups.getCallbackSettings", group_id=self._group_id, server_id=server.get("id")
        )
        events = answer.get("events") if isinstance(answer, dict) else None
        return {name for name, on in events.items() if on} if isinstance(events, dict) else set()

    async def _find_server(self, url: str) -> Mapping[str, Any] | None:
        answer = await self._client.call("groups.getCallbackServers", group_id=self._group_id)
        items = answer.get("items") if isinstance(answer, dict) else None
        found = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        return next((one for one in found if one.get("url") == url), None)
