"""One request: its parameters, read strictly."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.max.errors import bad_request

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a method: parts of the path, the query, the body."""

    name: str
    path: dict[str, str]
    query: dict[str, str]
    body: Json = field(default_factory=dict)

    def reject_unknown(self, *known: str) -> None:
        """Refuse what the method does not know."""
        for name in self.query:
            if name not in known:
                raise bad_request(f"unknown parameter {name}")

    def integer(self, name: str) -> int | None:
        """An integer of the query; ``None`` when absent."""
        value = self.query.get(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise bad_request(f"{name}: not a number") from None

    def integer_in_range(self, name: str, least: int, most: int, default: int) -> int:
        """An integer of the query that must lie in a range."""
        value = self.integer(name)
        if value is None:
            return default
        if not least <= value <= most:
            raise bad_request(f"{name}: must be from {least} to {most}")
        return value

    def text(self, name: str) -> str:
        """A text of the query that must be there."""
        value = self.query.get(name, "").strip()
        if not value:
            raise bad_request(f"{name} is required")
        return value

    def flag(self, name: str) -> bool:
        value = self.query.get(name)
        if value not in (None, "true", "false"):
            raise bad_request(f"{name}: must be true or false")
        return value == "true"

    def chat_id(self) -> int:
        """The chat of the path."""
        return int(self.path["chat_id"])
