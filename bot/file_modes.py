"""Access to the bot's files: its own user's alone, because they hold what citizens wrote, and tokens."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

PRIVATE_UMASK = 0o077
"""Takes every right from the group and from others when a file or a folder is created."""

OTHERS = stat.S_IRWXO
GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def restrict_new_files() -> None:
    """Create all files and folders of this process for its user alone."""
    os.umask(PRIVATE_UMASK)


def list_open(paths: Iterable[Path], rights: int = GROUP_AND_OTHERS) -> list[Path]:
    """List those of *paths*, and of what the folders among them contain, on which somebody has one of *rights*."""
    return [path for path in _walk(paths) if _mode(path) & rights]


def restrict(paths: Iterable[Path]) -> list[Path]:
    """Take the rights of the group and of others from *paths* and what they contain; return those that had some.

    What belongs to another user is left as it is.
    """
    changed = []
    for path in list_open(paths):
        try:
            path.chmod(_mode(path) & ~GROUP_AND_OTHERS)
        except OSError:
            continue
        changed.append(path)
    return changed


def find_owner(folder: Path) -> tuple[int, int]:
    """Return the user and the group that own *folder* or, before it exists, the nearest folder above it."""
    existing = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    status = existing.stat()
    return status.st_uid, status.st_gid


def give_to(owner: tuple[int, int], folder: Path) -> None:
    """Give *folder* and what it contains to *owner*, if this process may do that: root writes for the bot's user."""
    if os.geteuid() == 0:
        for path in _walk((folder,)):
            os.chown(path, *owner, follow_symlinks=False)


def _walk(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from path.rglob("*")


def _mode(path: Path) -> int:
    """Return the rights on *path*; 0 if it does not exist, is a link or cannot be seen."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return 0
    return 0 if stat.S_ISLNK(mode) else stat.S_IMODE(mode)
