"""«Запрос на исправление»: who watches over the blocks asks one to mend its work until a term."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.inquiries import InquiryKind, InquiryState
from bot.views.callback_codes import Op, pack
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, HOUSING_HEAD, ROADS_HEAD, STAFF, Harness, button_labels, message_text
from tests.e2e.queries import list_audit, refusal_codes, send_report, wait_until_idle
from tests.e2e.schedules import MANAGER, WITH_MANAGER, add_officials
from tests.e2e.staff.people_file import apply_people

WORDS = "Ответа по существу нет, назовите дату"


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town with a manager, whose roads' head has answered without an answer."""
    closed_bot.settings["staff"] = WITH_MANAGER
    await add_officials(closed_bot, MANAGER)
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.answer_ticket(ROADS_HEAD, 1, "Отвечено.")
    await closed_bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    return closed_bot


async def open_menu(bot: Harness, person: int) -> dict[str, Any]:
    """Open «Ещё» of the card of ticket 1."""
    await bot.send_message(person, "/find 1")
    await wait_until_idle(bot)
    card = await bot.wait_for_card(person, 1)
    await bot.press_button(person, card, "Ещё")
    await bot.wait_until(lambda: any("Назад" in one for one in button_labels(card)))
    return card


async def ask(bot: Harness, words: str = f"{WORDS}, до вт 12:00", person: int = MANAGER) -> None:
    """Ask for a correction in the menu of the card."""
    card = await open_menu(bot, person)
    await bot.press_button(person, card, "Запрос на исправление")
    await bot.wait_for_message(person, "Запрос на исправление №1: Начальник отдела дорог", "до ср 12:00")
    await bot.send_message(person, words)


@ON_BOTH
async def test_the_head_mends_it_and_the_manager_returns_it_once_and_accepts_it(town: Harness) -> None:
    await ask(town)
    asked = await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1 · Руководитель МЦУ", WORDS)
    assert "Исправить до вт 24.11, 12:00" in message_text(asked)
    await town.wait_for_message(MANAGER, "Запрос на исправление №1 отправлен: Начальник отдела дорог, до вт 24.11")
    await town.wait_for_card(ROADS_HEAD, 1, f"🛠 Запрос на исправление до вт 24.11, 12:00: {WORDS}")

    await town.press_button(ROADS_HEAD, asked, "Исправлено")
    done = await town.wait_for_message(MANAGER, "🛠 №1: исправлено · Начальник отдела дорог", WORDS)
    await town.press_button(MANAGER, done, "Вернуть")
    await town.wait_for_message(MANAGER, "Запрос на исправление №1", "Напишите, что исправить")
    await town.send_message(MANAGER, "Даты всё ещё нет, за 2 рабочих часа")
    again = await town.wait_for_message(ROADS_HEAD, "🛠 Исправление возвращено №1", "Даты всё ещё нет")
    await town.press_button(ROADS_HEAD, again, "Исправлено")
    done = await town.wait_for_message(MANAGER, "🛠 №1: исправлено", "Даты всё ещё нет")
    await town.press_button(MANAGER, done, "Принять")
    await town.wait_for_message(ROADS_HEAD, "👌 Исправление №1 принято")
    await town.wait_until(lambda: "👌 Принято." in message_text(done))
    await town.wait_for_card(ROADS_HEAD, 1, "исправлено, принято")

    actions = [row.action for row in await list_audit(town, 1) if "inquiry" in row.action or "corr" in row.action]
    round_ = ["inquiry_asked", "inquiry_answered"]
    assert actions == [*round_, "correction_returned", *round_, "correction_accepted"]
    assert town.app is not None
    async with town.app.database.read() as uow:
        now, hour = town.clock.now(), timedelta(hours=1)
        [counts] = await uow.inquiries.count_corrections(now - hour, now + hour)
    assert (counts.sector, counts.asked, counts.late, counts.returned) == ("roads", 2, 0, 1)


async def test_it_is_reminded_of_before_and_at_the_term_once_each_and_the_asker_hears_that_it_is_late(
    town: Harness,
) -> None:
    await ask(town, f"{WORDS}\n23.11 12:00")
    await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1", "до пн 23.11, 12:00")
    town.set_time("22.11 15:00")
    await town.wait_for_message(ROADS_HEAD, "⏰ Ждём исправления №1", WORDS)
    assert town.find_message(MANAGER, "⏰ Ждём исправления") is None
    town.set_time("23.11 12:00")
    await town.wait_for_message(MANAGER, "Просрочено: исправление №1 · Начальник отдела дорог")
    late = await town.wait_for_message(ROADS_HEAD, "Просрочено: исправление №1")
    town.set_time("24.11 12:00")
    await wait_until_idle(town)
    for person, times in ((ROADS_HEAD, 2), (MANAGER, 1)):
        found = [text for text in town.bot_texts(person) if "⏰ Ждём исправ" in text or "Просрочено: испр" in text]
        assert len(found) == times

    await town.press_button(ROADS_HEAD, late, "Исправлено")
    await town.wait_for_message(MANAGER, "исправлено · Начальник отдела дорог, с опозданием")
    await town.send_message(MANAGER, "/stats")
    await town.wait_for_message(MANAGER, "Запросов на исправление: 1, из них просрочено 1")


async def test_only_one_is_open_and_only_who_watches_over_the_blocks_asks(town: Harness) -> None:
    await ask(town)
    await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1")
    card = await open_menu(town, COORDINATOR)
    assert not any("Запрос на исправление" in one for one in button_labels(card))
    for person in (COORDINATOR, ROADS_HEAD, HOUSING_HEAD):
        message = town.bot_messages(person)[-1]["message_id"]
        await town.press_code(person, person, message, pack(Op.REQUEST_CORRECTION, 1))
    await wait_until_idle(town)
    codes = await refusal_codes(town, 1)
    assert codes.count("correction_asked") == 1
    assert len(await list_audit(town, 1, "inquiry_asked")) == 1

    shown = await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1")
    for person, code in (
        (COORDINATOR, pack(Op.CORRECTED, 1, 1)),
        (HOUSING_HEAD, pack(Op.CORRECTED, 1, 1)),
        (ROADS_HEAD, pack(Op.ACCEPT_CORRECTION, 1, 1)),
        (ROADS_HEAD, pack(Op.RETURN_CORRECTION, 1, 1)),
        (ROADS_HEAD, pack(Op.ANSWER_INQUIRY, 1, 1)),
        (ROADS_HEAD, pack(Op.CORRECTED, 1, 99)),
    ):
        await town.press_code(person, person, shown["message_id"], code)
    await wait_until_idle(town)
    assert await list_audit(town, 1, "inquiry_answered") == []


@pytest.mark.parametrize("words", ["до вт 12:00", f"{WORDS}, до 19.11", f"{WORDS}, до 31.02"])
async def test_words_without_a_remark_or_with_an_impossible_term_are_refused(town: Harness, words: str) -> None:
    await ask(town, words)
    await town.wait_until(
        lambda: any(
            town.find_message(MANAGER, one)
            for one in ("Эта дата не подходит", "имели в виду 19.11.2027", "нужен текст")
        )
    )
    assert await list_audit(town, 1, "inquiry_asked") == []
    await town.send_message(MANAGER, WORDS)  # the dialog goes on; the term is the usual one
    await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1", "Исправить до пн 23.11, 14:30")


async def test_a_ticket_that_is_handed_over_takes_its_request_along(closed_bot: Harness) -> None:
    town = closed_bot
    town.settings["staff"] = WITH_MANAGER
    await add_officials(town, MANAGER)
    await town.start()
    await send_report(town)
    await town.wait_for_card(ROADS_HEAD, 1)
    await ask(town)
    await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1")
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await town.press_button(ROADS_HEAD, card, "Передать")
    await town.wait_until(lambda: any("ЖКХ" in one for one in button_labels(card)))
    await town.press_button(ROADS_HEAD, card, "ЖКХ")

    shown = await town.wait_for_message(HOUSING_HEAD, "🛠 Запрос на исправление №1", WORDS)
    await town.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], pack(Op.CORRECTED, 1))
    await wait_until_idle(town)
    assert await list_audit(town, 1, "inquiry_answered") == []
    await town.press_button(HOUSING_HEAD, shown, "Исправлено")
    await town.wait_for_message(MANAGER, "🛠 №1: исправлено · Начальник отдела ЖКХ")


async def test_the_successor_of_a_dismissed_head_has_the_request_and_the_menu_offers_the_end(town: Harness) -> None:
    await ask(town)
    await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1")
    successor = STAFF.replace("Начальник отдела дорог", "Новый начальник").replace("1001", "1009")
    town.settings["staff"] = WITH_MANAGER.replace(STAFF, successor)
    await add_officials(town, 1009)

    await apply_people(town)

    await town.wait_for_message(1009, "🛠 Запрос на исправление №1", WORDS)
    card = await open_menu(town, 1009)
    await town.press_button(1009, card, "Исправлено")
    await town.wait_for_message(MANAGER, "🛠 №1: исправлено · Новый начальник")
    assert town.app is not None
    async with town.app.database.read() as uow:
        [found] = await uow.inquiries.list_for_ticket(1)
    assert (found.kind, found.state, found.sector) == (InquiryKind.CORRECTION, InquiryState.ANSWERED, "roads")


async def test_the_request_of_an_asker_who_has_gone_is_judged_by_who_sorts(town: Harness) -> None:
    await ask(town)
    asked = await town.wait_for_message(ROADS_HEAD, "🛠 Запрос на исправление №1")
    town.settings["staff"] = STAFF
    await apply_people(town)
    await town.press_button(ROADS_HEAD, asked, "Исправлено")
    done = await town.wait_for_message(COORDINATOR, "🛠 №1: исправлено · Начальник отдела дорог")
    await town.press_button(COORDINATOR, done, "Принять")
    await town.wait_for_message(ROADS_HEAD, "👌 Исправление №1 принято")
