"""A PostgreSQL server of a test's own, that may be restarted as roughly as one likes."""

import asyncio
import os
import pwd
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.messengers.test_webhook import free_port


def unavailable_reason() -> str | None:
    """Return why there can be no such server here, or ``None``."""
    if _find_binaries() is None:
        return "PostgreSQL's server is not installed"
    if os.geteuid() == 0 and not _has_postgres_user():
        return "PostgreSQL does not run as root, and there is no user postgres"
    return None


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """It runs; what it holds need not survive the machine."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://mcu@127.0.0.1:{self.port}/postgres"

    async def restart(self, how: str) -> None:
        """*how*: ``fast`` (connections are cut, then an orderly end) or ``immediate`` (as if it had crashed)."""
        await self._pg_ctl("restart", "-m", how)

    async def create_cluster(self) -> None:
        await self._run_program("initdb", "-U", "mcu", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8")
        await self.start()

    async def start(self) -> None:
        await self._pg_ctl("start")

    async def stop(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            await self._pg_ctl("stop", "-m", "immediate")

    async def _pg_ctl(self, *what: str) -> None:
        options = f"-F -p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        await self._run_program("pg_ctl", *what, "-w", "-l", str(self.folder / "log"), "-o", options)

    async def _run_program(self, program: str, *arguments: str) -> None:
        folder = _find_binaries()
        assert folder is not None
        who: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        process = await asyncio.create_subprocess_exec(
            *(str(folder / program), "-D", str(self.folder / "data"), *arguments),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=STDOUT,
            cwd=self.folder,
            **who,
        )
        assert await process.wait() == 0, f"{program} {arguments}"


@asynccontextmanager
async def running_postgres() -> AsyncIterator[PostgresServer]:
    """A server that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mcu-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = PostgresServer(folder, free_port())
    try:
        await server.create_cluster()
        yield server
    finally:
        await server.stop()
        shutil.rmtree(folder)


def _find_binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


def _has_postgres_user() -> bool:
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return False
    return True
