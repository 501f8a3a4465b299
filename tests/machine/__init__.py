"""The whole centre under random presses of random people: ``make machine``, ``python -m tests.machine --help``."""
