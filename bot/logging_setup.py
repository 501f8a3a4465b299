"""Logging of actions and ids; the root handler removes secrets from every message."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

_SECRETS = re.compile(
    r"\b\d{6,12}:[A-Za-z0-9_-]{20,}"  # a Telegram token
    r"|vk1\.a\.[A-Za-z0-9_-]{10,}"  # a VK token
    r"|(?<=access_token=)[^&\s]+"
    r"|(?<=bot)\d+:[^/\s]+"
    r"|(?:\+7|\b8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}\b"  # a Russian phone number
)

_STANDARD_ATTRIBUTES = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}


def scrub(text: str) -> str:
    """Return *text* without tokens and phone numbers."""
    return _SECRETS.sub("…", text)


class ScrubbingFormatter(logging.Formatter):
    """Format as ``moment LEVEL logger: message key=value …``, without secrets."""

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
        return scrub(line)


def configure(level: int = logging.INFO) -> None:
    """Log to standard error; libraries log warnings only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ScrubbingFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("aiogram", "apscheduler", "vk_api", "urllib3", "aiohttp.access", "alembic", "asyncio", "pymorphy3"):
        logging.getLogger(name).setLevel(logging.WARNING)
