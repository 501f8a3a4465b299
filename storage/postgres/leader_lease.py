"""The leader's lease: a term that grows with every leader, and the moment at which it ends by the server's clock.

The lock of :mod:`storage.postgres.leadership` proves a connection, not progress. The lease proves progress, and its
term is the fencing token of the leader's transactions: what a frozen leader had begun or begins after it goes on is
refused by the database, whatever that process believes.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import LeadershipLost

LEADER_LOCK_ID = 7_204_206_130
"""The leader's advisory lock: an arbitrary number that no other program uses."""

LEASE_SECONDS = 10.0
"""Seconds that a leader may give no sign of life. With the pause between two tries of the other processes (two seconds)
a frozen leader is replaced within about twelve."""

_CREATE = text(
    "INSERT INTO leader_lease (id, term, holder, expires_at) VALUES (1, 0, '', clock_timestamp())"
    " ON CONFLICT (id) DO NOTHING"
)
_BEGIN = text(
    "WITH former AS (SELECT id FROM leader_lease FOR UPDATE)"
    " UPDATE leader_lease SET term = term + 1, holder = :holder,"
    " expires_at = clock_timestamp() + make_interval(secs => :seconds)"
    " FROM former WHERE leader_lease.id = former.id RETURNING term"
)
"""Waits for the transactions of the former leader that :func:`check_term` has let through."""

_RENEW = text(
    "UPDATE leader_lease SET expires_at = clock_timestamp() + make_interval(secs => :seconds)"
    " WHERE term = :term RETURNING term"
)
_CHECK = "SELECT term FROM leader_lease WHERE term = $1 AND expires_at > clock_timestamp() FOR KEY SHARE"
"""A key-share lock lets the renewal pass (it changes no key) and stops the next term (FOR UPDATE)."""

_CLOSE_CONNECTIONS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usename = current_user AND pid <> pg_backend_pid() AND application_name ="
    " (SELECT holder FROM leader_lease JOIN pg_stat_activity ON application_name = holder JOIN pg_locks USING (pid)"
    " WHERE expires_at <= clock_timestamp() AND granted AND locktype = 'advisory' AND database = pg_stat_activity.datid"
    " AND (classid::bigint << 32) + objid::bigint = :lock AND objsubid = 1)"
)
"""Only while the holder of the lease has the lock as well: a process of release 0.1.0 leads without a lease, and would
leave the connections of the last leader that had one to be closed again and again."""


async def begin_term(connection: AsyncConnection, holder: str, seconds: float) -> int:
    """Begin the next term, which is *holder*'s, after the last transaction of the former leader, and return it."""
    await connection.execute(_CREATE)
    return int(await connection.scalar(_BEGIN, {"holder": holder, "seconds": seconds}) or 0)


async def renew(connection: AsyncConnection, term: int, seconds: float) -> None:
    """Let *term* last for *seconds* from now. Raises :class:`LeadershipLost` if another has begun."""
    if await connection.scalar(_RENEW, {"term": term, "seconds": seconds}) is None:
        raise LeadershipLost


async def check_term(connection: AsyncConnection, term: int) -> None:
    """Raise :class:`LeadershipLost` unless *term* lasts; no other begins before the transaction ends."""
    if (await connection.exec_driver_sql(_CHECK, (term,))).first() is None:
        raise LeadershipLost


async def close_frozen_connections(connection: AsyncConnection) -> int:
    """Close the connections of a leader that keeps the lock though its lease is over, and return how many.

    That frees its lock, the rows that it has locked, and its presence lock, which guards the updates that it claimed.
    """
    return (await connection.execute(_CLOSE_CONNECTIONS, {"lock": LEADER_LOCK_ID})).rowcount
