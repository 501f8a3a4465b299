"""Kills the bot again and again while a town writes and officials answer, and looks whether anything was lost or said
twice. ``python -m crashtest --help``."""
