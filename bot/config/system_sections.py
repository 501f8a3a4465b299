"""``[[systems]]``: other systems that messages come from, and the headings of their tables."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.config.fields import SectorCode, ShortText, parse_words
from bot.config.section import Section

Headings = Annotated[tuple[ShortText, ...], BeforeValidator(parse_words)]
"""One heading, or several: see ``config.example.toml``."""


class SystemEntry(Section):
    """A system; ``columns``: field → headings of its table; ``finished``: statuses that mean «closed there»."""

    code: SectorCode
    title: ShortText | None = None
    columns: dict[str, Headings] = Field(default_factory=dict)
    finished: tuple[ShortText, ...] = ()
