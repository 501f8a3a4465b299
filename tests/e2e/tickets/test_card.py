"""The card: how it looks, «Принять», «Ещё», «Не требует ответа», the history, the return to work."""

import pytest

from bot.domain.tickets import State
from tests.e2e.harness import COMMUNITY, COORDINATOR, GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import HATCH, button_rows, get_ticket_state, list_audit, send_report, styled_spans

MAIN_BUTTONS = [["✅ Принять", "✍️ Ответить"], ["↪️ Передать", "⋯ Ещё"]]


async def test_a_card_tells_all_that_a_head_needs(bot: Harness) -> None:
    asked = await send_report(bot, "На Ленина 45 на дороге яма")
    card = await bot.wait_for_card(ROADS_HEAD, 1)

    assert message_text(card).splitlines() == [
        "🆕 №1 · Дороги",
        "На Ленина 45 на дороге яма",
        "📍 ул. Ленина, 45",
        "👤 Мария · Telegram «Подслушано» · пт 20.11, 14:30 · открыть",
        "⏱ принять до 15:30 · ответить до 22:30",
    ]
    assert styled_spans(card) == [
        ("bold", "🆕 №1 · Дороги"),
        ("blockquote", "На Ленина 45 на дороге яма"),
        ("text_link", "открыть"),
    ]
    assert card["entities"][-1]["url"] == bot.sandbox.telegram.message_link(GROUP, asked)
    assert button_rows(card) == MAIN_BUTTONS


async def test_a_card_of_a_private_message_in_vk(bot: Harness) -> None:
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, "На дороге у дома Ленина 45 яма")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert "👤 Мария Ким · VK «Администрация», личное сообщение · пт 20.11, 14:30 · открыть" in message_text(card)


async def test_dangerous_message_is_marked_on_card(bot: Harness) -> None:
    await send_report(bot, "На Ленина 45 на дороге открыт люк, ребёнок провалился!")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert message_text(card).startswith("🔥 №1 · Дороги [срочно]\n")
    assert not card.get("disable_notification")


async def test_accepting_says_who_and_until_when(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)

    said = await bot.press_button(ROADS_HEAD, card, "Принять")

    assert said == {"text": "Принято в работу", "show_alert": False}
    card = await bot.wait_for_card(ROADS_HEAD, 1, "🛠 №1 · Дороги", "В работе: Начальник отдела дорог, до 22:30")
    assert "принять до" not in message_text(card)
    assert button_rows(card) == [["✍️ Ответить"], ["↪️ Передать", "⋯ Ещё"]]
    assert len([text for text in bot.bot_texts(ROADS_HEAD) if "№1 · " in text]) == 1  # edited, not sent again
    assert await get_ticket_state(bot, 1) is State.ACCEPTED


async def test_more_opens_and_goes_back(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    rows = [
        ["🚫 Не требует ответа", "🔗 Объединить"],
        ["📣 Взять в работу и сообщить", "📅 Промежуточный ответ"],
        ["⏩ Продлить", "❓ Уточнить у жителя"],
        ["📨 Запросить сведения", "🙅 Не наше"],
        ["⚖️ Вынести на рассмотрение", "🖊 Изменить данные"],
        ["❓ Почему такой срок?", "🕘 История"],
        ["← Назад"],
    ]
    await bot.wait_until(lambda: button_rows(card) == rows)
    await bot.press_button(ROADS_HEAD, card, "Назад")
    await bot.wait_until(lambda: button_rows(card) == MAIN_BUTTONS)
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


REASONS = [
    ("Не о проблеме", "не о проблеме"),
    ("Уже отвечено", "уже отвечено"),
    ("Повтор", "повтор"),
    ("Оскорбления, угрозы", "оскорбления, угрозы"),
    ("Не наш округ", "не наш округ"),
]


@pytest.mark.parametrize(("button", "reason"), REASONS)
async def test_ticket_is_dismissed_with_a_reason(bot: Harness, button: str, reason: str) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.wait_until(lambda: "🚫 Не требует ответа" in button_rows(card)[0])
    await bot.press_button(ROADS_HEAD, card, "Не требует ответа")
    await bot.wait_until(
        lambda: ["← Назад"] in button_rows(card) and ["Не о проблеме", "Уже отвечено"] in button_rows(card)
    )

    said = await bot.press_button(ROADS_HEAD, card, button)

    assert said["text"] == "Закрыто без ответа"
    card = await bot.wait_for_card(ROADS_HEAD, 1, f"🚫 Не требует ответа: {reason}")
    assert button_rows(card) == [["↩️ Вернуть в работу", "🕘 История"]]
    assert await get_ticket_state(bot, 1) is State.DISMISSED
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(ROADS_HEAD, card, "История")
    await bot.wait_for_message(ROADS_HEAD, f"14:30 · не требует ответа: {reason} — Начальник отдела дорог")


async def test_the_reason_in_ones_own_words(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.wait_until(lambda: "🚫 Не требует ответа" in button_rows(card)[0])
    await bot.press_button(ROADS_HEAD, card, "Не требует ответа")
    await bot.wait_until(lambda: ["Не наш округ", "Другое: напишу"] in button_rows(card))
    await bot.press_button(ROADS_HEAD, card, "Другое")
    question = await bot.wait_for_message(ROADS_HEAD, "Почему №1 не требует ответа?")
    assert button_rows(question) == [["Отмена"]]
    assert await get_ticket_state(bot, 1) is State.ASSIGNED

    await bot.send_message(ROADS_HEAD, "Это репетиция учений.")

    await bot.wait_for_card(ROADS_HEAD, 1, "Не требует ответа: Это репетиция учений.")
    await bot.wait_for_message(ROADS_HEAD, "№1 закрыто без ответа")
    await bot.wait_until(lambda: button_rows(question) == [])
    assert bot.bot_messages(GROUP) == []


async def test_the_own_words_can_be_thought_better_of(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:other")
    question = await bot.wait_for_message(ROADS_HEAD, "Почему №1")
    await bot.press_button(ROADS_HEAD, question, "Отмена")
    await bot.wait_until(lambda: button_rows(question) == [])
    assert message_text(question) == "Отменено."
    await bot.send_message(ROADS_HEAD, "Уже неважно")
    await bot.wait_for_message(ROADS_HEAD, "Чтобы ответить жителю")
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


async def test_back_to_work_with_new_terms(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:duplicate")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "повтор")
    bot.pass_time(minutes=10)

    said = await bot.press_button(ROADS_HEAD, card, "Вернуть в работу")

    assert said["text"] == "Возвращено в работу"
    card = await bot.wait_for_card(ROADS_HEAD, 1, "принять до 15:40 · ответить до 22:40")
    assert "Не требует" not in message_text(card)
    assert button_rows(card) == MAIN_BUTTONS


async def test_the_coordinator_brings_back_what_a_head_put_aside(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:not_ours")
    await bot.wait_for_card(ROADS_HEAD, 1, "не наш округ")
    await bot.send_message(COORDINATOR, "/find 1")
    card = await bot.wait_for_card(COORDINATOR, 1, "не наш округ")
    await bot.press_button(COORDINATOR, card, "Вернуть в работу")
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до")
    await bot.wait_for_message(ROADS_HEAD, "№1 возвращено в работу")  # an edit makes no sound


async def test_the_history_says_who_did_what_when_and_why_the_term_is_so(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, "/find 1")
    card = await bot.wait_for_card(COORDINATOR, 1)
    await bot.press_button(COORDINATOR, card, "Передать")
    await bot.wait_until(lambda: ["ЖКХ"] in button_rows(card))
    await bot.press_button(COORDINATOR, card, "ЖКХ")
    card = await bot.wait_for_card(HOUSING_HEAD, 1)
    bot.pass_time(minutes=5)
    await bot.press_button(HOUSING_HEAD, card, "Принять")
    await bot.wait_for_card(HOUSING_HEAD, 1, "В работе")

    await bot.press_code(HOUSING_HEAD, HOUSING_HEAD, card["message_id"], "1:i:1")

    history = message_text(await bot.wait_for_message(HOUSING_HEAD, "🕘 История №1"))
    assert "пт 20.11, 14:30 · получено, отрасль: Дороги" in history
    assert "пт 20.11, 14:30 · передано: ЖКХ — Координатор" in history
    assert "пт 20.11, 14:35 · принято в работу — Начальник отдела ЖКХ" in history
    assert "⏱ Принять до пт 20.11, 15:30, ответить до пт 20.11, 22:30" in history
    assert "Срок считается с пт 20.11, 14:30" in history


async def test_the_history_names_the_days_that_do_not_count(closed_bot: Harness) -> None:
    closed_bot.config_replacements['answer = "8h"'] = 'answer = "8wh"'
    await closed_bot.start()
    await send_report(closed_bot)
    card = await closed_bot.wait_for_card(ROADS_HEAD, 1, "ответить до пн 23.11, 14:30")
    await closed_bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:i:1")
    history = message_text(await closed_bot.wait_for_message(ROADS_HEAD, "🕘 История №1"))
    assert "Не считается: 21 и 22 ноября: выходные" in history


async def test_every_change_is_in_the_books_without_a_word_of_people(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    rows_ = await list_audit(bot, 1)
    assert [row.action for row in rows_] == ["registered", "accept"]
    assert HATCH not in repr(rows_)
