"""Calls of the Bot API through aiogram, with raw answers and the bot's own errors."""

from collections.abc import Awaitable
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, TypeVar, cast

from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import Response
from aiogram.utils.token import TokenValidationError, validate_token
from aiohttp import ClientError, ClientResponseError, ClientSession, ClientTimeout

from bot.messengers import http_body
from bot.messengers.connections import make_connector
from bot.messengers.errors import BadCredentials, FileUnavailable, TemporaryFailure
from bot.messengers.telegram.errors import translate_error

if TYPE_CHECKING:
    from aiogram import Bot

T = TypeVar("T")

DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes; the Bot API's own limit for getFile


class _RawSession(AiohttpSession):
    """A session that returns results as plain JSON values, and reads answers up to a limit.

    aiogram would validate them as its types, and one field that its version does not know makes the whole answer fail:
    a batch of updates then blocks the queue, or a sent message looks unsent. It also decodes an error page in
    windows-1251 as UTF-8, and the exception is none of its own.
    """

    def __init__(self, proxy: str | None, **how: Any) -> None:
        super().__init__(**how)
        self._bot_proxy = proxy

    async def create_session(self) -> ClientSession:
        if self._bot_proxy is not None and (self._session is None or self._session.closed):
            connector = make_connector(self._bot_proxy, trusted=self._connector_init["ssl"])
            self._session = ClientSession(connector=connector)
            self._should_reset_connector = False
        return await super().create_session()

    async def make_request(
        self,
        bot: "Bot",
        method: TelegramMethod[Any],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's name
    ) -> Any:
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        form = self.build_form_data(bot=bot, method=method)
        try:
            limits = ClientTimeout(total=timeout or self.timeout)
            async with session.post(url, data=form, timeout=limits) as answer:
                body = await http_body.read_body(answer, None, method.__api_method__)
        except (TimeoutError, ClientError) as error:
            raise TelegramNetworkError(method=method, message=type(error).__name__) from error
        return self.check_response(bot, method, answer.status, body.decode("utf-8", "replace")).result

    def check_response(self, bot: "Bot", method: TelegramMethod[Any], status_code: int, content: str) -> Response[Any]:
        try:
            body = http_body.parse_json(content)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise TemporaryFailure(
                f"{method.__api_method__}: unreadable answer ({status_code})",
                outcome_unknown=http_body.may_be_executed(status_code),
            )
        if status_code == 200 and body.get("ok") is True:
            return Response[Any].model_construct(ok=True, result=body.get("result"))
        if not isinstance(body.get("description"), str):
            content = self.json_dumps({**body, "ok": False, "description": ""})
        return super().check_response(bot, _RefusedMethod(), status_code, content)

    async def close(self) -> None:
        # aiogram's own close then waits a quarter of a second for TLS to shut down; nothing here needs that.
        if self._session is not None and not self._session.closed:
            await self._session.close()


class _RefusedMethod(TelegramMethod[Any]):
    """A method with any result: aiogram reads a refusal as the method's result, and a message has two hundred types."""

    __returning__: ClassVar[Any] = Any
    __api_method__ = ""


class _Account:
    """A bot at one API server, with what aiogram's session and files read of a ``Bot``.

    The module of aiogram's own class imports every method and type. Raise `TokenValidationError`.
    """

    def __init__(self, token: str, session: _RawSession) -> None:
        validate_token(token)
        self.token = token
        self.session = session
        self.default = DefaultBotProperties()

    async def __call__(self, method: TelegramMethod[Any], timeout: int) -> Any:  # noqa: ASYNC109 - aiogram's name
        return await self.session(cast("Bot", self), method, timeout)

    async def download(self, path: str, destination: BinaryIO, timeout: int) -> None:  # noqa: ASYNC109
        url = self.session.api.file_url(self.token, path)
        async for chunk in self.session.stream_content(url, timeout=timeout, raise_for_status=True):
            destination.write(chunk)


class TelegramClient:
    """One bot at one API server; *timeout* limits a call, in seconds."""

    def __init__(self, token: str, api_base: str, timeout: int, proxy: str | None = None) -> None:
        self._timeout = timeout
        api = TelegramAPIServer.from_base(api_base.rstrip("/"))
        try:
            self._account: _Account | None = _Account(token, session=_RawSession(proxy, api=api, timeout=timeout))
        except TokenValidationError:
            self._account = None  # the first call reports it, as it does any other wrong token

    async def __call__(self, method: TelegramMethod[Any], *, private: bool = False, more_time: int = 0) -> Any:
        """Return the result of *method* as JSON values. Raise only the bot's own errors.

        *private*: it concerns a person's private chat. *more_time* is added to the usual timeout, for long polls and
        uploads.
        """
        call = self._require_account()(method, self._timeout + more_time)
        return await _translate_errors(call, method.__api_method__, private=private)

    async def download(self, path: str) -> bytes:
        """Return the file at *path* of ``getFile``. Raise `FileUnavailable` or `TemporaryFailure`."""
        found = _LimitedBuffer(DOWNLOAD_LIMIT)
        try:
            await self._require_account().download(path, found, self._timeout)
        except ClientResponseError as error:
            # Without the original, here and below: the address in it holds the token.
            if error.status < 500:
                raise FileUnavailable(f"file: {error.status}") from None
            raise TemporaryFailure(f"file: {error.status}") from None
        except (ClientError, TimeoutError):
            raise TemporaryFailure("file: no answer") from None
        return found.getvalue()

    async def close(self) -> None:
        if self._account is not None:
            await self._account.session.close()

    def _require_account(self) -> _Account:
        if self._account is None:
            raise BadCredentials("the token does not look like a token")
        return self._account


class _LimitedBuffer(BytesIO):
    """A buffer for a download that may be larger than announced."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._bytes_left = limit

    def write(self, data: Any) -> int:
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise FileUnavailable("file: larger than announced")
        return super().write(data)


async def _translate_errors(call: Awaitable[T], method: str, *, private: bool) -> T:
    try:
        return await call
    except AiogramError as error:
        # Without the original: its text may quote people, and the traceback would log it.
        raise translate_error(error, method, private=private) from None
