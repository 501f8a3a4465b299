"""Limits per author and per chat: nothing is lost, and nobody is buried."""

from sqlalchemy import select

from storage.tables import audit
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, button_labels
from tests.e2e.queries import wait_until_idle

STREETS = ("Ленина", "Мира", "Кирова", "Чехова", "Победы", "Гагарина", "Садовая", "Школьная", "Лесная", "Полевая")
LIMITED = "[limits]\nmessages_per_author_hour = 3\nmessages_per_chat_hour = 6\n"


def pit(number: int) -> str:
    return f"Яма на дороге, {STREETS[number % 10]} {1 + number // 10}"


async def count_tickets(town: Harness) -> int:
    assert town.app is not None
    async with town.app.database.read() as uow:
        return len(await uow.tickets.get_many(range(1, 500)))


async def audit_actions(town: Harness) -> list[str]:
    assert town.app is not None
    async with town.app.database.engine.connect() as connection:
        return list((await connection.execute(select(audit.c.action))).scalars())


async def flood(town: Harness, count: int, first: int = 0, who: int = MARIA) -> None:
    for number in range(first, first + count):
        await town.send_message(who, pit(number))
    await wait_until_idle(town)


async def test_a_flood_in_private_is_twenty_tickets_and_one_note(town: Harness) -> None:
    await flood(town, 60)
    assert await count_tickets(town) == 20
    notes = [text for text in town.bot_texts(COORDINATOR) if "пишет много" in text]
    assert len(notes) == 1
    told = [text for text in town.bot_texts(MARIA) if "№" not in text]
    assert len(told) == 1
    assert "112" in told[0]

    note = await town.wait_for_message(COORDINATOR, "Мария", "пишет много")
    assert button_labels(note) == ["Показать", "Не слушать сутки"]
    await town.press_button(COORDINATOR, note, "Показать")
    page = await town.wait_for_message(COORDINATOR, "40 отложенных сообщений, страница 1 из 5", pit(20), pit(27))
    await town.press_button(COORDINATOR, page, "Дальше")
    await town.wait_for_message(COORDINATOR, "страница 2 из 5", pit(28))

    await flood(town, 1, 60, PYOTR)  # other people are heard all the time
    town.pass_time(minutes=61)
    await flood(town, 1, 61)
    assert await count_tickets(town) == 22
    assert sum("пишет много" in text for text in town.bot_texts(COORDINATOR)) == 1


async def test_a_muted_author_is_heard_again_after_a_press_or_a_day(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    await flood(town, 5)
    assert await count_tickets(town) == 3
    note = await town.wait_for_message(COORDINATOR, "пишет много")
    await town.press_button(COORDINATOR, note, "Не слушать сутки")
    note = await town.wait_for_message(COORDINATOR, "Не слушаем до сб 21.11, 14:30")
    town.pass_time(hours=2)
    before = len(town.bot_messages(MARIA))
    await flood(town, 3, 5)
    await town.send_message(MARIA, "/start")
    await wait_until_idle(town)
    assert await count_tickets(town) == 3
    [told] = town.bot_texts(MARIA)[before:]
    assert "ближайшие сутки" in told
    await town.send_message(MARIA, "В подвале дома Ленина 45 сильно пахнет газом!")
    await town.wait_until(lambda: town.find_message(MARIA, "№4"))  # danger passes

    await town.press_button(COORDINATOR, note, "Слушать снова")
    await town.wait_for_message(COORDINATOR, "пишет много")
    await flood(town, 1, 8)
    assert await count_tickets(town) == 5
    assert {"flood", "muted", "unmuted"} <= set(await audit_actions(town))


async def test_a_mute_ends_after_a_day(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    await flood(town, 4)
    await town.press_button(COORDINATOR, await town.wait_for_message(COORDINATOR, "пишет много"), "Не слушать")
    await town.wait_for_message(COORDINATOR, "Не слушаем")
    town.pass_time(hours=23, minutes=59)
    await flood(town, 1, 4)
    assert await count_tickets(town) == 3
    town.pass_time(minutes=2)
    await flood(town, 1, 5)
    assert await count_tickets(town) == 4


async def test_danger_passes_the_limit_but_not_without_end(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    await flood(town, 4)
    for number in range(8):
        await town.send_message(MARIA, f"Пахнет газом в подъезде, {STREETS[number]} {number + 1}")
    await wait_until_idle(town)
    assert await count_tickets(town) == 3 + 5


async def test_a_chat_over_its_limit_still_hears_everybody_once(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    telegram = town.sandbox.telegram
    people = range(6001, 6013)
    for who in people:
        telegram.user(who, f"Житель {who}")
        await telegram.send_message(GROUP, who, pit(who))
    await wait_until_idle(town)
    assert await count_tickets(town) == len(people)
    for who in people:
        await telegram.send_message(GROUP, who, pit(who + 20))
    await wait_until_idle(town)
    assert await count_tickets(town) == len(people)
    [note] = [text for text in town.bot_texts(COORDINATOR) if "пишут много" in text]
    assert "Telegram «Подслушано»: пишут много" in note
    assert button_labels(town.find_message(COORDINATOR, "пишут много") or {}) == ["Показать"]


async def test_talk_of_neighbours_counts_only_if_it_reaches_people(closed_town: Harness) -> None:
    town = closed_town
    town.settings |= {"more": LIMITED, "kind": "chat"}
    await town.start()
    for number in range(8):
        await town.sandbox.telegram.send_message(GROUP, MARIA, f"Ну и погода сегодня, всем привет {number}")
    await flood_chat(town, 2)
    assert await count_tickets(town) == 2


async def flood_chat(town: Harness, count: int) -> None:
    for number in range(count):
        await town.sandbox.telegram.send_message(GROUP, MARIA, pit(number))
    await wait_until_idle(town)


async def test_start_is_answered_a_few_times(town: Harness) -> None:
    for _ in range(30):
        await town.send_message(MARIA, "/start")
        await town.send_message(MARIA, "Привет!")
    await wait_until_idle(town)
    assert len(town.bot_messages(MARIA)) <= 4


async def test_many_edits_of_one_message_are_one_note_and_the_card_shows_the_last(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    message = await town.send_message(MARIA, pit(0))
    await town.wait_for_card(ROADS_HEAD, 1)
    for number in range(1, 12):
        await town.sandbox.telegram.edit(MARIA, message, f"{pit(0)}, глубина {number} см")
    await wait_until_idle(town)
    await town.wait_for_card(ROADS_HEAD, 1, "глубина 11 см")
    assert await count_tickets(town) == 1
    assert (await audit_actions(town)).count("edited") == 2
    assert sum("пишет много" in text for text in town.bot_texts(COORDINATOR)) == 1


async def test_only_who_sorts_may_open_and_mute(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    await flood(town, 4)
    await town.wait_for_message(COORDINATOR, "пишет много")
    await town.send_message(ROADS_HEAD, "/settings")
    note = await town.wait_for_message(ROADS_HEAD, "⚙️ Куда приходят")  # it carries buttons about no ticket
    await wait_until_idle(town)
    for code in ("1:fl:0:1", "1:fl:0:1-0", "1:mu:0:1", "1:um:0:1"):
        answer = await town.press_code(ROADS_HEAD, ROADS_HEAD, note["message_id"], code)
        assert "недоступно" in answer["text"]
    assert not any("отложенн" in text for text in town.bot_texts(ROADS_HEAD))
    assert town.find_message(ADMINISTRATOR, "пишет много") is None


async def test_presses_of_a_citizen_are_answered_a_few_times(town: Harness) -> None:
    await town.send_message(MARIA, pit(0))
    letter = await town.wait_for_message(MARIA, "№1")
    for _ in range(15):
        await town.sandbox.telegram.press_callback_data(MARIA, MARIA, letter["message_id"], "1:a:1")
    await wait_until_idle(town)
    assert (await audit_actions(town)).count("refused") == 10


async def test_forty_foreign_groups_are_a_note_and_a_list(town: Harness) -> None:
    telegram = town.sandbox.telegram
    for number in range(1, 41):
        group = -1003000000000 - number
        telegram.group(group, f"Чужой чат {number}")
        await telegram.invite_bot(group)
        await telegram.send_message(group, MARIA, pit(number))
    await town.wait_for_message(ADMINISTRATOR, "которого нет в настройках", "Чужой чат 1")
    await town.wait_for_inbox()
    town.pass_time(minutes=31)
    note = await town.wait_for_message(ADMINISTRATOR, "в 40 чатов, которых нет в настройках", "-1003000000040")
    await wait_until_idle(town)
    assert [text for text in town.bot_texts(ADMINISTRATOR) if "нет в настройках" in text][1:] == [note["text"]]


async def test_rights_that_come_and_go_are_told_a_few_times(town: Harness) -> None:
    for _ in range(8):
        await town.sandbox.telegram.kick_bot(GROUP)
        await town.sandbox.telegram.invite_bot(GROUP)
    await wait_until_idle(town)
    assert sum("удалили из чата" in text for text in town.bot_texts(ADMINISTRATOR)) == 3


async def test_likes_given_and_taken_back_change_the_card_a_few_times(town: Harness) -> None:
    telegram = town.sandbox.telegram
    await telegram.invite_bot(GROUP, admin=True)
    message = await telegram.send_message(GROUP, MARIA, pit(0))
    await town.wait_for_card(ROADS_HEAD, 1)
    await telegram.react(GROUP, PYOTR, message, "👍")
    await town.wait_for_card(ROADS_HEAD, 1, "1 человек")
    for number in range(40):
        await telegram.react(GROUP, PYOTR, message, *(["👍"] if number % 2 else []))
        await town.wait_for_inbox()
    await wait_until_idle(town)
    edits = [name for name, _ in telegram.calls if name == "editMessageText"]
    assert 0 < len(edits) <= 20


async def test_a_restart_forgets_no_act(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    await flood(town, 3)
    await town.stop()
    await town.start()
    await flood(town, 1, 3)
    assert await count_tickets(town) == 3


async def test_messages_of_an_outage_count_when_they_were_written(closed_town: Harness) -> None:
    """The bot was off for hours: what one person wrote meanwhile comes at once."""
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    await town.stop()
    for number in range(6):
        await town.send_message(MARIA, pit(number))
        town.pass_time(minutes=25)
    await town.start()
    await wait_until_idle(town)
    assert await count_tickets(town) == 6


async def test_an_album_counts_once(closed_town: Harness) -> None:
    town = closed_town
    town.settings["more"] = LIMITED
    await town.start()
    for number in range(2):
        await town.send_message(MARIA, pit(number), album=[f"photo {number}.{one}".encode() for one in range(4)])
    await wait_until_idle(town)
    await flood(town, 1, 2)
    assert await count_tickets(town) == 3
    assert not town.find_message(COORDINATOR, "пишет много")
