"""Reading a method's parameters, which come as strings and are checked like VK checks them."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.vk.errors import invalid_parameter


class Params:
    """The parameters of one call."""

    def __init__(self, raw: Mapping[str, str]) -> None:
        self.raw = dict(raw)

    def has(self, name: str) -> bool:
        return self.raw.get(name, "") != ""

    def text(self, name: str, default: str = "") -> str:
        return self.raw.get(name, default)

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; absent and without a *default* it is an error."""
        if not self.has(name):
            if default is None:
                raise invalid_parameter(f"{name} is undefined")
            return default
        return _whole(name, self.raw[name])

    def flag(self, name: str) -> bool:
        value = self.raw.get(name, "0").lower()
        if value not in {"0", "1", "", "true", "false"}:
            raise invalid_parameter(f"{name} should be boolean")
        return value in {"1", "true"}

    def integers(self, name: str, limit: int) -> list[int]:
        """Comma-separated whole numbers, at most *limit* of them."""
        values = [_whole(name, part) for part in self.raw.get(name, "").split(",") if part.strip()]
        if len(values) > limit:
            raise invalid_parameter(f"{name} contains more than {limit} elements")
        return values

    def document(self, name: str) -> Any:
        """A JSON document in a string."""
        try:
            return json.loads(self.raw[name])
        except ValueError:
            raise invalid_parameter(f"{name} is not valid JSON") from None


def _whole(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise invalid_parameter(f"{name} not integer") from None
