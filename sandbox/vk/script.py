"""``execute``: of VK's scripts the plainest part, an array of calls of the API: ``return [API.a.b({…}), …];``."""

import json
import re
from typing import Any

from sandbox.vk.errors import VkError

MAX_CALLS = 25

_CALL = re.compile(r"\s*API\.([a-zA-Z]+\.[a-zA-Z]+)\(")


def parse_calls(code: str) -> list[tuple[str, dict[str, str]]]:
    """(method, parameters) in their order; :class:`VkError` 12 for what does not compile, 13 for too many calls."""
    text = code.strip()
    if not text.startswith("return [") or not text.endswith("];"):
        raise VkError(12, "unexpected end of file")
    rest, calls = text.removeprefix("return [").removesuffix("];"), []
    while rest.strip():
        match = _CALL.match(rest)
        if match is None:
            raise VkError(12, "unexpected token")
        params, end = _parse_object(rest, match.end())
        if not rest.startswith(")", end):
            raise VkError(12, "expected ')'")
        calls.append((match[1], params))
        rest = rest[end + 1 :].lstrip()
        if rest and not rest.startswith(","):
            raise VkError(12, "expected ','")
        rest = rest.removeprefix(",")
    if len(calls) > MAX_CALLS:
        raise VkError(13, "too many api calls")
    return calls


def _parse_object(text: str, at: int) -> tuple[dict[str, str], int]:
    if text.startswith(")", at):
        return {}, at
    try:
        found, end = json.JSONDecoder().raw_decode(text, at)
    except ValueError:
        raise VkError(12, "unexpected token") from None
    if not isinstance(found, dict):
        raise VkError(12, "an object is expected")
    return {name: _as_parameter(value) for name, value in found.items()}, end


def _as_parameter(value: Any) -> str:
    """As a parameter of a request: VK takes lists as numbers with commas."""
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
