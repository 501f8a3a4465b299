"""The town's themes, its own words for blocks, themes and built-in topics, and what of them is switched off."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from zlib import crc32

from bot.domain.sectors import STANDARD_SECTORS, Sector, Theme
from bot.domain.text_normal import fold

MAX_WORD_CHARS = 60
MAX_TITLE_CHARS = 100
MAX_WORDS_OF_ONE = 200
"""Words of one block, theme or topic; more would name everything."""
MAX_THEMES = 100
"""Themes of a town: more could be neither read nor told apart."""
MAX_WORDS_AT_ONCE = 20
"""Words of one message: somebody who sends a whole dictionary has not looked at it."""


_STANDARD_CODES = {fold(title): code for code, title in STANDARD_SECTORS.items()}


def new_theme_code(title: str, taken: Container[str]) -> str:
    """Return the code of a theme that the chat adds: a standard one, with its words, for a standard title.

    The same title has the same code again after it was removed.
    """
    standard = _STANDARD_CODES.get(fold(title))
    if standard is not None and standard not in taken:
        return standard
    numbered = (fold(title) + (str(number) if number else "") for number in count())
    codes = (f"own_{crc32(one.encode()):x}" for one in numbered)
    return next(code for code in codes if code not in taken)


class OwnerKind(StrEnum):
    """The kinds of things that have words. Stored."""

    SECTOR = "sector"
    THEME = "theme"
    TOPIC = "topic"  # built in; its code is its name


_LETTERS = {OwnerKind.SECTOR: "s", OwnerKind.THEME: "t", OwnerKind.TOPIC: "p"}


@dataclass(frozen=True, slots=True)
class Owner:
    """A block, theme or topic that has words."""

    kind: OwnerKind
    code: str

    @property
    def key(self) -> str:
        """A short code for buttons, which stays the same in later releases."""
        return f"{_LETTERS[self.kind]}{crc32(self.code.encode()):x}"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word of the town, or its beginning. ``added_by``: who added it in the chat; ``None``: the file names it."""

    id: int
    owner: Owner
    word: str
    added_by: int | None = None


@dataclass(frozen=True, slots=True)
class TopicBook:
    """Everything that the town has said about its topics; ``version`` changes with every change in the database.

    ``removed_titles``: the titles of themes that the chat has removed, by code; tickets still name them.
    """

    themes: tuple[Theme, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    switched_off: frozenset[Owner] = frozenset()
    version: str = field(default="", compare=False)
    removed_titles: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of_file(cls, sectors: Iterable[Sector], themes: Iterable[Theme]) -> "TopicBook":
        """Return what the configuration says."""
        sectors, themes = tuple(sectors), tuple(themes)
        owners = [(Owner(OwnerKind.SECTOR, one.code), one.keywords) for one in sectors]
        owners += [(Owner(OwnerKind.THEME, one.code), one.keywords) for one in themes]
        words = [Keyword(0, owner, word) for owner, own in owners for word in dict.fromkeys(own)]
        return cls(tuple(replace(one, keywords=()) for one in themes), tuple(words))

    def keywords_of(self, owner: Owner) -> tuple[Keyword, ...]:
        return tuple(one for one in self.keywords if one.owner == owner)

    def words_of(self, owner: Owner) -> tuple[str, ...]:
        return tuple(one.word for one in self.keywords_of(owner))

    def find_theme(self, code: str) -> Theme | None:
        return next((one for one in self.themes if one.code == code), None)

    def is_off(self, owner: Owner) -> bool:
        return owner in self.switched_off

    def sectors(self, known: Iterable[Sector]) -> tuple[Sector, ...]:
        """Return the blocks, each with its words of this book."""
        return tuple(replace(one, keywords=self.words_of(Owner(OwnerKind.SECTOR, one.code))) for one in known)

    def all_themes(self, sector_codes: Iterable[str]) -> tuple[Theme, ...]:
        """Return the themes with their words; one whose block is not configured any more belongs to none."""
        codes = frozenset(sector_codes)
        return tuple(
            replace(
                one,
                sector=one.sector if one.sector in codes else None,
                keywords=self.words_of(Owner(OwnerKind.THEME, one.code)),
            )
            for one in self.themes
        )

    def themes_in_use(self, sector_codes: Iterable[str]) -> tuple[Theme, ...]:
        """Return the themes that are not switched off."""
        return tuple(one for one in self.all_themes(sector_codes) if not self.is_off(Owner(OwnerKind.THEME, one.code)))

    def topic_words(self) -> dict[str, tuple[str, ...]]:
        """Return the town's words of built-in topics, by the name of the topic."""
        topics = dict.fromkeys(one.owner for one in self.keywords if one.owner.kind is OwnerKind.TOPIC)
        return {owner.code: self.words_of(owner) for owner in topics}

    def topics_off(self) -> frozenset[str]:
        """Return the names of the built-in topics that the town does not use."""
        return frozenset(one.code for one in self.switched_off if one.kind is OwnerKind.TOPIC)


@dataclass(frozen=True, slots=True)
class BookDifference:
    """The differences between the file and the database, in titles: what applying the file would do."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.reworded)


def compare(stored: TopicBook, wanted: TopicBook, sectors: Iterable[Sector]) -> BookDifference:
    """Return how *wanted*, the file's book, differs from *stored*; what the chat added is no difference."""
    known = {one.code: one for one in stored.themes}
    names = {one.code for one in wanted.themes}
    titles = {Owner(OwnerKind.SECTOR, one.code): one.title for one in sectors}
    titles |= {Owner(OwnerKind.THEME, one.code): one.title for one in wanted.themes if one.code in known}
    return BookDifference(
        added=tuple(one.title for one in wanted.themes if one.code not in known),
        changed=tuple(one.title for one in wanted.themes if one.code in known and one != known[one.code]),
        removed=tuple(one.title for one in stored.themes if one.code not in names and not one.added_by),
        reworded=tuple(title for owner, title in titles.items() if _of_file(stored, owner) != _of_file(wanted, owner)),
    )


def _of_file(book: TopicBook, owner: Owner) -> set[str]:
    return {one.word for one in book.keywords_of(owner) if one.added_by is None}
