"""Figures of the whole bot: as a process, against the sandbox over HTTP. ``python -m bench --help``."""
