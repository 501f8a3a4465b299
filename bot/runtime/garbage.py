"""Python's search for circular garbage while the bot starts, and afterwards."""

import gc

YOUNG_OBJECTS = 5_000
"""New objects between two searches; Python's own 700 suits a program whose objects are few."""

YOUNG_OBJECTS_OF_COMMANDS = 200_000
"""The same for a command: most of its objects are modules and dictionaries, which stay until it ends.

Half of this number is what the imports of the longest make.
"""


def collect_seldom() -> None:
    """Search less often, in a command that lasts for seconds; its memory stays bounded if it lasts for long."""
    gc.set_threshold(YOUNG_OBJECTS_OF_COMMANDS, *gc.get_threshold()[1:])


def skip_last_collections() -> None:
    """Leave what there is to the end of the process.

    Python ends with several searches in all modules: a quarter of the processor time of a short command. Files are
    closed and buffers are written as always.
    """
    gc.freeze()


def pause_collection() -> None:
    """Do not search while modules, models and dictionaries are loaded: next to nothing of it is garbage.

    Each of the searches goes through all that is loaded so far: a third of the processor time of the imports.
    """
    gc.disable()


def resume_collection() -> None:
    """Search again, but not in what the start has made: it stays until the process ends.

    A search in it held everything up for a tenth of a second, many times a day.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    gc.enable()
