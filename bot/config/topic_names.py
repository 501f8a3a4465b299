"""The names of the built-in topics, which rules refer to; read from the data of the analyzer."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def topic_names() -> tuple[str, ...]:
    """Return every name that a ticket's topic may have, broader and finer ones, in the order of the alphabet."""
    data = files("bot").joinpath("understanding", "data")
    taxonomy = tomllib.loads(data.joinpath("taxonomy.toml").read_text(encoding="utf-8"))["topic"]
    found = {name for row in taxonomy for name in (row["name"], *(one["name"] for one in row.get("kind", ())))}
    for file in data.joinpath("topics").iterdir():
        if file.name.endswith(".toml"):
            found |= {row["name"] for row in tomllib.loads(file.read_text(encoding="utf-8"))["topic"]}
    return tuple(sorted(found))
