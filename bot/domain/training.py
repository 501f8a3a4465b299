"""Reasons for which nightly training fails, and how its process tells them."""

import errno
from collections.abc import Mapping
from enum import StrEnum


class TrainingFault(StrEnum):
    """A reason for which training failed. Stored in keys: never change."""

    MEMORY = "memory"
    RIGHTS = "rights"
    DISK = "disk"
    KILLED = "killed"  # by a signal: most often the system needed the memory
    TIMEOUT = "timeout"
    OTHER = "other"

    @classmethod
    def of_error(cls, error: OSError | MemoryError) -> "TrainingFault":
        """Return the fault behind an error of the system."""
        return cls.MEMORY if isinstance(error, MemoryError) else _BY_ERRNO.get(error.errno or 0, cls.OTHER)

    @classmethod
    def of_exit_code(cls, code: int | None) -> "TrainingFault":
        """Return the fault behind the exit code of a process that failed; ``None``: it was stopped after its time."""
        if code is None:
            return cls.TIMEOUT
        return cls.KILLED if code < 0 else next((one for one, own in EXIT_CODES.items() if own == code), cls.OTHER)


_BY_ERRNO: Mapping[int, TrainingFault] = {
    errno.ENOMEM: TrainingFault.MEMORY,
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), TrainingFault.RIGHTS),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EIO), TrainingFault.DISK),
}

EXIT_CODES: Mapping[TrainingFault, int] = {
    TrainingFault.MEMORY: 71,
    TrainingFault.RIGHTS: 77,
    TrainingFault.DISK: 74,
    TrainingFault.OTHER: 2,
}
"""Exit codes of ``train --own``, those of ``sysexits.h`` where there is one."""
