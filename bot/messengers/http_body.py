"""Reading of HTTP bodies up to a limit."""

import aiohttp

from bot.messengers.errors import FileUnavailable


async def read_body(response: aiohttp.ClientResponse, limit: int | None, title: str) -> bytes:
    """Return the whole body; raise `FileUnavailable` above *limit* bytes. *title* is the messenger's."""
    if limit is None:
        return await response.read()
    if (response.content_length or 0) > limit:
        raise FileUnavailable(f"{title}: the file is too large")
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > limit:
            raise FileUnavailable(f"{title}: the file is too large")
    return bytes(body)
