"""Loading: a checked configuration from a file, or the full list of its faults."""

from pathlib import Path

from pydantic import ValidationError

from bot.config.checks import find_faults
from bot.config.config import Config
from bot.config.errors import ConfigFaults, Fault
from bot.config.schema import ConfigTree
from bot.config.secrets import resolve_tokens
from bot.config.sources import overlay_environment, read_file
from bot.config.wording import to_fault


def load_config(path: Path | str, *, tokens_needed: bool = True, offline: bool = False) -> Config:
    """Read the configuration at *path*, with the environment (``MCU_…__…``) laid over it.

    With *tokens_needed* false (``classify``, ``export`` and other commands that never touch the network) missing or
    example tokens are fine, ``token_file`` is not read, and neither a messenger nor somebody to get the work is asked
    for. *offline* (``check --offline``) asks for everything but real tokens. Raises :class:`ConfigFaults` with every
    fault found.
    """
    file = Path(path).absolute()
    folder = file.parent
    values, faults = overlay_environment(read_file(file))
    faults += resolve_tokens(values, folder, needed=tokens_needed, examples_allowed=offline)
    tree: ConfigTree | None = None
    try:
        tree = ConfigTree.model_validate(values)
    except ValidationError as error:
        faults += [to_fault(details) for details in error.errors(include_url=False)]
    faults += find_faults(values, folder, for_work=tokens_needed)
    if faults or tree is None:
        raise ConfigFaults(file, _unique(faults))
    return Config(tree, folder, file)


def _unique(faults: list[Fault]) -> list[Fault]:
    """Return the faults without repetitions, in their order."""
    return list(dict.fromkeys(faults))
