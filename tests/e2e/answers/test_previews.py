"""A preview shows letter for letter what is published, also where the citizen's message is gone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.dialogs import Dialog, DialogStep
from bot.domain.notifications.dialogs import DraftPreview
from bot.domain.view_data import NotificationData, PublicationFacts
from bot.views import citizen
from bot.views.dialogs.drafts import preview
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, START_TIME, Harness, message_text
from tests.e2e.queries import HATCH, send_report, wait_for_preview, wait_until_idle

HEADING = "Так ответ увидит житель (№1):\n\n"
PRIVATE_WORDS = f"{HATCH}. Я Иванова Мария Петровна, кв. 12, тел. 89141234567"


async def write_answer(bot: Harness, text: str) -> str:
    """Open the answer to ticket 1 and write it; return the preview without its heading and hints."""
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, text)
    shown = message_text(await wait_for_preview(bot, ROADS_HEAD))
    assert shown.startswith(HEADING)
    return shown.removeprefix(HEADING).partition("\n\nℹ️")[0]


async def publish(bot: Harness) -> None:
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD), "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


@pytest.mark.parametrize(
    "text",
    [
        "<b>Яму</b> *засыплем* _до_ [пятницы](http://a.ru) & «точка».",
        "Засыплем \u200fעברית 👨‍👩‍👧 до\u00a0пятницы\n\n— мэрия",
    ],
)
async def test_published_answer_is_its_preview(bot: Harness, text: str) -> None:
    await send_report(bot, PRIVATE_WORDS)
    shown = await write_answer(bot, text)

    await publish(bot)

    assert [message_text(one) for one in bot.bot_messages(GROUP)] == [shown]


async def test_preview_of_an_answer_to_a_deleted_comment_names_and_quotes_nothing(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    asked = await vk.comment(COMMUNITY, post, MARIA, PRIVATE_WORDS)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await vk.delete_comment(COMMUNITY, post, asked, deleter_id=MARIA)
    await bot.wait_for_card(ROADS_HEAD, 1, "житель удалил сообщение")
    shown = await write_answer(bot, "Здравствуйте. Засыплем завтра.")
    assert shown == "Мария Ким, ответ на ваше сообщение:\nЗдравствуйте. Засыплем завтра."

    await publish(bot)

    [answer] = [one for one in vk.comments(COMMUNITY, post) if one.from_id == -COMMUNITY]
    assert answer.text.replace(f"[id{MARIA}|Мария Ким]", "Мария Ким") == shown


async def test_correction_adds_nothing_of_a_message_that_was_deleted_after_the_answer(bot: Harness) -> None:
    asked = await send_report(bot, PRIVATE_WORDS)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем.")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert bot.app is not None
    await bot.sandbox.telegram.delete(GROUP, asked)
    bot.pass_time(minutes=1)
    async with bot.app.database.begin() as uow:
        stored = await uow.messages.find_by_external_id("telegram", str(GROUP), str(asked))
        assert stored is not None
        await uow.messages.mark_deleted(stored.id, bot.clock.now())

    await bot.press_button(ROADS_HEAD, card, "Исправить")
    await bot.wait_for_message(ROADS_HEAD, "Исправление ответа на №1")
    await bot.send_message(ROADS_HEAD, "Засыпали.")
    draft = await bot.wait_for_message(ROADS_HEAD, "Так будет выглядеть исправленный ответ")
    await bot.press_button(ROADS_HEAD, draft, "Опубликовать исправление")
    await wait_until_idle(bot)

    assert message_text(draft).endswith("(№1):\n\nЗасыпали.") or "исправляется" in message_text(draft)
    assert [message_text(one) for one in bot.bot_messages(GROUP)] == ["Засыпали."]


@given(st.text(min_size=1, max_size=80), st.none() | st.text(max_size=80), st.booleans())
@settings(max_examples=60)
def test_preview_shows_every_answer_as_it_is_published(text: str, name: str | None, by_name: bool) -> None:
    facts = PublicationFacts(text, by_name, name, "2001")
    draft = Dialog("telegram", "1001", "1001", DialogStep.ANSWER_PREVIEW, 1, text, (), {}, 1, START_TIME)
    data = NotificationData(tickets={}, draft=draft, previewed_places=[facts])

    shown = preview(DraftPreview(ticket_id=1), data, None).plain_text

    assert shown.startswith(f"{HEADING}{citizen.render_publication(facts).plain_text}")
