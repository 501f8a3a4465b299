"""Limits per author and per chat: nothing is lost, and nobody is buried."""

from sqlalchemy import select

from storage.tables import audit
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, button_labels
from tests.e2e.queries import wait_until_idle

STREETS = ("Ленина", "Мира", "Кирова", "Чехова", "Победы", "Гагарина", "Садовая", "Школьная", "Лесная", "Полевая")
LIMITED = "[limits]\nmessages_per_author_hour = 3\nmessages_per_chat_hour = 6\n"


def pit(number: int) -> str:
    return f"Яма на дороге, {STREETS[number % 10]} {1 + number // 10}"


async def count_tickets(bot: Harness) -> int:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return len(await uow.tickets.get_many(range(1, 500)))


async def audit_actions(bot: Harness) -> list[str]:
    async with bot.read_tables() as connection:
        return list((await connection.execute(select(audit.c.action))).scalars())


async def flood(bot: Harness, count: int, first: int = 0, who: int = MARIA) -> None:
    for number in range(first, first + count):
        await bot.send_message(who, pit(number))
    await wait_until_idle(bot)


async def test_a_flood_in_private_is_twenty_tickets_and_one_note(bot: Harness) -> None:
    await flood(bot, 60)
    assert await count_tickets(bot) == 20
    notes = [text for text in bot.bot_texts(COORDINATOR) if "пишет много" in text]
    assert len(notes) == 1
    told = [text for text in bot.bot_texts(MARIA) if "№" not in text]
    assert len(told) == 1
    assert "112" in told[0]

    note = await bot.wait_for_message(COORDINATOR, "Мария", "пишет много")
    assert button_labels(note) == ["Показать", "Не слушать сутки"]
    await bot.press_button(COORDINATOR, note, "Показать")
    page = await bot.wait_for_message(COORDINATOR, "40 отложенных сообщений, страница 1 из 5", pit(20), pit(27))
    await bot.press_button(COORDINATOR, page, "Дальше")
    await bot.wait_for_message(COORDINATOR, "страница 2 из 5", pit(28))

    await flood(bot, 1, 60, PYOTR)  # other people are heard all the time
    bot.pass_time(minutes=61)
    await flood(bot, 1, 61)
    assert await count_tickets(bot) == 22
    assert sum("пишет много" in text for text in bot.bot_texts(COORDINATOR)) == 1


async def test_a_muted_author_is_heard_again_after_a_press_or_a_day(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    await flood(bot, 5)
    assert await count_tickets(bot) == 3
    note = await bot.wait_for_message(COORDINATOR, "пишет много")
    await bot.press_button(COORDINATOR, note, "Не слушать сутки")
    note = await bot.wait_for_message(COORDINATOR, "Не слушаем до сб 21.11, 14:30")
    bot.pass_time(hours=2)
    before = len(bot.bot_messages(MARIA))
    await flood(bot, 3, 5)
    await bot.send_message(MARIA, "/start")
    await wait_until_idle(bot)
    assert await count_tickets(bot) == 3
    [told] = bot.bot_texts(MARIA)[before:]
    assert "ближайшие сутки" in told
    await bot.send_message(MARIA, "В подвале дома Ленина 45 сильно пахнет газом!")
    await bot.wait_until(lambda: bot.find_message(MARIA, "№4"))  # danger passes

    await bot.press_button(COORDINATOR, note, "Слушать снова")
    await bot.wait_for_message(COORDINATOR, "пишет много")
    await flood(bot, 1, 8)
    assert await count_tickets(bot) == 5
    assert {"flood", "muted", "unmuted"} <= set(await audit_actions(bot))


async def test_a_mute_ends_after_a_day(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    await flood(bot, 4)
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "пишет много"), "Не слушать")
    await bot.wait_for_message(COORDINATOR, "Не слушаем")
    bot.pass_time(hours=23, minutes=59)
    await flood(bot, 1, 4)
    assert await count_tickets(bot) == 3
    bot.pass_time(minutes=2)
    await flood(bot, 1, 5)
    assert await count_tickets(bot) == 4


async def test_danger_passes_the_limit_but_not_without_end(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    await flood(bot, 4)
    for number in range(8):
        await bot.send_message(MARIA, f"Пахнет газом в подъезде, {STREETS[number]} {number + 1}")
    await wait_until_idle(bot)
    assert await count_tickets(bot) == 3 + 5


async def test_a_chat_over_its_limit_still_hears_everybody_once(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    telegram = bot.sandbox.telegram
    people = range(6001, 6013)
    for who in people:
        telegram.user(who, f"Житель {who}")
        await telegram.send_message(GROUP, who, pit(who))
    await wait_until_idle(bot)
    assert await count_tickets(bot) == len(people)
    for who in people:
        await telegram.send_message(GROUP, who, pit(who + 20))
    await wait_until_idle(bot)
    assert await count_tickets(bot) == len(people)
    [note] = [text for text in bot.bot_texts(COORDINATOR) if "пишут много" in text]
    assert "Telegram «Подслушано»: пишут много" in note
    assert button_labels(bot.find_message(COORDINATOR, "пишут много") or {}) == ["Показать"]


async def test_talk_of_neighbours_counts_only_if_it_reaches_people(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"more": LIMITED, "kind": "chat"}
    await bot.start()
    for number in range(8):
        await bot.sandbox.telegram.send_message(GROUP, MARIA, f"Ну и погода сегодня, всем привет {number}")
    await flood_chat(bot, 2)
    assert await count_tickets(bot) == 2


async def flood_chat(bot: Harness, count: int) -> None:
    for number in range(count):
        await bot.sandbox.telegram.send_message(GROUP, MARIA, pit(number))
    await wait_until_idle(bot)


async def test_start_is_answered_a_few_times(bot: Harness) -> None:
    for _ in range(30):
        await bot.send_message(MARIA, "/start")
        await bot.send_message(MARIA, "Привет!")
    await wait_until_idle(bot)
    assert len(bot.bot_messages(MARIA)) <= 4


async def test_many_edits_of_one_message_are_one_note_and_the_card_shows_the_last(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    message = await bot.send_message(MARIA, pit(0))
    await bot.wait_for_card(ROADS_HEAD, 1)
    for number in range(1, 12):
        await bot.sandbox.telegram.edit(MARIA, message, f"{pit(0)}, глубина {number} см")
    await wait_until_idle(bot)
    await bot.wait_for_card(ROADS_HEAD, 1, "глубина 11 см")
    assert await count_tickets(bot) == 1
    assert (await audit_actions(bot)).count("edited") == 2
    assert sum("пишет много" in text for text in bot.bot_texts(COORDINATOR)) == 1


async def test_only_who_sorts_may_open_and_mute(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    await flood(bot, 4)
    await bot.wait_for_message(COORDINATOR, "пишет много")
    await bot.send_message(ROADS_HEAD, "/settings")
    note = await bot.wait_for_message(ROADS_HEAD, "⚙️ Куда приходят")  # it carries buttons about no ticket
    await wait_until_idle(bot)
    for code in ("1:fl:0:1", "1:fl:0:1-0", "1:mu:0:1", "1:um:0:1"):
        answer = await bot.press_code(ROADS_HEAD, ROADS_HEAD, note["message_id"], code)
        assert "недоступно" in answer["text"]
    assert not any("отложенн" in text for text in bot.bot_texts(ROADS_HEAD))
    assert bot.find_message(ADMINISTRATOR, "пишет много") is None


async def test_presses_of_a_citizen_are_answered_a_few_times(bot: Harness) -> None:
    await bot.send_message(MARIA, pit(0))
    letter = await bot.wait_for_message(MARIA, "№1")
    for _ in range(15):
        await bot.sandbox.telegram.press_callback_data(MARIA, MARIA, letter["message_id"], "1:a:1")
    await wait_until_idle(bot)
    assert (await audit_actions(bot)).count("refused") == 10


async def test_forty_foreign_groups_are_a_note_and_a_list(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    for number in range(1, 41):
        group = -1003000000000 - number
        telegram.group(group, f"Чужой чат {number}")
        await telegram.invite_bot(group)
        await telegram.send_message(group, MARIA, pit(number))
    await bot.wait_for_message(ADMINISTRATOR, "которого нет в настройках", "Чужой чат 1")
    await bot.wait_for_inbox()
    bot.pass_time(minutes=31)
    note = await bot.wait_for_message(ADMINISTRATOR, "в 40 чатов, которых нет в настройках", "-1003000000040")
    await wait_until_idle(bot)
    assert [text for text in bot.bot_texts(ADMINISTRATOR) if "нет в настройках" in text][1:] == [note["text"]]


async def test_rights_that_come_and_go_are_told_a_few_times(bot: Harness) -> None:
    for _ in range(8):
        await bot.sandbox.telegram.kick_bot(GROUP)
        await bot.sandbox.telegram.invite_bot(GROUP)
    await wait_until_idle(bot)
    assert sum("удалили из чата" in text for text in bot.bot_texts(ADMINISTRATOR)) == 3


async def test_likes_given_and_taken_back_change_the_card_a_few_times(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.invite_bot(GROUP, admin=True)
    message = await telegram.send_message(GROUP, MARIA, pit(0))
    await bot.wait_for_card(ROADS_HEAD, 1)
    await telegram.react(GROUP, PYOTR, message, "👍")
    await bot.wait_for_card(ROADS_HEAD, 1, "1 человек")
    for number in range(40):
        await telegram.react(GROUP, PYOTR, message, *(["👍"] if number % 2 else []))
        await bot.wait_for_inbox()
    await wait_until_idle(bot)
    edits = [name for name, _ in telegram.calls if name == "editMessageText"]
    assert 0 < len(edits) <= 20


async def test_a_restart_forgets_no_act(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    await flood(bot, 3)
    await bot.stop()
    await bot.start()
    await flood(bot, 1, 3)
    assert await count_tickets(bot) == 3


async def test_messages_of_an_outage_count_when_they_were_written(closed_bot: Harness) -> None:
    """The bot was off for hours: what one person wrote meanwhile comes at once."""
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    await bot.stop()
    for number in range(6):
        await bot.send_message(MARIA, pit(number))
        bot.pass_time(minutes=25)
    await bot.start()
    await wait_until_idle(bot)
    assert await count_tickets(bot) == 6


async def test_an_album_counts_once(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = LIMITED
    await bot.start()
    for number in range(2):
        await bot.send_message(MARIA, pit(number), album=[f"photo {number}.{one}".encode() for one in range(4)])
    await wait_until_idle(bot)
    await flood(bot, 1, 2)
    assert await count_tickets(bot) == 3
    assert not bot.find_message(COORDINATOR, "пишет много")
