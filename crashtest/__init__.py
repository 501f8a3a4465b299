"""Crash tests: the bot is killed again and again while citizens write and officials answer.

Nothing may be lost or sent twice. ``python -m crashtest --help``.
"""
