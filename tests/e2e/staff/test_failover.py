"""A messenger that is silent, or in which the person has blocked us: what was meant for it goes to the next one, and
one word tells of it on return."""

import asyncio

import pytest

from bot.domain.channels import Direction
from bot.domain.tickets import State
from bot.scheduler.tasks import CLOCK_DRIVEN_TASKS
from sandbox.faults import FaultKind
from tests.e2e.chat_clients import OfficialChat, TelegramChatClient, VkChatClient
from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    POLL_INTERVAL_SECONDS,
    PYOTR,
    ROADS_HEAD,
    TIMEOUT_SECONDS,
    Harness,
)
from tests.e2e.queries import HATCH, ROOF, get_ticket_state, send_report, wait_until_idle
from tests.e2e.staff.test_two_messengers import IN_VK, choose_card_channels, open_both_chats

HOLE = "На Мира 7 на дороге яма"
SILENT = "⚠️ Telegram не отвечает"
BACK = "✅ Telegram снова доступен"


async def report_in_vk(bot: Harness, text: str = HATCH, who: int = MARIA) -> None:
    await bot.sandbox.vk.send_message(COMMUNITY, who, text)


async def fail_telegram_for(bot: Harness, minutes: float) -> None:
    """Telegram does not work, and so much time passes; the bot has noticed."""
    bot.sandbox.telegram.faults.start_outage()
    await wait_until_failing(bot)
    bot.pass_time(minutes=minutes)
    await bot.wait_for_outbox()


async def wait_until_failing(bot: Harness) -> None:
    """Wait until the bot has noticed, and written down since when."""
    await wait_for_outage(bot, Direction.IN, ongoing=True)


async def wait_for_outage(bot: Harness, direction: Direction, *, ongoing: bool) -> None:
    """Wait until the bot has written down that the outage of Telegram has begun, or that it is over."""
    assert bot.app is not None
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            async with bot.app.database.read() as uow:
                if await uow.outages.is_ongoing("telegram", direction) is ongoing:
                    return
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, POLL_INTERVAL_SECONDS)


@pytest.fixture
async def desks(closed_bot: Harness) -> tuple[OfficialChat, OfficialChat]:
    """The head of the roads has Telegram (the first) and VK; no choice was made."""
    return await open_both_chats(closed_bot)


async def test_a_silent_messenger_is_passed_over_and_one_word_tells_of_it(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await report_in_vk(bot)
    await telegram.wait_for_card(1)
    await wait_until_idle(bot)
    await fail_telegram_for(bot, 11)

    await report_in_vk(bot, HOLE, PYOTR)
    card = await vk.wait_for_card(2, "🆕")
    await vk.wait_for_message(SILENT, "/my")
    assert await vk.press_button(card, "Принять") == "Принято в работу"
    await report_in_vk(bot, "На Калинина 9 на дороге яма", PYOTR)
    await vk.wait_for_card(3)
    assert len([text for text in vk.bot_texts if SILENT in text]) == 1
    before = len(telegram.bot_texts)

    bot.sandbox.telegram.faults.end_outage()
    bot.pass_time(minutes=1)
    word = await telegram.wait_for_message(BACK, "не дошло: 2 карточки", "VK", "№2", "№3")
    await wait_until_idle(bot)
    assert telegram.bot_texts[before:] == [word.text], "one word, and no flood"
    assert word.button_labels == ["№2", "№3"]

    await telegram.press_without_answer(word, "№2")
    await telegram.wait_for_card(2, "В работе")
    await report_in_vk(bot, "На Садовой 3 на дороге яма", PYOTR)  # all is as before
    await telegram.wait_for_card(4)
    await wait_until_idle(bot)
    assert vk.find_cards(4) == []
    assert len([text for text in telegram.bot_texts if BACK in text]) == 1


async def test_stuck_notifications_move_and_cards_are_edited_on_return(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await report_in_vk(bot)
    shown = await telegram.wait_for_card(1)
    await wait_until_idle(bot)
    bot.sandbox.telegram.faults.start_outage()
    await wait_until_failing(bot)
    await report_in_vk(bot, HOLE, PYOTR)
    await bot.wait_for_inbox()
    bot.pass_time(minutes=5)
    await bot.wait_for_outbox()
    assert vk.find_cards(2) == [], "it may be back any minute"

    bot.pass_time(minutes=6)
    await vk.wait_for_card(2)
    await vk.send_message("/find 1")
    await vk.press_without_answer(await vk.wait_for_card(1), "Принять")
    await vk.wait_for_card(1, "В работе")
    bot.pass_time(minutes=35)
    await vk.wait_for_message("⏰", "№2")

    before = len(telegram.bot_texts)
    bot.sandbox.telegram.faults.end_outage()
    bot.pass_time(minutes=2)
    await telegram.wait_for_message(BACK)
    assert (await telegram.wait_for_card(1, "В работе")).id == shown.id
    await wait_until_idle(bot)
    assert len(telegram.bot_texts) == before + 1
    assert telegram.find_cards(2) == []


async def test_answers_to_citizens_never_change_their_place(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await send_report(bot)
    await telegram.wait_for_card(1)
    await fail_telegram_for(bot, 11)
    await vk.send_message("/find 1")
    await vk.answer_ticket(1, "Засыплем завтра.")
    await vk.wait_for_card(1, "Ответ отправляется")
    bot.pass_time(minutes=30)
    await bot.wait_for_outbox()
    assert await get_ticket_state(bot, 1) is State.PUBLISHING
    bot.sandbox.telegram.faults.end_outage()
    bot.pass_time(minutes=2)
    await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await vk.wait_for_card(1, "✅ Отвечено")
    await telegram.wait_for_card(1, "✅ Отвечено")


@pytest.mark.parametrize("failure", [FaultKind.HTTP_500, FaultKind.DROP])
async def test_a_messenger_that_hears_and_does_not_send(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat], failure: FaultKind
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await wait_until_idle(bot)
    bot.sandbox.telegram.faults.start_outage(failure, "sendMessage")
    await report_in_vk(bot)
    await bot.wait_for_inbox()  # or the time passes before there is anything to send
    for _ in range(12):
        bot.pass_time(minutes=1)
        await bot.wait_for_outbox()
    await vk.wait_for_card(1)
    await vk.wait_for_message(SILENT)
    await report_in_vk(bot, HOLE, PYOTR)
    await vk.wait_for_card(2)
    bot.sandbox.telegram.faults.end_outage()
    bot.pass_time(minutes=2)
    await telegram.wait_for_message(BACK)
    # With DROP the tries during the outage have arrived, too: the bot knows that it is over from the first answer.
    await wait_for_outage(bot, Direction.OUT, ongoing=False)
    await report_in_vk(bot, "На Калинина 9 на дороге яма", PYOTR)
    await telegram.wait_for_card(3)


async def test_person_who_blocks_one_messenger_gets_all_in_the_other(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await send_report(bot)
    await telegram.wait_for_card(1)
    await bot.sandbox.telegram.block(ROADS_HEAD)
    await vk.wait_for_card(1)  # what waits for the person is where it can be seen
    await vk.wait_for_message("⚠️ Telegram не принимает для вас сообщения", "/settings")
    await send_report(bot, HOLE, PYOTR)
    await vk.wait_for_card(2)
    await wait_until_idle(bot)
    assert bot.find_message(COORDINATOR, "не получает карточки") is None
    assert bot.find_message(COORDINATOR, "№1") is None

    before = len(telegram.bot_texts)
    await bot.sandbox.telegram.unblock(ROADS_HEAD)
    await telegram.wait_for_message(BACK, "№2")
    await wait_until_idle(bot)
    assert len(telegram.bot_texts) == before + 1
    await send_report(bot, "На Калинина 9 на дороге яма", PYOTR)
    await telegram.wait_for_card(3)


async def test_a_block_that_nobody_told_of_is_noticed_at_the_next_card(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (_, vk) = closed_bot, desks
    bot.sandbox.telegram.world.get_chat(ROADS_HEAD).bot_status = "kicked"
    await send_report(bot)
    await vk.wait_for_card(1)
    await wait_until_idle(bot)
    assert bot.find_message(COORDINATOR, "не получает") is None
    assert len(vk.find_cards(1)) == 1


async def test_person_who_blocked_both_messengers_is_reported(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, _) = closed_bot, desks
    await bot.sandbox.telegram.block(ROADS_HEAD)
    await bot.sandbox.vk.deny_messages(COMMUNITY, IN_VK)
    await bot.wait_for_message(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    await send_report(bot)
    await bot.wait_for_card(COORDINATOR, 1)
    await bot.sandbox.telegram.unblock(ROADS_HEAD)
    await telegram.wait_for_card(1)
    await bot.wait_for_message(COORDINATOR, "снова получает карточки")


async def test_of_two_chosen_places_one_is_silent(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await choose_card_channels(bot, True, True)
    await fail_telegram_for(bot, 11)
    await report_in_vk(bot)
    await vk.wait_for_card(1)
    await vk.wait_for_message(SILENT)
    bot.sandbox.telegram.faults.end_outage()
    bot.pass_time(minutes=1)
    await telegram.wait_for_message(BACK, "не дошло: 1 карточка", "№1")


async def test_person_with_one_messenger_waits_for_it(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot = closed_bot
    await fail_telegram_for(bot, 11)
    await report_in_vk(bot, ROOF)
    await bot.wait_for_inbox()
    bot.pass_time(minutes=5)
    await bot.wait_for_outbox()
    bot.sandbox.telegram.faults.end_outage()
    bot.pass_time(minutes=2)
    await bot.wait_for_card(HOUSING_HEAD, 1)
    await wait_until_idle(bot)
    assert OfficialChat(TelegramChatClient(bot, HOUSING_HEAD)).find_message(BACK) is None
    assert OfficialChat(VkChatClient(bot, IN_VK)).find_cards(1) == []


async def test_a_messenger_that_is_away_for_a_day_loses_and_doubles_nothing(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    """Cards go elsewhere, the answer to a citizen waits and its author knows, and all comes back once."""
    bot, (telegram, vk) = closed_bot, desks
    await send_report(bot)
    await telegram.wait_for_card(1)
    await wait_until_idle(bot)
    await fail_telegram_for(bot, 11)
    await report_in_vk(bot, HOLE, PYOTR)
    await vk.wait_for_card(2)
    await vk.send_message("/find 1")
    await vk.answer_ticket(1, "Засыплем завтра.")
    await bot.wait_for_inbox()
    bot.pass_time(minutes=2)
    await vk.wait_for_message("⏳ Ответ на №1 ещё не опубликован: Telegram не отвечает")
    for hour in range(24):
        if hour % 8 == 0:
            await report_in_vk(bot, f"На Садовой {hour + 3} на дороге яма", PYOTR)
            await bot.wait_for_inbox()
        bot.pass_time(hours=1)
        await bot.wait_for_tasks(*CLOCK_DRIVEN_TASKS)  # not for the outbox: what waits for Telegram stays due
    for number in (3, 4, 5):
        await vk.wait_for_card(number)
    assert await get_ticket_state(bot, 1) is State.PUBLISHING
    assert len([text for text in vk.bot_texts if "⏳ Ответ на №1" in text]) == 1
    before = len(telegram.bot_texts)

    bot.sandbox.telegram.faults.end_outage()
    bot.pass_time(minutes=2)
    await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await telegram.wait_for_message(BACK, "не дошло: 4 карточки")
    await telegram.wait_for_card(1, "✅ Отвечено")
    bot.pass_time(minutes=5)
    await wait_until_idle(bot)
    assert [text for text in bot.bot_texts(GROUP) if "Засыплем" in text] == ["Засыплем завтра."]
    assert len([text for text in telegram.bot_texts[before:] if BACK in text]) == 1
    assert [len(telegram.find_cards(number)) for number in range(2, 6)] == [0] * 4, "they are in VK"
    assert [len(vk.find_cards(number)) for number in range(2, 6)] == [1] * 4
    await report_in_vk(bot, "На Калинина 9 на дороге яма", PYOTR)
    await telegram.wait_for_card(6)
