"""VK's Callback API: VK brings updates to an address that has answered a confirmation string.

dev.vk.com, «Callback API»: the same JSON as an element of a long poll's ``updates``, with the ``secret`` in it; VK
wants to read ``ok``. Up to ten addresses, each with its own kinds of events; the string changes from time to time and
is asked for by ``groups.getCallbackConfirmationCode`` when the address was connected through the API.
"""

from collections.abc import Mapping
from typing import Any

from bot.messengers.errors import TemporaryFailure
from bot.messengers.vk.client import API_VERSION, VkClient
from bot.messengers.vk.parsing import EVENT_PARSERS

SERVER_TITLE = "MCU"  # VK allows 14 characters
CONFIRMATION_TYPE = "confirmation"


class VkWebhook:
    """The address of one community: *url* where VK is to bring updates, *confirmation* where an administrator has
    connected it by hand."""

    def __init__(self, client: VkClient, group_id: int, url: str | None, confirmation: str | None) -> None:
        self._client = client
        self._group_id = group_id
        self.url = url
        self._confirmation = confirmation

    async def handshake(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        """What VK wants to read before it brings anything; ``None`` for an update.

        By hand the address may be confirmed before the secret is typed in, therefore that string is told to anybody: it
        opens nothing. VK is asked only if the secret is right.
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
        """Let VK bring what we read to *url*; where an administrator has done so, nothing is touched. VK confirms
        the address later; see `status`."""
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
        """``ok``, ``wait``, ``failed`` or ``unconfigured``; ``None`` where VK does not know the address."""
        server = await self._find_server(url)
        return None if server is None else str(server.get("status", ""))

    async def enabled_events(self, url: str) -> set[str]:
        """The kinds of updates that VK brings there."""
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
