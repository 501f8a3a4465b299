"""Reading of HTTP bodies and of the JSON in them, up to limits: a faulty server must not exhaust the memory."""

import json
import math
import re
from typing import Any

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
    """Return the JSON value in *body*, without what a database refuses, which becomes ``None``: values below
    `MAX_JSON_DEPTH` levels, and numbers that JSON does not have. One odd value must not make a whole answer unreadable:
    a messenger repeats its updates until they are confirmed, and the account would hear nothing more.

    Raise ``ValueError`` for what is no JSON, such as an error page in any encoding.
    """
    text = body if isinstance(body, str) else body.decode("utf-8-sig", "replace")
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError):  # the latter for an integer longer than Python reads
        return _LENIENT_DECODER.decode(_cut_deep_values(text))
    if text.count("{") + text.count("[") > MAX_JSON_DEPTH and _is_too_deep(found):
        return _LENIENT_DECODER.decode(_cut_deep_values(text))
    return found


def _is_too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_JSON_DEPTH):
        children = [child for one in level for child in (one.values() if isinstance(one, dict) else one)]
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _cut_deep_values(text: str) -> str:
    """Return *text* with ``null`` in place of every array and object on a deeper level than `MAX_JSON_DEPTH`."""
    kept: list[str] = []
    level = position = 0
    for token in _STRUCTURE.finditer(text):
        if token[0] in ("[", "{"):
            level += 1
            if level == MAX_JSON_DEPTH + 1:
                kept.append(text[position : token.start()] + "null")
        elif token[0] in ("]", "}"):
            if level == MAX_JSON_DEPTH + 1:
                position = token.end()
            level -= 1
    return text if not kept else "".join(kept) + text[position:]


def _parse_float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _parse_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else None


_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
"""A string, in which brackets mean nothing, or a bracket."""

_MAX_INT_DIGITS = 4000
"""Digits of an integer: Python refuses more than 4300."""

_DECODER = json.JSONDecoder(parse_constant=lambda name: None, parse_float=_parse_float, strict=False)
_LENIENT_DECODER = json.JSONDecoder(
    parse_constant=lambda name: None, parse_float=_parse_float, parse_int=_parse_int, strict=False
)
