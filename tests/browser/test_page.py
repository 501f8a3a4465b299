"""The page of the demonstration as a visitor sees and uses it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.cli.demo import Demo
from bot.cli.demo_town import list_towns, read_town
from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

expect.set_options(timeout=15_000)

HATCH = "На Речной 14 у школы открыт люк прямо на дороге! Дети обходят по проезжей части."
WATER = "Второй день нет холодной воды на Садовой 8. Когда дадут?"
SHOW_TIMEOUT_MS = 180_000
"""Milliseconds that the whole show may take at 25 times its speed: the bot itself is not quicker then."""

PHONES_NEXT_TO_EACH_OTHER = 4
ROADS, HOUSING = "Андрей Ветров", "Ирина Соколова"


def phone_panel(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=re.compile(name))


def card_of(page: Page, name: str, number: int) -> Locator:
    return phone_panel(page, name).locator(".msg", has_text=f"№{number} · ").first


def town_panel(page: Page) -> Locator:
    return page.locator("#town .panel:not([hidden])")


async def send_message(where: Locator, words: str) -> None:
    await where.locator("textarea").fill(words)
    await where.get_by_role("button", name="Отправить", exact=True).click()


async def answer_newest_card(page: Page, name: str, words: str) -> None:
    """Take the newest card of an official through «Ответить», the words and the preview."""
    desk = phone_panel(page, name)
    await desk.get_by_role("button", name="Ответить").filter(has_text="✍️").last.click()
    await expect(desk.locator(".msg", has_text="Напишите текст")).to_be_visible()
    await send_message(desk, words)
    await desk.get_by_role("button", name="Отправить").filter(has_text="📤").click()


async def test_a_message_in_the_group_gets_its_answer_under_it(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await town_panel(page).get_by_label("Кто пишет").select_option(label="Мария Кузнецова")
    await send_message(town_panel(page), HATCH)

    card = card_of(page, ROADS, 1)
    await expect(card).to_contain_text("ул. Речная, 14")
    await expect(card).to_contain_text("Мария Кузнецова")
    await card.get_by_role("button", name="Принять").click()
    await expect(phone_panel(page, ROADS).get_by_role("status")).to_contain_text("Принято")
    await expect(card).to_contain_text("В работе")

    await answer_newest_card(page, ROADS, "Люк закроем сегодня до 18:00.")

    reply = town_panel(page).locator(".msg.from-bot")
    await expect(reply).to_contain_text("Люк закроем сегодня до 18:00.")
    await expect(reply.locator(".reply")).to_contain_text("Мария Кузнецова")
    await expect(card).to_contain_text("Отвечено")
    assert visitor.console_errors == []


async def test_a_comment_on_the_wall_gets_its_answer_under_it(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await page.get_by_role("tab", name="Стена").click()
    await town_panel(page).get_by_label("Кто пишет").select_option(label="Ольга Назарова")
    await send_message(town_panel(page), WATER)

    await expect(card_of(page, HOUSING, 1)).to_contain_text("нет холодной воды")
    await answer_newest_card(page, HOUSING, "Воду дадут к 14:00.")

    comments = page.get_by_role("list", name="Комментарии")
    await expect(comments.locator(".msg")).to_have_count(2)
    await expect(comments.locator(".msg").last).to_contain_text("Воду дадут к 14:00.")
    await expect(comments.locator(".msg").last.locator(".reply")).to_contain_text("Ольга Назарова")
    assert visitor.console_errors == []


async def test_private_talks_have_their_answers_there(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    for number, tab in ((1, "Боту лично"), (2, "Сообщения"), (3, "Боту в MAX")):
        await page.get_by_role("tab", name=tab).click()
        await town_panel(page).get_by_label("Кто пишет").select_option(label="Анна Белова")
        await send_message(town_panel(page), WATER)
        await expect(town_panel(page).locator(".msg.from-bot")).to_contain_text(f"№{number} принято")
        await expect(card_of(page, HOUSING, number)).to_be_visible()
        await answer_newest_card(page, HOUSING, f"Воду дадут к 1{number}:00.")
        await expect(town_panel(page).locator(".msg.from-bot").last).to_contain_text(f"к 1{number}:00.")

        await town_panel(page).get_by_label("Кто пишет").select_option(label="Мария Кузнецова")
        await expect(town_panel(page).locator(".msg")).to_have_count(0)
    assert visitor.console_errors == []


async def test_a_chat_in_max_and_a_head_who_works_there(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await page.get_by_role("tab", name="Двор").click()
    await town_panel(page).get_by_label("Кто пишет").select_option(label="Анна Белова")
    await town_panel(page).get_by_role("button", name="Приложить картинку").click()
    await town_panel(page).get_by_role("button", name="Двор в снегу").click()
    await send_message(town_panel(page), WATER)

    desk, card = phone_panel(page, HOUSING), card_of(page, HOUSING, 1)
    await expect(desk.locator(".device-head")).to_contain_text("MAX")
    await expect(desk.get_by_role("img", name="Фотография")).to_have_count(1)
    await expect(card).to_contain_text("MAX «Двор на Лесной, 5»")
    await card.get_by_role("button", name="Принять").click()
    await expect(card).to_contain_text("В работе")
    await page.get_by_role("tab", name="Стена").click()
    await card.get_by_role("button", name="открыть").click()
    await expect(page.get_by_role("tab", name="Двор")).to_have_attribute("aria-selected", "true")

    await answer_newest_card(page, HOUSING, "Воду дадут к 14:00.")
    reply = town_panel(page).locator(".msg.from-bot")
    await expect(reply).to_contain_text("Воду дадут к 14:00.")
    await expect(reply.locator(".reply")).to_contain_text("Анна Белова")
    await expect(card).to_contain_text("Отвечено")
    assert visitor.console_errors == []


async def test_digits_and_spaces_are_not_those_of_the_emoji_font(visitor: Visitor) -> None:
    """A machine with few fonts showed every number in wide pale signs."""
    await visitor.open_page()
    width = """family => {
        const span = Object.assign(document.createElement("span"), { textContent: "11:42 0 1 2 3" });
        if (family) span.style.fontFamily = family;
        document.querySelector("#caption").append(span);
        return span.getBoundingClientRect().width;
    }"""
    own = await visitor.page.evaluate("getComputedStyle(document.body).fontFamily")
    emoji, _, letters = own.partition(", ")
    assert emoji == '"Emoji alone"'
    assert await visitor.page.evaluate(width, "") == await visitor.page.evaluate(width, letters)


async def test_a_link_on_a_card_leads_to_the_message(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await send_message(town_panel(page), HATCH)
    card = card_of(page, ROADS, 1)
    await page.get_by_role("tab", name="Сообщения").click()

    await card.get_by_role("button", name="открыть").click()

    await expect(page.get_by_role("tab", name="Подслушано")).to_have_attribute("aria-selected", "true")
    await expect(town_panel(page).locator(".msg", has_text=HATCH)).to_be_focused()


async def test_a_picture_reaches_the_phone_and_a_changed_message_changes_the_card(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await town_panel(page).get_by_role("button", name="Приложить картинку").click()
    await town_panel(page).get_by_role("button", name="Открытый люк").click()
    await send_message(town_panel(page), HATCH)

    await expect(phone_panel(page, ROADS).get_by_role("img", name="Фотография")).to_have_count(1)
    message = town_panel(page).locator(".msg", has_text=HATCH)
    await message.hover()
    await message.get_by_role("button", name="Изменить").click()
    await send_message(town_panel(page), HATCH.replace("14", "16"))

    await expect(card_of(page, ROADS, 1)).to_contain_text("ул. Речная, 16")
    await expect(town_panel(page).locator(".msg .meta")).to_contain_text("изменено")


async def test_markup_is_shown_as_text(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    nasty = '<b>жирно</b> <img src=x onerror="document.title=1"> &amp; [link](http://x) \u202eRTL\u202c 👩‍👩‍👧‍👦 מים'
    words = f"{HATCH} {nasty} "
    words += "я" * (4096 - len(words.encode("utf-16-le")) // 2)
    title = await page.title()
    await send_message(town_panel(page), words)

    said = town_panel(page).locator(".msg .text")
    await expect(said).to_contain_text("<b>жирно</b>")
    is_whole = await said.inner_text() == words
    assert is_whole
    card = card_of(page, ROADS, 1)
    await expect(card).to_contain_text("<b>жирно</b>")
    assert await page.locator(".text b, .text img").count() == 0
    assert await page.title() == title
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.console_errors == []


async def test_a_small_telephone_scrolls_only_up_and_down(walker: Visitor) -> None:
    await walker.open_page()
    page = walker.page
    fits = "document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth"
    await send_message(town_panel(page), HATCH + " " + "ы" * 300)
    badge = page.get_by_role("navigation").locator(".badge").last
    await expect(badge).to_contain_text("2")  # the head's card, and a word to the coordinator: it is urgent
    for name in ("Подслушано", "Соседи", "Боту лично", "Стена", "Сообщения", "Двор", "Боту в MAX"):
        await page.get_by_role("tab", name=name).click()
        assert await page.evaluate(fits), name
        panel = town_panel(page).locator(".log")
        assert await panel.evaluate("log => log.scrollWidth <= log.clientWidth"), name

    await page.get_by_role("button", name="Телефоны").click()
    card = card_of(page, ROADS, 1)
    await expect(card).to_be_visible()
    await expect(town_panel(page)).to_be_hidden()
    await card.get_by_role("button", name="Передать").click()
    await expect(card.get_by_role("button", name="Благоустройство")).to_be_visible()
    for name in ("Андрей", "Ирина", "Вера", "Павел"):
        await page.get_by_role("group", name="Чей телефон").get_by_role("button", name=name).click()
        assert await page.evaluate(fits), name


async def test_the_keyboard_is_enough(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await page.get_by_role("tab", name="Подслушано").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Соседи")).to_be_focused()
    await expect(town_panel(page).get_by_role("heading", name="Соседи с Садовой")).to_be_visible()

    box = town_panel(page).locator("textarea")
    await box.focus()
    await page.keyboard.insert_text(HATCH)
    await page.keyboard.press("Enter")
    await expect(town_panel(page).locator(".msg", has_text=HATCH)).to_be_visible()
    await expect(box).to_have_value("")

    accept = phone_panel(page, ROADS).get_by_role("button", name="Принять")
    await accept.focus()
    await page.keyboard.press("Enter")
    await expect(card_of(page, ROADS, 1)).to_contain_text("В работе")


async def test_a_refusal_asks_to_be_read(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await send_message(town_panel(page), HATCH)
    accept = phone_panel(page, ROADS).get_by_role("button", name="Принять")
    await page.route("**/page/act", lambda route: route.fulfill(json={"text": "Кнопка устарела.", "alert": True}))
    await accept.click()

    dialog = page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("Кнопка устарела.")
    await expect(dialog.get_by_role("button", name="Понятно")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_the_show_runs_to_its_end(visitor: Visitor) -> None:
    await visitor.open_page("?speed=25")
    page = visitor.page
    await page.get_by_role("button", name="Показать").click()

    await expect(page.locator("body")).to_have_attribute("data-shown", "to the end", timeout=SHOW_TIMEOUT_MS)
    await expect(page.locator("#caption")).to_contain_text("попробуйте сами")
    await expect(town_panel(page)).to_contain_text("глубокая яма")
    await expect(phone_panel(page, "Павел Громов").locator(".msg").last).to_contain_text("Новых: 7")
    await expect(card_of(page, HOUSING, 7)).to_contain_text("Ответственный в отпуске, его замещают")
    await expect(page.get_by_role("button", name="Показать ещё раз")).to_be_enabled()
    await page.get_by_role("tab", name="Стена").click()
    await expect(town_panel(page).get_by_role("list", name="Комментарии")).to_contain_text("Ничего не сделали")
    assert visitor.console_errors == []


@pytest.mark.parametrize("code", list_towns())
async def test_the_story_of_a_town_runs_to_its_end(browser: Browser, tmp_path: Path, code: str) -> None:
    """With many officials one picks whose phones are seen; all of them are in VK or in Telegram."""
    async with Demo(tmp_path, town=read_town(code)) as demo:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        visitor = Visitor(page, demo.url)
        await visitor.open_page("?speed=25")
        await page.get_by_role("button", name="Показать").click()
        await expect(page.locator("body")).to_have_attribute("data-shown", "to the end", timeout=SHOW_TIMEOUT_MS)
        last = demo.town.stage.phones[-1]
        await page.get_by_role("button", name="Показать ещё раз").wait_for()
        if len(demo.town.stage.phones) > PHONES_NEXT_TO_EACH_OTHER:
            await page.get_by_role("group", name="Чей телефон").get_by_title(last.name, exact=True).click()
        await expect(phone_panel(page, re.escape(last.name))).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visitor.console_errors == []
        await page.close()


async def test_the_show_stops_at_once_and_the_next_day_is_a_new_one(visitor: Visitor) -> None:
    await visitor.open_page()
    page = visitor.page
    await page.get_by_role("button", name="Показать").click()
    await page.get_by_role("button", name="Остановить").click()
    await expect(page.locator("body")).to_have_attribute("data-shown", "stopped")

    await send_message(town_panel(page), HATCH)
    await expect(card_of(page, ROADS, 1)).to_be_visible()
    await page.get_by_role("button", name="Заново").click()

    await expect(town_panel(page).locator(".msg")).to_have_count(0)
    await expect(phone_panel(page, ROADS).locator(".msg.their")).to_have_count(1)
    await expect(page.get_by_role("button", name="Показать")).to_be_enabled()
    await send_message(town_panel(page), HATCH)
    await expect(card_of(page, ROADS, 1)).to_be_visible()
    assert visitor.console_errors == []
