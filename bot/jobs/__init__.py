"""Loops and time. Everything that runs by itself is started, and restarted, by the supervisor."""
