"""The configuration: one typed tree, one load, every fault at once in plain Russian."""

from bot.config.config import Config
from bot.config.errors import ConfigFaults, Fault, render_faults
from bot.config.loading import load_config

__all__ = ["Config", "ConfigFaults", "Fault", "load_config", "render_faults"]
