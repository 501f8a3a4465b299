"""The built-in topics, each of a standard sector, with patterns of words.

The files of ``data/topics`` are named after the sectors. ``strong`` patterns nearly prove a topic, ``words`` speak for
it, ``weak`` ones only lean towards it. ``also`` names other sectors that may handle the topic, each with its
suitability (0–1).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

STRONG_WEIGHT, WORD_WEIGHT, WEAK_WEIGHT = 5.0, 2.5, 0.8


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of problem. ``sectors``: code → suitability of that sector (1 for its own).

    ``house``: the topic is an institution, and a problem inside it belongs to this topic («в школе холодно», «в клубе
    течёт крыша»), though the same problem in a block of flats belongs to others.

    ``person``: the topic names the author or the addressee, and is the subject only if the message names no other («мы,
    ветераны, сидим без света» is about the light).
    """

    name: str
    sectors: Mapping[str, float]
    patterns: tuple[tuple[float, str], ...]
    is_institution: bool = False
    is_about_people: bool = False


def load_topics() -> tuple[Topic, ...]:
    """Read the package's own data."""
    folder = files("bot.understanding").joinpath("data", "topics")
    found: list[Topic] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        sector = file.name.removesuffix(".toml")
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["topic"]:
            found.append(
                Topic(
                    name=row["name"],
                    sectors={**row.get("also", {}), row.get("main", sector): 1.0},
                    patterns=(
                        (STRONG_WEIGHT, row.get("strong", "")),
                        (WORD_WEIGHT, row.get("words", "")),
                        (WEAK_WEIGHT, row.get("weak", "")),
                    ),
                    is_institution=row.get("house", False),
                    is_about_people=row.get("person", False),
                )
            )
    return tuple(found)
