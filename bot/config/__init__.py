"""The configuration: one typed tree, one load, every fault at once in plain Russian."""

from bot.config.config import PRIVATE_ROOT, Config, SourceEntry, StaffEntry
from bot.config.faults import ConfigFaults, Fault, render
from bot.config.loading import load

__all__ = ["PRIVATE_ROOT", "Config", "ConfigFaults", "Fault", "SourceEntry", "StaffEntry", "load", "render"]
