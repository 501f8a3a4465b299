"""Reading of HTTP bodies and of the JSON in them, up to limits: a faulty server must not exhaust the memory."""

import json
import math
from typing import Any, NoReturn

import aiohttp

from bot.messengers.errors import FileUnavailable, TemporaryFailure

MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""Bytes of an answer, decompressed: about twice the largest possible one, 27,500 comments in one ``execute`` of VK."""

MAX_JSON_DEPTH = 100
"""Levels of arrays and objects: real answers have about twenty, and the database's encoder fails near a thousand."""


async def read_body(response: aiohttp.ClientResponse, file_limit: int | None, title: str) -> bytes:
    """Return the whole body, decompressed. *title* is the messenger's.

    Raise `FileUnavailable` for a file of more than *file_limit* bytes, and `TemporaryFailure` for an answer
    (*file_limit* ``None``) of more than `MAX_ANSWER_BYTES`.
    """
    limit = MAX_ANSWER_BYTES if file_limit is None else file_limit
    body = bytearray()
    if (response.content_length or 0) <= limit:
        async for chunk in response.content.iter_chunked(1 << 16):
            body += chunk
            if len(body) > limit:
                break
        else:
            return bytes(body)
    if file_limit is None:
        raise TemporaryFailure(f"{title}: the answer is too large", outcome_unknown=True)
    raise FileUnavailable(f"{title}: the file is too large")


def may_be_executed(status: int) -> bool:
    """Return whether a call may have been carried out, though its answer cannot be read.

    A page with another status is a refusal by a server on the way, such as a proxy.
    """
    return status < 300 or status >= 500


def parse_json(body: bytes | str) -> Any:
    """Return the JSON value in *body*.

    Raise ``ValueError`` for an error page in any encoding, for too many levels, and for numbers that JSON does not have
    (a database refuses them).
    """
    text = body if isinstance(body, str) else body.decode("utf-8-sig")
    try:
        found = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("too many levels") from None
    if text.count("{") + text.count("[") > MAX_JSON_DEPTH and _is_too_deep(found):
        raise ValueError("too many levels")
    return found


def _is_too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_JSON_DEPTH):
        children = [child for one in level for child in (one.values() if isinstance(one, dict) else one)]
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _parse_float(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_constant(digits[:20])


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_parse_float)
