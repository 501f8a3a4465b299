"""Notes that nobody could be told are held, and told once to the first of their audience who can be reached."""

import re
from datetime import timedelta

from bot.domain.held_notes import Reader
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.facts import to_facts
from bot.domain.notifications.limits import FloodReported
from sandbox.telegram.control import TelegramControl
from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, SECOND_GROUP, STAFF, Harness, button_labels, message_text
from tests.e2e.queries import wait_until_idle

MANAGER = 1006
WITHOUT_ACCOUNT = STAFF.replace(
    "telegram_id = 1005", f'[[staff]]\nname = "Руководитель"\nrole = "manager"\ntelegram_id = {MANAGER}'
)
HELD = "🗂 Пока с вами не было связи:"


async def invite_to_strange_group(bot: Harness, title: str, number: int = 99) -> None:
    """A stranger adds the bot to a group that the configuration does not name."""
    telegram: TelegramControl = bot.sandbox.telegram
    group = telegram.group(-1001000000000 - number, title)
    group.bot_status = "left"
    await telegram.invite_bot(group.id)
    await wait_until_idle(bot)


def held_texts(bot: Harness) -> list[str]:
    return [text for text in bot.bot_texts(ADMINISTRATOR) if HELD in text]


async def test_administrator_who_joins_later_reads_once_what_happened_before(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITHOUT_ACCOUNT
    bot.sandbox.telegram.user(MANAGER, "Анна")
    await bot.sandbox.telegram.start_bot(MANAGER)
    await bot.start()
    await invite_to_strange_group(bot, "Чужая группа")
    await bot.sandbox.telegram.push_raw({"new_thing": {"id": 1}})
    await wait_until_idle(bot)
    bot.pass_time(hours=2)
    await wait_until_idle(bot)

    await bot.send_message(MANAGER, "/invite")
    invited = await bot.wait_for_message(MANAGER, "Администратор", "/start ")
    await bot.sandbox.telegram.start_bot(ADMINISTRATOR, message_text(invited).rpartition("/start ")[2].split()[0])

    text = message_text(await bot.wait_for_message(ADMINISTRATOR, HELD))
    assert text.index("Чужая группа") < text.index("new_thing")
    assert "14:30" in text
    await bot.stop()
    await bot.start()
    bot.pass_time(minutes=5)
    await bot.wait_for_outbox()
    assert len(held_texts(bot)) == 1


@ON_BOTH
async def test_equal_notes_become_one_and_only_a_page_is_told(bot: Harness) -> None:
    await bot.sandbox.telegram.block(ADMINISTRATOR)
    await wait_until_idle(bot)
    for number in range(12):
        await bot.sandbox.telegram.push_raw({f"new_kind_{number}": {"id": 1}})
        await wait_until_idle(bot)
    for _ in range(2):
        bot.pass_time(minutes=10)
        await bot.sandbox.telegram.kick_bot(SECOND_GROUP)
        await wait_until_idle(bot)
        await bot.sandbox.telegram.invite_bot(SECOND_GROUP)
        await wait_until_idle(bot)

    await bot.sandbox.telegram.unblock(ADMINISTRATOR)

    text = message_text(await bot.wait_for_message(ADMINISTRATOR, HELD))
    assert re.search(r"…и ещё \d+ уведомлени. раньше", text)
    assert "new_kind_2" not in text
    assert "new_kind_11" in text
    assert "10. 14:50 (2 раза, впервые в 14:40)\n⚠️ Бота удалили из чата «Дворы»" in text


async def test_a_note_that_one_of_the_audience_has_is_not_held_for_the_others(closed_bot: Harness) -> None:
    bot = closed_bot
    second = STAFF.replace("telegram_id = 1005\n", "telegram_id = 1005\n\n[[staff]]\nname = 'Второй'\n", 1)
    bot.settings["staff"] = second + 'role = "administrator"\ntelegram_id = 1006\n'
    bot.sandbox.telegram.user(1006, "Пётр")
    await bot.start()
    await invite_to_strange_group(bot, "Чужая группа")
    await bot.wait_for_message(ADMINISTRATOR, "Чужая группа")

    await bot.sandbox.telegram.start_bot(1006)
    await bot.wait_for_message(1006, "Здравствуйте")
    await bot.wait_for_outbox()
    assert bot.find_message(1006, "Чужая группа") is None


async def test_a_message_of_held_notes_that_does_not_arrive_is_told_later(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.block(ADMINISTRATOR)
    await wait_until_idle(bot)
    await invite_to_strange_group(bot, "Чужая группа")
    await telegram.unblock(ADMINISTRATOR)
    telegram.world.get_chat(ADMINISTRATOR).bot_status = "kicked"  # again, and nobody is told
    await bot.wait_for_outbox()
    assert not held_texts(bot)

    telegram.world.get_chat(ADMINISTRATOR).bot_status = "member"
    await telegram.start_bot(ADMINISTRATOR)
    await bot.wait_for_message(ADMINISTRATOR, HELD, "Чужая группа")


async def test_buttons_of_held_notes_work(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = "[limits]\nmessages_per_author_hour = 3\n"
    await bot.start()
    await bot.sandbox.telegram.start_bot(2001)
    for number in range(5):
        await bot.send_message(2001, f"Вопрос {number}: когда почистят снег на улице Мира?")
    await wait_until_idle(bot)
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        facts = to_facts(FloodReported(flood_id=1), NoteEnvelope())
        await uow.held_notes.add(Reader(person_id=3), facts, bot.clock.now())
    bot.pass_time(seconds=5)

    held = await bot.wait_for_message(COORDINATOR, HELD, "пишет много")
    assert "Показать" in button_labels(held)
    await bot.press_button(COORDINATOR, held, "Показать")
    await bot.wait_for_message(COORDINATOR, "Вопрос 4")


async def test_held_notes_expire(bot: Harness) -> None:
    await bot.sandbox.telegram.block(ADMINISTRATOR)
    await wait_until_idle(bot)
    await invite_to_strange_group(bot, "Чужая группа")
    bot.clock.advance(timedelta(days=31))
    await bot.wait_for_tasks("retention")

    await bot.sandbox.telegram.unblock(ADMINISTRATOR)
    await bot.wait_for_outbox()
    assert not held_texts(bot)
