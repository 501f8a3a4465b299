"""The card: how it looks, «Принять», «Ещё», «Не требует ответа», the history, the return to work."""

import pytest

from bot.domain.tickets import State
from tests.e2e.harness import COMMUNITY, COORDINATOR, GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, Town, words
from tests.e2e.queries import HATCH, audit, looks, report, rows, state

MAIN = [["✅ Принять", "✍️ Ответить"], ["↪️ Передать", "⋯ Ещё"]]


async def test_a_card_tells_all_that_a_head_needs(town: Town) -> None:
    asked = await report(town, "На Ленина 45 на дороге яма")
    card = await town.card(ROADS_HEAD, 1)

    assert words(card).splitlines() == [
        "🆕 №1 · Дороги",
        "На Ленина 45 на дороге яма",
        "📍 ул. Ленина, 45",
        "👤 Мария · Telegram «Подслушано» · пт 20.11, 14:30 · открыть",
        "⏱ принять до 15:30 · ответить до 22:30",
    ]
    assert looks(card) == [
        ("bold", "🆕 №1 · Дороги"),
        ("blockquote", "На Ленина 45 на дороге яма"),
        ("text_link", "открыть"),
    ]
    assert card["entities"][-1]["url"] == town.sandbox.telegram.link(GROUP, asked)
    assert rows(card) == MAIN


async def test_a_card_of_a_private_message_in_vk(town: Town) -> None:
    await town.sandbox.vk.message(COMMUNITY, MARIA, "На дороге у дома Ленина 45 яма")
    card = await town.card(ROADS_HEAD, 1)
    assert "👤 Мария Ким · VK «Администрация», личное сообщение · пт 20.11, 14:30 · открыть" in words(card)


async def test_what_is_dangerous_says_so(town: Town) -> None:
    await report(town, "На Ленина 45 на дороге открыт люк, ребёнок провалился!")
    card = await town.card(ROADS_HEAD, 1)
    assert words(card).startswith("🔥 №1 · Дороги [срочно]\n")
    assert not card.get("disable_notification")


async def test_accepting_says_who_and_until_when(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)

    said = await town.press(ROADS_HEAD, card, "Принять")

    assert said == {"text": "Принято в работу", "show_alert": False}
    card = await town.card(ROADS_HEAD, 1, "🛠 №1 · Дороги", "В работе: Начальник отдела дорог, до 22:30")
    assert "принять до" not in words(card)
    assert rows(card) == [["✍️ Ответить"], ["↪️ Передать", "⋯ Ещё"]]
    assert len([text for text in town.texts(ROADS_HEAD) if "№1 · " in text]) == 1  # edited, not sent anew
    assert await state(town, 1) is State.ACCEPTED


async def test_more_opens_and_goes_back(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press(ROADS_HEAD, card, "Ещё")
    await town.until(lambda: rows(card) == [["🚫 Не требует ответа"], ["🔗 Объединить"], ["🕘 История"], ["← Назад"]])
    await town.press(ROADS_HEAD, card, "Назад")
    await town.until(lambda: rows(card) == MAIN)
    assert await state(town, 1) is State.ASSIGNED


REASONS = [
    ("Не о проблеме", "не о проблеме"),
    ("Уже отвечено", "уже отвечено"),
    ("Повтор", "повтор"),
    ("Оскорбления, угрозы", "оскорбления, угрозы"),
    ("Не наш округ", "не наш округ"),
]


@pytest.mark.parametrize(("button", "reason"), REASONS)
async def test_what_needs_no_answer_is_closed_with_a_reason(town: Town, button: str, reason: str) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press(ROADS_HEAD, card, "Ещё")
    await town.until(lambda: "🚫 Не требует ответа" in rows(card)[0])
    await town.press(ROADS_HEAD, card, "Не требует ответа")
    await town.until(lambda: ["← Назад"] in rows(card) and ["Не о проблеме", "Уже отвечено"] in rows(card))

    said = await town.press(ROADS_HEAD, card, button)

    assert said["text"] == "Закрыто без ответа"
    card = await town.card(ROADS_HEAD, 1, f"🚫 Не требует ответа: {reason}")
    assert rows(card) == [["↩️ Вернуть в работу", "🕘 История"]]
    assert await state(town, 1) is State.DISMISSED
    assert town.letters(GROUP) == []
    await town.press(ROADS_HEAD, card, "История")
    await town.letter(ROADS_HEAD, f"14:30 · не требует ответа: {reason} — Начальник отдела дорог")


async def test_the_reason_in_ones_own_words(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press(ROADS_HEAD, card, "Ещё")
    await town.until(lambda: "🚫 Не требует ответа" in rows(card)[0])
    await town.press(ROADS_HEAD, card, "Не требует ответа")
    await town.until(lambda: ["Не наш округ", "Другое: напишу"] in rows(card))
    await town.press(ROADS_HEAD, card, "Другое")
    question = await town.letter(ROADS_HEAD, "Почему №1 не требует ответа?")
    assert rows(question) == [["Отмена"]]
    assert await state(town, 1) is State.ASSIGNED

    await town.write(ROADS_HEAD, "Это репетиция учений.")

    await town.card(ROADS_HEAD, 1, "Не требует ответа: Это репетиция учений.")
    await town.letter(ROADS_HEAD, "№1 закрыто без ответа")
    await town.until(lambda: rows(question) == [])
    assert town.letters(GROUP) == []


async def test_the_own_words_can_be_thought_better_of(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:other")
    question = await town.letter(ROADS_HEAD, "Почему №1")
    await town.press(ROADS_HEAD, question, "Отмена")
    await town.until(lambda: rows(question) == [])
    assert words(question) == "Отменено."
    await town.write(ROADS_HEAD, "Уже неважно")
    await town.letter(ROADS_HEAD, "Чтобы ответить жителю")
    assert await state(town, 1) is State.ASSIGNED


async def test_back_to_work_with_new_terms(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:duplicate")
    card = await town.card(ROADS_HEAD, 1, "повтор")
    town.pass_time(minutes=10)

    said = await town.press(ROADS_HEAD, card, "Вернуть в работу")

    assert said["text"] == "Возвращено в работу"
    card = await town.card(ROADS_HEAD, 1, "принять до 15:40 · ответить до 22:40")
    assert "Не требует" not in words(card)
    assert rows(card) == MAIN


async def test_the_coordinator_brings_back_what_a_head_put_aside(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:df:1:not_ours")
    await town.card(ROADS_HEAD, 1, "не наш округ")
    await town.write(COORDINATOR, "/find 1")
    card = await town.card(COORDINATOR, 1, "не наш округ")
    await town.press(COORDINATOR, card, "Вернуть в работу")
    await town.card(ROADS_HEAD, 1, "принять до")
    await town.letter(ROADS_HEAD, "№1 возвращено в работу")  # an edit makes no sound


async def test_the_history_says_who_did_what_when_and_why_the_term_is_so(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await town.write(COORDINATOR, "/find 1")
    card = await town.card(COORDINATOR, 1)
    await town.press(COORDINATOR, card, "Передать")
    await town.until(lambda: ["ЖКХ"] in rows(card))
    await town.press(COORDINATOR, card, "ЖКХ")
    card = await town.card(HOUSING_HEAD, 1)
    town.pass_time(minutes=5)
    await town.press(HOUSING_HEAD, card, "Принять")
    await town.card(HOUSING_HEAD, 1, "В работе")

    await town.press_raw(HOUSING_HEAD, HOUSING_HEAD, card["message_id"], "1:i:1")

    history = words(await town.letter(HOUSING_HEAD, "🕘 История №1"))
    assert "пт 20.11, 14:30 · получено, отрасль: Дороги" in history
    assert "пт 20.11, 14:30 · передано: ЖКХ — Координатор" in history
    assert "пт 20.11, 14:35 · принято в работу — Начальник отдела ЖКХ" in history
    assert "⏱ Принять до пт 20.11, 15:30, ответить до пт 20.11, 22:30" in history
    assert "Срок считается с пт 20.11, 14:30" in history


async def test_the_history_names_the_days_that_do_not_count(closed_town: Town) -> None:
    closed_town.rewrites['answer = "8h"'] = 'answer = "8wh"'
    await closed_town.start()
    await report(closed_town)
    card = await closed_town.card(ROADS_HEAD, 1, "ответить до пн 23.11, 14:30")
    await closed_town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:i:1")
    history = words(await closed_town.letter(ROADS_HEAD, "🕘 История №1"))
    assert "Не считается: 21 и 22 ноября: выходные" in history


async def test_every_change_is_in_the_books_without_a_word_of_people(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press(ROADS_HEAD, card, "Принять")
    await town.card(ROADS_HEAD, 1, "В работе")
    rows_ = await audit(town, 1)
    assert [row.action for row in rows_] == ["registered", "accept"]
    assert HATCH not in repr(rows_)
