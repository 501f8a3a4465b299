"""«Не требует ответа» after «Ответ придёт сюда»: the author learns that no answer will come."""

import pytest

from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    Harness,
    button_labels,
)

PIT = "Яма на дороге, Ленина 45"


async def dismiss(bot: Harness, number: int, title: str, person: int = ROADS_HEAD) -> None:
    """Press «Не требует ответа» and a reason."""
    card = await bot.wait_for_card(person, number)
    if not any("Не требует ответа" in label for label in button_labels(card)):
        await bot.press_button(person, card, "Ещё")
        await bot.wait_until(lambda: any("Не требует ответа" in label for label in button_labels(card)))
    await bot.press_button(person, card, "Не требует ответа")
    await bot.wait_until(lambda: any(title in label for label in button_labels(card)))
    await bot.press_button(person, card, title)


def words_about_no_answer(bot: Harness, person: int) -> list[str]:
    return [text for text in bot.bot_texts(person) if "№" in text and "принято" not in text]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Не о проблеме", "Отдельного ответа на него не будет. Если нужно что-то исправить"),
        ("Уже отвечено", "На вопрос из сообщения №1 уже отвечали"),
        ("Повтор", "Сообщение №1 повторяет полученное раньше"),
        ("Не наш округ", "Сообщение №1 не о нашем округе"),
        ("Оскорбления", None),
    ],
)
async def test_the_author_who_was_promised_an_answer_reads_why_none_comes(
    bot: Harness, title: str, words: str | None
) -> None:
    asked = await bot.send_message(MARIA, PIT)
    await bot.wait_for_message(MARIA, "Сообщение №1 принято. Ответ придёт сюда.")
    await dismiss(bot, 1, title)
    await bot.wait_for_card(ROADS_HEAD, 1, "Не требует ответа")
    await bot.settle_and_advance(minutes=2)
    await bot.wait_for_outbox()
    if words is None:
        assert words_about_no_answer(bot, MARIA) == []
    else:
        said = await bot.wait_for_message(MARIA, words)
        assert said["reply_to_message"]["message_id"] == asked


async def test_a_typed_reason_is_for_colleagues_and_a_press_taken_back_is_told_to_nobody(bot: Harness) -> None:
    await bot.send_message(MARIA, PIT)
    await dismiss(bot, 1, "Другое")
    await bot.wait_for_message(ROADS_HEAD, "Почему №1 не требует ответа?")
    await bot.send_message(ROADS_HEAD, "Пишет каждый день одно и то же")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Пишет каждый день")
    await bot.press_button(ROADS_HEAD, card, "Вернуть в работу")
    await bot.settle_and_advance(minutes=2)
    await bot.wait_for_outbox()
    assert words_about_no_answer(bot, MARIA) == []

    await dismiss(bot, 1, "Другое")
    await bot.wait_until(lambda: len([text for text in bot.bot_texts(ROADS_HEAD) if "Почему №1" in text]) == 2)
    await bot.send_message(ROADS_HEAD, "Пишет каждый день одно и то же")
    await bot.wait_for_card(ROADS_HEAD, 1, "Не требует ответа")
    await bot.settle_and_advance(minutes=2)
    assert "каждый день" not in str(await bot.wait_for_message(MARIA, "Сообщение №1 прочитали"))


async def test_where_nothing_was_promised_nothing_is_said(closed_bot: Harness) -> None:
    """In a group, and in private where a person answers."""
    bot = closed_bot
    bot.config_replacements['private = "bot"'] = 'private = "person"'
    await bot.start()
    await bot.send_message(MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Яма на дороге, Кирова 10")
    for number in (1, 2):
        await dismiss(bot, number, "Повтор")
        await bot.wait_for_card(ROADS_HEAD, number, "Не требует ответа")
    await bot.settle_and_advance(minutes=2)
    await bot.wait_for_outbox()
    assert [words_about_no_answer(bot, one) for one in (MARIA, PYOTR, GROUP)] == [[], [], []]


async def test_the_municipality_words_it_and_everybody_of_a_problem_reads_their_own_number(
    closed_bot: Harness,
) -> None:
    bot = closed_bot
    bot.settings["more"] = (
        '[answers.dismissed]\nnot_ours = "№{number}: это дорога {region} края."\nduplicate = ""\ninsults = "Хватит."\n'
    )
    await bot.start()
    water = "На Кирова 10 нет холодной воды с утра"
    await bot.send_message(MARIA, water)
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, "Кирова 10, воды холодной нет")
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await dismiss(bot, 1, "Не наш округ", HOUSING_HEAD)
    await bot.settle_and_advance(minutes=2)
    await bot.wait_for_message(MARIA, "№1: это дорога {region} края.")
    await bot.wait_until(lambda: [m for m in bot.sandbox.vk.messages(COMMUNITY, PYOTR) if "№2: это дорога" in m.text])

    await bot.send_message(MARIA, "Подскажите, кто отвечает за это безобразие?")
    await dismiss(bot, 3, "Повтор", COORDINATOR)
    await bot.wait_for_card(COORDINATOR, 3, "Не требует ответа")
    await bot.settle_and_advance(minutes=2)
    await bot.wait_for_outbox()
    assert len(words_about_no_answer(bot, MARIA)) == 1
