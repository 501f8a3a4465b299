"""A peer on the same work: django-helpdesk takes the same messages as e-mails. Optional, with packages of its own."""

import asyncio
import json
import os
import sys
import venv
from pathlib import Path
from typing import Any

from bench.town import ROOT

_PACKAGE = "django-helpdesk==2.6.1"


class PeerUnavailable(Exception):
    """It cannot be installed here; the message says why."""


async def intake(home: Path, folder: Path, messages: int) -> dict[str, Any]:
    """Messages a second that django-helpdesk turns into tickets, one process, SQLite in WAL mode, synchronous=FULL as
    here. Mail that it would send is discarded: as for the bot, sending is not a part of the measure.

    *home* keeps its environment from run to run. Raises :class:`NoPeer`.
    """
    python = home / "bin" / "python"
    if not python.exists():
        await asyncio.to_thread(venv.create, home, with_pip=True)
    code, said = await _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _PACKAGE)
    if code:
        raise PeerUnavailable(said.strip().splitlines()[-1] if said.strip() else "pip failed")
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    code, said = await _run(python, "-m", "bench.peer_intake", str(messages), str(folder / "peer.sqlite3"))
    if code:
        raise PeerUnavailable(said[-500:])
    figures: dict[str, Any] = json.loads(said.splitlines()[-1])
    return figures


async def _run(python: Path, *arguments: str) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    process = await asyncio.create_subprocess_exec(
        *(str(python), *arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


if __name__ == "__main__":
    print(asyncio.run(intake(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
