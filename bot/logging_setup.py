"""Logging of actions and ids; the root handler removes secrets from every message.

A secret is known in two ways: by its value, if it is in the configuration, and by its form (`SECRET_FORMS`), wherever
it comes from: an address in an exception, a header in a library's debug output.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import quote

MASK = "…"
MIN_KNOWN_SECRET_CHARS = 6
"""Shorter values of the configuration are not masked: they would hide ordinary words."""

_STANDARD_ATTRIBUTES = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}

_NAMES = r"token|secret|passw(?:or)?d|authorization|api[_-]?key"
_QUOTED_OR_BARE = r"""(?:"[^"]*"|'[^']*'|[^\s"'&,;)}]+)"""
_DASH = r"\s.()‐‑–-"


@dataclass(frozen=True, slots=True)
class SecretForm:
    """A form that secrets have; ``replacement`` keeps what is around the secret."""

    name: str
    pattern: re.Pattern[str]
    replacement: str = MASK


SECRET_FORMS = (
    SecretForm("password in an address", re.compile(r"(://[^\s/:@\"']*:)[^\s\"']*@"), rf"\1{MASK}@"),
    SecretForm("Telegram token", re.compile(r"(?<!\d)\d{6,12}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")),
    SecretForm("Telegram token in a path", re.compile(r"(?<=/bot)\d+(?::|%3[Aa])[^/\s\"']+")),
    SecretForm("VK token", re.compile(r"vk1\.a\.[A-Za-z0-9_-]{10,}")),
    SecretForm("VK service key or older token", re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{60,}")),
    SecretForm(
        "value of a named secret",
        re.compile(rf"(?i)((?:{_NAMES}|confirmation)[\"']?\s*[=:]\s*(?:bearer\s+|b(?=[\"']))?){_QUOTED_OR_BARE}"),
        rf"\1{MASK}",
    ),
    SecretForm(
        "named secret of a pair",
        re.compile(rf"(?i)((?:{_NAMES})[\"']\s*,\s*b?){_QUOTED_OR_BARE}(?=\s*\))"),
        rf"\1{MASK}",
    ),
    SecretForm(
        "secret in a query", re.compile(r"([?&](?:key|sig|sign|hash|code|start|ref)=)[^&\s\"'>)]+"), rf"\1{MASK}"
    ),
    SecretForm("invitation code", re.compile(r"(/start(?:@\w+)?\s+)[^\s\"']+"), rf"\1{MASK}"),
    SecretForm(  # MAX's tokens and other random words
        "random word",
        re.compile(r"(?<![\w.-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[A-Za-z0-9_-]{32,}"),
    ),
    SecretForm(
        "Russian phone number",
        re.compile(
            rf"(?:\+7|(?<![\w.+-])[78])[{_DASH}]{{0,3}}\d{{3}}[{_DASH}]{{0,3}}\d{{3}}[{_DASH}]?\d{{2}}[{_DASH}]?\d{{2}}(?!\d)"
        ),
    ),
    SecretForm("landline", re.compile(r"\(\d{3,5}\)\s?\d{1,3}[\s‑-]?\d{2}[\s‑-]?\d{2}(?!\d)")),
)


def scrub(text: str) -> str:
    """Return *text* without anything that has the form of a secret or a phone number."""
    for form in SECRET_FORMS:
        text = form.pattern.sub(form.replacement, text)
    return text


class ScrubbingFormatter(logging.Formatter):
    """Format as ``moment LEVEL logger: message key=value …``, without secrets; *known_secrets* are those of the
    configuration."""

    def __init__(self, known_secrets: Iterable[str] = ()) -> None:
        super().__init__()
        known = {one for one in known_secrets if len(one) >= MIN_KNOWN_SECRET_CHARS}
        spellings = {spelling for one in known for spelling in (one, quote(one, safe=""))}
        # The longest first: one secret may begin with another.
        alternatives = "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
        self._known = re.compile(alternatives or r"(?!)")

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        extra = " ".join(
            f"{name}={json.dumps(value, ensure_ascii=False, default=str)}"
            for name, value in record.__dict__.items()
            if name not in _STANDARD_ATTRIBUTES
        )
        line = f"{moment} {record.levelname} {record.name}: {record.getMessage()}" + (f" {extra}" if extra else "")
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return scrub(self._known.sub(MASK, line))


def configure(level: int = logging.INFO, known_secrets: Iterable[str] = ()) -> None:
    """Log to standard error; libraries log warnings only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ScrubbingFormatter(known_secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in ("aiogram", "apscheduler", "vk_api", "urllib3", "aiohttp.access", "alembic", "asyncio", "pymorphy3"):
        logging.getLogger(name).setLevel(logging.WARNING)


def print_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an unexpected error as Python would, without secrets; for ``sys.excepthook``."""
    sys.stderr.write(scrub("".join(traceback.format_exception(kind, error, trace))))
