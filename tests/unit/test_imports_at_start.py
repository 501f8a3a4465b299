"""A command imports nothing that it does not need: importing is most of what a start costs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_LIST_MODULES = """
import sys
from bot.cli import main
sys.argv = ["mcu-bot", *sys.argv[1:]]
try:
    main.main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""

_IMPORT_WHAT_RUN_NEEDS = """
import sys
import bot.cli.main, bot.cli.output_files, bot.app, bot.messengers.telegram, bot.messengers.vk, bot.messengers.max
print(*sys.modules)
"""

_WATCH_COLLECTOR = """
import gc, sys
from bot.cli import main

class Watcher:
    def find_spec(self, name, path=None, target=None):
        if name in ("bot.config", "bot.app", "bot.cli.operations"):
            print(name, gc.isenabled())

sys.meta_path.insert(0, Watcher())
sys.argv = ["mcu-bot", "run", "--config", "/nowhere/config.toml"]
main.main()
"""

HEAVY = {"aiogram", "aiohttp", "vk_api", "sqlalchemy", "alembic", "apscheduler", "xlsxwriter", "openpyxl", "sklearn"}
"""Packages that read nothing of a text or a configuration."""


def imported_by(*words: str, stdin: str = "") -> set[str]:
    """Return the modules of a command that no variable configures; those of the tests themselves begin so, too."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("MCU_")},
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", ["--help", "export --help", "report cur --help", "run --nonsense"])
def test_help_and_wrong_words_import_no_configuration(words: str) -> None:
    found = imported_by(*words.split())

    assert not found & {*HEAVY, "bot.config", "bot.understanding", "numpy", "holidays", "pymorphy3", "asyncio"}
    assert not {name for name in found if name.startswith("bot.domain")}


def test_reading_texts_imports_neither_messengers_nor_the_database() -> None:
    example = Path(__file__).parents[2] / "examples" / "lovozero.toml"

    found = imported_by("classify", "--config", str(example), stdin='{"id": 1, "text": "Яма на Ленина 45"}\n')

    assert "pymorphy3" in found
    assert not found & {*HEAVY, "bot.services", "bot.views", "bot.handlers", "storage", "filelock"}
    assert not found & {"bot.understanding.privacy", "bot.understanding.answer_check", "bot.understanding.reactions"}
    assert not found & {
        "bot.understanding.evaluation.evaluation",
        "bot.understanding.events.matcher",
        "bot.spreadsheets",
    }
    assert not found & {"asyncio", "pydantic_settings"}


def test_a_check_of_the_configuration_alone_imports_no_messenger() -> None:
    example = Path(__file__).parents[2] / "examples" / "lovozero.toml"

    found = imported_by("check", "--offline", "--config", str(example))

    assert not found & {*HEAVY, "asyncio", "bot.understanding", "bot.messengers.port", "storage.database"}


def test_run_imports_only_what_stores_updates_before_it_polls() -> None:
    done = subprocess.run([sys.executable, "-c", _IMPORT_WHAT_RUN_NEEDS], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())

    assert not found & {"alembic", "xlsxwriter", "openpyxl", "sklearn", "scipy", "matplotlib", "asyncpg"}
    assert not found & {"aiogram.client.bot", "aiogram.dispatcher", "aiogram.webhook", "bot.understanding.training"}
    assert not found & {"bot.bootstrap.work", "bot.handlers", "bot.views", "bot.outbox", "bot.services.context"}
    assert not found & {"bot.understanding", "numpy", "pymorphy3", "rapidfuzz", "apscheduler", "aiohttp.web"}
    assert not found & {"sqlalchemy.orm", "alembic", "storage.repositories.tickets"}


def test_run_pauses_the_search_for_garbage_before_its_imports() -> None:
    done = subprocess.run([sys.executable, "-c", _WATCH_COLLECTOR], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[0] == "bot.config False"
