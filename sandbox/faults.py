"""Faults to order: the next calls of a method fail the way real servers fail."""

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """The kind of failure of a call."""

    ANSWER = "answer"  # an error answer of the messenger's own; ``answer`` holds its body
    HTTP_500 = "http_500"  # a server error with a page that is no JSON
    HTML_502 = "html_502"  # a proxy whose server is away
    PAGE_1251 = "page_1251"  # a provider's page in windows-1251, with ``status``
    ENDLESS = "endless"  # a body that does not end
    GZIP_BOMB = "gzip_bomb"  # a small body that becomes a large one
    DEEP_JSON = "deep_json"  # a hundred thousand levels of arrays
    HANG = "hang"  # accepts and never answers
    DROP = "drop"  # carries the call out, then drops the connection
    REFUSE = "refuse"  # drops the connection before doing anything


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; ``answer`` matters for :attr:`FaultKind.ANSWER` alone, ``status`` where the kind names none."""

    kind: FaultKind
    status: int = 200
    answer: dict[str, Any] | None = None


class Faults:
    """A first-in, first-out list of faults per method; ``"*"`` means any method. A server that is *down* fails every
    call until it is *up* again."""

    def __init__(self) -> None:
        self._ordered: dict[str, deque[Fault]] = defaultdict(deque)
        self._lasting: dict[str, Fault] = {}
        self.has_dropped = False
        """True once a call was carried out whose caller has not heard of it."""

    def start_outage(self, kind: FaultKind = FaultKind.REFUSE, method: str = "*") -> None:
        """From now on every call (of *method*) fails so."""
        self._lasting[method] = Fault(kind)

    def end_outage(self) -> None:
        """The server works again."""
        self._lasting.clear()

    def order(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next *times* calls of *method* fail so."""
        self._ordered[method].extend([fault] * times)

    def clear(self) -> None:
        self._ordered.clear()

    def next_fault(self, method: str) -> Fault | None:
        """Return the fault that this call must meet, if any."""
        fault = self._find_next(method)
        self.has_dropped |= fault is not None and fault.kind is FaultKind.DROP
        return fault

    def _find_next(self, method: str) -> Fault | None:
        for name in (method, "*"):
            if name in self._lasting:
                return self._lasting[name]
            if self._ordered[name]:
                return self._ordered[name].popleft()
        return None
