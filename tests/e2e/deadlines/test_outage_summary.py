"""After an outage of the bot people get one summary, not every notice that was due meanwhile."""

from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, CURATOR, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle
from tests.e2e.schedules import KERB, LAMP, POTHOLE, TAP, deadline_notices, send_report

SUMMARY = "Пока бот не работал"


def summary_texts(bot: Harness, person: int) -> list[str]:
    return [text for text in bot.bot_texts(person) if text.startswith(SUMMARY)]


async def test_four_hours_off_are_told_in_one_message(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await send_report(bot, LAMP, PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(bot)
    await bot.stop()
    bot.pass_time(hours=2)
    await send_report(bot, KERB)
    await send_report(bot, TAP, PYOTR)
    bot.pass_time(hours=2)
    await bot.start()

    await bot.wait_for_message(ROADS_HEAD, SUMMARY)
    await bot.wait_for_card(HOUSING_HEAD, 4)
    await bot.wait_for_outbox()
    [roads], [housing], [curator] = (summary_texts(bot, one) for one in (ROADS_HEAD, HOUSING_HEAD, CURATOR))
    assert roads.startswith(f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 1; просрочено 2: №1, №2.")
    assert "№2 · не принято до 15:30 · Асфальт" in roads
    assert housing == f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 1."
    assert curator.startswith(f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 2; просрочено 2: №1, №2.")
    assert summary_texts(bot, ADMINISTRATOR) == [f"{SUMMARY} (с 14:30 до 18:30): новых сообщений 2."]
    assert summary_texts(bot, COORDINATOR) == []
    assert [deadline_notices(bot, one) for one in (ROADS_HEAD, HOUSING_HEAD, CURATOR)] == [[], [], []]

    bot.pass_time(hours=2)  # from now on notices come as always
    await bot.wait_for_outbox()
    assert [len(summary_texts(bot, one)) for one in (ROADS_HEAD, HOUSING_HEAD, CURATOR)] == [1, 1, 1]
    assert deadline_notices(bot, HOUSING_HEAD, "№4")


async def test_a_short_pause_changes_nothing(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.pass_time(minutes=45)
    await wait_until_idle(bot)
    await bot.stop()
    bot.pass_time(minutes=20)
    await bot.start()
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1")
    await bot.wait_for_outbox()
    assert summary_texts(bot, ROADS_HEAD) == []


async def test_after_a_night_the_summary_comes_in_the_morning(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"quiet_from": "22:00", "quiet_to": "08:00"}
    await bot.start()
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.stop()
    bot.set_time("20.11 23:30")
    await bot.start()
    await bot.wait_for_outbox()
    assert summary_texts(bot, ROADS_HEAD) == []
    await bot.stop()  # and again: it is one outage for those who have not heard of it
    bot.set_time("21.11 05:00")
    await bot.start()
    await bot.wait_for_outbox()
    bot.set_time("21.11 08:01")
    await bot.wait_for_message(ROADS_HEAD, f"{SUMMARY} (с пт 20.11, 14:30 до 05:00): просрочено 1: №1")
    await bot.wait_for_outbox()
    assert len(summary_texts(bot, ROADS_HEAD)) == 1
    assert deadline_notices(bot, ROADS_HEAD) == []


async def test_ticket_handled_meanwhile_is_not_called_overdue(bot: Harness) -> None:
    """The head has answered the moment the bot was back: nothing is overdue any more when the summary is made."""
    await send_report(bot, POTHOLE, MARIA)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.stop()
    await bot.sandbox.telegram.press_button(ROADS_HEAD, ROADS_HEAD, card["message_id"], "✅ Принять")
    bot.pass_time(hours=2)
    await bot.sandbox.telegram.press_button(ROADS_HEAD, ROADS_HEAD, card["message_id"], "✅ Принять")
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    await bot.wait_for_outbox()
    assert summary_texts(bot, ROADS_HEAD) == []
    assert deadline_notices(bot, ROADS_HEAD) == []
