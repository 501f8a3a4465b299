"""People in danger: told at once where to call, in private where it is about suicide or violence."""

import csv
import io
from typing import Any

import pytest

from bot.domain.urgency import Danger
from bot.views.danger import DANGER_TEXTS
from sandbox.vk.world import Message
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    MARIA,
    PYOTR,
    SECOND_GROUP,
    STAFF,
    Harness,
    button_labels,
)
from tests.e2e.queries import get_ticket, wait_until_idle

GAS = "Сильно пахнет газом в подъезде, Ленина 45"
FIRE = "Горит сарай за домом, Мира 3, вызовите пожарных"
SUICIDE = "я больше не хочу жить"
VIOLENCE = "Мужчина избивает ребёнка во дворе, Ленина 45"
ACCEPTED = "принято. Ответ придёт сюда."
SILENT_BOT, PRIVATE_ONLY = "Бот автору не отвечает", "пробует написать автору лично"


def advice_in(bot: Harness, chat_id: int, danger: Danger) -> list[dict[str, Any]]:
    return [one for one in bot.bot_messages(chat_id) if one["text"] == DANGER_TEXTS[danger]]


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        (GAS, Danger.GAS),
        (FIRE, Danger.FIRE),
        ("провод оборван, лежит на тротуаре", Danger.WIRE),
        ("Пропал ребёнок 7 лет, красная куртка", Danger.CHILD),
    ],
)
async def test_person_in_danger_is_told_at_once_where_to_call(bot: Harness, text: str, danger: Danger) -> None:
    asked = await bot.sandbox.telegram.send_message(GROUP, MARIA, text)
    told = await bot.wait_for_message(GROUP, "112", "104")
    assert told["text"] == DANGER_TEXTS[danger]
    assert told["reply_to_message"]["message_id"] == asked
    assert not told.get("disable_notification")
    assert (await get_ticket(bot, 1)).danger is danger


async def test_advice_comes_before_the_number_and_at_night(bot: Harness) -> None:
    await bot.stop()
    bot.settings |= {"quiet_from": "22:00", "quiet_to": "08:00"}
    await bot.start()
    bot.set_time("21.11 02:00")
    await bot.send_message(MARIA, GAS)
    await bot.wait_for_message(MARIA, ACCEPTED)
    await wait_until_idle(bot)
    told, accepted = bot.bot_messages(MARIA)[-2:]
    assert (told["text"], ACCEPTED in accepted["text"]) == (DANGER_TEXTS[Danger.GAS], True)
    assert not told.get("disable_notification")


async def test_each_author_is_told_once_about_a_matter(bot: Harness) -> None:
    for person in (MARIA, PYOTR, ANNA):
        for text in (GAS, "газом пахнет всё сильнее", "пахнет газом, никто не едет"):
            await bot.sandbox.telegram.send_message(GROUP, person, text)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, GAS)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "ну что там?")
    await wait_until_idle(bot)
    assert len(advice_in(bot, GROUP, Danger.GAS)) == 3
    assert not advice_in(bot, SECOND_GROUP, Danger.GAS)


async def test_addition_and_edit_that_tell_of_danger_are_answered(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, "Не горит лампочка в подъезде, Ленина 45")
    await bot.wait_for_inbox()
    addition = await telegram.send_message(GROUP, MARIA, "И сильно пахнет газом")
    told = await bot.wait_for_message(GROUP, "104")
    assert told["reply_to_message"]["message_id"] == addition
    edited = await telegram.send_message(SECOND_GROUP, PYOTR, "Мусор не вывозят, Мира 3")
    await bot.wait_for_inbox()
    await telegram.edit(SECOND_GROUP, edited, "Мусор не вывозят, контейнер горит, Мира 3")
    told = await bot.wait_for_message(SECOND_GROUP, "112")
    assert told["text"] == DANGER_TEXTS[Danger.FIRE]


@pytest.mark.parametrize("policy", ["person", "off"])
async def test_where_the_bot_is_silent_a_person_gets_the_danger(closed_bot: Harness, policy: str) -> None:
    bot = closed_bot
    bot.settings |= {"answers": policy}
    await bot.start()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, GAS)
    note = await bot.wait_for_message(COORDINATOR, "🚨 Дежурному: сообщение №1 [газ]", SILENT_BOT)
    assert DANGER_TEXTS[Danger.GAS] in note["text"]
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, GAS)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert sum("🚨 Дежурному" in text for text in bot.bot_texts(COORDINATOR)) == 1


@pytest.mark.parametrize(("text", "danger"), [(SUICIDE, Danger.SUICIDE), (VIOLENCE, Danger.VIOLENCE)])
async def test_suicide_and_violence_are_answered_in_private_alone(bot: Harness, text: str, danger: Danger) -> None:
    await bot.sandbox.telegram.start_bot(MARIA)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, text)
    await bot.wait_for_message(COORDINATOR, "🚨 Дежурному: сообщение №1", PRIVATE_ONLY, "Открыть сообщение жителя")
    await bot.wait_until(lambda: advice_in(bot, MARIA, danger))
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert not any(ACCEPTED in words for words in bot.bot_texts(MARIA))


async def test_without_a_private_chat_the_duty_officer_is_asked_to_write(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, SUICIDE)
    note = await bot.wait_for_message(COORDINATOR, "автору сообщения №1 бот написать не смог", "8-800-2000-122")
    assert "Открыть сообщение жителя" in note["text"]
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []


async def test_in_a_private_chat_the_helpline_is_the_only_answer(bot: Harness) -> None:
    await bot.send_message(MARIA, SUICIDE)
    await bot.wait_until(lambda: advice_in(bot, MARIA, Danger.SUICIDE))
    await wait_until_idle(bot)
    assert not any(ACCEPTED in words for words in bot.bot_texts(MARIA))


async def test_vk_answers_a_comment_and_writes_in_private(bot: Harness) -> None:
    vk = bot.sandbox.vk

    def private(text: str) -> list[Message]:
        return [one for one in vk.messages(COMMUNITY, MARIA) if one.text == text]

    post = await vk.post(COMMUNITY, "Новости")
    await vk.comment(COMMUNITY, post, PYOTR, FIRE)
    await bot.wait_until(lambda: vk.comments(COMMUNITY, post)[-1].text == DANGER_TEXTS[Danger.FIRE])
    await vk.allow_messages(COMMUNITY, MARIA)
    await vk.comment(COMMUNITY, post, MARIA, SUICIDE)
    await bot.wait_until(lambda: private(DANGER_TEXTS[Danger.SUICIDE]))
    await vk.comment(COMMUNITY, post, PYOTR, SUICIDE)
    await bot.wait_for_message(COORDINATOR, "бот написать не смог")
    assert len(vk.comments(COMMUNITY, post)) == 4


async def test_next_person_on_the_ladder_is_alerted_when_the_first_is_unreachable(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF + '\n[[staff]]\nname = "Дежурный"\nrole = "duty"\ntelegram_id = 1013\n'
    bot.sandbox.telegram.user(1013, "Дежурный")  # has never opened the bot
    await bot.start()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, VIOLENCE)
    await bot.wait_for_message(COORDINATOR, "🚨 Дежурному: сообщение №1")


async def test_an_alert_that_no_duty_officer_lets_in_goes_to_the_next_person(closed_bot: Harness) -> None:
    """Both have blocked the bot, which learns it from the alert alone; the next person gets it once."""
    bot, officers = closed_bot, (1013, 1014)
    rows = [f'\n[[staff]]\nname = "Дежурный {one}"\nrole = "duty"\ntelegram_id = {one}\n' for one in officers]
    bot.settings["staff"] = STAFF + "".join(rows)
    for one in officers:
        bot.sandbox.telegram.user(one, f"Дежурный {one}")
        await bot.sandbox.telegram.start_bot(one)
    await bot.start()
    await wait_until_idle(bot)
    for one in officers:
        bot.sandbox.telegram.world.get_chat(one).bot_status = "kicked"  # and no update tells of it
    await bot.sandbox.telegram.send_message(GROUP, MARIA, VIOLENCE)
    await bot.wait_for_message(COORDINATOR, "🚨 Дежурному: сообщение №1")
    await wait_until_idle(bot)
    assert sum("🚨 Дежурному: сообщение №1" in text for text in bot.bot_texts(COORDINATOR)) == 1


async def test_own_words_of_the_municipality_are_said(closed_bot: Harness) -> None:
    closed_bot.settings["more"] = '[danger]\ngas = "Звоните в горгаз: 104."\n'
    await closed_bot.start()
    await closed_bot.sandbox.telegram.send_message(GROUP, MARIA, GAS)
    assert (await closed_bot.wait_for_message(GROUP, "горгаз"))["text"] == "Звоните в горгаз: 104."


async def test_what_is_private_stays_out_of_the_digest_and_of_a_public_export(bot: Harness) -> None:
    from bot.cli.export import export_tickets

    await bot.sandbox.telegram.send_message(GROUP, MARIA, VIOLENCE)
    await bot.wait_for_message(COORDINATOR, "🚨 Дежурному: сообщение №1")
    bot.pass_time(hours=2)
    overdue = await bot.wait_for_message(CURATOR, "Просрочено: №1")
    assert "избивает" not in overdue["text"]
    bot.set_time("24.11 09:00")
    digest = await bot.wait_for_message(CURATOR, "Сводка", "№1")
    assert "избивает" not in digest["text"]
    assert bot.app is not None
    file = bot.folder / "out.csv"
    await export_tickets(bot.app.config, "csv", None, None, file, public=True)
    [row] = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")), delimiter=";")
    assert (row["Сообщение"], row["Место"]) == ("", "")


async def test_false_alarms_are_counted_and_told_to_the_administrator(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, FIRE)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, PYOTR, "Пожар в доме на Кирова 10")
    card = await bot.wait_for_card(COORDINATOR, 1, "[срочно]\n🚨 Опасность: пожар\n")
    await bot.press_button(COORDINATOR, card, "Не требует ответа")
    await bot.wait_until(lambda: "Не о проблеме" in button_labels(card))
    await bot.press_button(COORDINATOR, card, "Не о проблеме")
    await bot.wait_for_card(COORDINATOR, 1, "Не требует ответа")
    bot.set_time("21.11 09:00")
    await bot.wait_for_message(ADMINISTRATOR, "Ложные тревоги", "пожар: 1, всего новых 2")


async def test_dangers_are_counted_by_kind(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, FIRE)
    await bot.wait_for_message(GROUP, "112")
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        assert [(one.danger, one.new, one.false) for one in await uow.reports.count_dangers()] == [(Danger.FIRE, 1, 0)]


async def test_suicide_in_an_addition_to_an_urgent_ticket_reaches_the_duty_officer(bot: Harness) -> None:
    await bot.send_message(MARIA, GAS)
    await bot.wait_for_message(MARIA, "104")
    await bot.send_message(MARIA, SUICIDE)
    await bot.wait_for_message(COORDINATOR, "🚨 Дежурному: сообщение №", "[угроза самоубийства]")
    await bot.wait_until(lambda: advice_in(bot, MARIA, Danger.SUICIDE))
