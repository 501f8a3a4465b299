"""Every repository of a unit of work is found when it is asked for, and is what its annotation says."""

import subprocess
import sys

from storage.repositories.base import Repository
from storage.unit_of_work import UnitOfWork, _WhenUsed

LOADED = """
import sys
from storage.unit_of_work import load_repositories

assert "storage.repositories.tickets" not in sys.modules
load_repositories()
assert "storage.repositories.tickets" in sys.modules
"""


def test_each_repository_is_the_one_of_its_annotation() -> None:
    lazy = {name: one for name, one in vars(UnitOfWork).items() if isinstance(one, _WhenUsed)}

    assert len(lazy) > 40
    for name, one in lazy.items():
        kind = one.load()
        assert isinstance(kind, type)
        assert issubclass(kind, Repository)
        assert UnitOfWork.__annotations__[name] == f"_WhenUsed[{kind.__name__}]"


def test_repositories_are_imported_when_they_are_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
