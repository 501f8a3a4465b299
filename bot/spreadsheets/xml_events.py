"""XML of a foreign file as a stream of events: no entities, no declarations, no part of it kept."""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import IO, NamedTuple
from xml.parsers import expat

from bot.domain.imports import FileFault, UnreadableFile

_CHUNK_BYTES = 1 << 16
_MAX_TOKEN_BYTES = 4 << 20
"""Bytes of one tag or comment; expat keeps it until its end, and the whole file can be one tag."""

_MAX_TEXT_CHARS = 1 << 20
_MAX_DEPTH = 64


class Kind(Enum):
    """The begin or the end of an element."""

    START = auto()
    END = auto()


class Event(NamedTuple):
    """``name`` without its prefix; ``text``: what is written in an element that has ended, if nothing is inside it."""

    kind: Kind
    name: str
    attributes: Mapping[str, str]
    text: str


_NO_ATTRIBUTES: Mapping[str, str] = {}


def read_xml(stream: IO[bytes]) -> Iterator[Event]:
    """Yield the begins and ends of elements in *stream*.

    Raises :class:`UnreadableFile` for a document type or an endless token, and for what is no XML.
    """
    events = _Events()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = events.on_start
    parser.EndElementHandler = events.on_end
    parser.CharacterDataHandler = events.on_text
    parser.StartDoctypeDeclHandler = events.on_doctype
    fed = 0
    is_last = False
    while not is_last:
        chunk = stream.read(_CHUNK_BYTES)
        is_last = not chunk
        try:
            parser.Parse(chunk, is_last)
        except expat.ExpatError:
            raise UnreadableFile(FileFault.DAMAGED) from None
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > _MAX_TOKEN_BYTES:
            raise UnreadableFile(FileFault.UNSAFE)
        yield from events.ready
        events.ready.clear()


class _Events:
    def __init__(self) -> None:
        self.ready: list[Event] = []
        self._names: dict[str, str] = {}
        self._text: list[str] = []
        self._chars = 0
        self._depth = 0

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnreadableFile(FileFault.UNSAFE)
        self._forget_text()
        self.ready.append(Event(Kind.START, self._short(name), attributes, ""))

    def on_end(self, name: str) -> None:
        self._depth -= 1
        self.ready.append(Event(Kind.END, self._short(name), _NO_ATTRIBUTES, "".join(self._text)))
        self._forget_text()

    def on_text(self, text: str) -> None:
        self._chars += len(text)
        if self._chars > _MAX_TEXT_CHARS:
            raise UnreadableFile(FileFault.TOO_LARGE)
        self._text.append(text)

    def on_doctype(self, *_: object) -> None:
        raise UnreadableFile(FileFault.UNSAFE)

    def _forget_text(self) -> None:
        if self._text:
            self._text = []
            self._chars = 0

    def _short(self, name: str) -> str:
        short = self._names.get(name)
        if short is None:
            short = name.rpartition(":")[2]
            if len(self._names) < 1000:
                self._names[name] = short
        return short
