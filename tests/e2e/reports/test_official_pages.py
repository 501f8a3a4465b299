"""Official pages: their comments are messages like all others; once a week it is told who is silent."""

import pytest

from tests.e2e.harness import COMMUNITY, COORDINATOR, CURATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import HATCH, get_ticket_state, wait_until_idle

KEY = "vk-service-key-for-tests-only"
SCHOOL = 901
CHANNEL = -1001000000077
ANSWER = "Засыплем до пятницы, бригада уже знает."

PAGES = f"""
[[pages]]
messenger = "vk"
id = {SCHOOL}
title = "Школа №1"

[[pages]]
messenger = "vk"
id = {COMMUNITY}
title = "Администрация"

[[pages]]
messenger = "telegram"
id = {CHANNEL}
title = "Канал города"
discussion = {GROUP}
"""


@pytest.fixture
async def watched(closed_bot: Harness) -> Harness:
    """The town with pages; one of them in VK has given us no key."""
    bot = closed_bot
    bot.config_replacements[f'api_base = "{bot.sandbox.url}/vk"'] = (
        f'api_base = "{bot.sandbox.url}/vk"\nservice_token = "{KEY}"\npages_every = "1s"'
    )
    bot.settings["more"] = PAGES
    bot.sandbox.telegram.channel(CHANNEL, "Канал города", discussion=GROUP)
    bot.sandbox.vk.service_key(KEY)
    bot.sandbox.vk.community(SCHOOL, "Школа №1", "a-key-that-nobody-gave-us")
    await bot.start()
    await wait_for_page_check(bot)
    return bot


async def wait_for_page_check(bot: Harness) -> None:
    """The pages have been looked at since now."""

    def looks() -> int:
        return len([call for call in bot.sandbox.vk.calls if call.method == "execute:wall.get"])

    before = looks()
    await bot.wait_until(lambda: looks() >= before + 4)
    await wait_until_idle(bot)


async def test_a_comment_on_a_page_without_a_key_is_worked_and_answered_by_hand(watched: Harness) -> None:
    bot, vk = watched, watched.sandbox.vk
    post = await vk.post(SCHOOL, "Каникулы")
    asked = await vk.comment(SCHOOL, post, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Мария Ким", "VK «Школа №1»")
    assert any(f"wall-{SCHOOL}_{post}?reply={asked}" in one.get("url", "") for one in card["entities"])
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_message(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную", "«Школа №1»")
    await vk.comment(SCHOOL, post, -SCHOOL, ANSWER, reply_to=asked)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_a_comment_that_comes_two_ways_is_one_ticket(watched: Harness) -> None:
    bot, vk = watched, watched.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "VK «Администрация»")
    await wait_for_page_check(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_until(lambda: [one for one in vk.comments(COMMUNITY, post) if one.text == ANSWER])
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_for_page_check(bot)
    assert not bot.find_message(ROADS_HEAD, "ответили в самом чате")
    assert len(vk.comments(COMMUNITY, post)) == 2


async def test_officials_are_not_written_to_through_an_account_that_only_reads(watched: Harness) -> None:
    await watched.send_message(CURATOR, "/help")
    await watched.wait_for_message(CURATOR, "Команды")
    assert not [call for call in watched.sandbox.vk.calls if call.method == "messages.send"]


async def test_the_weekly_note(watched: Harness) -> None:
    """Monday, 09:00: the school is silent and owes an answer; the administration answers; the channel speaks."""
    bot, vk, telegram = watched, watched.sandbox.vk, watched.sandbox.telegram
    school, own = await vk.post(SCHOOL, "Каникулы"), await vk.post(COMMUNITY, "Новости")
    await wait_for_page_check(bot)
    await vk.comment(SCHOOL, school, MARIA, "Когда откроют бассейн в школе на Ленина 45?")
    await vk.comment(SCHOOL, school, PYOTR, "Спасибо!")
    answered = await vk.comment(COMMUNITY, own, MARIA, "Когда починят мост на Кирова 10?")
    await wait_for_page_check(bot)
    bot.pass_time(hours=1)
    await vk.comment(COMMUNITY, own, -COMMUNITY, "Работы идут, откроем в среду.", reply_to=answered)
    await wait_for_page_check(bot)
    assert not bot.find_message(CURATOR, "Официальные страницы")
    bot.set_time("23.11 09:01")
    first = message_text(await bot.wait_for_message(CURATOR, "Официальные страницы за неделю"))
    assert "Нет новых записей" not in first
    assert "Школа №1: 1 комментарий, самый давний ждёт" in first
    assert "Администрация" not in first
    bot.set_time("28.11 12:00")
    await telegram.publish_post(CHANNEL, "Итоги недели")
    await bot.wait_for_inbox()

    bot.set_time("30.11 09:01")

    note = message_text(await bot.wait_for_message(CURATOR, "Официальные страницы за неделю", "Нет новых записей"))
    assert "Школа №1: 9 дней" in note
    assert "Администрация: 9 дней" in note
    assert "Школа №1: 1 комментарий, самый давний ждёт 9 дн." in note
    assert "Канал города" not in note
    await wait_until_idle(bot)
    bot.pass_time(hours=3)
    await bot.wait_for_outbox()
    assert len([one for one in bot.bot_texts(CURATOR) if "Официальные страницы" in one]) == 2
    assert not bot.find_message(COORDINATOR, "Официальные страницы")


async def test_answered_or_deleted_comment_is_not_unanswered(watched: Harness) -> None:
    bot, vk = watched, watched.sandbox.vk
    own = await vk.post(COMMUNITY, "Новости")
    await vk.comment(COMMUNITY, own, MARIA, HATCH)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    taken = await vk.comment(COMMUNITY, own, PYOTR, "Когда починят мост на Кирова 10?")
    await wait_for_page_check(bot)
    await vk.delete_comment(COMMUNITY, own, taken)
    await bot.wait_for_inbox()
    bot.set_time("23.11 09:01")
    note = message_text(await bot.wait_for_message(CURATOR, "Официальные страницы за неделю"))
    assert "без ответа нет" in note
    assert "Молчащих страниц нет" in note
    assert (await get_ticket_state(bot, 1)).value == "answered"
