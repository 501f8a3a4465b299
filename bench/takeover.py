"""Two processes on one PostgreSQL: the leader is killed; how long until the other listens and answers?"""

import asyncio
import signal
import time
from pathlib import Path
from statistics import median

from bench.measurements import Figures
from bench.server import database_on
from bench.town import BenchHarness


async def takeover(folder: Path, server: str, times: int) -> Figures:
    """Seconds from ``kill -9`` of the leader to the other's first ``getUpdates``, and to the next citizen's card."""
    polls, cards = [], []
    async with database_on(server) as url:
        town = BenchHarness(folder, database=url)
        await town.open()
        try:
            await town.start()
            await town.warm_up()
            for _ in range(times):
                leader = town.process
                other = await town.spawn()
                await asyncio.sleep(8)  # it has started and knows that it does not lead
                assert leader is not None
                watch = town.watch_heads()
                heard = town.poll_count()
                killed = time.perf_counter()
                leader.send_signal(signal.SIGKILL)
                await leader.wait()
                town.process = other
                await town.sandbox.change_log.wait_until(lambda heard=heard: town.poll_count() > heard, 60)
                polls.append(time.perf_counter() - killed)
                await town.send_next_message()
                await town.sandbox.change_log.wait_until(lambda watch=watch: len(watch.cards()) >= 1, 60)
                cards.append(time.perf_counter() - killed)
        finally:
            await town.close()
    return {
        "kills": times,
        "poll_after_s": round(median(polls), 2),
        "slowest_s": round(max(polls), 2),
        "card_after_s": round(max(cards), 2),
    }
