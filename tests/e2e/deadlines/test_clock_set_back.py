"""The machine's clock is put back by an hour: nothing waits for that hour, nobody is told anything twice."""

from typing import Any

import pytest

from bot.inbox import worker
from bot.messengers.events import Event
from bot.services.context import UseCaseContext
from sandbox.faults import Fault, FaultKind
from tests.databases import ON_BOTH
from tests.e2e.harness import CURATOR, PYOTR, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle
from tests.e2e.schedules import LAMP, POTHOLE, deadline_notices, send_report

pytestmark = ON_BOTH


async def test_retry_does_not_wait_an_hour_when_clock_is_set_back(
    bot: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    await wait_until_idle(bot)
    bot.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500))
    await send_report(bot, POTHOLE)
    await bot.wait_until(lambda: "delivery failed" in caplog.text)
    bot.pass_time(hours=-1)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_inbox_retry_does_not_wait_an_hour_when_clock_is_set_back(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, failures = worker.handle_event, []

    async def fails_at_first(ctx: UseCaseContext, event: Event) -> Any:
        if not failures:
            failures.append(event)
            raise RuntimeError
        return await whole(ctx, event)

    await wait_until_idle(bot)
    monkeypatch.setattr(worker, "handle_event", fails_at_first)
    await send_report(bot, POTHOLE)
    await bot.wait_until(lambda: failures)
    bot.pass_time(hours=-1)
    await bot.wait_for_card(ROADS_HEAD, 1)


async def test_notices_come_once_and_at_their_time(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    bot.pass_time(minutes=5)
    await send_report(bot, LAMP, PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 2)
    bot.set_time("20.11 15:40")
    await bot.wait_for_message(ROADS_HEAD, "№2 · не принято")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, CURATOR) == [], "gathered until five"
    heard = deadline_notices(bot, ROADS_HEAD)

    bot.pass_time(hours=-1)
    await bot.wait_for_outbox()
    bot.set_time("20.11 15:35")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, CURATOR) == []
    bot.set_time("20.11 17:00")
    await bot.wait_for_message(CURATOR, "Просрочено: 2 сообщения", "№1", "№2")
    bot.pass_time(hours=-1)
    await bot.wait_for_outbox()
    bot.set_time("20.11 17:00")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == heard
    assert len(deadline_notices(bot, CURATOR)) == 1
