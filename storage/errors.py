"""Database faults: conditions of the server or the disk under which a write may succeed later.

Every other error belongs to the row that was worked on: it is counted, and the row is set aside in the end.
"""

import sqlite3
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree


class DatabaseFault(StrEnum):
    FULL = "full"
    LOCKED = "locked"
    READ_ONLY = "read_only"
    DAMAGED = "damaged"
    GONE = "gone"
    BUSY = "busy"
    """No pooled connection became free within the pool timeout, or the server has none left."""
    DEADLOCK = "crossed"
    """The server rolled this transaction back to end a deadlock; it is simply repeated."""


class DatabaseUnreachable(Exception):
    """A connection to the server failed or broke below the driver, which reports that as a plain OSError."""


class TransferFailed(Exception):
    """A backup or a copy has failed; nothing was changed permanently. The message says why."""


class LeadershipLost(Exception):
    """The leader's lease is over: its transaction is rolled back, and its tasks end."""


FAULT_MESSAGES = {
    DatabaseFault.FULL: "База не принимает записи: на диске нет места. Освободите место, бот продолжит сам.",
    DatabaseFault.LOCKED: "База занята другой программой (копирование, проверка). Бот ждёт и продолжит сам.",
    DatabaseFault.READ_ONLY: "База открыта только для чтения. Дайте боту право писать в файл базы и в его папку "
    "(в PostgreSQL: права роли, основной сервер вместо реплики), бот продолжит сам.",
    DatabaseFault.DAMAGED: "База повреждена. Остановите бот, проверьте диск и восстановите базу из копии.",
    DatabaseFault.BUSY: "База не успевает отвечать: все соединения с ней заняты. Бот ждёт и продолжит сам.",
    DatabaseFault.GONE: "База не отвечает. Проверьте сервер базы и диск, бот пробует снова и продолжит сам.",
}
"""Log messages for the administrator of the server."""

DATABASE_ERRORS = (DBAPIError, DatabaseUnreachable, OSError, NoConnectionFree)
"""All errors that only work with a database raises: for callers that can go on without it."""

_SQLITE_FAULTS: Mapping[int, DatabaseFault] = {
    sqlite3.SQLITE_FULL: DatabaseFault.FULL,
    sqlite3.SQLITE_BUSY: DatabaseFault.LOCKED,
    sqlite3.SQLITE_LOCKED: DatabaseFault.LOCKED,
    sqlite3.SQLITE_PROTOCOL: DatabaseFault.LOCKED,
    sqlite3.SQLITE_READONLY: DatabaseFault.READ_ONLY,
    sqlite3.SQLITE_PERM: DatabaseFault.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: DatabaseFault.DAMAGED,
    sqlite3.SQLITE_NOTADB: DatabaseFault.DAMAGED,
    sqlite3.SQLITE_IOERR: DatabaseFault.GONE,
    sqlite3.SQLITE_CANTOPEN: DatabaseFault.GONE,
    sqlite3.SQLITE_NOLFS: DatabaseFault.GONE,
}
"""Faults by primary result code, https://sqlite.org/rescode.html; the other codes are about the statement."""

_PRIMARY_CODE_MASK = 0xFF
"""The bits of an extended result code that are the primary one."""

_POSTGRES_FAULTS: Mapping[str, DatabaseFault] = {
    "08": DatabaseFault.GONE,  # connection exception
    "25006": DatabaseFault.READ_ONLY,  # read_only_sql_transaction
    "25P03": DatabaseFault.GONE,  # idle_in_transaction_session_timeout: this process stood still
    "28": DatabaseFault.GONE,  # invalid authorization: the password was changed
    "3D000": DatabaseFault.GONE,  # invalid_catalog_name: no such database
    "40001": DatabaseFault.DEADLOCK,  # serialization_failure
    "40P01": DatabaseFault.DEADLOCK,  # deadlock_detected
    "42501": DatabaseFault.READ_ONLY,  # insufficient_privilege: depends on the role, never on a row
    "53": DatabaseFault.GONE,  # insufficient resources
    "53100": DatabaseFault.FULL,  # disk_full
    "53300": DatabaseFault.BUSY,  # too_many_connections
    "55P03": DatabaseFault.LOCKED,  # lock_not_available
    "57P": DatabaseFault.GONE,  # shutdown, crash, not accepting connections
    "58": DatabaseFault.GONE,  # system error
    "XX001": DatabaseFault.DAMAGED,  # data_corrupted
    "XX002": DatabaseFault.DAMAGED,  # index_corrupted
}
"""Faults by SQLSTATE or its beginning, https://www.postgresql.org/docs/current/errcodes-appendix.html."""


def classify_error(error: BaseException) -> DatabaseFault | None:
    """Return the fault of the whole database behind *error*; ``None`` if *error* belongs to what was being written.

    The codes decide, not the words. An OSError of the bot's own code is no fault of the database.
    """
    if isinstance(error, DatabaseUnreachable):
        return DatabaseFault.GONE
    if isinstance(error, NoConnectionFree):
        return DatabaseFault.BUSY
    original = error.orig if isinstance(error, DBAPIError) else error
    state, code = getattr(original, "sqlstate", None), getattr(original, "sqlite_errorcode", None)
    if isinstance(state, str):
        return next((_POSTGRES_FAULTS[state[:n]] for n in (5, 3, 2) if state[:n] in _POSTGRES_FAULTS), None)
    if isinstance(code, int):
        return _SQLITE_FAULTS.get(code & _PRIMARY_CODE_MASK)
    return DatabaseFault.GONE if isinstance(error, DBAPIError) and error.connection_invalidated else None


class DatabaseUnavailable(Exception):
    """The database cannot be opened. The message says why, without the address, which may contain a password."""
