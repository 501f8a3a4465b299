"""XML of a foreign file, handed over piece by piece: no entities, no document types, no part of it kept."""

from collections.abc import Iterator
from typing import IO, Protocol
from xml.parsers import expat

from bot.domain.imports import FileFault, UnreadableFile

_CHUNK_BYTES = 1 << 16

_MAX_TOKEN_BYTES = 4 << 20
"""Bytes of one tag or comment: expat keeps it until its end, and a whole file can be one tag."""


class Handler(Protocol):
    """A reader of one kind of document. Names of elements come as they are written, with their prefix."""

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def on_end(self, name: str) -> None:
        """An element ends."""

    def on_text(self, text: str) -> None:
        """A piece of the text between tags."""


def feed(stream: IO[bytes], handler: Handler) -> Iterator[None]:
    """Hand *stream* over to *handler*, and yield after each piece, so that what has been read can be taken.

    Raises :class:`UnreadableFile` for a document type, an endless tag, and for what is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = handler.on_start
    parser.EndElementHandler = handler.on_end
    parser.CharacterDataHandler = handler.on_text
    parser.StartDoctypeDeclHandler = _refuse_document_type
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
        yield


def local_name(name: str) -> str:
    """Return the name of an element without its prefix."""
    return name.rpartition(":")[2]


def _refuse_document_type(*_: object) -> None:
    raise UnreadableFile(FileFault.UNSAFE)
