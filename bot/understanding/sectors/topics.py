"""The built-in topics, each of a standard sector, with patterns of words.

The files of ``data/topics`` are named after the sectors. ``strong`` patterns nearly prove a topic, ``words`` speak for
it, ``weak`` ones only lean towards it. ``also`` names sectors that may deal with the topic as well, and how readily
(0–1).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

STRONG_WEIGHT, WORD_WEIGHT, WEAK_WEIGHT = 5.0, 2.5, 0.8


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of problem. ``sectors``: code → how right it is to send it there (1 for its own sector).

    ``house``: it is about an institution, and what is wrong inside belongs to it («в школе холодно», «в клубе течёт
    крыша»), though the same trouble in a block of flats belongs to others.

    ``person``: it says who writes, or to whom, and is the matter itself only where nothing else is («мы, ветераны,
    сидим без света» is about the light).
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
