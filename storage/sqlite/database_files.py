"""The files of an SQLite database, which no command may overwrite."""

import os
from pathlib import Path
from urllib.parse import unquote

_SUFFIXES = ("", "-wal", "-shm", "-journal", ".lock")
"""Endings of the files next to a database: those of SQLite (https://sqlite.org/tempfiles.html) and the lock."""


def database_file(url: str) -> Path | None:
    """Return the file behind *url*; ``None`` for a server's database or one in memory.

    It is read as SQLAlchemy reads it, which would be a third of all that ``check --offline`` imports.
    """
    scheme, _, place = url.partition("://")
    name = place.partition("?")[0].partition("/")[2]
    return Path(unquote(name)) if scheme.partition("+")[0] == "sqlite" and name else None


def list_database_files(url: str) -> list[Path]:
    """List the files that belong to the database behind *url*; they need not exist."""
    database = database_file(url)
    return [] if database is None else [database.with_name(database.name + suffix) for suffix in _SUFFIXES]


def is_database_file(url: str, file: Path) -> bool:
    """Return whether writing to *file* would hit the database behind *url*, also through a link or another name."""
    database = database_file(url)
    if database is None:
        return False
    target, real = file.resolve(), database.resolve()
    own = {path.with_name(path.name + suffix) for path in (database, real) for suffix in _SUFFIXES}
    return target in {path.resolve() for path in own} or any(_is_same_file(target, path) for path in own)


def give_to_owner(file: Path, place: Path) -> None:
    """Let *file*, which is made for *place*, belong to the owner of what is there, or of the folder.

    Only the administrator can and has to: a file that ``root`` has made is closed to the bot's own user.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = (place if place.exists() else place.parent).stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them does not exist
        return False
