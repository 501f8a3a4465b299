"""Sample photographs that a citizen of the demonstration can send."""

from functools import cache
from importlib.resources import files

SAMPLES: dict[str, str] = {
    "hatch": "Открытый люк",
    "closed": "Люк закрыт",
    "snow": "Двор в снегу",
    "drift": "Сугроб у подъезда",
    "lamp": "Фонарь не горит",
}
"""Name → title. The files were drawn for this project."""


@cache
def sample_png(name: str) -> bytes:
    """Return the sample *name* as a PNG file; ``KeyError`` if there is no such sample."""
    if name not in SAMPLES:
        raise KeyError(name)
    return (files("sandbox.page") / "samples" / f"{name}.png").read_bytes()
