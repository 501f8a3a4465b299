"""Hostile updates through the whole bot and its database: ``make fuzz``, ``python -m tests.fuzz --help``."""
