"""The light package of SQLAlchemy's asyncio has the names of the plain one, and no mapper before it is asked for."""

import os
import subprocess
import sys

import pytest

from storage import light_sqlalchemy

LIGHT = """
import sys
import storage.database

assert not [name for name in sys.modules if name.startswith("sqlalchemy.orm")]

import sqlalchemy.ext.asyncio as light
from sqlalchemy.ext import asyncio as same
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.asyncio.session import AsyncSession as origin

assert light is same and AsyncSession is origin
assert not hasattr(light, "NoSuchName")
"""

PLAIN = """
import sys
import storage.database

assert "sqlalchemy.orm" in sys.modules
"""

NAMES = """
import sys
import storage
import sqlalchemy.ext.asyncio as light
assert "sqlalchemy.orm" not in sys.modules
del sys.modules["sqlalchemy.ext.asyncio"], sys.meta_path[0]
import sqlalchemy.ext.asyncio as plain

names = [name for name in vars(plain) if name[0].isupper() or name.startswith(("async_", "create_", "close_"))]
assert len(names) > 15, names
for name in names:
    assert getattr(light, name) is getattr(plain, name), name
"""


def run(code: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_database_is_opened_without_the_mapper() -> None:
    run(LIGHT)


def test_every_name_of_the_package_is_found() -> None:
    run(NAMES)


def test_the_switch_gives_the_plain_import() -> None:
    run(PLAIN, **{light_sqlalchemy.SWITCH: "0"})


def test_another_version_gets_the_plain_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(light_sqlalchemy, "sqlalchemy_version", lambda: "2.2.0")

    assert not light_sqlalchemy.is_enabled()
