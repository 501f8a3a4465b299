"""The systems from which messages are entered by hand or imported, by their code in the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.domain.sources import messenger_of
from bot.domain.text_normal import fold

KNOWN_SYSTEMS: dict[str, str] = {
    "pos": "ПОС",
    "incident": "Инцидент Менеджмент",
    "ecur": "ЕЦУР",
    "ecpur": "ЕЦПУР",
    "smls": "СМ ЛС",
    "sakhalin": "Сахалин.Онлайн",
    "sed": "СЭД",
    "phone": "Телефон",
    "visit": "Личный приём",
}
"""Code → title, as a person writes it who enters a message."""

SPOKEN_SYSTEMS = frozenset({"phone", "visit"})
"""Sources that are no systems: who typed the message in tells its author the answer."""

_CODES = {fold(title): code for code, title in KNOWN_SYSTEMS.items()}


def source_names(code: str) -> tuple[str, ...]:
    """Return the forms in which a ticket's source names the system *code*."""
    title = KNOWN_SYSTEMS.get(code)
    return (code,) if title is None else (code, title)


def source_code(source: str) -> str:
    """Return the code of a ticket's source: of the messenger (``vk`` for ``vk:123``), or of the system it names."""
    return _CODES.get(fold(source.strip()), messenger_of(source))


@dataclass(frozen=True)
class Systems:
    """The systems of one municipality: the known ones, and those of ``[[systems]]`` with titles of their own.

    A ticket names a known system by its built-in title, and one of the municipality's own by its code: so a title can
    change, and rules find the ticket nevertheless.
    """

    own_titles: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Code → title for people."""
        return {**KNOWN_SYSTEMS, **self.own_titles}

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        own = {fold(name): code for code, title in self.own_titles.items() for name in (code, title)}
        return {**_CODES, **own}

    def __contains__(self, code: str) -> bool:
        return code in self.titles

    def stored_name(self, source: str) -> str:
        """Return the form in which a ticket names the source that a person has typed or chosen."""
        code = self._codes.get(fold(source.strip()))
        return source if code is None else source_names(code)[-1]

    def entered(self, account: str | None, source: str) -> str | None:
        """Return the code of the system into which a person enters what is said to the author of a ticket.

        ``None`` for a ticket of a messenger (it has an *account*), of a telephone call, or of any other source.
        """
        code = source_code(source) if account is None else ""
        return code if code in self.titles and code not in SPOKEN_SYSTEMS else None

    def title(self, source: str) -> str:
        """Return the title of a ticket's source; of a source that is no system, the source."""
        code = source_code(source)
        is_code = source == code
        return self.own_titles.get(code) or (KNOWN_SYSTEMS.get(code, source) if is_code else source)
