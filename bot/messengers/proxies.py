"""Proxies: their addresses, and what their failures mean. ``python_socks`` is imported only where one is used."""

import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import aiohttp

from bot.messengers.errors import ConnectionTrouble

if TYPE_CHECKING:
    from python_socks import ProxyType


class ProxyFailure(aiohttp.ClientConnectionError):
    """A connection that a proxy did not make, so that nothing was sent. The message names no address."""

    def __init__(self, trouble: ConnectionTrouble) -> None:
        super().__init__(f"proxy: {trouble.value}")
        self.trouble = trouble


def proxy_options(proxy: str) -> Mapping[str, Any]:
    """Return the parts of a proxy's address, as ``python_socks`` names them."""
    parts = urlsplit(proxy)
    return {
        "proxy_type": _proxy_type(parts.scheme),
        "host": parts.hostname or "",
        "port": parts.port or 1080,
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "rdns": True,
    }


def _proxy_type(scheme: str) -> "ProxyType":
    from python_socks import ProxyType

    return ProxyType.HTTP if scheme == "http" else ProxyType.SOCKS5


def trouble_of_proxy(error: BaseException) -> ConnectionTrouble:
    """Return what an error of ``python_socks`` says about the proxy."""
    from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

    if isinstance(error, ssl.SSLError):
        return ConnectionTrouble.TLS
    if isinstance(error, ProxyConnectionError | ProxyTimeoutError) or not isinstance(error, ProxyError):
        return ConnectionTrouble.PROXY
    is_about_login = error.error_code == 407 or "auth" in str(error).lower()
    return ConnectionTrouble.PROXY_LOGIN if is_about_login else ConnectionTrouble.PROXY_TARGET
