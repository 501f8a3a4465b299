"""The corners of VK: visitors' posts, photos, videos, discussions, conversations of several people."""

from typing import Any

import pytest

from tests.e2e.harness import COMMUNITY, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness
from tests.e2e.queries import get_ticket

PIT = "Яма на дороге, Ленина 45"
OTHER_PIT = "Яма на дороге, Кирова 10"
ANSWER = "Засыплем завтра."
TALK = 2_000_000_001


def link_targets(letter: dict[str, Any]) -> list[str]:
    return [entity["url"] for entity in letter.get("entities", []) if entity["type"] == "text_link"]


async def test_a_visitors_post_is_answered_by_a_comment(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.visitor_post(COMMUNITY, MARIA, PIT, photos=[b"\xff\xd8photo"])
    card = await bot.wait_for_card(ROADS_HEAD, 1, "VK «Администрация»", "📎 1 вложение")
    assert any(url.endswith(f"wall-{COMMUNITY}_{post}") for url in link_targets(card))
    await vk.comment(COMMUNITY, post, MARIA, "Яма глубокая, уже с полметра")
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", "полметра")
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    answer = await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == ANSWER])
    assert answer[0].from_id == -COMMUNITY
    assert answer[0].reply_to_comment is None
    assert "https://vk.com/wall" in "".join(link_targets(await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено", "ответ")))


async def test_communitys_own_post_is_no_ticket(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.post(COMMUNITY, "На Садовой 7 яма на дороге, объезжайте")
    await vk.visitor_post(COMMUNITY, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "Ленина")
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("photo", "https://vk.com/photo-500_31?reply="),
        ("video", "https://vk.com/video-500_31?reply="),
        ("market", "https://vk.com/market-500_31?reply="),
        ("board", "https://vk.com/topic-500_31?post="),
    ],
)
async def test_head_gets_text_and_link_where_community_cannot_answer(bot: Harness, place: str, address: str) -> None:
    vk = bot.sandbox.vk
    comment = await getattr(vk, f"{place}_comment")(COMMUNITY, 31, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "Мария Ким", "VK «Администрация»")
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    note = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1 нужно опубликовать вручную")
    assert f"{address}{comment}" in link_targets(note)
    await bot.wait_for_card(ROADS_HEAD, 1, "ждёт публикации вручную")
    await bot.press_button(ROADS_HEAD, note, "Опубликовано")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено: Начальник отдела дорог", ANSWER)
    assert not [call for call in vk.calls if "createComment" in call.method]


async def test_a_conversation_of_several_people_is_answered_there(bot: Harness) -> None:
    vk = bot.sandbox.vk
    vk.conversation(COMMUNITY, TALK, "Дом 45")
    said = await vk.send_to_conversation(COMMUNITY, TALK, MARIA, PIT)
    await vk.send_to_conversation(COMMUNITY, TALK, PYOTR, OTHER_PIT, reply_to=said.cmid)
    await vk.send_to_conversation(COMMUNITY, TALK, PYOTR, photos=[b"\xff\xd8"], text="")
    await bot.wait_for_card(ROADS_HEAD, 1, "2 человека, 1 чат")
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    answer = await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, TALK) if m.text == ANSWER])
    assert answer[0].reply is not None
    assert answer[0].reply.cmid == said.cmid
    # Nobody is told numbers in front of everybody.
    assert not [m for m in vk.messages(COMMUNITY, TALK) if "принято" in m.text]


async def test_a_proposed_post_is_heard_though_nobody_can_comment_it_yet(bot: Harness) -> None:
    post = await bot.sandbox.vk.visitor_post(COMMUNITY, MARIA, PIT, suggested=True)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    note = await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать вручную")
    assert any(url.endswith(f"wall-{COMMUNITY}_{post}") for url in link_targets(note))


async def test_the_same_words_in_telegram_and_in_vk_are_two_tickets(bot: Harness) -> None:
    """Two accounts of different messengers may be two people, who tell of the same."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "2 человека")
    assert (await get_ticket(bot, 2)).author_name == "Мария Ким"
