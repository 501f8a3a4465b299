"""The machine's clock is put back by an hour: nothing waits for that hour, nobody is told anything twice."""

from typing import Any

import pytest

from bot.inbox import worker
from bot.messengers.events import Event
from bot.services.context import Work
from sandbox.faults import Fault, FaultKind
from tests.databases import ON_BOTH
from tests.e2e.harness import CURATOR, PYOTR, ROADS_HEAD, Town
from tests.e2e.queries import delivered
from tests.e2e.schedules import LAMP, POTHOLE, report, told

pytestmark = ON_BOTH


async def test_what_is_to_be_sent_again_does_not_wait_for_an_hour(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    await delivered(town)
    town.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500))
    await report(town, POTHOLE)
    await town.until(lambda: "delivery failed" in caplog.text)
    town.pass_time(hours=-1)
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    assert town.numbers(ROADS_HEAD) == [1]


async def test_what_is_to_be_handled_again_does_not_wait_for_an_hour(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, failures = worker.handle, []

    async def fails_at_first(work: Work, event: Event) -> Any:
        if not failures:
            failures.append(event)
            raise RuntimeError
        return await whole(work, event)

    await delivered(town)
    monkeypatch.setattr(worker, "handle", fails_at_first)
    await report(town, POTHOLE)
    await town.until(lambda: failures)
    town.pass_time(hours=-1)
    await town.card(ROADS_HEAD, 1)


async def test_notices_come_once_and_at_their_time(town: Town) -> None:
    await report(town, POTHOLE)
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    town.pass_time(minutes=5)
    await report(town, LAMP, PYOTR)
    await town.card(ROADS_HEAD, 2)
    town.at("20.11 15:30")
    await town.letter(CURATOR, "Просрочено: №1")
    town.at("20.11 15:40")
    await town.letter(ROADS_HEAD, "Просрочено: №2")
    await town.told()
    assert told(town, CURATOR, "№2") == [], "gathered for half an hour"
    heard = told(town, ROADS_HEAD)

    town.pass_time(hours=-1)
    await town.told()
    assert told(town, CURATOR, "№2") == [], "by this clock there is time left"
    town.at("20.11 15:35")
    await town.told()
    town.at("20.11 16:00")
    await town.letter(CURATOR, "Просрочено: №2")
    await town.told()
    assert told(town, ROADS_HEAD) == heard
    assert (len(told(town, CURATOR, "№1")), len(told(town, CURATOR, "№2"))) == (1, 1)
