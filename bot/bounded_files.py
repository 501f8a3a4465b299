"""Reading of files that people hand over: ordinary files, up to a limit, in the encodings of their programs."""

import codecs
import errno
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

_PIECE_BYTES = 1 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def open_regular(file: Path) -> BinaryIO:
    """Open an ordinary file for reading.

    Raises ``OSError``; with ``ENODEV`` for a pipe or a device, which may never end.
    """
    # Without O_NONBLOCK, opening a pipe waits for its writer.
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    code = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENODEV
    raise OSError(code, os.strerror(code), str(file))


def read_bounded(file: Path, limit: int) -> bytes:
    """Return the content of an ordinary file; raise ``OSError`` with ``EFBIG`` above *limit* bytes."""
    with open_regular(file) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(file))
    return data


def text_encoding(stream: BinaryIO) -> str:
    """Return the encoding of a text: UTF-8, or what programs on Windows write.

    That is UTF-16 («Текст Юникод» of a spreadsheet) or Windows-1251. *stream* is read to its end, piece by piece, and
    is at its beginning afterwards.
    """
    stream.seek(0)
    head = stream.read(_PIECE_BYTES)
    try:
        if head.startswith(_UTF16_MARKS):
            return "utf-16"
        if b"\x00" in head[:200]:
            # Digits and separators are below 256: their upper byte is zero, at odd places if the lower byte is first.
            is_little = head[1:200:2].count(0) >= head[0:200:2].count(0)
            return "utf-16-le" if is_little else "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        while head:
            decoder.decode(head)
            head = stream.read(_PIECE_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1251"
    finally:
        stream.seek(0)
    return "utf-8-sig"


def decode_text(data: bytes) -> str:
    """Decode the text of a file in the encoding that :func:`text_encoding` finds."""
    return data.decode(text_encoding(io.BytesIO(data)), "replace")
