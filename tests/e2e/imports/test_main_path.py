"""A table of ПОС is sent to the bot: preview, «Внести», lists for the posts, and nobody's phone rings."""

import pytest

from bot.scheduler import imports
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, CURATOR, HOUSING_HEAD, ROADS_HEAD, Harness, message_text
from tests.e2e.imports.tables import COLD, MISC, count, enter_table, finished, pos_row, select_all, send_table
from tests.e2e.queries import button_rows, get_ticket, list_audit, send_command, wait_until_idle

ROWS = [
    pos_row("101"),
    pos_row("102", COLD),
    pos_row("103", MISC),
    pos_row("104", due="18.11.2026"),
    finished("105"),
    pos_row("106", came="31.02.2026"),
]


async def test_preview_then_enter(bot: Harness) -> None:
    before = {person: len(bot.bot_messages(person)) for person in (ROADS_HEAD, HOUSING_HEAD, CURATOR, ADMINISTRATOR)}
    await send_table(bot, ROWS)
    preview = await bot.wait_for_message(COORDINATOR, "📥 ПОС", "ПОС ноябрь.csv")
    words = message_text(preview)
    assert "Новых: 5, из них уже завершены там: 1" in words
    assert "Обновится: 0" in words
    assert "Нельзя внести: 1" in words
    assert "Зазвонит телефонов: 0" in words
    assert "строка 7, №106, столбец «Дата поступления»" in words
    assert "31.02.2026" in words
    assert button_rows(preview) == [["Внести", "Отмена"]]
    assert await count(bot, "SELECT count(*) FROM ticket") == 0

    await bot.press_button(COORDINATOR, preview, "Внести")
    await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 5", "Не внесено: 1")
    assert button_rows(preview) == []
    roads = await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 2")
    assert roads["disable_notification"] is True
    assert "🔴 №4 (104)" in message_text(roads)
    assert button_rows(roads) == [["Открыть №4", "Открыть №1"]]
    await bot.wait_for_message(HOUSING_HEAD, "📥 Новых из ПОС: 1", "№2 (102)")
    await bot.wait_for_message(COORDINATOR, "📥 Новых из ПОС: 1", "№3 (103)")
    await wait_until_idle(bot)
    after = {person: len(bot.bot_messages(person)) for person in before}
    assert {person: after[person] - before[person] for person in before} == {
        ROADS_HEAD: 1,
        HOUSING_HEAD: 1,
        CURATOR: 0,
        ADMINISTRATOR: 0,
    }

    await bot.press_button(ROADS_HEAD, roads, "Открыть №1")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Яма на дороге", "ПОС")
    assert "🔢 Номер в источнике: 101" in message_text(card)
    assert "ответить до пт 27.11" in message_text(card)
    ended = await get_ticket(bot, 5)
    assert (ended.state.value, ended.answered_at) == ("closed", None)
    assert await select_all(bot, "SELECT state FROM import_file") == [("done",)]
    assert await count(bot, "SELECT count(*) FROM import_content") == 0
    assert await list_audit(bot, 1, "registered")


async def test_what_was_late_at_the_import_starts_nothing(bot: Harness) -> None:
    await enter_table(bot, [pos_row("104", due="18.11.2026"), pos_row("105", came="18.11.2026", due="30.11.2026")])
    assert await count(bot, "SELECT count(*) FROM due WHERE ticket_id = 1 AND state = 'waiting'") == 0
    before = len(bot.bot_messages(ROADS_HEAD)), len(bot.bot_messages(COORDINATOR))
    bot.pass_time(hours=2)
    await bot.wait_for_outbox()
    assert (len(bot.bot_messages(ROADS_HEAD)), len(bot.bot_messages(COORDINATOR))) == before


async def test_a_row_of_the_working_day_before_may_be_accepted_from_now_on(bot: Harness) -> None:
    """ПОС writes days without hours; its rows of yesterday are not late the moment they are entered."""
    await enter_table(bot, [pos_row("104", came="19.11.2026"), pos_row("105", came="18.11.2026")])
    roads = await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 2")
    assert "🔴 №1" not in message_text(roads)
    recent, older = await get_ticket(bot, 1), await get_ticket(bot, 2)
    assert older.accept_due < bot.clock.now() < recent.accept_due

    bot.pass_time(hours=3)
    await bot.wait_for_message(ROADS_HEAD, "№1", "не принято")
    await wait_until_idle(bot)
    assert not bot.find_message(ROADS_HEAD, "Просрочено: №2")


async def test_second_import_updates_what_the_system_changed_and_nothing_else(bot: Harness) -> None:
    await enter_table(bot, [pos_row("101"), pos_row("102", COLD), pos_row("103")])
    roads = await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 2")
    await bot.press_button(ROADS_HEAD, roads, "Открыть №1")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "В работе")

    await enter_table(bot, [finished("101"), pos_row("102", COLD, due="30.11.2026"), pos_row("103")])
    done = await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 0", "Обновлено: 2", "Уже были: 1")
    assert done
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Там завершено")
    assert (await get_ticket(bot, 1)).state.value == "accepted"
    second = await get_ticket(bot, 2)
    assert second.external_due is not None
    assert second.external_due.date().isoformat() == "2026-11-30"
    assert second.answer_due == second.external_due
    assert [row.facts["finished"] for row in await list_audit(bot, 1, "changed_by_import")] == [True]


async def test_the_same_file_again_changes_nothing(bot: Harness) -> None:
    rows = [pos_row("101"), finished("102")]
    await enter_table(bot, rows)
    await send_table(bot, rows)
    preview = await bot.wait_for_message(COORDINATOR, "Новых: 0", "Обновится: 0", "Уже есть: 2")
    assert "Вносить нечего" in message_text(preview)
    assert await count(bot, "SELECT count(*) FROM ticket") == 2


async def test_cancelled_file_is_deleted(bot: Harness) -> None:
    await send_table(bot, [pos_row("101")])
    preview = await bot.wait_for_message(COORDINATOR, "Зазвонит телефонов")
    await bot.press_button(COORDINATOR, preview, "Отмена")
    await bot.wait_for_message(COORDINATOR, "не внесена: отменено")
    assert await select_all(bot, "SELECT state FROM import_file") == [("cancelled",)]
    assert await count(bot, "SELECT count(*) FROM import_content") == 0
    assert await count(bot, "SELECT count(*) FROM ticket") == 0


async def test_forgotten_file_is_deleted_after_a_day(bot: Harness) -> None:
    await send_table(bot, [pos_row("101")])
    await bot.wait_for_message(COORDINATOR, "Зазвонит телефонов")
    bot.pass_time(hours=25)
    await bot.wait_for_message(COORDINATOR, "сутки никто не нажал «Внести»")
    assert await select_all(bot, "SELECT state FROM import_file") == [("cancelled",)]
    assert await count(bot, "SELECT count(*) FROM import_content") == 0


async def test_head_may_not_import(bot: Harness) -> None:
    for person, is_told in ((COORDINATOR, True), (ROADS_HEAD, False)):
        page = await send_command(bot, person, "/help", "Команды")
        assert ("пришлите сюда файлом" in message_text(page)) is is_told
    await bot.sandbox.telegram.send_message(ROADS_HEAD, ROADS_HEAD, document=("pos.csv", b"x"))
    await bot.wait_for_message(ROADS_HEAD, "Таблицы других систем вносят координатор")
    assert await count(bot, "SELECT count(*) FROM import_file") == 0


async def test_fresh_danger_rings(bot: Harness) -> None:
    """A danger that was registered there today may still be one; an old one is history."""
    await send_table(
        bot,
        [
            pos_row("101", ("Дороги", "Люк", "Открытый люк на дороге, ребёнок упал"), came="20.11.2026"),
            pos_row("102", ("Дороги", "Люк", "Открытый люк на дороге, ребёнок упал"), came="01.11.2026"),
        ],
    )
    preview = await bot.wait_for_message(COORDINATOR, "Зазвонит телефонов: 2")
    await bot.press_button(COORDINATOR, preview, "Внести")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    assert not [one for one in bot.bot_texts(ROADS_HEAD) if "№2 ·" in one.splitlines()[0]]


async def test_block_that_a_table_names(closed_bot: Harness) -> None:
    """Headings of the town's own system; its blocks are named by title or code, and one does not exist."""
    bot = closed_bot
    columns = '{ number = "№", text = "Суть", due = "До", block = "Отрасль" }'
    bot.settings["more"] = f'[[systems]]\ncode = "edds"\ntitle = "ЕДДС"\ncolumns = {columns}\n'
    await bot.start()
    headings = ("№", "Суть", "До", "Отрасль")
    rows = [("1", "Что-то случилось", "30.11.2026", "ЖКХ"), ("2", "И ещё что-то", "30.11.2026", "Космос")]
    await send_table(bot, [dict(zip(headings, row, strict=True)) for row in rows], headings=headings)
    preview = await bot.wait_for_message(COORDINATOR, "📥 ЕДДС", "столбец «Отрасль»: такого блока нет («Космос»)")
    await bot.press_button(COORDINATOR, preview, "Внести")
    listed = await bot.wait_for_message(HOUSING_HEAD, "📥 Новых из ЕДДС: 1", "№1 (1)")
    await bot.press_button(HOUSING_HEAD, listed, "Открыть №1")
    await bot.wait_for_card(HOUSING_HEAD, 1, "ЕДДС", "Что-то случилось")


async def test_official_is_no_applicant(bot: Harness) -> None:
    headings = ("Номер инцидента", "Текст инцидента", "Автор")
    rows = [("1", "На Мира 5 яма на дороге", "Координатор"), ("2", "На Мира 7 яма на дороге", "Анна Ким")]
    await send_table(bot, [dict(zip(headings, row, strict=True)) for row in rows], headings=headings)
    await bot.wait_for_message(COORDINATOR, "Новых: 1", "строка 2, №1, столбец «Автор»: автор — сотрудник")


async def test_list_of_a_post_has_pages(bot: Harness) -> None:
    await enter_table(bot, [pos_row(str(number)) for number in range(101, 109)])
    listed = await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 8")
    assert button_rows(listed)[-1] == ["Дальше ›"]
    await bot.press_button(ROADS_HEAD, listed, "Дальше")
    await bot.wait_until(lambda: "№8 (108)" in message_text(listed))
    assert button_rows(listed)[-1] == ["‹ Раньше"]
    await bot.press_button(ROADS_HEAD, listed, "Открыть №8")
    await bot.wait_for_card(ROADS_HEAD, 8)


async def test_message_counts_the_rows_that_are_in(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person who pressed «Внести» sees the progress, and works in the bot meanwhile."""
    monkeypatch.setattr(imports, "PROGRESS_SECONDS", 0.0)
    await enter_table(bot, [pos_row(str(number)) for number in range(1, 251)])
    edits = [str(what.get("text")) for name, what in bot.sandbox.telegram.calls if name == "editMessageText"]
    assert [text for text in edits if "Строк: 100 из 250 (40 %)" in text]
