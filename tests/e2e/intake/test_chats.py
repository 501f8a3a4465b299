"""Our standing in chats: thrown out, deaf, moved to a new id, added where nobody asked us to listen."""

from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COMMUNITY,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    TOKEN,
    Harness,
    message_text,
)

PIT = "Яма на дороге, Ленина 45"
OTHER_PIT = "Яма на дороге, Кирова 10"
THIRD_PIT = "Проезжая часть на Садовой 7 вся в ямах"
BASIC, STRANGE = -700100, -1001000000077


async def test_a_group_that_became_a_supergroup_keeps_its_settings(closed_bot: Harness) -> None:
    telegram = closed_bot.sandbox.telegram
    telegram.group(BASIC, "Наш двор", supergroup=False)
    closed_bot.settings["group"] = str(BASIC)
    await closed_bot.start()
    bot = closed_bot
    await telegram.send_message(BASIC, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    moved = await telegram.migrate(BASIC)
    await bot.wait_for_message(ADMINISTRATOR, "стала супергруппой", str(moved), str(BASIC))

    # The old message cannot be replied to in the new chat, where its number is another message's: the answer names its
    # author.
    for _ in range(20):
        await telegram.send_message(moved, ANNA, "+")
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_for_message(moved, "Засыплем завтра.")
    assert message_text(answer) == "Мария, ответ на ваше сообщение:\nЗасыплем завтра."
    assert "reply_to_message" not in answer
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")

    asked = await telegram.send_message(moved, PYOTR, OTHER_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2, "Telegram «Подслушано»")
    await bot.answer_ticket(ROADS_HEAD, 2, "Сделаем в среду.")
    answer = await bot.wait_for_message(moved, "Сделаем в среду.")
    assert answer["reply_to_message"]["message_id"] == asked
    assert not bot.find_message(ADMINISTRATOR, "которого нет в настройках")


async def test_an_open_ticket_survives_the_new_id_in_the_settings(closed_bot: Harness) -> None:
    telegram = closed_bot.sandbox.telegram
    telegram.group(BASIC, "Наш двор", supergroup=False)
    closed_bot.settings["group"] = str(BASIC)
    await closed_bot.start()
    bot = closed_bot
    await telegram.send_message(BASIC, MARIA, PIT)
    moved = await telegram.migrate(BASIC)
    await bot.wait_for_message(ADMINISTRATOR, "стала супергруппой")
    await bot.stop()
    bot.settings["group"] = str(moved)
    await bot.start()
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_for_message(moved, "Засыплем завтра.")
    assert message_text(answer) == "Мария, ответ на ваше сообщение:\nЗасыплем завтра."


async def test_answers_find_the_group_also_when_only_the_refusal_tells_of_its_move(closed_bot: Harness) -> None:
    telegram = closed_bot.sandbox.telegram
    telegram.group(BASIC, "Наш двор", supergroup=False)
    closed_bot.settings["group"] = str(BASIC)
    await closed_bot.start()
    bot = closed_bot
    await telegram.send_message(BASIC, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    telegram.world.queue.allowed = frozenset({"callback_query"})  # the server tells of no messages for a while
    moved = await telegram.migrate(BASIC)
    telegram.world.queue.allowed = None
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_for_message(moved, "Засыплем завтра.")
    assert message_text(answer) == "Мария, ответ на ваше сообщение:\nЗасыплем завтра."
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await bot.wait_for_message(ADMINISTRATOR, "стала супергруппой", str(moved))


async def test_administrator_is_told_when_bot_is_removed_or_muted(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.restrict_bot(GROUP)
    await bot.wait_for_message(ADMINISTRATOR, "запретили писать", "Подслушано", str(GROUP))
    await telegram.kick_bot(GROUP)
    await bot.wait_for_message(ADMINISTRATOR, "удалили из чата", "Подслушано", str(GROUP))


async def test_administrator_is_told_when_bot_cannot_read(closed_bot: Harness) -> None:
    telegram = closed_bot.sandbox.telegram
    telegram.add_bot(TOKEN, username="mcu_test_bot", reads_all=False)
    telegram.group(GROUP, "Подслушано", bot_is_admin=False)
    await closed_bot.start()
    letter = await closed_bot.wait_for_message(ADMINISTRATOR, "режим приватности", "/setprivacy")
    assert "Подслушано" in message_text(letter)
    assert "Дворы" not in message_text(letter)
    assert not closed_bot.find_message(ADMINISTRATOR, "режим приватности", "Дворы")


async def test_a_chat_that_nobody_named_is_ignored_and_told_of_once(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    telegram.group(STRANGE, "Чужой чат")
    await telegram.invite_bot(STRANGE)
    await telegram.send_message(STRANGE, MARIA, PIT)
    said = await telegram.send_message(STRANGE, MARIA, OTHER_PIT)
    await telegram.edit(STRANGE, said, PIT)
    await telegram.send_message(GROUP, PYOTR, THIRD_PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "Садов")
    await bot.wait_for_message(ADMINISTRATOR, "которого нет в настройках", "Чужой чат", str(STRANGE))
    await telegram.kick_bot(GROUP)
    await bot.wait_for_message(ADMINISTRATOR, "удалили из чата")
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if "Чужой чат" in text]) == 1
    assert not bot.bot_texts(STRANGE)


async def test_a_citizen_who_presses_start_is_welcomed_and_may_write_a_slash(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.start_bot(MARIA)
    await bot.wait_for_message(MARIA, "Лесозаводский городской округ", "Опишите проблему")
    await telegram.start_bot(PYOTR, "from-the-poster")
    await bot.wait_for_message(PYOTR, "Опишите проблему")
    await bot.send_message(MARIA, "/help")
    await bot.send_message(MARIA, "/2 подъезд: крыша течёт, Мира 3")
    await bot.wait_for_message(MARIA, "Сообщение №1 принято")
    assert len([text for text in bot.bot_texts(MARIA) if "Опишите проблему" in text]) == 2


async def test_person_who_came_by_link_is_handled_at_once(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, "Начать", payload={"command": "start"})
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "Опишите проблему" in m.text])
    await vk.send_message(COMMUNITY, PYOTR, PIT, ref="poster")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, PYOTR) if "№1 принято" in m.text])
