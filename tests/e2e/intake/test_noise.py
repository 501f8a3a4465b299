"""Messages that become no tickets: of channels, bots and officials, greetings, and neighbours' chatter.

That something makes no ticket is proved by the number of the ticket that the next real problem gets.
"""

import pytest

from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)
from tests.e2e.queries import wait_until_idle

PIT = "Яма на дороге, Ленина 45"
CHANNEL, DISCUSSION = -1001000000009, -1001000000010
OTHER_BOT = 3001
OFFICIALS = (ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR)

NOISE_TEXTS = ["Здравствуйте!", "Спасибо большое!", "+", "👍👍👍", "https://example.org/news/1", "..."]


def list_notes(bot: Harness) -> list[str]:
    """Return all messages to officials except the welcome and the explanation of the settings."""
    return [
        text for person in OFFICIALS for text in bot.bot_texts(person) if not text.startswith(("Здравствуйте", "ℹ️"))
    ]


async def test_signs_of_life_in_a_telegram_group_are_no_tickets(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    telegram.user(OTHER_BOT, "Погода", is_bot=True)
    for text in NOISE_TEXTS:
        await telegram.send_message(GROUP, PYOTR, text)
    await telegram.send_message(GROUP, PYOTR, sticker=b"RIFF")
    await telegram.send_message(GROUP, OTHER_BOT, "На Садовой 7 яма на дороге, объезжайте")
    await telegram.send_message(GROUP, PYOTR, raw={"new_chat_members": [telegram.world.ensure_user(PYOTR)]})
    await telegram.send_message(GROUP, ROADS_HEAD, "Яму на Садовой 7 засыплем завтра")
    await telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "Ленина")
    assert len(list_notes(bot)) == 1


async def test_signs_of_life_to_the_community_and_under_its_posts_are_no_tickets(closed_bot: Harness) -> None:
    closed_bot.settings["staff"] = STAFF.replace("telegram_id = 1004", "telegram_id = 1004\nvk_id = 9004")
    await closed_bot.start()
    bot, vk = closed_bot, closed_bot.sandbox.vk
    vk.user(9004, "Павел", "Куратов")
    post = await vk.post(COMMUNITY, "На Садовой 7 засыпали яму на дороге")
    for text in NOISE_TEXTS:
        await vk.comment(COMMUNITY, post, PYOTR, text)
        await vk.send_message(COMMUNITY, PYOTR, text)
    await vk.send_message(COMMUNITY, PYOTR, sticker=12)
    await vk.comment(COMMUNITY, post, -COMMUNITY, "Яму на Садовой 7 засыплем завтра")
    await vk.comment(COMMUNITY, post, 9004, "Яму на Садовой 7 засыплем завтра")
    await vk.comment(COMMUNITY, post, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "Ленина")
    await wait_until_idle(bot)  # the answer in VK may come after the card in Telegram
    assert len(list_notes(bot)) == 1
    assert "Опишите проблему" in vk.messages(COMMUNITY, PYOTR)[len(NOISE_TEXTS) + 1].text
    assert not [m for m in vk.messages(COMMUNITY, PYOTR) if "принято" in m.text]


async def test_a_bare_link_stays_noise_when_vk_attaches_its_preview(bot: Harness) -> None:
    link = {"type": "link", "link": {"url": "https://example.org/news/1", "title": "Новости"}}
    seen = {"id": 9, "from_id": PYOTR, "date": int(bot.clock.now().timestamp()), "owner_id": -COMMUNITY, "post_id": 7}
    seen |= {"text": "https://example.org/news/1", "attachments": [link]}
    await bot.sandbox.vk.push_raw(
        COMMUNITY, {"type": "wall_reply_new", "event_id": "e1", "group_id": COMMUNITY, "object": seen}
    )
    said = {"id": 1, "date": seen["date"], "peer_id": PYOTR, "from_id": PYOTR, "conversation_message_id": 1, "out": 0}
    said |= {"text": "https://example.org/news/1", "attachments": [link]}
    await bot.sandbox.vk.push_raw(
        COMMUNITY, {"type": "message_new", "event_id": "e2", "group_id": COMMUNITY, "object": {"message": said}}
    )
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, PIT)
    assert PIT in message_text(await bot.wait_for_card(ROADS_HEAD, 1)), "the links before it have no number"


async def test_a_photo_with_a_greeting_speaks_for_itself_in_private_only(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Всем привет!", photo=b"\xff\xd8")
    await bot.send_message(MARIA, "Здравствуйте", photo=b"\xff\xd8")
    await bot.wait_for_card(COORDINATOR, 1, "Мария")


async def test_posts_of_channels_and_anonymous_admins_are_no_tickets(closed_bot: Harness) -> None:
    telegram = closed_bot.sandbox.telegram
    telegram.group(DISCUSSION, "Обсуждение")
    telegram.channel(CHANNEL, "Новости округа", discussion=DISCUSSION)
    closed_bot.settings["second_group"] = str(DISCUSSION)
    await closed_bot.start()
    bot = closed_bot
    await telegram.publish_post(CHANNEL, "На Садовой 7 яма на дороге, объезжайте")
    await telegram.send_message(DISCUSSION, PYOTR, "На Садовой 7 яма на дороге", sender_chat=CHANNEL)
    await telegram.send_message(DISCUSSION, PYOTR, "На Садовой 7 яма на дороге", sender_chat=DISCUSSION)
    await telegram.send_message(DISCUSSION, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "Ленина")
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_comments_under_a_channels_post_become_tickets_and_are_answered_there(closed_bot: Harness) -> None:
    telegram = closed_bot.sandbox.telegram
    telegram.group(DISCUSSION, "Обсуждение")
    telegram.channel(CHANNEL, "Новости округа", discussion=DISCUSSION)
    closed_bot.settings["second_group"] = str(DISCUSSION)
    await closed_bot.start()
    bot = closed_bot
    post = await telegram.publish_post(CHANNEL, "Итоги недели")
    other = await telegram.publish_post(CHANNEL, "План на неделю")
    assert post.copy_id is not None
    asked = await telegram.send_message(DISCUSSION, MARIA, PIT, reply_to=post.copy_id)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await telegram.send_message(DISCUSSION, MARIA, "Яма глубокая, полметра", reply_to=post.copy_id)
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", "полметра")
    # Under another post it is another conversation.
    await telegram.send_message(DISCUSSION, MARIA, "Яма на дороге и тут", reply_to=other.copy_id)
    await bot.wait_for_card(ROADS_HEAD, 2, "и тут")
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_for_message(DISCUSSION, "Засыплем завтра.")
    assert answer["reply_to_message"]["message_id"] == asked
    assert answer["message_thread_id"] == post.copy_id


CHATTER = ["кто смотрел вчера матч?", "Продам детскую коляску, недорого", "ахаха ну ты даёшь"]


@pytest.mark.parametrize("place", ["chat", "official"])
async def test_neighbours_chatter_is_kept_quietly_and_an_official_place_hears_everything(
    closed_bot: Harness, place: str
) -> None:
    closed_bot.settings["kind"] = place
    await closed_bot.start()
    bot, telegram = closed_bot, closed_bot.sandbox.telegram
    said = [await telegram.send_message(GROUP, 5001 + index, text) for index, text in enumerate(CHATTER)]
    await telegram.send_message(GROUP, PYOTR, PIT)
    if place == "official":
        await bot.wait_for_card(ROADS_HEAD, 4)
        await bot.wait_until(lambda: bot.ticket_numbers(COORDINATOR) == [1, 2, 3])
        return
    await bot.wait_for_card(ROADS_HEAD, 1)
    assert len(list_notes(bot)) == 1
    kept = [await bot.find_stored_message("telegram", GROUP, message_id) for message_id in said]
    assert [message.text for message in kept if message and message.ticket_id is None] == CHATTER


async def test_in_a_chat_of_neighbours_a_problem_a_question_and_a_reply_to_us_are_tickets(closed_bot: Harness) -> None:
    closed_bot.settings["kind"] = "chat"
    await closed_bot.start()
    bot, telegram = closed_bot, closed_bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, "Когда отремонтируют крышу дома на Мира 3?")
    await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.answer_ticket(HOUSING_HEAD, 1, "В декабре.")
    answer = await bot.wait_for_message(GROUP, "В декабре.")
    await telegram.send_message(GROUP, MARIA, "а когда точно?", reply_to=answer["message_id"])
    await bot.wait_for_card(HOUSING_HEAD, 2, "а когда точно?", "Житель уже писал: №1")
