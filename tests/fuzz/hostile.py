"""Hostile updates: real ones with a few fields replaced by what no honest app sends."""

import random
from copy import deepcopy
from typing import Any

Path = tuple[str | int, ...]

NUMBERS = (0, -1, 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**70, 10**40, 0.5, -1e308, True)
IDS = ("", "0", "-", "№", "9" * 20, "9" * 40, "я" * 64, "я" * 65, "a" * 129, "1" * 5000, "%00", "id1", "mid.\x00")
TEXTS = (
    "\x00",
    "Яма\x00 на дороге, Ленина 45",
    "половина \ud83d",
    "\udc00\ud800",
    "\u202eвидоворот",
    "Яма на дороге " * 400,
    "/find " + "я " * 1500,
    "/find " + " ".join(f"я{number}" for number in range(700)),
    "/find " + "щ" * 4000,
    "/find " + "9" * 30,
    "/find \x00 %_\\",
    "/start \x00" + "x" * 500,
    "/new " + "ж" * 4000,
)
CODES = (
    "1:q:0:999999999999",
    "1:q:0:" + "9" * 50,
    "1:h:1:" + "9" * 50,
    "1:ta:1:999999999",
    "1:ra:1:x" + "я" * 40,
    "1:l:1:n999999999999",
    "1:mi:1:999999999999999",
    "1:a:999999999999999",
    "1:qp:0:999999999999999",
    "1:n:0:source=" + "9" * 40,
    "1:g:0:cards=\x00",
    "1:t:1:\ud800",
    "1:s:1:" + "1" * 50,
)
SHAPES: tuple[Any, ...] = (None, [], {}, [None], [[]], [{}], {"id": {}}, {"type": "photo"}, [{"type": []}])
WHOLE_VALUES = (*NUMBERS, *IDS, *TEXTS, *CODES, *SHAPES)


def mutate(update: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Return a copy of *update* with one to three fields replaced, more often by a value of the same kind."""
    changed = deepcopy(update)
    for _ in range(dice.randint(1, 3)):
        place = dice.choice(_paths(changed))
        *way, last = place
        inner: Any = changed
        for key in way:
            inner = inner[key]
        inner[last] = deepcopy(dice.choice(_candidates(inner[last], dice)))
    return changed


def _candidates(value: Any, dice: random.Random) -> tuple[Any, ...]:
    if dice.random() < 0.3:
        return WHOLE_VALUES
    if isinstance(value, str):
        return (*IDS, *TEXTS, *CODES)
    return NUMBERS if isinstance(value, int | float) else SHAPES


def _paths(value: Any, path: Path = ()) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in inner for place in [(*path, key), *_paths(one, (*path, key))]]
