"""``python -m tests.fuzz``: fuzz for some minutes. Exit code 1 when a promise was broken."""

import argparse
import asyncio
import logging
import os
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bench.server import database_on
from tests.e2e.harness import Harness
from tests.fuzz.fuzzer import Fuzzer, configure


async def fuzz(url: str, folder: Path, options: argparse.Namespace, seconds: float) -> list[str]:
    """Fuzz a bot on the database *url* and return the broken promises."""
    bot = Harness(folder)
    bot.settings["database"] = url
    await bot.open()
    try:
        configure(bot)
        await bot.start()
        fuzzer = Fuzzer(bot, random.Random(options.seed))
        await fuzzer.prepare()
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at and not fuzzer.violations:
            await fuzzer.run_round(options.size)
            print(f"{fuzzer.sent.total():>8} hostile updates, the inbox: {await fuzzer.figures()}", flush=True)
        return fuzzer.violations
    finally:
        await bot.close()


async def run(options: argparse.Namespace) -> int:
    kinds = ["sqlite"] if options.postgres is None else ["sqlite", "postgresql"]
    failed = False
    for kind in kinds:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mcu-fuzz-"))) / "town"
            folder.mkdir()
            url = f"sqlite+aiosqlite:///{folder / 'mcu.sqlite3'}"
            if kind == "postgresql":
                url = await stack.enter_async_context(database_on(options.postgres, "mcu_fuzz"))
            violations = await fuzz(url, folder, options, options.minutes * 60 / len(kinds))
        print(f"{kind}: {len(violations)} violations (seed {options.seed})", *violations, sep="\n  ", flush=True)
        failed = failed or bool(violations)
    return int(failed)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="for all databases together (default 10)")
    parser.add_argument("--size", type=int, default=60, help="updates of each messenger in a round (default 60)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="repeats a run")
    parser.add_argument(
        "--postgres",
        default=os.environ.get("MCU_TEST_POSTGRES"),
        help="postgresql+asyncpg://… of a role that may create databases (default: MCU_TEST_POSTGRES)",
    )
    logging.disable(logging.WARNING)
    return asyncio.run(run(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
