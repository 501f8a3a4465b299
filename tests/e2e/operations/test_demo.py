"""``python -m bot demo`` as a person starts it, and what its page's server lets pass."""

import asyncio
import os
import signal
import socket
import sys
import tomllib
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.cli.demo import DAY_START, Demo, OffsetClock, demo_config, run_demo
from bot.cli.demo_town import TOWNS_IN_WHEEL, list_towns, read_town, towns_folder
from bot.domain.clock import SystemClock
from tests.e2e.operations.test_commands import run_command

ROOT = Path(__file__).parents[3]
STARTUP_SECONDS = 30.0
SHUTDOWN_SECONDS = 10.0

HATCH = "На Речной 14 у школы открыт люк прямо на дороге! Дети обходят по проезжей части."
GROUP, COMMUNITY = "telegram/-1001000000001", 500
MARIA, ROADS = 2001, 1001
TOWNS = ("barnaul", "kamyshlov", "kholmsk", "lesozavodsk", "lovozero", "yanao", "yelizovo")


@asynccontextmanager
async def running_demo(folder: Path, port: int = 0, **environment: str) -> AsyncIterator[Process]:
    """The command, run in *folder*, which is not the project's."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", str(port)),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def page_address(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(STARTUP_SECONDS):
        return (await process.stdout.readline()).decode()


async def test_it_prints_its_address_answers_and_stops_when_asked(tmp_path: Path) -> None:
    # A real bot on this machine must not be taken over by the demonstration.
    real = {"MCU_TELEGRAM__TOKEN": "1:real", "MCU_DATABASE__URL": f"sqlite+aiosqlite:///{tmp_path}/real.sqlite3"}
    async with running_demo(tmp_path, **real) as process:
        line = await page_address(process)
        url = line.strip()
        assert line == f"{url}\n"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.status == 200
            assert "Показать" in await response.text()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            rest, errors = await process.communicate()
    assert process.returncode == 0
    assert rest == b""
    assert "Traceback" not in errors.decode()
    assert not (tmp_path / "real.sqlite3").exists()
    assert {one.suffix for one in (tmp_path / "var" / "demo").iterdir()} == {".sqlite3", ".lock"}


async def test_ctrl_c_while_it_starts_stops_it_too(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as process:
        assert process.stderr is not None
        async with asyncio.timeout(STARTUP_SECONDS):
            assert "Готовим город" in (await process.stderr.readline()).decode()
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            out, errors = await process.communicate()
    assert out == b""
    assert "Traceback" not in errors.decode(), errors.decode()
    assert process.returncode == 0


async def test_a_taken_port_gives_way_to_the_next_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        announced = asyncio.Event()
        addresses: list[str] = []

        def announce(url: str) -> None:
            addresses.append(url)
            announced.set()
            signal.raise_signal(signal.SIGTERM)

        await run_demo(tmp_path, taken, announce)
        assert announced.is_set()
    assert addresses != [f"http://127.0.0.1:{taken}/"]
    assert f"Порт {taken} занят" in capsys.readouterr().err


async def test_demo_reports_unwritable_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "var").write_text("not a folder")
    with pytest.raises(SystemExit) as leaving:
        await run_demo(tmp_path / "var" / "demo", 0, print)
    assert leaving.value.code == 2
    words = capsys.readouterr()
    assert words.out == ""
    assert "Показ не запустился" in words.err
    assert str(tmp_path / "var" / "demo") in words.err


async def test_each_start_forgets_the_day_before(tmp_path: Path) -> None:
    with socket.socket() as alive:
        alive.bind(("127.0.0.1", 0))
        alive.listen()
        busy = tmp_path / f"demo-{alive.getsockname()[1]}.sqlite3"
        old, foreign = tmp_path / "demo-1.sqlite3", tmp_path / "notes.txt"
        for file in (busy, old, foreign, tmp_path / "demo-1.sqlite3-wal"):
            file.write_text("something")
        async with Demo(tmp_path):
            left = {file.name for file in tmp_path.iterdir()}
    assert old.name not in left
    assert "demo-1.sqlite3-wal" not in left
    assert {busy.name, foreign.name} < left  # of a demonstration that still runs, and of somebody else


def test_the_day_begins_in_the_morning_of_a_working_day() -> None:
    config = demo_config(read_town(), Path("demo.sqlite3"), "http://127.0.0.1:1")
    clock = OffsetClock()
    clock.jump_to_morning(config)
    here = clock.now().astimezone(config.zone)
    assert (here.hour, here.minute) == (DAY_START.hour, DAY_START.minute)
    assert config.working_calendar().is_working_day(here.date())
    assert clock.now() >= SystemClock().now() - timedelta(days=1)
    before = clock.now()
    clock.advance(timedelta(hours=2))
    assert clock.now() - before >= timedelta(hours=2)
    assert abs(clock.offset_seconds - (clock.now() - datetime.now(UTC)).total_seconds()) < 1  # noqa: TID251


@pytest.mark.parametrize("code", TOWNS)
def test_every_example_is_a_town_whose_officials_have_phones_and_whose_show_is_within_reach(code: str) -> None:
    town = read_town(code)
    config = demo_config(town, Path("demo.sqlite3"), "http://127.0.0.1:1")
    assert config.read_streets()
    assert [phone.name for phone in town.stage.phones] == [person.name for person in config.staff]
    stage = town.stage.as_json()
    community = f"vk/{town.stage.community.id}"
    known = {one["place"] for one in (*stage["phones"], *stage["groups"], *stage["maxChats"])}
    known |= {f"{community}/wall", *(f"{community}/{one.id}" for one in town.stage.citizens)}
    assert {step["place"] for step in town.stage.show} <= known
    writers = {step["who"] for step in town.stage.show if "who" in step}
    assert writers <= {one.id for one in town.stage.citizens} | {one.id for one in town.stage.phones}
    assert "token" not in str(stage)


async def test_a_town_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    code, out, errors = await run_command("demo", "--town", "atlantis", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert "Города «atlantis» в показе нет" in errors
    assert all(town in errors for town in TOWNS)


def test_the_wheel_holds_the_examples_where_the_demonstration_looks_for_them() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"] == {"examples": TOWNS_IN_WHEEL}
    assert towns_folder() == ROOT / "examples"
    assert list_towns() == TOWNS
