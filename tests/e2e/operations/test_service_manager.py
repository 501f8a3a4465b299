"""The bot as a service of systemd: its notifications, and the unit file that is shipped."""

import asyncio
import configparser
import os
import shutil
import socket
import subprocess
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.cli.output_files import list_data_paths
from bot.config import load_config
from bot.runtime.service_manager import ServiceManager
from crashtest.failpoints import CrashPoint
from tests.e2e.harness import TIMEOUT_SECONDS, TOKEN, VK_TOKEN
from tests.e2e.operations.test_commands import run_process, write_config
from tests.e2e.process import ROOT
from tests.e2e.reliability.test_kill import StationsHarness

UNIT = ROOT / "docs" / "mcu-bot.service"
WATCHDOG_SECONDS = 0.9

HANGING_BOT_SCRIPT = """
import sys
from pathlib import Path
from crashtest.failpoints import CrashPoint, Effect, Failpoint
from crashtest.fork_server import run_bot
run_bot(Path(sys.argv[1]), Failpoint(CrashPoint(sys.argv[2]), 1, effect=Effect.HANG), patience=0.02)
"""


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """systemd's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as listening:
        listening.bind(str(tmp_path / "notify"))
        yield listening


async def receive(manager: socket.socket, seconds: float = TIMEOUT_SECONDS) -> str:
    """Return the next notification; ``TimeoutError`` if none comes."""
    async with asyncio.timeout(seconds):
        return (await asyncio.get_running_loop().sock_recv(manager, 100)).decode()


async def is_pinged(manager: socket.socket) -> bool:
    """Return whether a ping comes in time."""
    try:
        return await receive(manager, WATCHDOG_SECONDS) == "WATCHDOG=1"
    except TimeoutError:
        return False


@asynccontextmanager
async def stations_in(folder: Path) -> AsyncIterator[StationsHarness]:
    stations = StationsHarness(folder)
    await stations.open()
    try:
        yield stations
    finally:
        await stations.close()


async def test_start_and_stop_are_notified_and_modes_are_mended(tmp_path: Path, manager: socket.socket) -> None:
    async with stations_in(tmp_path) as stations:
        files = [tmp_path / "mcu.sqlite3", tmp_path / "var" / "model" / "models.json"]
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(0o644)
        files[1].parent.chmod(0o755)
        stations.bot.further_environment = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        await stations.bot.start()
        assert await receive(manager) == "READY=1"
        data = [*tmp_path.glob("mcu.sqlite3*"), *(tmp_path / "var" / "model").rglob("*"), files[1].parent]
        assert {"mcu.sqlite3", "mcu.sqlite3-wal", "mcu.sqlite3.lock", "models.json"} <= {file.name for file in data}
        assert [file for file in data if file.stat().st_mode & 0o077] == []
        assert await stations.bot.terminate() == 0
        assert await receive(manager) == "STOPPING=1"
        assert stations.bot.log.read_text(encoding="utf-8").count("Права исправлены") == 1


async def test_watchdog_gets_pings_until_a_loop_hangs(tmp_path: Path, manager: socket.socket) -> None:
    async with stations_in(tmp_path) as stations:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": f"{WATCHDOG_SECONDS * 1e6:.0f}"}
        with stations.bot.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", HANGING_BOT_SCRIPT, str(stations.bot.config), CrashPoint.HANDLING.value),
                stdout=DEVNULL,
                stderr=log.fileno(),
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | environment,
            )
        try:
            assert [await receive(manager) for _ in range(3)] == ["READY=1", *["WATCHDOG=1"] * 2]
            await stations.send_complaints(1)  # the worker hangs with it in hand
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while await is_pinged(manager):
                    pass
            assert "the watchdog gets no signs of life" in stations.bot.log.read_text(encoding="utf-8")
        finally:
            process.kill()
            await process.wait()


async def test_start_without_the_database_server_is_tried_again(tmp_path: Path) -> None:
    """Exit code 2 would keep the service down after a power failure: the server may start later than the bot."""
    config = write_config(tmp_path, token=TOKEN, vk_token=VK_TOKEN, database="postgresql+asyncpg://mcu@127.0.0.1:9/mcu")
    code, _, errors = await run_process("run", "--config", str(config), cwd=tmp_path)
    assert (code, "Traceback" in errors) == (1, False)
    assert "база данных не открывается" in errors


def test_notifications_reach_an_abstract_address_and_only_this_process_pings() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0mcu-bot test")
        given = {"NOTIFY_SOCKET": "@mcu-bot test", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}
        manager = ServiceManager.from_environment(given, 7)
        manager.notify("READY=1")
        assert listening.recv(100) == b"READY=1"
    assert manager.watchdog_seconds == 30
    assert ServiceManager.from_environment(given, 8).watchdog_seconds is None
    ServiceManager.from_environment({}, 7).notify("READY=1")  # nobody listens


def test_unit_lets_the_bot_write_where_the_default_configuration_does(tmp_path: Path) -> None:
    unit = configparser.RawConfigParser(strict=False, comment_prefixes="#")
    unit.optionxform = str
    unit.read_string(UNIT.read_text(encoding="utf-8"))
    service = unit["Service"]
    config_file = Path(service["ExecStart"].rpartition("--config ")[2])
    state = Path("/var/lib") / service["StateDirectory"]
    example = load_config(ROOT / "config.example.toml", tokens_needed=False)
    for path in list_data_paths(example):
        assert state in (config_file.parent / path.relative_to(ROOT)).parents
    assert service["WorkingDirectory"] == str(state)
    assert service["UMask"] == "0077"
    assert (service["Type"], int(service["WatchdogSec"]) > 0) == ("notify", True)


MAX_EXPOSURE = 30
"""Tenths of systemd's measure from 0 to 10: what a bot that was taken over could do to the server."""


def test_unit_leaves_little_exposed() -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    command = [tool, "security", "--offline=true", f"--threshold={MAX_EXPOSURE}", "--no-pager", str(UNIT)]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in judged.stderr:
        pytest.skip("this systemd-analyze judges running services alone")
    assert judged.returncode == 0, judged.stdout
