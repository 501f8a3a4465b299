"""HTTP to the MAX Bot API: one aiohttp session, raw JSON, the bot's own errors.

Nothing is retried here: MAX has no key that would make a repeated message harmless, so the caller decides.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.messengers import http_body
from bot.messengers.connections import UNSENT_ERRORS, make_connector, trouble_of
from bot.messengers.errors import BadCredentials, FileUnavailable, TemporaryFailure
from bot.messengers.max.errors import MaxErrorResponse, MaxOperation, translate_error
from bot.messengers.rate_limits import Rate
from bot.messengers.throttle import Throttle

CERTIFICATES = Path(__file__).with_name("russian_trusted_ca.pem")
"""The certificate authority of the Ministry of Digital Development, which signs MAX's servers (gosuslugi.ru/crt).

Operating systems do not know it. It is trusted for the connections of this messenger only.
"""

CALLS_PER_SECOND = 30  # of one bot, over all methods (dev.max.ru)
POLL_CALLS_PER_SECOND = 1  # of the calls per second


@dataclass(frozen=True, slots=True)
class MaxTimeouts:
    """Time limits, in seconds."""

    connect: float = 5.0
    call: float = 15.0
    poll: int = 25  # the server holds a poll without updates for so long; MAX allows up to 30
    between_polls: float = 0.5  # MAX allows two polls a second
    lookup: float = 2.0  # a chat's title, best effort
    file: float = 60.0


class MaxClient:
    """The client of one bot. Every method raises only errors of `bot.messengers.errors`."""

    def __init__(self, token: str, api_base: str, timeouts: MaxTimeouts, proxy: str | None = None) -> None:
        self._proxy = proxy
        self._token = token
        self._api_base = api_base.rstrip("/")
        self.timeouts = timeouts
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._throttle = Throttle(Rate(CALLS_PER_SECOND))

    async def call(
        self,
        verb: str,
        path: str,
        operation: MaxOperation,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        more_time: float = 0.0,
    ) -> Mapping[str, Any]:
        """Return the JSON object that MAX answers. *more_time* is added to the usual time limit, for polls."""
        if not self._token or not self._token.isascii() or not self._token.isprintable():
            raise BadCredentials("MAX: the token does not look like a token")
        async with self._throttle.slot():
            status, headers, content = await self._request(
                verb,
                self._api_base + path,
                operation.name,
                self.timeouts.call + more_time,
                headers={"Authorization": self._token},
                params=query,
                json=body,
            )
        answer = _parse_object(content)
        if answer is None:
            # Not an answer of MAX: a proxy's error page, or a truncated body.
            unknown = http_body.may_be_executed(status)
            raise TemporaryFailure(f"MAX: unreadable answer to {operation.name} ({status})", outcome_unknown=unknown)
        if status == 200 and answer.get("success") is not False:
            return answer
        raise translate_error(operation, MaxErrorResponse.of(status, answer, _retry_after(headers.get("Retry-After"))))

    async def upload(self, url: str, name: str, mime: str, data: bytes) -> tuple[int, bytes]:
        """Post a file to an upload address; return status and body. The address itself authorizes it."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("data", data, filename=_file_name(name), content_type=mime)
        status, _, content = await self._request("POST", url, "upload", self.timeouts.file, data=form)
        return status, content

    async def download(self, url: str, limit: int) -> bytes:
        """Return the file at *url*; raise `FileUnavailable` above *limit* bytes."""
        status, _, content = await self._request("GET", url, "file", self.timeouts.file, limit=limit)
        if status >= 500:
            raise TemporaryFailure(f"MAX: {status} on a file")
        if status != 200 or not content:
            raise FileUnavailable(f"MAX: {status} on a file")
        return content

    async def _request(
        self, verb: str, url: str, name: str, seconds: float, *, limit: int | None = None, **more: Any
    ) -> tuple[int, Mapping[str, str], bytes]:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=self.timeouts.connect)
        try:
            async with self._open().request(
                verb, url, timeout=timeout, allow_redirects=limit is not None, **more
            ) as response:
                return response.status, response.headers, await http_body.read_body(response, limit, "MAX")
        except UNSENT_ERRORS as error:
            words = f"MAX: {name}: no connection ({type(error).__name__})"
            raise TemporaryFailure(words, trouble=trouble_of(error)) from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            # Without the original, as above: the address in it may lead to a person's file.
            words = f"MAX: {name}: {type(error).__name__}"
            raise TemporaryFailure(words, outcome_unknown=True, trouble=trouble_of(error)) from None

    def _open(self) -> aiohttp.ClientSession:
        """Return the session, created on first use because it belongs to the running loop."""
        if self._closed:
            raise TemporaryFailure("MAX: the connection is closed")
        if self._session is None:
            trusted: ssl.SSLContext | bool = True
            if self._api_base.startswith("https:"):
                trusted = ssl.create_default_context()
                trusted.load_verify_locations(CERTIFICATES)
            self._session = aiohttp.ClientSession(connector=make_connector(self._proxy, trusted=trusted))
        return self._session

    async def close(self) -> None:
        """Cancel running calls and close the connections."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # the transports close in the loop's next iteration


def _parse_object(content: bytes) -> Mapping[str, Any] | None:
    try:
        found = http_body.parse_json(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _retry_after(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdecimal() and int(header) > 0 else None


def _file_name(name: str) -> str:
    """Return a name that is valid in a header of the request; its end is kept."""
    safe = "".join("_" if sign in '"\\/' or not sign.isprintable() else sign for sign in name)
    return safe[-120:] or "file"
