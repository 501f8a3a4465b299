"""Every file that an administrator can hand over to a command: a sentence with the remedy, never a traceback."""

import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from bot.bootstrap.analyzer import build_understanding_and_grouping
from bot.cli import analysis
from bot.cli.console import prepare_streams
from bot.config import Config, gazetteer, load_config
from bot.config.schema import ConfigTree
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.events.grouping import EventGrouper
from bot.understanding.model import training_data
from bot.understanding.model.model import ARRAYS_FILE, METADATA_FILE
from tests.databases import copy_migrated_sqlite
from tests.e2e.operations.test_commands import ROOT, run_command
from tests.e2e.operations.test_training_commands import CONFIG

Maker = Callable[[Path], None]
MEBIBYTE = 1 << 20
ROWS = 1000  # instead of the real limits, which take seconds to reach
ADDRESS_SPACE_BYTES = 1536 * MEBIBYTE


def raw(content: bytes) -> Maker:
    return lambda file: file.write_bytes(content) and None


def sparse(size: int) -> Maker:
    """A file of zeros that takes no space on the disk."""

    def make(file: Path) -> None:
        with file.open("wb") as stream:
            stream.truncate(size)

    return make


def archive(**parts: bytes) -> Maker:
    def make(file: Path) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            for name, content in parts.items():
                packed.writestr(name, content)

    return make


def workbook(replaced: str, content: bytes) -> Maker:
    """A spreadsheet, one part of which is replaced."""

    def make(file: Path) -> None:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(["text", "sector"])
        whole = io.BytesIO()
        book.save(whole)
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            for name in {*old.namelist(), replaced}:
                new.writestr(name, content if name == replaced else old.read(name))

    return make


SHEET = "xl/worksheets/sheet1.xml"
_XMLNS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY a "haha">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
FOREIGN = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def sheet(before: bytes, rows: bytes) -> bytes:
    return before + b"<worksheet " + _XMLNS + b">" + rows + b"</worksheet>"


def cell(place: bytes, text: bytes) -> bytes:
    return b'<row r="%b"><c r="%b" t="inlineStr"><is><t>%b</t></is></c></row>' % (place.lstrip(b"AXFD"), place, text)


CELLS = cell(b"A1", b"text") + cell(b"A2", b"1")
WIDE = b'<dimension ref="A1:XFD1048576"/><sheetData>' + CELLS + b"</sheetData>"
FAR = b"<sheetData>" + cell(b"A1", b"text") + cell(b"XFD1048576", b"1") + b"</sheetData>"

FILES: dict[str, Maker] = {
    "absent": lambda file: None,
    "folder": lambda file: file.mkdir(),
    "pipe": lambda file: os.mkfifo(file),
    "device": lambda file: file.symlink_to("/dev/zero"),
    "png": raw(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4),
    "old xls": raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)),
    "zeros": sparse(300 * MEBIBYTE),
    "deep": raw(b"x = " + b"[" * 200_000),
    "deep table": raw(b"[" + b"a." * 100_000 + b"a]\n"),
    "long number": raw(b"x = " + b"9" * 10_000),
    "utf-16": raw("[municipality]\nname = «Г»".encode("utf-16")),
    "windows-1251": raw('[municipality]\nname = "Город"'.encode("cp1251")),
}

CONFIG_COMMANDS = [("run",), ("check",), ("classify",), ("group",), ("export",), ("invite",), ("train", "--back")]
CONFIG_COMMANDS += [
    ("backup", "copy.sqlite3"),
    ("evaluate", "a.csv"),
    ("migrate-data", "--to", "sqlite+aiosqlite:///x"),
]


async def refused(*words: str, cwd: Path, given: bytes = b"") -> str:
    """Run a command that must refuse with one message; return it."""
    code, output, errors = await run_command(*words, cwd=cwd, given=given)
    assert (code, output) == (2, ""), errors
    assert "Traceback" not in errors
    assert re.search("[а-яё]", errors)
    return errors


@pytest.mark.parametrize("name", FILES)
async def test_hostile_settings_are_refused(tmp_path: Path, name: str) -> None:
    FILES[name](tmp_path / "town.toml")
    assert "Как исправить" in await refused("classify", "--config", "town.toml", cwd=tmp_path)


@pytest.mark.parametrize("words", CONFIG_COMMANDS, ids=lambda words: words[0])
async def test_every_command_refuses_a_pipe_as_its_settings(tmp_path: Path, words: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "town.toml")
    assert "канал или устройство" in await refused(*words, "--config", "town.toml", cwd=tmp_path)


def write_config(folder: Path, more: str = "") -> str:
    (folder / "town.toml").write_text(CONFIG + more, encoding="utf-8")
    return "town.toml"


STREETS = "улица;дома\nЛенина;1-45\n"
GAZETTEERS: dict[str, tuple[Maker, str]] = {
    "pipe": (FILES["pipe"], "канал или устройство"),
    "device": (FILES["device"], "канал или устройство"),
    "folder": (FILES["folder"], "это папка"),
    "png": (FILES["png"], "нет столбца"),
    "zeros": (FILES["zeros"], "слишком большой"),
    "field": (raw(b'street;houses\n"' + b"x" * 140_000), "строка 2: это не похоже на таблицу"),
    "bad lines": (raw(b"street;houses\n" + b"a;??\n" * 900), "строк с ошибками: 895"),
    "many lines": (raw(b"street\n" + b"a\n" * (ROWS + 1)), "больше 1000 строк"),
    "coordinates": (raw(b"street;latitude;longitude\na;nan;1e999\n"), "координата"),
}


@pytest.mark.parametrize("name", GAZETTEERS)
async def test_hostile_list_of_streets_is_refused(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gazetteer, "MAX_ROWS", ROWS)
    make, said = GAZETTEERS[name]
    make(tmp_path / "streets.csv")
    config = write_config(tmp_path, '[places]\ngazetteer = "streets.csv"\n')
    assert said in await refused("classify", "--config", config, cwd=tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_list_of_streets_is_read_in_every_encoding_of_windows(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "streets.csv").write_bytes(STREETS.replace("\n", "\r\n").encode(encoding))
    config = write_config(tmp_path, '[places]\ngazetteer = "streets.csv"\n')
    assert [row.street for row in load_config(tmp_path / config, tokens_needed=False).read_streets()] == ["Ленина"]


TABLES: dict[str, tuple[str, Maker, str]] = {
    "absent": ("a.csv", FILES["absent"], "нет"),
    "pipe": ("a.csv", FILES["pipe"], "канал или устройство"),
    "pipe of a sheet": ("a.xlsx", FILES["pipe"], "канал или устройство"),
    "device": ("a.csv", FILES["device"], "канал или устройство"),
    "folder": ("a.xlsx", FILES["folder"], "«a.xlsx» — папка"),
    "zeros": ("a.csv", FILES["zeros"], "слишком большой"),
    "zeros of a sheet": ("a.xlsx", FILES["zeros"], "слишком большой"),
    "renamed picture": ("a.xlsx", FILES["png"], "сохраните заново"),
    "picture as text": ("a.csv", FILES["png"], "сохраните заново|нет столбца"),
    "old xls": ("a.xlsx", FILES["old xls"], "сохраните заново"),
    "old xls by name": ("a.xls", FILES["old xls"], "нужен CSV или XLSX"),
    "json": ("a.jsonl", raw(b"{}"), "нужен CSV или XLSX"),
    "empty": ("a.csv", raw(b""), "пуст"),
    "field": ("a.csv", raw(b'text,sector\n"' + b"x" * 140_000), "сохраните заново"),
    "columns": ("a.csv", raw(b"text" + b"," * 5000), "слишком большой"),
    "lines": ("a.csv", raw(b"text\n" + b"a\n" * (ROWS + 1)), "слишком большой"),
    "another archive": ("a.xlsx", archive(readme=b"x"), "сохраните заново"),
    "laughs": (
        "a.xlsx",
        workbook(SHEET, sheet(LAUGHS, b"<sheetData><row><c><v>&j;</v></c></row></sheetData>")),
        "заново",
    ),
    "laughs in strings": ("a.xlsx", workbook("xl/workbook.xml", LAUGHS + b"<workbook>&j;</workbook>"), "заново"),
    "foreign file": ("a.xlsx", workbook(SHEET, sheet(FOREIGN, b"<sheetData>&x;</sheetData>")), "заново"),
    "no xml": ("a.xlsx", workbook(SHEET, b"<worksheet"), "заново"),
    "bomb": ("a.xlsx", workbook(SHEET, sheet(b"", b" " * (129 * MEBIBYTE))), "слишком большой"),
    "bomb of styles": ("a.xlsx", workbook("xl/styles.xml", b" " * (9 * MEBIBYTE)), "слишком большой"),
    "dimensions": ("a.xlsx", workbook(SHEET, sheet(b"", WIDE)), "примеров|Примеров|обуч"),
    "far": ("a.xlsx", workbook(SHEET, sheet(b"", FAR)), "слишком большой"),
}


@pytest.mark.parametrize("name", TABLES)
async def test_hostile_table_is_refused(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_data, "MAX_ROWS", ROWS)
    file, make, said = TABLES[name]
    make(tmp_path / file)
    words = ("evaluate", file) if len(name) % 2 else ("train", "--from", file)
    if name == "dimensions":
        words = ("train", "--from", file)
    errors = await refused(*words, "--config", write_config(tmp_path), cwd=tmp_path)
    assert re.search(said, errors)


GOOD_ARRAYS = {
    "weights": np.zeros((2, 2), np.float16),
    "bias": np.zeros(2, np.float32),
    "rarity": np.ones(2, np.float32),
    "frequency": np.full(2, 0.5, np.float32),
    "seen": np.zeros(1, np.uint64),
}
ABOUT = {"format": 1, "codes": ["gorsvet", "sady"], "recipe": {"topics": False, "rules": 1.0, "prior": 0.0}}
ABOUT |= {"slope": 1.0, "lift": 0.0, "about": {}, "features": ["w:яма", "w:липа"]}


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def write_model(folder: Path, arrays: dict[str, bytes], **about: object) -> None:
    version = folder / "var" / "model" / "000001"
    version.mkdir(parents=True)
    archive(**{f"{name}.npy": content for name, content in arrays.items()})(version / ARRAYS_FILE)
    digest = hashlib.sha256((version / ARRAYS_FILE).read_bytes()).hexdigest()
    (version / METADATA_FILE).write_text(json.dumps({**ABOUT, "sha256": digest, **about}), encoding="utf-8")
    (version.parent / "current.json").write_text('{"models": ["000001"]}')


ARRAYS = {name: npy(array) for name, array in GOOD_ARRAYS.items()}
HUGE_HEADER = npy(np.zeros(4, np.float32)).replace(b"(4,), }", b"(2000000000000,), }").replace(b" " * 13 + b"\n", b"\n")


class Touch:
    """A pickle that writes a file when it is loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return open, ("loaded", "w")


MODELS: dict[str, dict[str, bytes]] = {
    "header of terabytes": ARRAYS | {"weights": HUGE_HEADER},
    "pickle": ARRAYS | {"weights": npy(np.array([Touch()], dtype=object))},
    "words": ARRAYS | {"weights": npy(np.array(["a", "b"]))},
    "bomb": ARRAYS | {"more": npy(np.zeros(65 * MEBIBYTE, np.uint8))},
    "shapes": ARRAYS | {"weights": npy(np.zeros((3, 2), np.float16))},
    "not finite": ARRAYS | {"bias": npy(np.full(2, np.inf, np.float32))},
    "cut": ARRAYS | {"weights": ARRAYS["weights"][:-3]},
    "rubbish": ARRAYS | {"weights": b"rubbish"},
    "missing": {name: content for name, content in ARRAYS.items() if name != "seen"},
}


@pytest.mark.parametrize("name", MODELS)
async def test_hostile_model_is_refused(tmp_path: Path, name: str) -> None:
    write_model(tmp_path, MODELS[name])
    errors = await refused("classify", "--config", write_config(tmp_path), cwd=tmp_path, given=b'{"id": 1}\n')
    assert "train --back" in errors
    assert not (tmp_path / "loaded").exists()


@pytest.mark.parametrize("part", [METADATA_FILE, ARRAYS_FILE, "../current.json", "table.jsonl.gz"])
@pytest.mark.parametrize("name", ["pipe", "folder", "zeros", "deep"])
async def test_hostile_part_of_a_model_is_refused(tmp_path: Path, part: str, name: str) -> None:
    write_model(tmp_path, ARRAYS)
    file = tmp_path / "var" / "model" / "000001" / part
    file.unlink(missing_ok=True)
    FILES[name](file)
    words = ("train", "--own") if part.startswith("table") else ("classify",)
    errors = await refused(*words, "--config", write_config(tmp_path), cwd=tmp_path, given=b'{"id": 1}\n')
    assert "Удалите" in errors or "train --back" in errors


async def test_good_model_of_the_same_kind_is_read(tmp_path: Path) -> None:
    write_model(tmp_path, ARRAYS)
    code, output, errors = await run_command(
        "classify", "--config", write_config(tmp_path), cwd=tmp_path, given=b'{"id": 1}\n'
    )
    assert (code, errors) == (0, "")
    assert json.loads(output)["id"] == 1


def newer(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")


def damaged(file: Path) -> None:
    """Overwrite all pages but the first, which names the tables."""
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


DATABASES: dict[str, tuple[Maker, str]] = {
    "folder": (FILES["folder"], "Как исправить"),
    "png": (FILES["png"], "это не база SQLite"),
    "newer": (newer, "более новая версия"),
    "damaged": (damaged, "повреждён"),
}


@pytest.mark.parametrize(
    "words", [("export",), ("invite",), ("migrate-data", "--to", "sqlite+aiosqlite:///new.sqlite3")]
)
@pytest.mark.parametrize("name", DATABASES)
async def test_hostile_database_is_refused(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, name: str, words: tuple[str, ...]
) -> None:
    make, said = DATABASES[name]
    url = "sqlite+aiosqlite:///mcu.sqlite3"
    if make in (newer, damaged):
        folder = tmp_path_factory.getbasetemp()
        await copy_migrated_sqlite(url.replace("mcu.", f"{tmp_path}/mcu."), folder)
    make(tmp_path / "mcu.sqlite3")
    config = write_config(tmp_path, f'[database]\nurl = "{url}"\n')
    assert said in await refused(*words, "--config", config, cwd=tmp_path)


@pytest.mark.parametrize("to", ["", "x", "sqlite:///x", "postgresql+psycopg://u:parol@h/b", "postgresql+asyncpg://"])
async def test_wrong_address_of_the_new_database_is_refused(tmp_path: Path, to: str) -> None:
    errors = await refused("migrate-data", "--to", to, "--config", write_config(tmp_path), cwd=tmp_path)
    assert "parol" not in errors


INPUTS: dict[str, tuple[bytes, int, str]] = {
    "windows-1251": ('{"id": 1, "text": "яма на дороге", "t": 0}\n'.encode("cp1251") * 2, 0, "windows-1251"),
    "utf-16": ('{"id": 1, "text": "яма на дороге", "t": 0}\n'.encode("utf-16"), 0, ""),
    "mark": (b'\xef\xbb\xbf{"id": 1, "text": "", "t": 0}\n', 0, ""),
    "deep": (b'{"id": 1, "text": ' + b"[" * 100_000 + b"\n", 1, "Строка 1 пропущена"),
    "long number": (b'{"id": 1, "t": ' + b"9" * 5_000 + b"}\n", 1, "Строка 1 пропущена"),
    "long line": (b'{"id": 1, "text": "' + b"x" * (2 * MEBIBYTE) + b'"}\n', 1, "Строка 1 пропущена"),
    "half a letter": (b'{"id": "\\ud83d", "text": "\\ud83d", "t": 0}\n', 0, ""),
    "bytes": (bytes(range(1, 256)), 1, "пропущена"),
    "nothing": (b"", 0, ""),
}


@pytest.fixture
def _built_once(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Build the text analyzer once for all: it takes a second."""
    monkeypatch.setattr(analysis, "build_understanding", lambda *_, **__: _build_parts()[0])
    monkeypatch.setattr(analysis, "build_understanding_and_grouping", lambda _: _build_parts())


@lru_cache(maxsize=1)
def _build_parts() -> tuple[TextAnalyzer, EventGrouper]:
    return build_understanding_and_grouping(Config(ConfigTree.model_validate(tomllib.loads(CONFIG)), Path("absent")))


@pytest.mark.usefixtures("_built_once")
@pytest.mark.parametrize("command", ["classify", "group"])
@pytest.mark.parametrize("name", INPUTS)
async def test_hostile_input_is_read_or_skipped(tmp_path: Path, command: str, name: str) -> None:
    given, expected, said = INPUTS[name]
    code, output, errors = await run_command(command, "--config", write_config(tmp_path), cwd=tmp_path, given=given)
    assert code == expected, errors
    assert said in errors
    assert errors.count("windows-1251") <= 1
    assert all(json.loads(line) for line in output.splitlines())


@pytest.mark.usefixtures("_built_once")
async def test_group_skips_messages_without_a_moment(tmp_path: Path) -> None:
    moments = ("NaN", "1e999", "1" + "0" * 400, "true", '"0"', "null", "5")
    given = "".join(f'{{"id": {number}, "t": {moment}, "text": "яма"}}\n' for number, moment in enumerate(moments, 1))
    code, output, errors = await run_command("group", "--config", write_config(tmp_path), cwd=tmp_path, given=given)
    assert code == 1
    assert [f"Строка {number} " in errors for number in range(1, 8)] == [True] * 6 + [False]
    assert [json.loads(line)["id"] for line in output.splitlines()] == [7]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("demo", "--port", "99999"), "не больше 65535"),
        (("demo", "--port", "-1"), "не меньше 0"),
        (("evaluate", "a.csv", "--misses", "-1"), "не меньше 0"),
        (("export", "--since", "2026-99-99"), "Не похоже на дату"),
        (("export", "--since", "0001-01-01"), "Не похоже на дату"),
        (("export", "--since", "21.11.2026", "--until", "20.11.2026"), "Поменяйте дни местами"),
        (("journal", "--since", "2026-11-21", "--until", "2026-11-20"), "Поменяйте дни местами"),
        (("audit", "export", "--since", "2026-11-21", "--until", "2026-11-20"), "Поменяйте дни местами"),
        (("person", "export", "--ticket", "9" * 20), "не больше 999999999999999"),
        (("report", "cur", "--output", "x.xlsx", "--ticket", "9" * 20), "не больше 999999999999999"),
        (("export", "--output", "folder"), "это папка"),
        (("export", "--output", "/dev/full"), "нет места"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
async def test_hostile_option_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "folder").mkdir()
    config = () if words[0] == "demo" else ("--config", write_config(tmp_path))
    assert said in await refused(*words, *config, cwd=tmp_path)


@pytest.mark.parametrize(("encoding", "shown"), [("cp866", "x нет"), ("cp1251", "x нет"), ("ascii", "✗ нет")])
def test_console_of_another_encoding_shows_the_sentence(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    prepare_streams()
    stream.write("✗ нет «№ …» 😀")
    stream.flush()
    seen = stream.buffer.getvalue().decode("utf-8" if encoding == "ascii" else encoding)
    assert seen.startswith(shown)


def run_python(*arguments: str, cwd: Path, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_output_that_nobody_reads_ends_quietly(tmp_path: Path) -> None:
    process = run_python("-m", "bot", "--help", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate()
    assert (process.returncode, errors) == (1, b"")


BOMBS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
from pathlib import Path
from bot.understanding.model.model import ModelError, read_model
from bot.understanding.model.training_data import TableError, read_table
for name in sys.argv[2:]:
    try:
        read_table(Path(name)) if name.endswith("xlsx") else read_model(Path(name))
    except (TableError, ModelError) as fault:
        print(fault)
"""


def test_bombs_do_not_exhaust_the_memory(tmp_path: Path) -> None:
    names = ["laughs", "bomb", "bomb of styles", "dimensions", "far", "zeros of a sheet"]
    for name in names:
        TABLES[name][1](tmp_path / f"{name}.xlsx")
    models = ["header of terabytes", "bomb"]
    for name in models:
        write_model(tmp_path / name, MODELS[name])
    arguments = [f"{name}.xlsx" for name in names] + [f"{name}/var/model/000001" for name in models]
    process = run_python("-c", BOMBS, str(ADDRESS_SPACE_BYTES), *arguments, cwd=tmp_path, OPENBLAS_NUM_THREADS="1")
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert len(output.splitlines()) == len(arguments) - 1  # the sheet with wrong dimensions is simply read
