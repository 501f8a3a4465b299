"""Faults of the messengers' servers during a crash run: answers that no client can read, and absurd orders to wait."""

from random import Random

from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from sandbox.telegram.server import api_fault

UNREADABLE_KINDS = (
    *(FaultKind.HTTP_500, FaultKind.HTML_502, FaultKind.PAGE_1251),
    *(FaultKind.ENDLESS, FaultKind.GZIP_BOMB, FaultKind.DEEP_JSON),
)
"""Faults in place of a call: the sandbox does not carry it out, so that a repetition is no message too many."""

DAY_SECONDS = 86_400


def order_server_fault(sandbox: Sandbox, random: Random, *, may_ask_for_a_day: bool) -> str:
    """Let the next poll or the next message of one messenger fail; return a description.

    *may_ask_for_a_day*: Telegram may also refuse a poll for a day, which ends with the process.
    """
    faults, *methods = random.choice(
        (
            (sandbox.telegram.faults, "getUpdates", "sendMessage"),
            (sandbox.vk.faults, "longpoll", "messages.send"),
            (sandbox.max.faults, "getUpdates", "sendMessage"),
        )
    )
    if may_ask_for_a_day and random.random() < 0.1:
        fault = api_fault(429, f"Too Many Requests: retry after {DAY_SECONDS}", retry_after=DAY_SECONDS)
        sandbox.telegram.faults.order("getUpdates", fault)
        return "a poll of Telegram has to wait for a day"
    method, kind = random.choice(methods), random.choice(UNREADABLE_KINDS)
    faults.order(method, Fault(kind))
    return f"{kind} at {method}"
