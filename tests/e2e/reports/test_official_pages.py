"""Official pages: their comments are messages like all others; once a week it is told who is silent."""

import pytest

from tests.e2e.harness import COMMUNITY, COORDINATOR, CURATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Town, words
from tests.e2e.queries import HATCH, delivered, state

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
async def watched(closed_town: Town) -> Town:
    """The town with pages; one of them in VK has given us no key."""
    town = closed_town
    town.rewrites[f'api_base = "{town.sandbox.url}/vk"'] = (
        f'api_base = "{town.sandbox.url}/vk"\nservice_token = "{KEY}"\npages_every = "1s"'
    )
    town.settings["more"] = PAGES
    town.sandbox.telegram.channel(CHANNEL, "Канал города", discussion=GROUP)
    town.sandbox.vk.service_key(KEY)
    town.sandbox.vk.community(SCHOOL, "Школа №1", "a-key-that-nobody-gave-us")
    await town.start()
    await seen(town)
    return town


async def seen(town: Town) -> None:
    """The pages have been looked at since now."""

    def looks() -> int:
        return len([call for call in town.sandbox.vk.calls if call.method == "execute:wall.get"])

    before = looks()
    await town.until(lambda: looks() >= before + 4)
    await delivered(town)


async def test_a_comment_on_a_page_without_a_key_is_worked_and_answered_by_hand(watched: Town) -> None:
    town, vk = watched, watched.sandbox.vk
    post = await vk.post(SCHOOL, "Каникулы")
    asked = await vk.comment(SCHOOL, post, MARIA, HATCH)
    card = await town.card(ROADS_HEAD, 1, "Мария Ким", "VK «Школа №1»")
    assert any(f"wall-{SCHOOL}_{post}?reply={asked}" in one.get("url", "") for one in card["entities"])
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.letter(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную", "«Школа №1»")
    await vk.comment(SCHOOL, post, -SCHOOL, ANSWER, reply_to=asked)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_a_comment_that_comes_two_ways_is_one_ticket(watched: Town) -> None:
    town, vk = watched, watched.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1, "VK «Администрация»")
    await seen(town)
    assert town.numbers(ROADS_HEAD) == [1]
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.until(lambda: [one for one in vk.comments(COMMUNITY, post) if one.text == ANSWER])
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await seen(town)
    assert not town.find(ROADS_HEAD, "ответили в самом чате")
    assert len(vk.comments(COMMUNITY, post)) == 2


async def test_officials_are_not_written_to_through_an_account_that_only_reads(watched: Town) -> None:
    await watched.write(CURATOR, "/help")
    await watched.letter(CURATOR, "Команды")
    assert not [call for call in watched.sandbox.vk.calls if call.method == "messages.send"]


async def test_the_weekly_note(watched: Town) -> None:
    """Monday, 09:00: the school is silent and owes an answer; the administration answers; the channel speaks."""
    town, vk, telegram = watched, watched.sandbox.vk, watched.sandbox.telegram
    school, own = await vk.post(SCHOOL, "Каникулы"), await vk.post(COMMUNITY, "Новости")
    await seen(town)
    await vk.comment(SCHOOL, school, MARIA, "Когда откроют бассейн в школе на Ленина 45?")
    await vk.comment(SCHOOL, school, PYOTR, "Спасибо!")
    answered = await vk.comment(COMMUNITY, own, MARIA, "Когда починят мост на Кирова 10?")
    await seen(town)
    town.pass_time(hours=1)
    await vk.comment(COMMUNITY, own, -COMMUNITY, "Работы идут, откроем в среду.", reply_to=answered)
    await seen(town)
    assert not town.find(CURATOR, "Официальные страницы")
    town.at("23.11 09:01")
    first = words(await town.letter(CURATOR, "Официальные страницы за неделю"))
    assert "Нет новых записей" not in first
    assert "Школа №1: 1 комментарий, самый давний ждёт" in first
    assert "Администрация" not in first
    town.at("28.11 12:00")
    await telegram.post(CHANNEL, "Итоги недели")
    await town.settled()

    town.at("30.11 09:01")

    note = words(await town.letter(CURATOR, "Официальные страницы за неделю", "Нет новых записей"))
    assert "Школа №1: 9 дней" in note
    assert "Администрация: 9 дней" in note
    assert "Школа №1: 1 комментарий, самый давний ждёт 9 дн." in note
    assert "Канал города" not in note
    await delivered(town)
    town.pass_time(hours=3)
    await town.told()
    assert len([one for one in town.texts(CURATOR) if "Официальные страницы" in one]) == 2
    assert not town.find(COORDINATOR, "Официальные страницы")


async def test_what_was_answered_through_the_bot_or_taken_back_is_no_debt(watched: Town) -> None:
    town, vk = watched, watched.sandbox.vk
    own = await vk.post(COMMUNITY, "Новости")
    await vk.comment(COMMUNITY, own, MARIA, HATCH)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    taken = await vk.comment(COMMUNITY, own, PYOTR, "Когда починят мост на Кирова 10?")
    await seen(town)
    await vk.delete_comment(COMMUNITY, own, taken)
    await town.settled()
    town.at("23.11 09:01")
    note = words(await town.letter(CURATOR, "Официальные страницы за неделю"))
    assert "без ответа нет" in note
    assert "Молчащих страниц нет" in note
    assert (await state(town, 1)).value == "answered"
