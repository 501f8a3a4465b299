"""A colleague answers the citizen in the chat itself: the head is asked whether that is the answer."""

from typing import Any

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)

PIT = "Яма на дороге, Ленина 45"
REPLY = "Добрый день! Засыплем завтра."
OFFICIAL_IN_VK = 9004


async def wait_for_offer(bot: Harness, number: int, *pieces: str) -> dict[str, Any]:
    return await bot.wait_for_message(ROADS_HEAD, f"На сообщение №{number} ответили в самом чате", REPLY, *pieces)


async def test_a_colleagues_reply_is_offered_and_accepted_as_the_answer(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    asked = await telegram.send_message(GROUP, MARIA, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await telegram.send_message(GROUP, CURATOR, REPLY, reply_to=asked)
    note = await wait_for_offer(bot, 1, "Куратор")
    assert note["reply_to_message"]["message_id"] == card["message_id"]
    await bot.press_button(ROADS_HEAD, note, "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено: Начальник отдела дорог", REPLY)
    # The next problem is answered as usual, and there is still only one message of the bot in the group.
    await telegram.send_message(GROUP, PYOTR, "Яма на дороге, Кирова 10")
    await bot.answer_ticket(ROADS_HEAD, 2, "Сделаем в среду.")
    await bot.wait_for_message(GROUP, "Сделаем в среду.")
    assert bot.bot_texts(GROUP) == ["Сделаем в среду."]


async def test_staff_reply_that_is_no_answer_leaves_ticket_open(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    asked = await telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await telegram.send_message(GROUP, CURATOR, "Всем хорошего дня, завтра субботник")
    await telegram.send_message(GROUP, CURATOR, REPLY, reply_to=asked)
    await bot.press_button(ROADS_HEAD, await wait_for_offer(bot, 1), "Нет")
    await bot.wait_for_message(ROADS_HEAD, "№1 остаётся без ответа")
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем послезавтра.")
    answer = await bot.wait_for_message(GROUP, "Засыплем послезавтра.")
    assert answer["reply_to_message"]["message_id"] == asked
    assert not [text for text in bot.bot_texts(ROADS_HEAD) if "субботник" in text]


async def test_an_anonymous_administrator_of_the_group_is_a_colleague(bot: Harness) -> None:
    asked = await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, COORDINATOR, REPLY, reply_to=asked, sender_chat=GROUP)
    await bot.press_button(ROADS_HEAD, await wait_for_offer(bot, 1, "Подслушано"), "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_in_vk_officials_and_the_community_itself_are_heard_and_our_own_answer_is_not(
    closed_bot: Harness,
) -> None:
    staff = STAFF.replace("telegram_id = 1004", f"telegram_id = 1004\nvk_id = {OFFICIAL_IN_VK}")
    closed_bot.settings["staff"] = staff
    await closed_bot.start()
    bot, vk = closed_bot, closed_bot.sandbox.vk
    vk.user(OFFICIAL_IN_VK, "Павел", "Куратов")
    post = await vk.post(COMMUNITY, "Итоги недели")
    first = await vk.comment(COMMUNITY, post, MARIA, PIT)
    second = await vk.comment(COMMUNITY, post, PYOTR, "Яма на дороге, Кирова 10")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await vk.comment(COMMUNITY, post, OFFICIAL_IN_VK, REPLY, reply_to=first)
    await bot.press_button(ROADS_HEAD, await wait_for_offer(bot, 1, "Куратор"), "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await vk.comment(COMMUNITY, post, -COMMUNITY, REPLY, reply_to=second)
    await wait_for_offer(bot, 2, "Администрация")

    await bot.answer_ticket(ROADS_HEAD, 2, "Сделаем в среду.")
    await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == "Сделаем в среду."])
    await vk.comment(COMMUNITY, post, MARIA, "Проезжая часть на Садовой 7 вся в ямах")
    await bot.wait_for_card(ROADS_HEAD, 3)
    assert len([text for text in bot.bot_texts(ROADS_HEAD) if "Считать это ответом?" in text]) == 1
    assert "Сделаем" not in message_text(await wait_for_offer(bot, 2))


async def test_our_own_answer_whose_fate_is_unknown_is_not_taken_for_a_colleagues(bot: Harness) -> None:
    """VK has posted it and broken the connection: the comment comes back as news before we know that it is ours."""
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    await vk.comment(COMMUNITY, post, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    vk.faults.order("wall.createComment", Fault(FaultKind.DROP))
    await bot.answer_ticket(ROADS_HEAD, 1, REPLY)
    await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == REPLY])
    await vk.comment(COMMUNITY, post, PYOTR, "Яма на дороге, Кирова 10")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await bot.settle_and_advance()
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert len([c for c in vk.comments(COMMUNITY, post) if c.text == REPLY]) == 1
    assert not bot.find_message(ROADS_HEAD, "ответили в самом чате")
