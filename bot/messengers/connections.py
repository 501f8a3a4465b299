"""Connections to a messenger's servers: through a proxy if one is configured, and why one could not be made."""

import ssl

import aiohttp

from bot.messengers.errors import ConnectionTrouble
from bot.messengers.proxies import ProxyFailure, proxy_options

UNSENT_ERRORS = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, ProxyFailure)
"""Errors of aiohttp before a request is sent: the messenger cannot have executed it."""


def make_connector(
    proxy: str | None, *, trusted: ssl.SSLContext | bool = True, limit: int = 100
) -> aiohttp.TCPConnector:
    """Return a connector through *proxy* (``socks5://`` or ``http://``), or a direct one.

    Names are looked up by the proxy. The library is imported only where there is a proxy.
    """
    if proxy is None:
        return aiohttp.TCPConnector(ssl=trusted, limit=limit)
    from bot.messengers.proxied_connector import ProxiedConnector

    return ProxiedConnector(**proxy_options(proxy), ssl=trusted, limit=limit)


def trouble_of(error: BaseException) -> ConnectionTrouble:
    """Return why a call of aiohttp has got no answer."""
    match error:
        case ProxyFailure():
            return error.trouble
        case aiohttp.ClientConnectorDNSError():
            return ConnectionTrouble.DNS
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return ConnectionTrouble.TLS
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return ConnectionTrouble.NO_CONNECTION
    return ConnectionTrouble.NO_ANSWER
