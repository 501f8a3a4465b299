"""The curator's daily digest on a grown database, as the ticker makes it at its moment."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.measurements import Figures
from bench.worker import open_app
from bot.domain.local_time import local_to_utc
from bot.services.context import UseCaseContext
from bot.services.reports import digest

_DAY = timedelta(days=1)


async def time_daily_digest(config: Path, times: int) -> Figures:
    """Milliseconds from the look whether it is due to the commit that queues it, for *times* mornings one after
    another, the last of them the latest that has been. Nobody else may work on the database."""
    took, mornings = [], []
    async with open_app(config) as app:
        municipality, now = app.municipality(), datetime.now(UTC)  # noqa: TID251 - the tickets are as old as the machine's clock says
        today = now.astimezone(municipality.zone).date()
        latest = local_to_utc(today, municipality.digest_at, municipality.zone)
        latest -= _DAY if latest > now else timedelta()
        mornings = [latest - back * _DAY for back in range(times, -1, -1)]
        async with app.database.begin() as uow:
            await uow.once_keys.set("first_start", mornings[0] - _DAY)
            await uow.deadlines.claim_digest(
                mornings[0].astimezone(municipality.zone).date(), mornings[0] - _DAY, mornings[0]
            )
        for morning in mornings[1:]:
            began = time.perf_counter()
            async with app.database.begin() as uow:
                await digest.send_daily(UseCaseContext(municipality, uow, morning))
            took.append(time.perf_counter() - began)
            async with app.database.read() as uow:
                if not await uow.deadlines.has_digest(morning.astimezone(municipality.zone).date()):
                    raise RuntimeError("the digest was not made")
    return {
        "daily_digest_ms": round(median(took) * 1_000),
        "daily_digest_longest_ms": round(max(took) * 1_000),
    }
