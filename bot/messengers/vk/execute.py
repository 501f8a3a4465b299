"""Several calls in one: ``execute`` with an array of calls of the API, the plainest of VK's scripts.

dev.vk.com, «execute»: at most 25 calls; one that fails is ``false`` in the answer and named in ``execute_errors``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.messengers.errors import MessengerError, TemporaryFailure
from bot.messengers.vk.client import VkClient
from bot.messengers.vk.errors import refusal

MOST_CALLS = 25


@dataclass(frozen=True, slots=True)
class Ask:
    """One call; parameters that are ``None`` are left out."""

    method: str
    params: dict[str, Any]

    @property
    def script(self) -> str:
        given = {name: value for name, value in self.params.items() if value is not None}
        return f"API.{self.method}({json.dumps(given)})"  # escaped to ASCII: nothing ends the script's strings


Answer = Any | MessengerError


async def execute(client: VkClient, asked: Sequence[Ask]) -> list[Answer]:
    """What each of *asked* answers, or the error it met; raises what concerns them all."""
    answers: list[Answer] = []
    for start in range(0, len(asked), MOST_CALLS):
        answers += await _together(client, asked[start : start + MOST_CALLS])
    return answers


async def _together(client: VkClient, asked: Sequence[Ask]) -> list[Answer]:
    code = "return [" + ", ".join(one.script for one in asked) + "];"
    answer = await client.execute(code)
    results, errors = answer.get("response"), answer.get("execute_errors", [])
    if not isinstance(results, list) or len(results) != len(asked) or not isinstance(errors, list):
        raise TemporaryFailure("VK: execute answered something else")
    failed = iter(errors)
    pairs = zip(asked, results, strict=True)
    return [_error(one, next(failed, None)) if result is False else result for one, result in pairs]


def _error(asked: Ask, error: Any) -> MessengerError:
    if not isinstance(error, dict) or not isinstance(error.get("error_code"), int):
        return TemporaryFailure(f"VK: {asked.method} failed within execute")
    return refusal(error["error_code"], asked.method, str(error.get("error_msg", "")))
