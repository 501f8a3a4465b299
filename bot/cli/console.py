"""The console: standard streams of any encoding, long or foreign lines of input, and readers that go away."""

import codecs
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

_SIGNS = {"✓": "+", "✗": "x", "—": "-", "–": "-", "…": "...", "«": '"', "»": '"', "№": "N", "≤": "<="}
"""Replacements for signs that a console of another encoding (cp866, cp1251) lacks."""

_MAX_UTF16_BYTES = 64 << 20
_ERROR_HANDLER = "mcu-signs"


def prepare_streams() -> None:
    """Let the standard streams write every text.

    In an encoding with Russian letters a missing sign is replaced; without them (ASCII) the streams write UTF-8.
    """
    codecs.register_error(_ERROR_HANDLER, _replace_sign)
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        try:
            "ы".encode(stream.encoding)
        except UnicodeEncodeError:
            stream.reconfigure(encoding="utf-8", errors=_ERROR_HANDLER)
        else:
            stream.reconfigure(errors=_ERROR_HANDLER)


def _replace_sign(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_SIGNS.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


def discard_output() -> None:
    """Write nothing more to standard output: its reader has gone, and Python would fail again when it exits."""
    with suppress(OSError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def read_lines(stream: BinaryIO, limit: int, print_error: Callable[[str], None]) -> Iterator[str | None]:
    """Yield the lines of *stream*; ``None`` for one above *limit* bytes.

    The encoding is UTF-8, UTF-16 if the stream begins with its mark, or Windows-1251, of which *print_error* is told.
    """
    is_told = False
    for line in _split_lines(stream, limit):
        if line is None:
            yield None
            continue
        try:
            yield line.decode("utf-8-sig")
        except UnicodeDecodeError:
            if not is_told:
                is_told = True
                print_error("Входные строки не в UTF-8: читаю их как windows-1251. Если текст неверен, дайте UTF-8.")
            yield line.decode("cp1251", "replace")


def _split_lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    line = stream.readline(limit)
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # a file, never a person who types
        data = line + stream.read(_MAX_UTF16_BYTES)
        yield from (text.encode() for text in data.decode("utf-16", "replace").splitlines())
        return
    while line:
        if len(line) < limit or line.endswith(b"\n"):
            yield line
        else:
            while line and not line.endswith(b"\n"):
                line = stream.readline(limit)
            yield None
        line = stream.readline(limit)
