"""The data of a refusal, as its words need it."""

from dataclasses import dataclass

from bot.domain.notifications.base import Notification, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalDetails:
    """Everything that a refusal may name; the code of :mod:`bot.domain.errors` says which words use it."""

    number: int | None = stored(default=None, omit_default=True)
    name: str | None = stored(default=None, omit_default=True)
    state: str | None = stored(default=None, omit_default=True)
    step: str | None = stored(default=None, omit_default=True)
    sector: str | None = stored(default=None, omit_default=True)
    lead: int | None = stored(default=None, omit_default=True)
    right: str | None = stored(default=None, omit_default=True)
    messenger: str | None = stored(default=None, omit_default=True)
    command: str | None = stored(default=None, omit_default=True)
    commands: str | None = stored(default=None, omit_default=True)
    owner: str | None = stored(default=None, omit_default=True)
    limit: int | None = stored(default=None, omit_default=True)


class Refused(Notification, code="refused"):
    """Refusal of an official's message."""

    refusal: str
    details: RefusalDetails = stored(flatten=True)

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return (self.details.number,) if self.details.number is not None else ()
