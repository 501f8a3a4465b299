"""After an outage of the bot people get one summary, not every notice that was due meanwhile."""

import pytest

from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, CURATOR, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle
from tests.e2e.schedules import KERB, LAMP, POTHOLE, TAP, deadline_notices, send_report


@pytest.fixture
async def town(closed_town: Harness) -> Harness:
    """Polls are short: the summary waits for what the messengers have kept, that is for the first poll to come back."""
    closed_town.poll_seconds = 1
    await closed_town.start()
    return closed_town


SUMMARY = "Пока бот не работал"


def summary_texts(town: Harness, person: int) -> list[str]:
    return [text for text in town.bot_texts(person) if text.startswith(SUMMARY)]


async def test_four_hours_off_are_told_in_one_message(town: Harness) -> None:
    await send_report(town, POTHOLE)
    await send_report(town, LAMP, PYOTR)
    await town.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(town)
    await town.stop()
    town.pass_time(hours=2)
    await send_report(town, KERB)
    await send_report(town, TAP, PYOTR)
    town.pass_time(hours=2)
    await town.start()

    await town.wait_for_message(ROADS_HEAD, SUMMARY)
    await town.wait_for_card(HOUSING_HEAD, 4)
    await town.wait_for_outbox()
    [roads], [housing], [curator] = (summary_texts(town, one) for one in (ROADS_HEAD, HOUSING_HEAD, CURATOR))
    assert roads.startswith(f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 1; просрочено 2: №1, №2.")
    assert "№2 · не принято до 15:30 · Асфальт" in roads
    assert housing == f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 1."
    assert curator.startswith(f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 2; просрочено 2: №1, №2.")
    assert summary_texts(town, ADMINISTRATOR) == [f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 2."]
    assert summary_texts(town, COORDINATOR) == []
    assert [deadline_notices(town, one) for one in (ROADS_HEAD, HOUSING_HEAD, CURATOR)] == [[], [], []]

    town.pass_time(hours=2)  # from now on notices come as always
    await town.wait_for_outbox()
    assert [len(summary_texts(town, one)) for one in (ROADS_HEAD, HOUSING_HEAD, CURATOR)] == [1, 1, 1]
    assert deadline_notices(town, HOUSING_HEAD, "№4")


async def test_a_short_pause_changes_nothing(town: Harness) -> None:
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1)
    town.pass_time(minutes=45)
    await wait_until_idle(town)
    await town.stop()
    town.pass_time(minutes=20)
    await town.start()
    await town.wait_for_message(ROADS_HEAD, "Просрочено: №1")
    await town.wait_for_outbox()
    assert summary_texts(town, ROADS_HEAD) == []


async def test_after_a_night_the_summary_comes_in_the_morning(closed_town: Harness) -> None:
    town = closed_town
    town.poll_seconds = 1
    town.settings |= {"quiet_from": "22:00", "quiet_to": "08:00"}
    await town.start()
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(town)
    await town.stop()
    town.set_time("20.11 23:30")
    await town.start()
    await town.wait_for_outbox()
    assert summary_texts(town, ROADS_HEAD) == []
    await town.stop()  # and again: it is one outage for those who have not heard of it
    town.set_time("21.11 05:00")
    await town.start()
    await town.wait_for_outbox()
    town.set_time("21.11 08:01")
    await town.wait_for_message(ROADS_HEAD, f"{SUMMARY} (с пт 20.11, 14:30 до 05:00): просрочено 1: №1")
    await town.wait_for_outbox()
    assert len(summary_texts(town, ROADS_HEAD)) == 1
    assert deadline_notices(town, ROADS_HEAD) == []


async def test_ticket_handled_meanwhile_is_not_called_overdue(town: Harness) -> None:
    """The head has answered the moment the bot was back: nothing is overdue any more when the summary is made."""
    await send_report(town, POTHOLE, MARIA)
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(town)
    await town.stop()
    await town.sandbox.telegram.press_button(ROADS_HEAD, ROADS_HEAD, card["message_id"], "✅ Принять")
    town.pass_time(hours=2)
    await town.sandbox.telegram.press_button(ROADS_HEAD, ROADS_HEAD, card["message_id"], "✅ Принять")
    await town.start()
    await town.wait_for_card(ROADS_HEAD, 1, "В работе")
    await town.wait_for_outbox()
    assert summary_texts(town, ROADS_HEAD) == []
    assert deadline_notices(town, ROADS_HEAD) == []
