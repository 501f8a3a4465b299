"""Several calls in one: ``execute`` with an array of API calls, the simplest of VK's scripts.

dev.vk.com, «execute»: at most 25 calls; one that fails is ``false`` in the answer and named in ``execute_errors``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.messengers.errors import MessengerError, TemporaryFailure
from bot.messengers.vk.client import VkClient
from bot.messengers.vk.errors import translate_error

MAX_CALLS_PER_EXECUTE = 25


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call; parameters that are ``None`` are left out."""

    method: str
    params: dict[str, Any]

    @property
    def script(self) -> str:
        given = {name: value for name, value in self.params.items() if value is not None}
        return f"API.{self.method}({json.dumps(given)})"  # escaped to ASCII, so no text ends the script's strings


CallResult = Any | MessengerError


async def execute_calls(client: VkClient, calls: Sequence[ApiCall]) -> list[CallResult]:
    """Return the answer to each of *calls*, or its error; raise an error that concerns them all."""
    answers: list[CallResult] = []
    for start in range(0, len(calls), MAX_CALLS_PER_EXECUTE):
        answers += await _execute_batch(client, calls[start : start + MAX_CALLS_PER_EXECUTE])
    return answers


async def _execute_batch(client: VkClient, calls: Sequence[ApiCall]) -> list[CallResult]:
    code = "return [" + ", ".join(one.script for one in calls) + "];"
    answer = await client.execute(code)
    results, errors = answer.get("response"), answer.get("execute_errors", [])
    if not isinstance(results, list) or len(results) != len(calls) or not isinstance(errors, list):
        raise TemporaryFailure("VK: unexpected answer to execute")
    failed = iter(errors)
    pairs = zip(calls, results, strict=True)
    return [_call_error(one, next(failed, None)) if result is False else result for one, result in pairs]


def _call_error(call: ApiCall, error: Any) -> MessengerError:
    if not isinstance(error, dict) or not isinstance(error.get("error_code"), int):
        return TemporaryFailure(f"VK: {call.method} failed within execute")
    return translate_error(error["error_code"], call.method, str(error.get("error_msg", "")))
