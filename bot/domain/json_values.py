"""Cleaning of JSON that comes from outside: both databases accept what is left."""

import json
import math
from typing import Any

MAX_DEPTH = 128
"""Levels of nesting that are kept; VK allows 45 levels of forwarded messages, each of which is two of these."""

TOO_DEEP = "(nested too deeply)"


def sanitize_json(value: Any, depth: int = 0) -> Any:
    """Return *value* as PostgreSQL accepts it.

    NUL is removed, a lone surrogate becomes U+FFFD, a number that is none (NaN, infinity) becomes its name, and
    :data:`TOO_DEEP` replaces what is nested deeper than :data:`MAX_DEPTH`.
    """
    if isinstance(value, str):
        return _sanitize_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict | list | tuple) and depth >= MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, dict):
        return {_sanitize_text(key): sanitize_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sanitize_json(item, depth + 1) for item in value]
    return value


def clean_json_text(value: Any) -> str | None:
    """Return *value* as JSON, if :func:`sanitize_json` would change nothing; ``None`` if it might.

    Python needs longer to look at every part of an update than to write the whole of it.
    """
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    may_be_deep = text.count("{") + text.count("[") > MAX_DEPTH
    # Emoji are pairs of surrogates.
    return None if may_be_deep or "\\u0000" in text or "\\ud" in text else text


def _sanitize_text(text: str) -> str:
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
