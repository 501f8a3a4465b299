"""Dataclasses with late methods behave as the plain ones do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.runtime import light_dataclasses

_USE = """
import copy, pickle, sys
from bot.runtime import light_dataclasses
light_dataclasses.install()
light_dataclasses.install()
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace

@dataclass(frozen=True, slots=True)
class Place:
    street: str
    house: str = field(default="", compare=False)
    note: str = field(default="", repr=False)

@dataclass(frozen=True, slots=True)
class Flat(Place):
    number: int = 0

    def __repr__(self):
        return "own words, " + Place.__repr__(self)

@dataclass(order=True)
class Open:
    parts: list = field(default_factory=list)

@dataclass(frozen=True)
class Empty:
    pass

@dataclass(eq=False)
class Same:
    one: int = 1

def refusal(act, *args):
    try:
        act(*args)
    except (FrozenInstanceError, TypeError, AttributeError) as error:
        return type(error).__name__, str(error)
    return "allowed"

first, second, flat, loop = Place("Ленина", "1"), Place("Ленина", "2", ""), Flat("Ленина", number=3), Open()
loop.parts.append(loop)
for _ in range(2):  # the first call makes the method, the second finds it
    print(first == second, first != second, first == flat, flat == Flat("Ленина", number=3), first == 7)
    print(hash(first) == hash(second), hash(flat) == hash(replace(flat)), len({first, second, flat}))
    print(Empty() == Empty())
    print(repr(first), repr(flat), repr(loop), repr(Empty()), repr(Same()), Same() == Same(), hash(Empty()))
    print(refusal(setattr, first, "street", "x"), refusal(setattr, flat, "other", 1), refusal(delattr, first, "house"))
    print(refusal(hash, loop), refusal(setattr, loop, "parts", []), Open([1]) < Open([2]), Open([1]) >= Open([2]))
    print(asdict(flat), copy.deepcopy(first) == first, pickle.loads(pickle.dumps(flat)) == flat)
names = ("__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__")
print([getattr(Place, name).__qualname__ for name in names], [getattr(Flat, name).__qualname__ for name in names])
print(sorted(name for name in vars(Flat) if name.startswith("__")))
"""

_COUNT_COMPILED = """
import sys
from bot.__main__ import main
sys.argv = ["mcu-bot", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
from bot.domain.tickets import Ticket
print(Ticket.__repr__.__code__.co_filename, Ticket.__init__.__code__.co_filename)
"""


def run(code: str, *words: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_late_methods_do_what_those_of_the_library_do() -> None:
    plain = run(_USE, **{light_dataclasses.SWITCH: "0"})

    assert plain.count("\n") == 16
    assert run(_USE) == plain


@pytest.mark.skipif(not light_dataclasses.is_enabled(), reason="this version of Python compiles them together")
def test_the_command_line_leaves_methods_uncompiled_until_they_are_called() -> None:
    example = Path(__file__).parents[2] / "examples" / "lovozero.toml"
    words = ("check", "--offline", "--config", str(example))

    late, plain = (
        run(_COUNT_COMPILED, *words, **given).splitlines()[-1] for given in ({}, {light_dataclasses.SWITCH: "0"})
    )

    assert late.partition(" ")[0].endswith("light_dataclasses.py")
    assert late.rpartition(" ")[2] == "<string>"
    assert "light_dataclasses" not in plain


def test_another_version_keeps_the_library_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(light_dataclasses, "python_version", lambda: (3, 12))

    assert not light_dataclasses.is_enabled()
