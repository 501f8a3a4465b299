"""From a citizen's message to the answer under it."""

from tests.databases import ON_BOTH
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, Harness, button_labels, message_text

pytestmark = ON_BOTH

HATCH = "На Ленина 45 третий день открыт люк на дороге, яма огромная, дети ходят в школу!"


async def test_a_message_in_a_telegram_group_is_answered_under_it(bot: Harness) -> None:
    asked = await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)

    card = await bot.wait_for_card(ROADS_HEAD, 1, "третий день открыт люк")
    assert "Дороги" in message_text(card)
    assert "ул. Ленина, 45" in message_text(card)
    assert "Мария" in message_text(card)
    assert button_labels(card) == ["✅ Принять", "✍️ Ответить", "↪️ Передать", "⋯ Ещё"]

    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "В работе: Начальник отдела дорог")

    await bot.answer_ticket(ROADS_HEAD, 1, "Бригада выехала, люк закроют сегодня до 18:00.")
    answer = await bot.wait_for_message(GROUP, "Бригада выехала")
    assert answer["reply_to_message"]["message_id"] == asked
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")


async def test_a_comment_under_a_vk_post_is_answered_under_it(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости недели")
    asked = await vk.comment(COMMUNITY, post, MARIA, HATCH)

    await bot.wait_for_card(ROADS_HEAD, 1, "третий день открыт люк", "Мария Ким")
    await bot.answer_ticket(ROADS_HEAD, 1, "Закроем сегодня.")

    answer = await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == "Закроем сегодня."])
    assert answer[0].reply_to_comment == asked
    assert answer[0].from_id == -COMMUNITY


async def test_a_message_to_the_vk_community_is_answered_there(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)

    await bot.wait_for_card(ROADS_HEAD, 1, "личное сообщение")
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "№1 принято" in m.text])
    await bot.answer_ticket(ROADS_HEAD, 1, "Закроем сегодня.")

    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Закроем сегодня."])
