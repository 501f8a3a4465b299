"""Cleaning of JSON before it is stored: PostgreSQL refuses NUL and lone surrogates."""

from typing import Any


def sanitize_json(value: Any) -> Any:
    """Return *value* without NUL, and with U+FFFD for every lone surrogate."""
    if isinstance(value, str):
        return _sanitize_text(value)
    if isinstance(value, dict):
        return {_sanitize_text(key): sanitize_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sanitize_json(item) for item in value]
    return value


def _sanitize_text(text: str) -> str:
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
