"""One request to a method: its parameters, however they were encoded."""

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import bad_request

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a multipart request."""

    name: str
    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """Parameters by name. Values are strings (form) or JSON values; both are understood, as by the real server."""

    method: str
    params: dict[str, Any]
    files: dict[str, SentFile] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return self.params.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """A string; empty when absent."""
        value = self.params.get(name)
        if value is None:
            return ""
        if isinstance(value, bool | list | dict):
            raise bad_request(f'field "{name}" must be a String')
        return str(value)

    def integer(self, name: str) -> int | None:
        """An integer; ``None`` when absent."""
        value = self.params.get(name)
        if value in (None, ""):
            return None
        try:
            if isinstance(value, bool | float | list | dict):
                raise ValueError
            return int(str(value))
        except ValueError:
            raise bad_request(f'field "{name}" must be a valid Number') from None

    def number(self, name: str) -> float | None:
        """A float; ``None`` when absent."""
        if not self.has(name):
            return None
        try:
            return float(self.text(name))
        except ValueError:
            raise bad_request(f'field "{name}" must be a valid Number') from None

    def flag(self, name: str) -> bool:
        """A boolean, written in any way the server takes."""
        value = self.params.get(name)
        return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "yes", "1")

    def json_value(self, name: str) -> Any:
        """A JSON value, given as such or as a string; ``None`` when absent."""
        value = self.params.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def array(self, name: str) -> list[Any] | None:
        value = self.json_value(name)
        if value is not None and not isinstance(value, list):
            raise bad_request(f'field "{name}" must be of type Array')
        return value

    def object(self, name: str) -> Json | None:
        value = self.json_value(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f'field "{name}" must be of type Object')
        return value
