"""``python -m tests.machine``: let people press at random for some minutes. Exit code 1 when a law was broken."""

import argparse
import asyncio
import logging
import os
import secrets
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.databases import DatabasePool
from tests.machine.player import happened
from tests.machine.rules import CentreMachine
from tests.machine.story import play


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.machine", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="default 10")
    parser.add_argument("--steps", type=int, default=40, help="rules in a story (default 40)")
    parser.add_argument("--stories", type=int, default=8, help="stories that follow from one seed (default 8)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="the first seed")
    parser.add_argument("--seeds", type=int, default=0, help="end after so many seeds")
    parser.add_argument("--tell", action="store_true", help="print every story")
    parser.add_argument("--kind", choices=("sqlite", "postgresql"), help="default: both, in turn")
    parser.add_argument("--keep-going", action="store_true", help="do not end with the first broken law")
    options = parser.parse_args(arguments)
    logging.disable(logging.ERROR)
    CentreMachine.tells = options.tell
    kinds = ["sqlite", *(["postgresql"] if os.environ.get("MCU_TEST_POSTGRES") else [])]
    pool, failures, played = DatabasePool(), 0, 0
    ends_at = time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory(prefix="mcu-machine-") as folder:
        while time.monotonic() < ends_at and (not options.seeds or played < options.seeds):
            seed, kind, began = options.seed + played, options.kind or kinds[played % len(kinds)], time.monotonic()
            played += 1
            try:
                play(kind, Path(folder), pool, number=seed, stories=options.stories, steps=options.steps)
            except Exception:  # noqa: BLE001 - whatever it was is printed, and the next story begins
                failures += 1
                traceback.print_exc(file=sys.stdout)
                again = f"--seed {seed} --seeds 1 --stories {options.stories} --steps {options.steps} --kind {kind}"
                print(f"BROKEN: {again}", flush=True)
                if not options.keep_going:
                    break
            else:
                print(
                    f"seed {seed} on {kind}: {time.monotonic() - began:.1f} s, {sum(happened.values())} records",
                    flush=True,
                )
    asyncio.run(pool.close())
    print(dict(happened.most_common()))
    print(f"{played} seeds, {failures} broken", flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
