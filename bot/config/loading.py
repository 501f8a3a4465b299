"""From a file to a checked configuration, or to the full list of what is wrong with it."""

from pathlib import Path

from pydantic import ValidationError

from bot.config.checks import check
from bot.config.config import Config
from bot.config.errors import ConfigFaults, Fault
from bot.config.schema import Tree
from bot.config.secrets import take_tokens
from bot.config.sources import read_file, with_environment
from bot.config.wording import fault_of


def load(path: Path | str, *, tokens_needed: bool = True) -> Config:
    """Read the configuration at *path*, with the environment (``MCU_…__…``) laid over it.

    With *tokens_needed* false (``classify``, ``export`` and other commands that never touch the network) missing or
    example tokens are fine, ``token_file`` is not read, and neither a messenger nor somebody to get the work is asked
    for. Raises :class:`ConfigFaults` with every fault found.
    """
    file = Path(path).absolute()
    folder = file.parent
    values, faults = with_environment(read_file(file))
    faults += take_tokens(values, folder, needed=tokens_needed)
    tree: Tree | None = None
    try:
        tree = Tree.model_validate(values)
    except ValidationError as error:
        faults += [fault_of(details) for details in error.errors(include_url=False)]
    faults += check(values, folder, for_work=tokens_needed)
    if faults or tree is None:
        raise ConfigFaults(file, _once(faults))
    return Config(tree, folder, file)


def _once(faults: list[Fault]) -> list[Fault]:
    """Without repetitions, in the order of finding."""
    return list(dict.fromkeys(faults))
