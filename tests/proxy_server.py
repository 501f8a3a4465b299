"""A strict proxy on the loopback: SOCKS5 (RFC 1928, 1929) or HTTP CONNECT, with or without a login."""

import asyncio
import base64
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class ProxyServer:
    """A running proxy. ``connections``: the (host, port) that clients wanted; *login*: the name and password it wants.

    Names are looked up here: *names* maps them to addresses; others do not exist.
    """

    kind: str  # socks5, http
    login: tuple[str, str] | None = None
    names: dict[str, str] = field(default_factory=dict)
    connections: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0

    def url(self, login: str = "") -> str:
        return f"{self.kind}://{login}{'@' if login else ''}127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            opened = await (self._greet_socks(reader, writer) if self.kind == "socks5" else self._greet(reader, writer))
            if opened is not None:
                await asyncio.gather(_copy(reader, opened[1]), _copy(opened[0], writer))
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass
        finally:
            writer.close()

    async def _greet_socks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        version, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        wanted = 2 if self.login else 0
        if version != 5 or wanted not in methods:
            writer.write(b"\x05\xff")
            return None
        writer.write(bytes((5, wanted)))
        if self.login:
            assert await reader.readexactly(1) == b"\x01"
            name = await reader.readexactly((await reader.readexactly(1))[0])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            is_right = (name.decode(), password.decode()) == self.login
            writer.write(b"\x01\x00" if is_right else b"\x01\x01")
            if not is_right:
                return None
        version, command, _, form = await reader.readexactly(4)
        assert (version, command) == (5, 1)
        if form == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            assert form == 1, "the bot's addresses are names or IPv4"
            host = socket.inet_ntoa(await reader.readexactly(4))
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        opened = await self._open(host, port)
        writer.write(b"\x05" + (b"\x04" if opened is None else b"\x00") + b"\x00\x01\x00\x00\x00\x00\x00\x00")
        return opened

    async def _greet(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        verb, target, _ = head.split("\r\n")[0].split(" ")
        assert verb == "CONNECT"
        if self.login:
            wanted = "Basic " + base64.b64encode(":".join(self.login).encode()).decode()
            if f"Proxy-Authorization: {wanted}\r\n" not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return None
        host, _, port = target.rpartition(":")
        opened = await self._open(host, int(port))
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n" if opened is None else b"HTTP/1.1 200 OK\r\n\r\n")
        return opened

    async def _open(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self.connections.append((host, port))
        if host not in self.names:
            return None
        with suppress(OSError):
            return await asyncio.open_connection(self.names[host], port)
        return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def running_proxy(proxy: ProxyServer) -> AsyncIterator[ProxyServer]:
    """Run *proxy* on a free port."""
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
