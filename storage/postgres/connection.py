"""Settings of the connections to PostgreSQL that a process holds for as long as it runs."""

CHECK_INTERVAL_SECONDS = 2.0
"""Seconds between checks of a lock or a connection. A killed leader's lock is free once its connection is gone."""

RESPONSE_TIMEOUT_SECONDS = 5.0
"""Seconds that the server may take to answer a check; after that the connection counts as lost."""

SET_KEEPALIVE = (
    "SELECT set_config('tcp_keepalives_idle', '4', false), set_config('tcp_keepalives_interval', '2', false),"
    " set_config('tcp_keepalives_count', '2', false)"
)
"""Makes the server notice within eight seconds that a whole machine is gone. A killed process closes connections."""
