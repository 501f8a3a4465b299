"""A strict local MAX Bot API, and the town behind it."""

from sandbox.max.server import MaxServer, max_fault, rate_limit_fault

__all__ = ["MaxServer", "max_fault", "rate_limit_fault"]
