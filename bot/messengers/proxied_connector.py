"""aiohttp's connector through a proxy. Imported only where a proxy is configured."""

import asyncio
import ssl
from typing import Any

from aiohttp.client_proto import ResponseHandler
from aiohttp_socks import ProxyConnector
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from bot.messengers.proxies import ProxyFailure, trouble_of_proxy


class ProxiedConnector(ProxyConnector):
    """A connector whose failures are errors of aiohttp, and say nothing of the proxy's address and password."""

    async def _connect_via_proxy(self, *args: Any, **kwargs: Any) -> tuple[asyncio.Transport, ResponseHandler]:
        try:
            return await super()._connect_via_proxy(*args, **kwargs)
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError, ssl.SSLError, EOFError, OSError) as error:
            raise ProxyFailure(trouble_of_proxy(error)) from None
