"""Outgoing content: a small tree of spans, buttons and media that each messenger renders, escapes and cuts itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.messengers.events import Media


@dataclass(frozen=True, slots=True)
class Text:
    """Plain characters; line breaks are ``\\n``. Never markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words, set apart as a block of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """The name of a person, which opens their page where the messenger can do that; never somebody's own markup."""

    text: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Mono:
    """Words to be copied as they are: where the messenger has such a type, one tap on it copies them."""

    text: str


Span = Text | Bold | Link | Mention | Quote | Mono


@dataclass(frozen=True, slots=True)
class Button:
    """A button that returns a short code when it is pressed.

    One with a ``url`` opens that page instead; one with ``copies`` puts that text into the clipboard instead (left out
    if the text is longer than `Capabilities.copy_button_limit`).
    """

    text: str
    code: str = ""
    url: str | None = None
    copies: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A message to one person, for any messenger to render.

    ``whole``: it must stay one message (a card that will be edited), so a long text is cut at a word. Otherwise a long
    text becomes several messages, split at paragraphs, with the keyboard under the last.
    """

    spans: tuple[Span, ...] = ()
    keyboard: tuple[tuple[Button, ...], ...] = ()
    media: tuple[Media, ...] = ()
    whole: bool = False

    @classmethod
    def of(cls, *spans: Span | str, keyboard: Sequence[Sequence[Button]] = (), whole: bool = False) -> "Content":
        """Make content from spans; bare strings are plain text."""
        return cls(
            tuple(Text(span) if isinstance(span, str) else span for span in spans),
            tuple(tuple(row) for row in keyboard),
            whole=whole,
        )

    @property
    def plain_text(self) -> str:
        """The text without its formatting."""
        return "".join(span.text for span in self.spans)

    def with_media(self, media: Sequence[Media]) -> "Content":
        return replace(self, media=tuple(media))
