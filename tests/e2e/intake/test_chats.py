"""Our standing in chats: thrown out, deaf, moved to a new id, added where nobody asked us to listen."""

from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, GROUP, MARIA, PYOTR, ROADS_HEAD, TOKEN, Town, words

PIT = "Яма на дороге, Ленина 45"
OTHER_PIT = "Яма на дороге, Кирова 10"
THIRD_PIT = "Проезжая часть на Садовой 7 вся в ямах"
BASIC, STRANGE = -700100, -1001000000077


async def test_a_group_that_became_a_supergroup_keeps_its_settings(closed_town: Town) -> None:
    telegram = closed_town.sandbox.telegram
    telegram.group(BASIC, "Наш двор", supergroup=False)
    closed_town.settings["group"] = str(BASIC)
    await closed_town.start()
    town = closed_town
    await telegram.say(BASIC, MARIA, PIT)
    await town.card(ROADS_HEAD, 1)
    moved = await telegram.migrate(BASIC)
    await town.letter(ADMINISTRATOR, "стала супергруппой", str(moved), str(BASIC))

    # The old message cannot be replied to in the new chat, where its number is another message's: the answer quotes it.
    for _ in range(20):
        await telegram.say(moved, PYOTR, "+")
    await town.answer(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await town.letter(moved, "Засыплем завтра.")
    assert PIT in words(answer)
    assert "reply_to_message" not in answer
    await town.card(ROADS_HEAD, 1, "Отвечено")

    asked = await telegram.say(moved, PYOTR, OTHER_PIT)
    await town.card(ROADS_HEAD, 2, "Telegram «Подслушано»")
    await town.answer(ROADS_HEAD, 2, "Сделаем в среду.")
    answer = await town.letter(moved, "Сделаем в среду.")
    assert answer["reply_to_message"]["message_id"] == asked
    assert not town.find(ADMINISTRATOR, "которого нет в настройках")


async def test_an_open_ticket_survives_the_new_id_in_the_settings(closed_town: Town) -> None:
    telegram = closed_town.sandbox.telegram
    telegram.group(BASIC, "Наш двор", supergroup=False)
    closed_town.settings["group"] = str(BASIC)
    await closed_town.start()
    town = closed_town
    await telegram.say(BASIC, MARIA, PIT)
    moved = await telegram.migrate(BASIC)
    await town.letter(ADMINISTRATOR, "стала супергруппой")
    await town.stop()
    town.settings["group"] = str(moved)
    await town.start()
    await town.answer(ROADS_HEAD, 1, "Засыплем завтра.")
    assert PIT in words(await town.letter(moved, "Засыплем завтра."))


async def test_answers_find_the_group_also_when_only_the_refusal_tells_of_its_move(closed_town: Town) -> None:
    telegram = closed_town.sandbox.telegram
    telegram.group(BASIC, "Наш двор", supergroup=False)
    closed_town.settings["group"] = str(BASIC)
    await closed_town.start()
    town = closed_town
    await telegram.say(BASIC, MARIA, PIT)
    await town.card(ROADS_HEAD, 1)
    telegram.world.queue.allowed = frozenset({"callback_query"})  # the server tells of no messages for a while
    moved = await telegram.migrate(BASIC)
    telegram.world.queue.allowed = None
    await town.answer(ROADS_HEAD, 1, "Засыплем завтра.")
    assert PIT in words(await town.letter(moved, "Засыплем завтра."))
    await town.card(ROADS_HEAD, 1, "Отвечено")
    await town.letter(ADMINISTRATOR, "стала супергруппой", str(moved))


async def test_where_the_bot_was_thrown_out_or_silenced_the_administrator_is_told(town: Town) -> None:
    telegram = town.sandbox.telegram
    await telegram.restrict_bot(GROUP)
    await town.letter(ADMINISTRATOR, "запретили писать", "Подслушано", str(GROUP))
    await telegram.kick_bot(GROUP)
    await town.letter(ADMINISTRATOR, "удалили из чата", "Подслушано", str(GROUP))


async def test_where_the_bot_cannot_read_the_administrator_is_told(closed_town: Town) -> None:
    telegram = closed_town.sandbox.telegram
    telegram.add_bot(TOKEN, username="mcu_test_bot", reads_all=False)
    telegram.group(GROUP, "Подслушано", bot_is_admin=False)
    await closed_town.start()
    letter = await closed_town.letter(ADMINISTRATOR, "режим приватности", "/setprivacy")
    assert "Подслушано" in words(letter)
    assert "Дворы" not in words(letter)
    assert not closed_town.find(ADMINISTRATOR, "режим приватности", "Дворы")


async def test_a_chat_that_nobody_named_is_ignored_and_told_of_once(town: Town) -> None:
    telegram = town.sandbox.telegram
    telegram.group(STRANGE, "Чужой чат")
    await telegram.invite_bot(STRANGE)
    await telegram.say(STRANGE, MARIA, PIT)
    said = await telegram.say(STRANGE, MARIA, OTHER_PIT)
    await telegram.edit(STRANGE, said, PIT)
    await telegram.say(GROUP, PYOTR, THIRD_PIT)
    await town.card(ROADS_HEAD, 1, "Садов")
    await town.letter(ADMINISTRATOR, "которого нет в настройках", "Чужой чат", str(STRANGE))
    await telegram.kick_bot(GROUP)
    await town.letter(ADMINISTRATOR, "удалили из чата")
    assert len([text for text in town.texts(ADMINISTRATOR) if "Чужой чат" in text]) == 1
    assert not town.texts(STRANGE)


async def test_a_citizen_who_presses_start_is_welcomed_and_may_write_a_slash(town: Town) -> None:
    telegram = town.sandbox.telegram
    await telegram.start_bot(MARIA)
    await town.letter(MARIA, "Лесозаводский городской округ", "Опишите проблему")
    await telegram.start_bot(PYOTR, "from-the-poster")
    await town.letter(PYOTR, "Опишите проблему")
    await town.write(MARIA, "/help")
    await town.write(MARIA, "/2 подъезд: крыша течёт, Мира 3")
    await town.letter(MARIA, "Сообщение №1 принято")
    assert len([text for text in town.texts(MARIA) if "Опишите проблему" in text]) == 2


async def test_who_comes_to_the_community_by_a_link_is_heard_at_once(town: Town) -> None:
    vk = town.sandbox.vk
    await vk.message(COMMUNITY, MARIA, "Начать", payload={"command": "start"})
    await town.until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "Опишите проблему" in m.text])
    await vk.message(COMMUNITY, PYOTR, PIT, ref="poster")
    await town.card(ROADS_HEAD, 1)
    await town.until(lambda: [m for m in vk.messages(COMMUNITY, PYOTR) if "№1 принято" in m.text])
