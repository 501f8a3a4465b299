"""«Сводка»: once a day at its hour whatever happens to the machine, and whenever somebody asks."""

import re
from datetime import UTC, datetime

import pytest

from bot.domain.gist import gist
from sandbox.faults import Fault, FaultKind
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    Harness,
    message_text,
)
from tests.e2e.schedules import (
    KERB,
    MANAGER,
    POTHOLE,
    TAP,
    UNCLEAR_REPORT,
    WITH_MANAGER,
    add_officials,
    digest_texts,
    send_report,
)


async def wait_for_digest(bot: Harness, person: int = CURATOR) -> str:
    """Wait for a digest and return its words; its figures add up."""
    words = message_text(await bot.wait_for_message(person, "📊 Сводка"))
    assert_figures_add_up(words)
    return words


def assert_figures_add_up(words: str) -> None:
    """Check what a reader would: new = answered + dismissed + in work, and the sectors' lines sum to the totals."""

    def figure(pattern: str) -> int:
        return sum(int(number) for number in re.findall(pattern, words, re.M))

    new, in_work = figure(r"^Новых: (\d+)"), figure(r"^В работе: (\d+)")
    new_in_work = figure(r"^из них отвечено.*, в работе (\d+)")
    assert new == figure(r"^из них отвечено (\d+)") + figure(r"^из них.*, не требует ответа (\d+)") + new_in_work
    assert in_work == new_in_work + figure(r"^из них поступили раньше: (\d+)")
    assert (new, in_work) == (figure(r": новых (\d+), "), figure(r": новых .*, в работе (\d+)"))
    assert figure(r"^Отвечено: (\d+)") == figure(r": новых \d+, отвечено (\d+)")


async def restart_bot(bot: Harness) -> None:
    await bot.stop()
    await bot.start()


@ON_BOTH
async def test_the_digest_tells_the_day_in_two_minutes(bot: Harness) -> None:
    await send_report(bot, POTHOLE)  # №1: answered after two hours
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, KERB, PYOTR)  # №2: accepted after an hour, not answered
    await bot.wait_for_card(ROADS_HEAD, 2)
    await send_report(bot, UNCLEAR_REPORT, ANNA)  # №3: waits for the coordinator
    await bot.wait_for_card(COORDINATOR, 3)
    bot.set_time("20.11 15:30")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 2), "Принять")
    bot.set_time("20.11 16:30")
    await bot.answer_ticket(ROADS_HEAD, 1, "Яму заделали.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    bot.set_time("21.11 08:55")
    await send_report(bot, TAP, PYOTR)  # №4: fresh
    await bot.wait_for_card(HOUSING_HEAD, 4)

    bot.set_time("21.11 09:00")
    said = await wait_for_digest(bot)
    lines = said.splitlines()
    assert lines[0] == "📊 Сводка за 20 ноября"
    assert lines[1] == "пт 20.11, 14:30 – сб 21.11, 09:00"
    for line in (
        "Новых: 4",
        "из них отвечено 1, не требует ответа 0, в работе 3",
        "из них поступили раньше: 0",
        "Отрасль не выбрана: новых 1, отвечено 0, в работе 1, просрочено 1",
        "Отвечено: 1",
        "В работе: 3",
        "Просрочено: 2",
        "из них ждут принятия: 1",
        "Ждут выбора отрасли: 1",
    ):
        assert line in lines
    assert "Время до принятия (медиана): 1 ч" in lines  # №1 was answered at once
    assert "Время до ответа (медиана): 2 ч" in lines
    assert "Дороги: новых 2, отвечено 1 (в срок 1), в работе 1, просрочено 1" in lines
    assert "ЖКХ: новых 1, отвечено 0, в работе 1" in lines
    assert "Просрочено: 2 сообщения" in lines
    assert f"№2 · Дороги · {KERB}" in lines
    assert f"№3 · отрасль не выбрана · {gist(UNCLEAR_REPORT)}" in lines
    links = [
        one["url"]
        for one in (await bot.wait_for_message(CURATOR, "📊 Сводка"))["entities"]
        if one["type"] == "text_link"
    ]
    assert [link.rpartition("/")[0] for link in links] == ["https://t.me/c/1000000001"] * 2


async def test_dismissed_tickets_are_counted_apart(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:duplicate")
    await bot.wait_for_card(ROADS_HEAD, 1, "Не требует ответа: повтор")
    bot.set_time("21.11 09:00")
    lines = (await wait_for_digest(bot)).splitlines()
    for line in ("Новых: 1", "Не требует ответа: 1", "В работе: 0", "Время до принятия (медиана): —"):
        assert line in lines
    bot.set_time("22.11 09:00")
    await bot.wait_for_message(CURATOR, "📊 Сводка за 21 ноября", "Новых сообщений не было")


async def test_it_is_sent_also_when_nothing_happened(bot: Harness) -> None:
    bot.set_time("21.11 08:59")
    await bot.wait_for_outbox()
    assert digest_texts(bot, CURATOR) == []

    bot.set_time("21.11 09:00")
    assert "Новых сообщений не было, в работе ничего нет." in await wait_for_digest(bot)
    await bot.wait_for_outbox()
    assert len(digest_texts(bot, CURATOR)) == 1
    assert [digest_texts(bot, one) for one in (ROADS_HEAD, COORDINATOR, ADMINISTRATOR)] == [[], [], []]


async def test_it_comes_every_day_and_tells_only_what_is_new(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    for day in (21, 22, 23):
        bot.set_time(f"{day}.11 09:00")
        await bot.wait_until(lambda count=day - 20: len(digest_texts(bot, CURATOR)) == count)
    first, second, third = digest_texts(bot, CURATOR)
    assert "Новых: 1" in first.splitlines()
    assert "Новых: 0" in second.splitlines()
    assert third.startswith("📊 Сводка за 22 ноября\nвс 22.11, 09:00 – пн 23.11, 09:00")


async def test_nothing_is_sent_for_an_hour_that_passed_before_the_first_start(bot: Harness) -> None:
    await bot.wait_for_outbox()
    await restart_bot(bot)
    await bot.wait_for_outbox()
    bot.set_time("20.11 23:59")
    await bot.wait_for_outbox()
    assert digest_texts(bot, CURATOR) == []


async def test_a_first_start_before_the_hour_has_its_digest_the_same_day(closed_bot: Harness) -> None:
    closed_bot.set_time("20.11 08:00")
    await closed_bot.start()
    closed_bot.set_time("20.11 09:00")
    assert (await wait_for_digest(closed_bot)).startswith("📊 Сводка за 20 ноября\nпт 20.11, 08:00 – 09:00")


@ON_BOTH
async def test_restarts_around_the_hour_change_nothing(bot: Harness) -> None:
    bot.set_time("21.11 08:59")
    await restart_bot(bot)
    await bot.stop()
    bot.set_time("21.11 09:07")  # it was down at the hour itself
    await bot.start()
    await wait_for_digest(bot)
    for moment in ("21.11 09:07", "21.11 09:08", "21.11 18:00"):
        await restart_bot(bot)
        bot.set_time(moment)
        await bot.wait_for_outbox()
    assert len(digest_texts(bot, CURATOR)) == 1

    bot.set_time("22.11 09:00")
    await bot.wait_for_message(CURATOR, "📊 Сводка за 21 ноября", "сб 21.11, 09:07 – вс 22.11, 09:00")


@ON_BOTH
async def test_a_restart_before_it_has_left_loses_nothing(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await bot.wait_for_message(CURATOR, "Здравствуйте")
    telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500), times=1000)
    bot.set_time("21.11 09:00")
    await bot.wait_until(lambda: any("Сводка" in str(call) for _, call in telegram.calls))
    await bot.stop()
    telegram.faults.clear()
    bot.set_time("21.11 09:05")
    await bot.start()

    await wait_for_digest(bot)
    await bot.wait_for_outbox()
    assert len(digest_texts(bot, CURATOR)) == 1


@ON_BOTH
async def test_after_several_days_down_there_is_one_for_all_of_them(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("21.11 09:00")
    await wait_for_digest(bot)
    await bot.stop()
    bot.set_time("25.11 11:00")
    await bot.start()

    late = message_text(await bot.wait_for_message(CURATOR, "📊 Сводка за 21–24 ноября"))
    assert late.splitlines()[1] == "сб 21.11, 09:00 – ср 25.11, 11:00"
    await bot.wait_for_outbox()
    assert len(digest_texts(bot, CURATOR)) == 2


async def test_a_clock_put_back_an_hour_brings_no_second_one(bot: Harness) -> None:
    bot.set_time("21.11 09:00")
    await wait_for_digest(bot)
    for moment in ("21.11 08:00", "21.11 08:59", "21.11 09:00", "21.11 10:00"):
        bot.set_time(moment)
        await bot.wait_for_outbox()
    assert len(digest_texts(bot, CURATOR)) == 1

    bot.set_time("21.11 08:30")
    await bot.send_message(CURATOR, "/digest")
    await bot.wait_until(lambda: len(digest_texts(bot, CURATOR)) == 2)


async def test_a_clock_that_ran_ahead_and_was_put_right_silences_nothing(bot: Harness) -> None:
    bot.set_time("15.12 09:00")
    await wait_for_digest(bot)
    for day in (21, 22):
        bot.set_time(f"{day}.11 09:00")
        await bot.wait_until(lambda count=day - 19: len(digest_texts(bot, CURATOR)) == count)
    assert digest_texts(bot, CURATOR)[-1].startswith("📊 Сводка за 21 ноября\nсб 21.11, 09:00 – вс 22.11, 09:00")


@pytest.mark.parametrize("person", [CURATOR, MANAGER, COORDINATOR])
async def test_digest_on_request_for_those_allowed(closed_bot: Harness, person: int) -> None:
    closed_bot.settings["staff"] = WITH_MANAGER
    await add_officials(closed_bot, MANAGER)
    await closed_bot.start()
    bot = closed_bot
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 15:10")
    await bot.send_message(person, "/digest")

    said = await wait_for_digest(bot, person)
    assert said.startswith("📊 Сводка за 20 ноября\nпт 20.11, 14:30 – 15:10")
    assert "Новых: 1" in said.splitlines()
    bot.set_time("21.11 09:00")  # asking has not taken anything from the daily one
    if person != COORDINATOR:
        await bot.wait_for_message(person, "📊 Сводка", "пт 20.11, 14:30 – сб 21.11, 09:00", "Новых: 1")


async def test_manager_and_curator_both_get_it(closed_bot: Harness) -> None:
    closed_bot.settings["staff"] = WITH_MANAGER
    await add_officials(closed_bot, MANAGER)
    await closed_bot.start()
    closed_bot.set_time("21.11 09:00")
    await wait_for_digest(closed_bot, CURATOR)
    await wait_for_digest(closed_bot, MANAGER)


@pytest.mark.parametrize("person", [ROADS_HEAD, ADMINISTRATOR])
async def test_digest_on_request_is_refused_politely_without_right(bot: Harness, person: int) -> None:
    await bot.send_message(person, "/digest")
    await bot.wait_for_message(person, "Команда /digest не для вашей роли. Ваши команды: /")
    await bot.wait_for_outbox()
    assert digest_texts(bot, person) == []


async def test_a_citizen_s_digest_is_just_words(bot: Harness) -> None:
    await bot.sandbox.telegram.start_bot(MARIA)
    await bot.send_message(MARIA, "/digest")
    await bot.wait_for_inbox()
    await bot.wait_for_outbox()
    assert digest_texts(bot, MARIA) == []


async def test_numbers_of_both_messengers_come_together(bot: Harness) -> None:
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, TAP, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    bot.pass_time(minutes=1)
    await bot.send_message(CURATOR, "/digest")
    assert "Новых: 2" in (await wait_for_digest(bot)).splitlines()


@pytest.mark.parametrize(
    ("before", "hour", "after"),
    [
        # Clocks go forward: half past two does not come, its place is three o'clock.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC), None),
        # Clocks go back: half past two comes twice, the first one counts.
        (
            datetime(2026, 10, 25, 0, 29, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ),
    ],
)
async def test_a_zone_that_moves_its_clocks_has_one_a_day(
    closed_bot: Harness, before: datetime, hour: datetime, after: datetime | None
) -> None:
    bot = closed_bot
    bot.settings |= {"timezone": "Europe/Berlin", "digest_at": "02:30"}
    bot.clock.set(before.replace(hour=0, minute=0, day=before.day - 1))
    await bot.start()
    bot.clock.set(before)
    await bot.wait_for_outbox()
    assert digest_texts(bot, CURATOR) == []

    bot.clock.set(hour)
    await wait_for_digest(bot)
    if after is not None:
        bot.clock.set(after)
        await bot.wait_for_outbox()
        assert len(digest_texts(bot, CURATOR)) == 1


@ON_BOTH
async def test_stats_are_the_figures_of_a_month(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.answer_ticket(ROADS_HEAD, 1, "Заделаем в понедельник.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    bot.pass_time(days=20)
    await send_report(bot, TAP, PYOTR)
    await bot.settle_and_advance(minutes=1)
    await bot.send_message(CURATOR, "/stats")
    text = message_text(await bot.wait_for_message(CURATOR, "📈 Показатели за 30 последних дней"))
    assert "Новых: 2" in text
    assert "Отвечено: 1" in text
    await bot.send_message(ROADS_HEAD, "/stats")
    await bot.wait_for_message(ROADS_HEAD, "Команда /stats не для вашей роли")
