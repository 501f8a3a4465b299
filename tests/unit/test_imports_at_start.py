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
        if name in ("bot.config", "bot.app", "bot.cli.export"):
            print(name, gc.isenabled())

sys.meta_path.insert(0, Watcher())
sys.argv = ["mcu-bot", "run", "--config", "/nowhere/config.toml"]
main.main()
"""

HEAVY = {"aiogram", "aiohttp", "vk_api", "sqlalchemy", "alembic", "apscheduler", "xlsxwriter", "openpyxl", "sklearn"}
"""Packages that read nothing of a text or a configuration."""


def imported_by(*words: str, stdin: str = "", folder: Path | None = None) -> set[str]:
    """Return the modules of a command that no variable configures; those of the tests themselves begin so, too."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MCU_")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, *words],
        input=stdin,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
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


_LIST_BUILT_SECTIONS = """
import sys
from bot.config import load_config
from bot.config.section import Section

load_config(sys.argv[1], tokens_needed=False)
kinds = list(Section.__subclasses__())
for kind in kinds:
    kinds += kind.__subclasses__()
print(len(kinds), *(kind.__name__ for kind in kinds if kind.__pydantic_complete__))
"""


def test_no_section_of_the_configuration_gets_a_validator_of_its_own() -> None:
    example = Path(__file__).parents[2] / "examples" / "lovozero.toml"

    done = subprocess.run(
        [sys.executable, "-c", _LIST_BUILT_SECTIONS, str(example)], capture_output=True, text=True, check=True
    )

    count, *built = done.stdout.split()
    assert int(count) > 30
    assert not [name for name in built if name.endswith("Section")]  # the entries of some lists are checked alone


NETWORK = {"aiogram", "aiohttp", "vk_api", "bot.bootstrap.messengers"}
READING = {"numpy", "pymorphy3", "rapidfuzz", "bot.understanding.analyzer", "bot.understanding.model"}
"""The parts that read texts; a command that finds no text does without."""

CHAT = {
    "bot.handlers",
    "bot.outbox",
    "bot.inbox",
    "bot.views.cards",
    "bot.views.card_keyboards",
    "bot.services.tickets",
}
"""The parts of a chat: buttons, cards, their delivery."""

OTHERS = {"alembic", "apscheduler", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql", "sklearn", "filelock"}

REGISTRY = {"bot.domain.notifications.registry", "bot.domain.notifications.tickets"}
"""All classes of notifications, which only the reading of stored ones needs."""

DATES = {"bot.domain.date_grammar", "bot.domain.written_dates"}
"""The grammar of typed dates: only dialogs read them."""

FORBIDDEN = {
    "journal": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", "bot.services.context", "bot.domain.view_data"},
    "audit verify": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", "bot.services.context"},
    "backup copy.sqlite3": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", "bot.services.context"},
    "person export --account telegram:1": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", "bot.services.context"},
    "export": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", "bot.services.notifications"},
    "restore copy.sqlite3": NETWORK | READING | CHAT | (OTHERS - {"filelock"}) | {"xlsxwriter", *REGISTRY},
    "people export": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", *REGISTRY},
    "people apply": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", *REGISTRY},
    "topics apply": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", *REGISTRY},
    "invite": NETWORK | READING | CHAT | OTHERS | {"xlsxwriter", *REGISTRY},
    "audit export": NETWORK | READING | OTHERS | {"bot.handlers", "bot.outbox", "bot.inbox", "xlsxwriter"},
    "person erase --account telegram:1 --yes": NETWORK
    | READING
    | CHAT
    | OTHERS
    | {"xlsxwriter", "bot.domain.date_grammar", *REGISTRY},
    "report cur --output month.xlsx": NETWORK
    | READING
    | OTHERS
    | CHAT
    | {"bot.domain.date_grammar", "bot.views.evidence_workbook"},
}
"""The modules and packages that a command of an empty database must not import."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration and its database, which the first command makes."""
    folder = tmp_path_factory.mktemp("town")
    example = (Path(__file__).parents[2] / "examples" / "lovozero.toml").read_text(encoding="utf-8")
    (folder / "config.toml").write_text(example, encoding="utf-8")
    for file in (Path(__file__).parents[2] / "examples").glob("lovozero*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    imported_by("journal", folder=folder)
    return folder


@pytest.mark.parametrize("words", FORBIDDEN)
def test_a_command_without_messengers_imports_only_what_it_needs(words: str, town: Path) -> None:
    found = imported_by(*words.split(), folder=town)

    assert "storage.database" in found
    assert found & FORBIDDEN[words] == set()


def test_run_imports_only_what_stores_updates_before_it_polls() -> None:
    done = subprocess.run([sys.executable, "-c", _IMPORT_WHAT_RUN_NEEDS], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())

    assert not found & {"alembic", "xlsxwriter", "openpyxl", "sklearn", "scipy", "matplotlib", "asyncpg"}
    assert not found & {"aiogram.client.bot", "aiogram.dispatcher", "aiogram.webhook", "bot.understanding.training"}
    assert not found & {"bot.bootstrap.work", "bot.handlers", "bot.views", "bot.outbox", "bot.services.context"}
    assert not found & {"bot.understanding", "numpy", "pymorphy3", "rapidfuzz", "apscheduler", "aiohttp.web"}
    assert not found & {"sqlalchemy.orm", "alembic", "storage.repositories.tickets", "sqlalchemy.dialects.postgresql"}


def test_run_pauses_the_search_for_garbage_before_its_imports() -> None:
    done = subprocess.run([sys.executable, "-c", _WATCH_COLLECTOR], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[0] == "bot.config False"


_WATCH_END = """
import atexit, gc, sys
from bot.cli import main

atexit.register(lambda: print(gc.get_freeze_count() > 1000))
sys.argv = ["mcu-bot", *sys.argv[1:]]
main.main()
"""


@pytest.mark.parametrize("words", ["check --offline --config /nowhere/config.toml", "run --nonsense"])
def test_a_command_ends_without_a_search_in_all_modules(words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WATCH_END, *words.split()], capture_output=True, text=True, check=False
    )

    assert done.stdout.splitlines()[-1] == "True"
