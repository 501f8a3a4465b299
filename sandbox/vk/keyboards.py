"""VK's rules for keyboards (dev.vk.com, «Клавиатура»); what breaks them is error 911."""

import json
from typing import Any

from sandbox.vk.errors import VkError

INLINE_ROWS, INLINE_COLUMNS, INLINE_BUTTONS = 6, 5, 10
PLAIN_ROWS, PLAIN_COLUMNS, PLAIN_BUTTONS = 10, 5, 40
MAX_LABEL_LENGTH, MAX_PAYLOAD_BYTES = 40, 255
COLORS = {"primary", "secondary", "negative", "positive"}


def parse_keyboard(text: str) -> dict[str, Any] | None:
    """The keyboard that the parameter describes; ``None`` for an empty one."""
    try:
        keyboard = json.loads(text)
    except ValueError:
        raise VkError(911, "keyboard is not valid JSON") from None
    if not isinstance(keyboard, dict) or not isinstance(keyboard.get("buttons"), list):
        raise VkError(911, "buttons is required")
    rows: list[Any] = keyboard["buttons"]
    inline = bool(keyboard.get("inline"))
    if inline and "one_time" in keyboard and keyboard["one_time"]:
        raise VkError(911, "one_time is not supported for inline keyboards")
    most_rows, most_columns, most = (
        (INLINE_ROWS, INLINE_COLUMNS, INLINE_BUTTONS) if inline else (PLAIN_ROWS, PLAIN_COLUMNS, PLAIN_BUTTONS)
    )
    if len(rows) > most_rows:
        raise VkError(911, "too many rows")
    if not all(isinstance(row, list) and 0 < len(row) <= most_columns for row in rows):
        raise VkError(911, "a row is empty or too wide")
    if sum(len(row) for row in rows) > most:
        raise VkError(911, "too many buttons")
    for row in rows:
        for button in row:
            _check_button(button)
    return keyboard if rows else None


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("action"), dict):
        raise VkError(911, "action is required")
    action: dict[str, Any] = button["action"]
    kind = action.get("type")
    if kind not in {"text", "callback", "open_link", "location", "open_app", "vkpay"}:
        raise VkError(911, "unknown type of action")
    if kind in {"text", "callback", "open_link"} and not 0 < len(str(action.get("label", ""))) <= MAX_LABEL_LENGTH:
        raise VkError(911, "label is empty or too long")
    if kind == "open_link" and not str(action.get("link", "")).startswith(("http://", "https://")):
        raise VkError(911, "link is not an address")
    payload = action.get("payload")
    if payload is not None:
        _check_payload(payload)
    color = button.get("color")
    if color is not None and (color not in COLORS or kind not in {"text", "callback"}):
        raise VkError(911, "color is not allowed here")


def _check_payload(payload: Any) -> None:
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    if len(text) > MAX_PAYLOAD_BYTES:
        raise VkError(911, "payload is too long")
    try:
        json.loads(text)
    except ValueError:
        raise VkError(911, "payload is not valid JSON") from None
