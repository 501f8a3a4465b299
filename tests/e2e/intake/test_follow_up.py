"""The author's next message: a part of the same ticket, or a ticket of its own."""

import re
from datetime import timedelta
from random import Random

from tests.e2e.harness import (
    ANNA,
    COMMUNITY,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    SECOND_GROUP,
    Harness,
    button_labels,
    message_text,
)

PIT = "Яма на дороге, Ленина 45"
NEIGHBOUR_PIT = "Ленина 97, тоже яма на дороге"
OTHER_PIT = "Кирова 10, яма на дороге"
COLD = "На Ленина 45 нет отопления в квартире"
MORE = "Яма глубокая, уже с полметра"


async def test_a_further_message_joins_and_the_head_gets_a_reply_to_the_card(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    bot.pass_time(minutes=29)
    await telegram.send_message(GROUP, MARIA, MORE)
    told = await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", MORE)
    assert told["reply_to_message"]["message_id"] == card["message_id"]
    await bot.wait_for_card(ROADS_HEAD, 1, PIT, f"➕ {MORE}")

    # The window restarts with every addition; another author's words do not join.
    bot.pass_time(minutes=29)
    await telegram.send_message(GROUP, PYOTR, MORE)
    await bot.wait_for_card(ROADS_HEAD, 2, "Пётр", MORE)
    await telegram.send_message(GROUP, MARIA, "Проезжая часть вся в ямах")
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", "Проезжая часть")

    bot.pass_time(minutes=31)
    await telegram.send_message(GROUP, MARIA, "Проезжую часть так и не сделали, яма на месте")
    await bot.wait_for_card(ROADS_HEAD, 3, "так и не сделали", "Житель уже писал: №1")


async def test_another_house_and_another_sector_are_tickets_of_their_own(bot: Harness) -> None:
    say = bot.sandbox.telegram.send_message
    await say(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await say(GROUP, MARIA, NEIGHBOUR_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2, "Ленина, 97")
    await say(GROUP, MARIA, COLD)
    await bot.wait_for_card(HOUSING_HEAD, 3, "отопления", "Ленина, 45")
    # What fits the first of several open tickets joins that one.
    await say(GROUP, MARIA, "Ленина 45, яма на дороге стала шире")
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", "стала шире")


async def test_in_vk_too_a_follow_up_joins_and_another_house_does_not(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    await vk.comment(COMMUNITY, post, MARIA, PIT)
    await vk.send_message(COMMUNITY, PYOTR, OTHER_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2)
    await vk.comment(COMMUNITY, post, MARIA, MORE)
    await vk.send_message(COMMUNITY, PYOTR, "Это у самого перекрёстка")
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", MORE)
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №2", "перекрёстка")
    await vk.send_message(COMMUNITY, PYOTR, NEIGHBOUR_PIT)
    await bot.wait_for_card(ROADS_HEAD, 3, "Ленина, 97")


async def test_addition_gives_missing_place_and_sector(bot: Harness) -> None:
    await bot.send_message(MARIA, "Помогите, у нас беда")
    await bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")
    await bot.send_message(MARIA, "Крыша течёт прямо в квартиру, Мира 3")
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "📍 ул. Мира, 3")
    assert "Помогите, у нас беда" in message_text(card)
    assert "➕ Крыша течёт" in message_text(card)


async def test_words_after_a_lonely_photo_are_the_tickets_words(bot: Harness) -> None:
    await bot.send_message(MARIA, photo=b"\xff\xd8")
    await bot.wait_for_card(COORDINATOR, 1, "Без текста")
    await bot.send_message(MARIA, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 1, PIT)
    assert "➕" not in message_text(card)


async def test_a_reply_chain_of_an_ordinary_group_is_one_conversation(bot: Harness) -> None:
    """Telegram numbers such a chain as a thread of its own; people do not see one."""
    telegram = bot.sandbox.telegram
    first = await telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    asked = await telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 2)
    reply = await telegram.send_message(GROUP, MARIA, MORE, reply_to=asked)
    assert telegram.message(GROUP, reply)["message_thread_id"] == asked
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №2", MORE)
    deeper = await telegram.send_message(GROUP, MARIA, "Проезжая часть вся в ямах", reply_to=reply)
    assert telegram.message(GROUP, deeper)["message_thread_id"] == asked
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №2", "Проезжая часть")
    # A reply in somebody else's chain is a part of the talk of the whole group, too.
    in_chain = await telegram.send_message(GROUP, PYOTR, "у нас то же самое", reply_to=first)
    await telegram.send_message(GROUP, MARIA, "и ещё бордюр сломан", reply_to=in_chain)
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №2", "бордюр")


async def test_the_same_words_in_several_chats_are_one_ticket_answered_in_each(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    first = await telegram.send_message(GROUP, MARIA, PIT)
    second = await telegram.send_message(SECOND_GROUP, MARIA, "яма на дороге - Ленина, 45!")
    third = await bot.send_message(MARIA, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "«Подслушано»", "«Дворы»", "личное сообщение")
    assert message_text(card).count("Яма на дороге") == 1
    await bot.wait_for_message(MARIA, "Сообщение №1 принято")
    assert bot.ticket_numbers(ROADS_HEAD) == [1]

    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    for chat, asked in ((GROUP, first), (SECOND_GROUP, second), (MARIA, third)):
        answer = await bot.wait_for_message(chat, "Засыплем завтра.")
        assert answer["reply_to_message"]["message_id"] == asked


async def test_the_same_words_under_two_posts_of_vk_are_one_ticket(bot: Harness) -> None:
    vk = bot.sandbox.vk
    posts = [await vk.post(COMMUNITY, "Новости"), await vk.post(COMMUNITY, "Ещё новости")]
    asked = [await vk.comment(COMMUNITY, post, MARIA, PIT) for post in posts]
    await vk.send_message(COMMUNITY, MARIA, PIT)
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "№1 принято" in m.text])
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    for post, comment in zip(posts, asked, strict=True):
        answer = await bot.wait_until(lambda at=post: [c for c in vk.comments(COMMUNITY, at) if "Засыплем" in c.text])
        assert answer[0].reply_to_comment == comment
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "Засыплем" in m.text])


async def test_the_same_words_after_the_answer_was_written_are_a_ticket_of_their_own(closed_bot: Harness) -> None:
    """It waits to be posted by hand in the first chat; nobody would answer in the second."""
    closed_bot.settings["answers"] = "person"
    await closed_bot.start()
    bot = closed_bot
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    await bot.wait_for_card(ROADS_HEAD, 1, "ждёт публикации вручную")
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, PIT)
    await bot.answer_ticket(ROADS_HEAD, 2, "Засыплем завтра.")
    await bot.wait_for_message(SECOND_GROUP, "Засыплем завтра.")


async def test_repeated_text_in_same_chat_is_an_addition(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", PIT)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2)
    assert [text for text in bot.bot_texts(GROUP) if "Засыплем" in text] == ["Засыплем завтра."]


async def test_a_complaint_after_the_answer_returns_the_ticket_and_thanks_is_none(bot: Harness) -> None:
    telegram, vk = bot.sandbox.telegram, bot.sandbox.vk
    await telegram.send_message(GROUP, MARIA, PIT)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await vk.send_message(COMMUNITY, PYOTR, OTHER_PIT)
    await bot.answer_ticket(ROADS_HEAD, 2, "Сделаем в среду.")
    await bot.wait_for_card(ROADS_HEAD, 2, "Отвечено")

    await telegram.send_message(GROUP, MARIA, "Спасибо большое!")
    await vk.send_message(COMMUNITY, PYOTR, "Спасибо!")
    bot.pass_time(minutes=10)
    await telegram.send_message(GROUP, MARIA, "Яма на месте, ничего не сделали")
    await bot.wait_for_card(ROADS_HEAD, 1, "на месте", "Возвращено 1 раз")
    await vk.send_message(COMMUNITY, PYOTR, "Яму на дороге так и не засыпали")
    await bot.wait_for_card(ROADS_HEAD, 2, "не засыпали", "Возвращено 1 раз")
    await vk.send_message(COMMUNITY, PYOTR, "А ещё на Садовой 3 яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 3, "Садовая, 3")

    await bot.answer_ticket(ROADS_HEAD, 1, "Засыпали.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    bot.clock.advance(timedelta(days=15))
    await telegram.send_message(GROUP, MARIA, PIT)
    assert "Житель уже писал" not in message_text(await bot.wait_for_card(ROADS_HEAD, 4))


async def test_hours_later_a_clear_repetition_joins_the_open_ticket_and_the_author_reads_its_number(
    bot: Harness,
) -> None:
    await bot.send_message(MARIA, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    bot.pass_time(hours=5)
    await bot.send_message(MARIA, "Ленина 45, на дороге яма до сих пор не засыпана")
    told = await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", "до сих пор")
    assert told["reply_to_message"]["message_id"] == card["message_id"]
    await bot.wait_until(lambda: len([text for text in bot.bot_texts(MARIA) if "№1 принято" in text]) == 2)

    # Another house, another matter: tickets of their own, which name no former one.
    bot.pass_time(hours=5)
    await bot.send_message(MARIA, OTHER_PIT)
    await bot.send_message(MARIA, COLD)
    for head, number in ((ROADS_HEAD, 2), (HOUSING_HEAD, 3)):
        assert "Житель уже писал" not in message_text(await bot.wait_for_card(head, number))


async def test_in_another_chat_a_card_names_the_open_ticket_about_the_matter(bot: Harness) -> None:
    """It does not join that one: the answer must come in both chats."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.pass_time(days=2)
    await bot.send_message(MARIA, "Ленина 45, на дороге яма до сих пор не засыпана")
    await bot.wait_for_card(ROADS_HEAD, 2, "Житель уже писал: №1")
    await bot.answer_ticket(ROADS_HEAD, 2, "Засыплем завтра.")
    await bot.wait_for_message(MARIA, "Засыплем завтра.")


async def test_a_strangers_ticket_is_never_named_as_the_author_s(bot: Harness) -> None:
    """Random talk of three people, who also reply to one another and to the answers."""
    telegram, chance = bot.sandbox.telegram, Random(11)
    replies: list[int] = []
    for number in range(1, 9):
        author, text = chance.choice((MARIA, PYOTR, ANNA)), chance.choice((PIT, OTHER_PIT, NEIGHBOUR_PIT))
        reply_to = chance.choice([None, *replies])
        more = {"reply_to": reply_to} if reply_to else {}
        await telegram.send_message(GROUP, author, f"{text}, объезд {number * 37}", **more)
        await bot.settle_and_advance(hours=chance.choice((1, 30)))
        await bot.wait_for_outbox()
        newest = max(bot.ticket_numbers(ROADS_HEAD))
        card = bot.find_message(ROADS_HEAD, f"№{newest} · Дороги")
        if number % 2 and card is not None and "✍️ Ответить" in button_labels(card):
            await bot.answer_ticket(ROADS_HEAD, newest, f"Сделаем, {number}.")
            replies.append((await bot.wait_for_message(GROUP, f"Сделаем, {number}."))["message_id"])
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        authors = {one: ticket.author_id for one, ticket in (await uow.tickets.get_many(range(1, 20))).items()}
    named = [
        (authors[int(ticket)], authors[int(former)])
        for text in bot.bot_texts(ROADS_HEAD)
        for ticket, former in re.findall(r"№(\d+) · (?s:.*?)Житель уже писал: №(\d+)", text)
    ]
    assert named
    assert all(author == former for author, former in named)


async def test_a_neighbours_reply_under_an_answer_is_not_the_author_s(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "А у рынка когда?", reply_to=answer["message_id"])
    card = message_text(await bot.wait_for_card(ROADS_HEAD, 2, "Написано под ответом на чужое сообщение: №1"))
    assert "Житель уже писал" not in card
