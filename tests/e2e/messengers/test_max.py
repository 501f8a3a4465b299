"""MAX in addition to Telegram: a residents' chat, private messages, and an official who uses MAX alone."""

import aiohttp
import pytest

from bot.domain.tickets import State
from sandbox.faults import Fault, FaultKind
from sandbox.max import MaxServer, max_fault
from sandbox.max.state import Message
from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)
from tests.e2e.queries import get_ticket_state, wait_until_idle

HATCH = "На Ленина 45 третий день открыт люк на дороге, яма огромная, дети ходят в школу!"
MAX_TOKEN = "max-token-for-tests-only"
HOUSE, CHANNEL, ELSEWHERE = -70_801_000_000_001, -70_801_000_000_002, -70_801_000_000_003
EDUCATION_HEAD = 9001  # his number in MAX; he is in no other messenger
SCHOOL = "В школе №5 на уроках холодно, дети сидят в куртках, учителя разводят руками"

SECTION = """
[max]
token = "{token}"
api_base = "{url}/max"

[[max.chats]]
id = {house}
title = "Дом на Ленина, 45"
kind = "official"

[[max.chats]]
id = {channel}
title = "Администрация"
kind = "official"
"""
IN_MAX = """
[[staff]]
name = "Начальник управления образования"
role = "head"
sectors = ["education"]
max_id = 9001
"""


@pytest.fixture
async def max_town(closed_bot: Harness) -> Harness:
    """The town with MAX in its settings and the bot running; the head of the schools has opened it in MAX."""
    server = closed_bot.sandbox.max
    server.add_bot(MAX_TOKEN, username="mcu_max_bot")
    server.user(MARIA, "Мария", "Ким")
    server.user(EDUCATION_HEAD, "Нина", "Орлова")
    server.chat(HOUSE, "Дом на Ленина, 45")
    server.channel(CHANNEL, "Администрация")
    server.chat(ELSEWHERE, "Чужой двор")
    await server.start_bot(EDUCATION_HEAD)
    section = SECTION.format(token=MAX_TOKEN, url=closed_bot.sandbox.url, house=HOUSE, channel=CHANNEL)
    asks = '[[rules]]\nsector = "roads"\nsatisfaction = true\n'
    closed_bot.settings |= {"staff": STAFF + IN_MAX, "more": section + asks}
    await closed_bot.start()
    await closed_bot.wait_until(lambda: any(call.name == "getUpdates" for call in server.calls))
    return closed_bot


def find_message(server: MaxServer, chat_id: int, *pieces: str) -> Message | None:
    """The newest message of our bot in a chat of MAX that holds every one of *pieces*."""
    found = [one for one in server.from_bot(chat_id) if all(piece in one.text for piece in pieces)]
    return found[-1] if found else None


async def wait_for_message(bot: Harness, chat_id: int, *pieces: str) -> Message:
    """Wait for such a message."""
    server = bot.sandbox.max
    try:
        return await bot.wait_until(lambda: find_message(server, chat_id, *pieces))
    except TimeoutError:
        raise AssertionError(f"no {pieces}; there is: {[one.text for one in server.from_bot(chat_id)]}") from None


def button_labels(message: Message) -> list[str]:
    return [button["text"] for row in message.keyboard for button in row]


async def press_button(bot: Harness, message: Message, button: str) -> str:
    """The head in MAX presses a button; the press's id. Not every press is answered in words."""
    label = next(label for label in button_labels(message) if button in label)
    return await bot.sandbox.max.press_button(EDUCATION_HEAD, message.mid, label)


async def test_a_message_in_a_house_chat_is_answered_under_it(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    asked = await server.send_message(HOUSE, MARIA, HATCH, photos=[b"the hole", b"the hole from afar"])

    card = await bot.wait_for_card(ROADS_HEAD, 1, "третий день открыт люк", "MAX «Дом на Ленина, 45»", "Мария Ким")
    assert "Дороги" in message_text(card)
    assert f"https://max.ru/c/{HOUSE}/" in str(card)
    bot.pass_time(seconds=3)  # pictures are gathered for a moment
    await bot.wait_until(lambda: [one for one in bot.bot_messages(ROADS_HEAD) if "photo" in one][1:])

    await bot.answer_ticket(ROADS_HEAD, 1, "Бригада выехала, люк закроют сегодня до 18:00.")
    answer = await wait_for_message(bot, HOUSE, "Бригада выехала")
    assert answer.reply_to == asked
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")


async def test_the_question_after_an_answer_counts_only_from_the_author(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    server.user(PYOTR, "Пётр", "Ли")
    await server.send_message(HOUSE, MARIA, HATCH)
    await bot.answer_ticket(ROADS_HEAD, 1, "Люк закрыли.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    bot.pass_time(hours=25)
    asked = await wait_for_message(bot, HOUSE, "Вопрос решён?")
    assert button_labels(asked) == ["Да", "Нет"]

    await server.press_button(PYOTR, asked.mid, "Нет")
    await wait_until_idle(bot)
    assert await get_ticket_state(bot, 1) is State.ANSWERED
    await server.press_button(MARIA, asked.mid, "Нет")
    await bot.wait_for_card(ROADS_HEAD, 1, "Возвращено 1 раз")
    await wait_for_message(bot, HOUSE, "№1 снова в работе")


async def test_people_in_danger_are_told_in_max_where_to_call(max_town: Harness) -> None:
    server = max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, "Сильно пахнет газом в подъезде")
    await wait_for_message(max_town, HOUSE, "112", "104")
    await server.start_bot(MARIA)
    await server.send_message(HOUSE, MARIA, "я больше не хочу жить")
    await wait_for_message(max_town, MARIA, "8-800-2000-122")
    assert find_message(server, HOUSE, "8-800") is None


async def test_a_private_message_is_taken_and_answered(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.start_bot(MARIA)
    await wait_for_message(bot, MARIA, "Лесозаводский городской округ")
    asked = await server.send_message(MARIA, MARIA, HATCH, location=(45.47, 133.41))

    await bot.wait_for_card(ROADS_HEAD, 1, "третий день открыт люк", "MAX, личное сообщение")
    noted = await wait_for_message(bot, MARIA, "№1 принято")
    assert noted.reply_to in (asked, None)
    await bot.answer_ticket(ROADS_HEAD, 1, "Закроем сегодня.")
    assert (await wait_for_message(bot, MARIA, "Закроем сегодня.")).reply_to == asked


async def test_a_comment_under_a_channels_post_is_answered_there(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    post = await server.publish_post(CHANNEL, "Новости недели")
    asked = await server.comment(post, MARIA, HATCH)

    await bot.wait_for_card(ROADS_HEAD, 1, "третий день открыт люк", "MAX «Администрация»")
    await bot.answer_ticket(ROADS_HEAD, 1, "Закроем сегодня.")
    [answer] = await bot.wait_until(lambda: [one for one in server.comments(post) if one.text == "Закроем сегодня."])
    assert answer.reply_to == asked


async def test_answer_names_citizen_when_message_is_gone(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    asked = await server.send_message(HOUSE, MARIA, HATCH)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Закроем сегодня.")
    draft = await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель", "«Мария Ким, ответ на ваше сообщение:»")
    await server.remove(asked, by=MARIA)

    await bot.press_button(ROADS_HEAD, draft, "Отправить")

    answer = await wait_for_message(bot, HOUSE, "Закроем сегодня.")
    assert answer.text == "Мария Ким, ответ на ваше сообщение:\nЗакроем сегодня."
    assert answer.reply_to is None
    assert f"max://user/{MARIA}" in str(answer.markup)


async def test_a_correction_is_seen_in_max(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, HATCH)
    await bot.answer_ticket(ROADS_HEAD, 1, "Закроем завтра.")
    answer = await wait_for_message(bot, HOUSE, "Закроем завтра.")

    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено"), "Исправить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Исправление ответа на №1")
    await bot.send_message(ROADS_HEAD, "Закрыли сегодня.")
    await bot.press_button(
        ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "исправленный ответ"), "Опубликовать исправление"
    )
    await bot.wait_until(lambda: answer.text == "Закрыли сегодня.")
    assert answer.reply_to is not None


async def test_an_edit_and_a_removal_change_the_card(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    asked = await server.send_message(HOUSE, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "третий день")
    await server.edit(asked, HATCH.replace("третий", "пятый"))
    await bot.wait_for_card(ROADS_HEAD, 1, "пятый день")
    await server.remove(asked)
    await bot.wait_for_card(ROADS_HEAD, 1, "удал")

    await bot.answer_ticket(ROADS_HEAD, 1, "Закроем сегодня.")
    answer = await wait_for_message(bot, HOUSE, "Закроем сегодня.")
    assert answer.reply_to is None
    assert answer.text == "Мария Ким, ответ на ваше сообщение:\nЗакроем сегодня."  # what she deleted is not repeated


async def test_a_head_who_has_nothing_but_max(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    asked = await bot.sandbox.telegram.send_message(-1001000000001, MARIA, SCHOOL, photo=b"a cold classroom")

    card = await wait_for_message(bot, EDUCATION_HEAD, "№1 · ", "холодно")
    assert button_labels(card) == ["✅ Принять", "✍️ Ответить", "↪️ Передать", "⋯ Ещё"]
    bot.pass_time(seconds=3)  # pictures are gathered for a moment
    [picture] = await bot.wait_until(lambda: [one for one in server.from_bot(EDUCATION_HEAD) if one.media])
    assert (server.file(picture.media[0]), picture.reply_to) == (b"a cold classroom", card.mid)

    press_id = await press_button(bot, card, "Принять")
    await bot.wait_until(lambda: server.callback_answers.get(press_id))
    await bot.wait_until(lambda: "В работе: Начальник управления образования" in card.text)
    await press_button(bot, card, "Ответить")
    await wait_for_message(bot, EDUCATION_HEAD, "Ответ на №1")
    await server.send_message(EDUCATION_HEAD, EDUCATION_HEAD, "Котельная запущена, в классах 20 градусов.")
    preview = await wait_for_message(bot, EDUCATION_HEAD, "Так ответ увидит житель", "Котельная запущена")
    await press_button(bot, preview, "Отправить")

    answer = await bot.wait_for_message(-1001000000001, "Котельная запущена")
    assert answer["reply_to_message"]["message_id"] == asked
    await bot.wait_until(lambda: "Отвечено" in card.text)
    assert [one.mid for one in server.from_bot(EDUCATION_HEAD) if "№1 · " in one.text] == [card.mid]


async def test_a_reply_to_the_card_is_an_answer_with_a_photo(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, SCHOOL)
    card = await wait_for_message(bot, EDUCATION_HEAD, "№1 · ")
    await server.send_message(EDUCATION_HEAD, EDUCATION_HEAD, "Тепло вернули.", photos=[b"warm"], reply_to=card.mid)
    preview = await wait_for_message(bot, EDUCATION_HEAD, "Так ответ увидит житель", "Тепло вернули.")
    await press_button(bot, preview, "Отправить")
    answer = await wait_for_message(bot, HOUSE, "Тепло вернули.")
    shown = await bot.wait_until(lambda: [one for one in server.from_bot(HOUSE) if one.media])
    assert server.file(shown[0].media[0]) == b"warm"
    assert answer.reply_to is not None


async def test_commands_by_word(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, SCHOOL)
    await wait_for_message(bot, EDUCATION_HEAD, "№1 · ")
    await server.send_message(EDUCATION_HEAD, EDUCATION_HEAD, "/my")
    listing = await wait_for_message(bot, EDUCATION_HEAD, "Ждут вас")
    assert "№1" in listing.text


async def test_a_press_under_an_outdated_card_changes_nothing(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, HATCH)
    await server.send_message(HOUSE, MARIA, SCHOOL)
    card = await wait_for_message(bot, EDUCATION_HEAD, "№2 · ")
    await server.start_bot(MARIA)
    press_id = await server.press_payload(MARIA, card.mid, card.keyboard[0][0]["payload"])
    await bot.wait_until(lambda: server.callback_answers.get(press_id))
    assert "В работе" not in card.text


async def test_a_head_who_stops_the_bot_is_missed(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.stop_bot(EDUCATION_HEAD)
    await bot.wait_for_message(COORDINATOR, "Начальник управления образования не получает")
    await server.send_message(HOUSE, MARIA, SCHOOL)
    await bot.wait_for_card(COORDINATOR, 1, "холодно")
    bot.pass_time(seconds=1)  # the same event at the same moment would be a repetition
    await server.start_bot(EDUCATION_HEAD)
    await wait_for_message(bot, EDUCATION_HEAD, "№1 · ", "холодно")


async def test_max_subscription_asks_for_all_needed_updates(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.send_message(ELSEWHERE, MARIA, HATCH)
    await bot.wait_for_message(ADMINISTRATOR, "Чужой двор", str(ELSEWHERE))
    await server.remove_bot_from(HOUSE)
    await bot.wait_for_message(ADMINISTRATOR, "Дом на Ленина, 45")
    await server.send_voice(MARIA)
    await bot.wait_for_message(ADMINISTRATOR, "голосовое сообщение", "MAX")
    await server.send_message(EDUCATION_HEAD, EDUCATION_HEAD, "/help")  # the rest goes on
    await wait_for_message(bot, EDUCATION_HEAD, "/my")


async def test_a_chat_without_rights_is_told_at_the_start(closed_bot: Harness) -> None:
    bot, server = closed_bot, closed_bot.sandbox.max
    server.add_bot(MAX_TOKEN)
    server.chat(HOUSE, "Дом на Ленина, 45", rights=("write",))
    server.channel(CHANNEL, "Администрация", admin=False)
    section = SECTION.format(token=MAX_TOKEN, url=bot.sandbox.url, house=HOUSE, channel=CHANNEL)
    bot.settings |= {"more": section}
    await bot.start()
    await bot.wait_for_message(ADMINISTRATOR, "Дом на Ленина, 45", "Читать все сообщения")
    await bot.wait_for_message(ADMINISTRATOR, "Администрация", "не администратор")


async def test_a_token_of_another_bot_is_told_at_the_start(closed_bot: Harness) -> None:
    """It is taken by MAX, but that bot is in none of the town's chats."""
    bot, server = closed_bot, closed_bot.sandbox.max
    server.add_bot(MAX_TOKEN, username="shop_bot")
    section = SECTION.format(token=MAX_TOKEN, url=bot.sandbox.url, house=HOUSE, channel=CHANNEL)
    bot.settings |= {"more": section}
    await bot.start()
    await bot.wait_for_message(ADMINISTRATOR, "@shop_bot", "Похоже, это токен другого бота")
    await bot.sandbox.telegram.send_message(-1001000000001, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "открыт люк")


async def test_an_answer_whose_markup_max_refuses_comes_back_to_its_head(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Закроем сегодня.", reply_to=card["message_id"])
    draft = await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель", "Закроем сегодня.")
    await wait_until_idle(bot)
    server.faults.order("sendMessage", max_fault(400, "proto.payload", "Unknown keyboard markup"))
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    note = await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "мессенджер не принял оформление")
    assert "Закроем сегодня." in message_text(note)
    await bot.press_button(ROADS_HEAD, note, "Отправить ещё раз")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель"), "Отправить")
    await wait_for_message(bot, HOUSE, "Закроем сегодня.")


async def test_a_wrong_token_stops_nobody_else(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.sandbox.max.add_bot("another-token-of-another-bot")
    section = SECTION.format(token=MAX_TOKEN, url=bot.sandbox.url, house=HOUSE, channel=CHANNEL)
    bot.settings |= {"more": section}
    await bot.start()
    await bot.wait_for_message(ADMINISTRATOR, "MAX", "токен")
    await bot.sandbox.telegram.send_message(-1001000000001, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "открыт люк")


async def test_nothing_is_lost_or_doubled_by_a_restart(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.stop()
    await server.send_message(HOUSE, MARIA, "На Школьной 5 в подъезде течёт крыша, соберите комиссию")
    await server.send_message(HOUSE, MARIA, SCHOOL)
    await bot.start()
    await bot.wait_for_card(HOUSING_HEAD, 2, "течёт крыша")
    await wait_for_message(bot, EDUCATION_HEAD, "№3 · ", "холодно")
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_a_slow_upload_and_a_hasty_answer_arrive_once(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max
    server.delay_uploads()
    server.faults.order("getUpdates", Fault(FaultKind.HTTP_500))
    await server.send_message(HOUSE, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    server.faults.order("sendMessage", max_fault(429, "too.many.requests"))
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Закрыли, вот фото.", photo=b"closed")
    preview = await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель")
    await bot.press_button(ROADS_HEAD, preview, "Отправить")
    while not find_message(server, HOUSE, "Закрыли, вот фото."):
        bot.pass_time(seconds=2)
        await server.change_log.wait_for_change(server.change_log.revision, 0.2)
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    assert len(server.from_bot(HOUSE)) == 1
    assert len([call for call in server.calls if call.name == "getUploadUrl"]) == 1


async def test_a_comment_whose_author_max_does_not_name_is_a_citizens(max_town: Harness) -> None:
    """It is answered under the comment; the bot's own comment, which names nobody either, becomes no ticket."""
    server = max_town.sandbox.max
    post = await server.publish_post(CHANNEL, "Новости города")
    comment = await server.comment(post, None, HATCH)
    await max_town.wait_for_card(ROADS_HEAD, 1, "Без имени")
    await max_town.answer_ticket(ROADS_HEAD, 1, "Закроем сегодня.")
    [ours] = await max_town.wait_until(lambda: [one for one in server.comments(post) if one.sender_id])
    assert ours.reply_to == comment
    await max_town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    ours.sender_id = None
    await server.edit_comment(post, ours.mid, HATCH)
    await wait_until_idle(max_town)
    assert max_town.ticket_numbers(ROADS_HEAD) == [1]


async def test_an_edit_that_max_does_not_take_yet_is_tried_again(max_town: Harness) -> None:
    """The card is changed where it is, not sent a second time."""
    server = max_town.sandbox.max
    await server.send_message(HOUSE, MARIA, SCHOOL)
    card = await wait_for_message(max_town, EDUCATION_HEAD, "№1")
    await wait_until_idle(max_town)
    server.world.edits_not_yet = 1
    await press_button(max_town, card, "Принять")
    await max_town.wait_until(lambda: server.world.edits_not_yet == 0)
    await wait_until_idle(max_town)
    max_town.pass_time(seconds=2)
    await max_town.wait_until(lambda: "В работе" in server.message(card.mid).text)
    assert len([one for one in server.from_bot(EDUCATION_HEAD) if "№1 ·" in one.text]) == 1


async def test_messages_of_another_program_in_the_bots_name_are_told_once(max_town: Harness) -> None:
    bot, server = max_town, max_town.sandbox.max

    def told() -> list[str]:
        return [text for text in bot.bot_texts(ADMINISTRATOR) if "MAX: от нашего имени написал не этот бот" in text]

    bot.pass_time(minutes=20)
    await server.send_message(MARIA, MARIA, HATCH)
    [own] = await bot.wait_until(lambda: [m for m in server.from_bot(MARIA) if "принято" in m.text])
    await wait_until_idle(bot)
    await server.report_own(own.mid)
    await server.send_message(MARIA, MARIA, SCHOOL)  # in its order: the bot has seen the report, too
    await bot.wait_until(lambda: find_message(server, MARIA, "№2"))
    assert not told()

    async with aiohttp.ClientSession(headers={"Authorization": MAX_TOKEN}) as session:
        for text in ("Рассылка", "Ещё одна"):
            url = f"{bot.sandbox.url}/max/messages?user_id={MARIA}"
            async with session.post(url, json={"text": text}) as answer:
                sent = await answer.json()
            await server.report_own(sent["message"]["body"]["mid"])
    await bot.wait_until(told)
    said = len(server.from_bot(EDUCATION_HEAD))
    await server.send_message(EDUCATION_HEAD, EDUCATION_HEAD, "/help")  # polled after the reports
    await bot.wait_until(lambda: len(server.from_bot(EDUCATION_HEAD)) > said)
    await wait_until_idle(bot)
    assert len(told()) == 1
