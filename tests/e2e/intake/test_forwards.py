"""A message that an official forwards to the bot becomes a ticket of its author, with the time when it was written."""

from datetime import UTC, datetime

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.chat_clients import MaxChatClient, OfficialChat, VkChatClient
from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)
from tests.e2e.messengers.test_max import HOUSE, MAX_TOKEN, SECTION
from tests.e2e.queries import (
    HATCH,
    ROOF,
    button_rows,
    get_ticket,
    get_ticket_state,
    list_audit,
    send_report,
    wait_until_idle,
)

CHANNEL = -1001000000077


async def wait_for_preview(bot: Harness, *words: str, person: int = COORDINATOR) -> dict[str, object]:
    return await bot.wait_for_message(person, "↪️ Пересланное сообщение", *words)


async def take(bot: Harness, *words: str) -> None:
    await bot.press_button(COORDINATOR, await wait_for_preview(bot, *words), "Внести")


@ON_BOTH
async def test_a_forwarded_message_is_registered_for_its_author_by_one_press(bot: Harness) -> None:
    bot.sandbox.telegram.user(MARIA, "Мария", "Иванова")
    await bot.send_message(COORDINATOR, HATCH, forward_from=MARIA)
    preview = await wait_for_preview(bot, "👤 Мария Иванова", "🕘 Написано: пт 20.11, 13:30", HATCH)
    assert button_rows(preview) == [["✅ Внести", "Отмена"]]
    await bot.press_button(COORDINATOR, preview, "Внести")

    await bot.wait_for_message(COORDINATOR, "✅ Сообщение №1 внесено, передано: Дороги")
    card = message_text(await bot.wait_for_card(ROADS_HEAD, 1, HATCH))
    assert "👤 Мария Иванова · Telegram · написано пт 20.11, 13:30, переслано боту · внесено: Координатор" in card
    ticket = await get_ticket(bot, 1)
    assert (ticket.author_id, ticket.account) == (str(MARIA), "telegram")
    assert ticket.registered_at == datetime(2026, 11, 20, 4, 30, tzinfo=UTC), (
        "its terms begin when the town learns of it"
    )
    assert [row.action for row in await list_audit(bot, 1)][-1] == "forwarded"

    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    note = await bot.wait_for_message(COORDINATOR, "☎️ Есть ответ на №1", "Засыплем завтра.")
    assert "переслали боту" in message_text(note)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []

    await bot.send_message(
        COORDINATOR, HATCH, forward_from=MARIA, raw={"forward_origin": forward_origin(ticket.author_id)}
    )
    await bot.wait_for_message(COORDINATOR, "Это сообщение уже зарегистрировано: №1")


def forward_origin(author_id: str | None) -> dict[str, object]:
    sender = {"id": int(author_id or 0), "is_bot": False, "first_name": "Мария", "last_name": "Иванова"}
    return {"type": "user", "date": int(datetime(2026, 11, 20, 3, 30, tzinfo=UTC).timestamp()), "sender_user": sender}


async def test_authors_who_hide_and_channels_are_named_as_far_as_telegram_tells(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, HATCH, forward_from="Скрытый Сосед")
    await take(bot, "👤 Скрытый Сосед")
    card = message_text(await bot.wait_for_card(ROADS_HEAD, 1, HATCH))
    assert "👤 Скрытый Сосед · Telegram" in card
    assert (await get_ticket(bot, 1)).author_key is None

    bot.sandbox.telegram.channel(CHANNEL, "Подслушано")
    await bot.send_message(COORDINATOR, "На Мира 9 яма на дороге, объехать негде", forward_from=CHANNEL)
    await take(bot, "👤 Подслушано", "На Мира 9")
    await bot.wait_for_card(ROADS_HEAD, 2, "👤 Подслушано, юридическое лицо")


async def test_an_album_is_one_ticket_with_all_its_pictures(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, HATCH, album=[b"one", b"two"], forward_from=MARIA)
    await take(bot, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "📎 2 вложения")
    await wait_until_idle(bot)
    previews = [one for one in bot.bot_messages(COORDINATOR) if "Пересланное" in message_text(one)]
    assert previews == [], "one question, which was answered"
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_what_is_a_ticket_already_is_shown(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    origin = forward_origin(str(MARIA)) | {"date": int(datetime(2026, 11, 20, 4, 30, tzinfo=UTC).timestamp())}
    await bot.send_message(COORDINATOR, HATCH, raw={"forward_origin": origin})
    await bot.wait_for_message(COORDINATOR, "Это сообщение уже зарегистрировано: №1")
    await bot.wait_for_card(COORDINATOR, 1, HATCH)
    await wait_until_idle(bot)
    assert bot.find_message(COORDINATOR, "Пересланное сообщение") is None


async def test_talk_of_a_monitored_chat_is_registered_where_it_was_written(closed_bot: Harness) -> None:
    """The bot can answer there, so the original becomes the ticket, not the copy."""
    bot = closed_bot
    bot.settings["kind"] = "chat"
    await bot.start()
    talk = "Сегодня чудесная погода, гуляли с детьми у реки"
    await send_report(bot, talk)
    await wait_until_idle(bot)
    origin = forward_origin(str(MARIA)) | {"date": int(datetime(2026, 11, 20, 4, 30, tzinfo=UTC).timestamp())}
    await bot.send_message(COORDINATOR, talk, raw={"forward_origin": origin})
    await take(bot, talk)
    card = await bot.wait_for_card(COORDINATOR, 1, talk)
    assert "переслано боту" not in message_text(card)
    assert await get_ticket_state(bot, 1) is State.TRIAGE


async def test_it_can_be_declined_and_a_colleagues_message_asks_for_the_applicant(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, HATCH, forward_from=MARIA)
    await bot.press_button(COORDINATOR, await wait_for_preview(bot), "Отмена")
    await bot.wait_for_message(COORDINATOR, "Отменено, пересланное сообщение не внесено")
    assert bot.ticket_numbers(ROADS_HEAD) == []

    await bot.send_message(COORDINATOR, ROOF, forward_from=ROADS_HEAD)
    await take(bot, "Это написал сотрудник", ROOF)
    await bot.wait_for_message(COORDINATOR, "Откуда пришло сообщение?")


async def test_who_may_not_register_is_told_what_to_do_and_a_citizen_stays_a_citizen(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, HATCH, forward_from=MARIA)
    await bot.wait_for_message(ROADS_HEAD, "Внести пересланное сообщение может координатор")
    assert bot.ticket_numbers(ROADS_HEAD) == []

    await bot.sandbox.telegram.start_bot(PYOTR)
    await bot.sandbox.telegram.send_message(PYOTR, PYOTR, HATCH, forward_from=MARIA)
    card = message_text(await bot.wait_for_card(ROADS_HEAD, 1, HATCH))
    assert "Переслано от" in card


async def test_a_card_of_the_bot_is_no_message_of_a_citizen(bot: Harness) -> None:
    origin = {"type": "user", "date": 1795000000, "sender_user": {"id": 700001, "is_bot": True, "first_name": "Бот"}}
    await bot.send_message(COORDINATOR, "🆕 №1 · Дороги", raw={"forward_origin": origin})
    await bot.wait_for_message(COORDINATOR, "Это сообщение написал бот")


async def test_max_tells_whose_message_it_is_and_where_it_was_written(closed_bot: Harness) -> None:
    bot, server = closed_bot, closed_bot.sandbox.max
    server.add_bot(MAX_TOKEN, username="mcu_max_bot")
    server.user(MARIA, "Мария", "Ким")
    server.user(9003, "Координатор", "Центра")
    server.chat(HOUSE, "Дом на Ленина, 45")
    section = SECTION.format(token=MAX_TOKEN, url=bot.sandbox.url, house=HOUSE, channel=CHANNEL)
    staff = STAFF.replace("telegram_id = 1003", "max_id = 9003")
    bot.settings |= {"staff": staff, "more": section}
    coordinator = OfficialChat(MaxChatClient(bot, 9003))
    await coordinator.client.start_bot()
    await bot.start()
    await server.send_message(9003, 9003, forward=(MARIA, HATCH))
    preview = await coordinator.wait_for_message("👤 Мария Ким", "мессенджер не сообщает", HATCH, button="Внести")
    await coordinator.press_without_answer(preview, "Внести")
    await coordinator.wait_for_message("✅ Сообщение №1 внесено, передано: Дороги")

    mid = await server.send_message(HOUSE, MARIA, "На Мира 9 яма на дороге, объехать негде")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await server.send_message(9003, 9003, forward=mid)
    await coordinator.wait_for_message("Это сообщение уже зарегистрировано: №2")


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """The coordinator is in VK and in MAX, too."""
    closed_bot.settings["staff"] = STAFF.replace("telegram_id = 1003", "telegram_id = 1003\nvk_id = 3003")
    closed_bot.sandbox.vk.user(3003, "Координатор", "Центра")
    await closed_bot.start()
    await VkChatClient(closed_bot, 3003).start_bot()
    return closed_bot


async def test_several_messages_of_vk_are_one_ticket_for_each_author(town: Harness) -> None:
    town.sandbox.vk.user(MARIA, "Мария", "Иванова")
    town.sandbox.vk.user(PYOTR, "Пётр", "Ли")
    coordinator = OfficialChat(VkChatClient(town, 3003))
    at = int(datetime(2026, 11, 20, 1, 0, tzinfo=UTC).timestamp())
    await town.sandbox.vk.send_message(
        COMMUNITY,
        3003,
        "Смотрите",
        forward=[
            {"from_id": MARIA, "text": "На Ленина 45 яма на дороге", "date": at},
            {"from_id": MARIA, "text": "Третий день машины вязнут", "date": at + 60},
            {"from_id": PYOTR, "text": ROOF, "date": at + 120},
        ],
    )
    first = await coordinator.wait_for_message("👤 Мария Иванова", "яма на дороге", "Третий день", button="Внести")
    assert "🕘 Написано: пт 20.11, 11:00" in first.text
    assert "Ваши слова при пересылке" in first.text
    await coordinator.wait_for_message("👤 Пётр Ли", ROOF, button="Внести")
    await coordinator.press_without_answer(first, "Внести")
    await coordinator.wait_for_message("✅ Сообщение №1 внесено, передано: Дороги")
    assert (await get_ticket(town, 1)).text == "На Ленина 45 яма на дороге\n\nТретий день машины вязнут"
