"""Updates that messengers send twice, broken or not at all, and calls that they refuse."""

from typing import Any

import pytest

from bot.inbox import receiver
from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    TOKEN,
    VK_TOKEN,
    Harness,
    message_text,
)

PIT = "Яма на дороге, Ленина 45"
OTHER_PIT = "Яма на дороге, Кирова 10"
THIRD_PIT = "Проезжая часть на Садовой 7 вся в ямах"


async def count_dead_letters(bot: Harness) -> int:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return (await uow.inbox.count_by_status()).get("dead", 0)


def messages_with(bot: Harness, piece: str) -> list[str]:
    return [text for text in bot.bot_texts(ADMINISTRATOR) if piece in text]


async def test_an_update_of_an_unknown_kind_is_set_aside_and_told_of_once(bot: Harness) -> None:
    telegram, vk = bot.sandbox.telegram, bot.sandbox.vk
    for number in range(2):
        await telegram.push_raw({"teleported_message": {"message_id": number}})
        await vk.push_raw(COMMUNITY, {"type": "hologram_new", "event_id": f"h{number}", "object": {"id": number}})
    await telegram.send_message(GROUP, MARIA, PIT)
    await vk.send_message(COMMUNITY, PYOTR, OTHER_PIT)
    await bot.wait_for_message(ROADS_HEAD, "№", "Ленина")
    await bot.wait_for_message(ROADS_HEAD, "№", "Кирова")
    await bot.wait_for_message(ADMINISTRATOR, "Telegram: пришло событие неизвестного вида «teleported_message»")
    await bot.wait_for_message(ADMINISTRATOR, "VK «Администрация»: пришло событие неизвестного вида «hologram_new»")
    assert len(messages_with(bot, "неизвестного вида")) == 2
    assert await count_dead_letters(bot) == 4


async def test_a_malformed_update_is_set_aside_and_told_of_once(bot: Harness) -> None:
    telegram, vk = bot.sandbox.telegram, bot.sandbox.vk
    broken: list[dict[str, Any]] = [
        {"message": {"message_id": "седьмое", "date": None, "chat": []}},
        {"message": "привет"},
        {"edited_message": {}},
    ]
    for body in broken:
        await telegram.push_raw(body)
    await vk.push_raw(COMMUNITY, {"type": "wall_reply_new", "event_id": "b1", "object": {"id": "семь", "text": 5}})
    await vk.push_raw(COMMUNITY, {"type": "message_new", "event_id": "b2", "object": []})
    await vk.push_raw(COMMUNITY, {"nothing": "at all"})
    await telegram.send_message(GROUP, MARIA, PIT)
    await vk.send_message(COMMUNITY, PYOTR, OTHER_PIT)
    await bot.wait_for_message(ROADS_HEAD, "№", "Ленина")
    await bot.wait_for_message(ROADS_HEAD, "№", "Кирова")
    await bot.wait_for_message(ADMINISTRATOR, "Telegram: событие №", "не удалось обработать, оно сохранено и отложено")
    await bot.wait_for_message(ADMINISTRATOR, "VK «Администрация»: событие №")
    assert len(messages_with(bot, "не удалось обработать")) == 2
    assert await count_dead_letters(bot) == 6


async def test_update_delivered_twice_is_handled_once(bot: Harness) -> None:
    telegram, vk = bot.sandbox.telegram, bot.sandbox.vk
    asked = await telegram.send_message(GROUP, MARIA, PIT)
    await vk.send_message(COMMUNITY, PYOTR, OTHER_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2)
    # The same post under a new update number, and a whole event of VK once more.
    await telegram.push_raw({"message": telegram.message(GROUP, asked)})
    log = vk.world.communities[COMMUNITY].log
    await vk.push_raw(COMMUNITY, log.events[0][1])
    await vk.push_raw(COMMUNITY, log.events[0][1] | {"event_id": "another"})
    await telegram.send_message(GROUP, PYOTR, THIRD_PIT)
    await bot.wait_for_card(ROADS_HEAD, 3)
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2, 3]
    assert not bot.find_message(ROADS_HEAD, "дополнил")
    assert len([m for m in vk.messages(COMMUNITY, PYOTR) if "принято" in m.text]) == 1


async def test_nothing_is_made_twice_when_the_bot_starts_again(bot: Harness) -> None:
    """The first question after a start names no place in the queue: the server sends all that it may send."""
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.stop()
    await telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 2)
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]


async def test_a_lost_key_of_the_long_poll_costs_nothing(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.fail_longpoll(COMMUNITY, 2)
    await vk.send_message(COMMUNITY, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_for_inbox()
    assert bot.ticket_numbers(ROADS_HEAD) == [1], "heard, and once"


@pytest.mark.parametrize("code", [1, 3])
async def test_messages_of_a_gap_are_read_from_history(bot: Harness, code: int) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    # Said while the queue forgets it: no event of it will ever come.
    vk.world.communities[COMMUNITY].events.discard("message_new")
    await vk.send_message(COMMUNITY, PYOTR, OTHER_PIT)
    vk.world.communities[COMMUNITY].events.add("message_new")
    await vk.fail_longpoll(COMMUNITY, code)
    await bot.wait_for_card(ROADS_HEAD, 2, "Кирова")
    await vk.send_message(COMMUNITY, PYOTR, THIRD_PIT)
    await bot.wait_for_card(ROADS_HEAD, 3)
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2, 3]


async def test_a_wrong_key_of_vk_is_named_and_telegram_goes_on(
    closed_bot: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(receiver, "CREDENTIALS_RETRY_SECONDS", 0.05)
    community = closed_bot.sandbox.vk.world.communities[COMMUNITY]
    community.token = "another-key-than-the-one-in-the-settings"
    await closed_bot.start()
    bot = closed_bot
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_for_message(ADMINISTRATOR, "VK «Администрация»: токен не принят", "Остальные мессенджеры работают")
    assert "VK «Администрация»: токен не принят" in caplog.text
    assert VK_TOKEN not in caplog.text
    # It is tried again; one day it is right.
    community.token = VK_TOKEN
    await bot.wait_for_inbox()
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, OTHER_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2)
    assert len(messages_with(bot, "токен не принят")) == 1


async def test_a_wrong_token_of_telegram_is_named_and_vk_goes_on(
    closed_bot: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(receiver, "CREDENTIALS_RETRY_SECONDS", 0.05)
    telegram, vk = closed_bot.sandbox.telegram, closed_bot.sandbox.vk
    await closed_bot.start()
    bot = closed_bot
    telegram.add_bot("700001:revoked-and-made-again", username="mcu_test_bot")
    await vk.send_message(COMMUNITY, MARIA, PIT)
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "№1 принято" in m.text])
    await bot.wait_until(lambda: "Telegram: токен не принят" in caplog.text)
    assert TOKEN not in caplog.text
    telegram.add_bot(TOKEN, username="mcu_test_bot")
    await bot.settle_and_advance(minutes=1)
    assert PIT in message_text(await bot.wait_for_card(ROADS_HEAD, 1))
