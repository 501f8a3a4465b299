"""Manual posting: the bot hands the text out, detects it in the chat and reminds; it says so where nobody answers."""

from typing import Any

from bot.domain.answers import Poster, PublicationState
from bot.domain.tickets import State
from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    SECOND_GROUP,
    STAFF,
    VK_TOKEN,
    Harness,
    message_text,
)
from tests.e2e.queries import (
    HATCH,
    button_rows,
    get_ticket_state,
    list_audit,
    list_publications,
    open_history,
    send_report,
    wait_for_preview,
    wait_until_idle,
)

ANSWER = "Яму на Ленина засыплем до пятницы, бригада выедет утром."
LONG = "Яму засыплем. " * 40
BY_PERSON = {'title = "Дворы"\nkind = "chat"\nanswers = "bot"': 'title = "Дворы"\nkind = "chat"\nanswers = "person"'}
MANAGER_OF_VK = 9004


async def prepare_manual_answer(bot: Harness, answer: str = ANSWER, text: str = HATCH) -> int:
    """A citizen has written where a person answers; the head has approved an answer. The citizen's message."""
    bot.settings["answers"] = "person"
    await bot.start()
    asked = await send_report(bot, text)
    await bot.answer_ticket(ROADS_HEAD, 1, answer)
    await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать вручную")
    return asked


async def ticket_history(bot: Harness) -> str:
    return await open_history(bot, ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено"))


async def test_head_is_told_truly_who_posts_from_preview_to_end(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "person"
    await bot.start()
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, ANSWER)
    draft = await wait_for_preview(bot, ROADS_HEAD, "бот не отвечает", "опубликуете ответ вы")
    assert button_rows(draft)[0] == ["✅ Утвердить"]

    said = await bot.press_button(ROADS_HEAD, draft, "Утвердить")

    assert said["text"] == "Текст готов, его нужно опубликовать"
    await bot.wait_until(
        lambda: message_text(draft).startswith("✍️ Текст ответа на №1 готов, теперь его нужно опубликовать")
    )
    await bot.press_button(
        ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать вручную"), "Опубликовано"
    )
    await bot.wait_until(lambda: message_text(draft) == f"✅ Ответ на №1 опубликован:\n{ANSWER}")


async def test_the_bot_sees_the_answer_that_a_colleague_has_posted(closed_bot: Harness) -> None:
    bot = closed_bot
    asked = await prepare_manual_answer(bot)
    note = await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать вручную")
    posted = await bot.sandbox.telegram.send_message(
        GROUP, CURATOR, f"Добрый день, Мария! {ANSWER.replace(',', '')}", reply_to=asked
    )

    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")

    assert bot.sandbox.telegram.message_link(GROUP, posted) in [one.get("url") for one in card["entities"]]
    await bot.wait_until(
        lambda: message_text(note).startswith("✅ Ответ на №1 опубликован: бот увидел его в переписке")
    )
    assert button_rows(note) == []
    [publication] = await list_publications(bot, 1)
    assert publication.poster is Poster.NOTICED
    assert publication.external_ids == (str(posted),)
    assert "ответ опубликован вручную, бот увидел его в переписке — Куратор" in await ticket_history(bot)
    assert not bot.find_message(ROADS_HEAD, "Считать это ответом?")
    assert "Исправить" not in str(button_rows(card))  # a bot cannot change what a person has posted


async def test_copy_of_approved_words_by_a_stranger_never_counts_without_the_head(closed_bot: Harness) -> None:
    bot = closed_bot
    asked = await prepare_manual_answer(bot)
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, PYOTR, ANSWER)
    await telegram.send_message(GROUP, PYOTR, "Засыплют они, как же", reply_to=asked)
    await telegram.send_message(GROUP, MARIA, ANSWER, reply_to=asked)
    await telegram.send_message(GROUP, PYOTR, ANSWER, reply_to=asked)

    note = await bot.wait_for_message(ROADS_HEAD, "автора бот не знает: Пётр", "посторонний", ANSWER)

    await telegram.send_message(GROUP, PYOTR, ANSWER, reply_to=asked)
    await wait_until_idle(bot)
    assert await get_ticket_state(bot, 1) is State.PUBLISHING
    assert len([text for text in bot.bot_texts(ROADS_HEAD) if "автора бот не знает" in text]) == 1
    await bot.press_button(ROADS_HEAD, note, "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    [publication] = await list_publications(bot, 1)
    assert publication.poster is Poster.STAFF_REPLY
    assert publication.poster_id is not None, "the head has vouched for it"


async def test_answer_that_its_poster_rewrites_is_told(closed_bot: Harness) -> None:
    bot = closed_bot
    asked = await prepare_manual_answer(bot)
    posted = await bot.sandbox.telegram.send_message(GROUP, CURATOR, ANSWER, reply_to=asked)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await bot.sandbox.telegram.edit(GROUP, posted, ANSWER + " Спасибо!")
    await bot.sandbox.telegram.edit(GROUP, posted, "Никто ничего засыпать не будет, отстаньте все.")

    await bot.wait_for_message(ROADS_HEAD, "⚠️ №1: опубликованный ответ переписали", "отстаньте", ANSWER, "остаётся")

    assert await get_ticket_state(bot, 1) is State.ANSWERED
    assert [row.facts["why"] for row in await list_audit(bot, 1, "answer_lost")] == ["rewritten"]


async def test_own_reply_that_became_the_answer_is_told_when_rewritten(bot: Harness) -> None:
    asked = await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    posted = await bot.sandbox.telegram.send_message(GROUP, CURATOR, "Засыплем яму в пятницу, ждите.", reply_to=asked)
    note = await bot.wait_for_message(ROADS_HEAD, "Считать это ответом?")
    await bot.press_button(ROADS_HEAD, note, "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")

    await bot.sandbox.telegram.edit(GROUP, posted, "Передумали.")

    await bot.wait_for_message(ROADS_HEAD, "⚠️ №1: опубликованный ответ переписали", "Передумали.")
    await wait_until_idle(bot)
    assert await get_ticket_state(bot, 1) is State.ANSWERED
    assert len(await list_audit(bot, 1, "answer_lost")) == 1


async def test_person_who_posts_is_told_that_the_message_is_gone(closed_bot: Harness) -> None:
    bot = closed_bot
    token = f'token = "{VK_TOKEN}"'
    bot.config_replacements[token] = f'{token}\nanswers = "person"'
    await bot.start()
    post = await bot.sandbox.vk.post(COMMUNITY, "Новости")
    comment = await bot.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.vk.delete_comment(COMMUNITY, post, comment, deleter_id=MARIA)
    await bot.wait_for_card(ROADS_HEAD, 1, "житель удалил сообщение")

    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)

    await bot.wait_for_message(ROADS_HEAD, "Житель (Мария Ким) удалил сообщение", "не цитируя")


async def test_other_words_of_a_colleague_are_offered(closed_bot: Harness) -> None:
    bot = closed_bot
    asked = await prepare_manual_answer(bot)
    await bot.sandbox.telegram.send_message(GROUP, CURATOR, "Уже едем!", reply_to=asked)
    note = await bot.wait_for_message(ROADS_HEAD, "ответили в самом чате (Куратор)", "Уже едем!")
    assert await get_ticket_state(bot, 1) is State.PUBLISHING

    await bot.press_button(ROADS_HEAD, note, "Да, это ответ")

    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert (await list_publications(bot, 1))[0].poster is Poster.STAFF_REPLY
    assert len(await list_publications(bot, 1)) == 1


async def test_every_place_has_its_own_button_under_the_card(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "person"
    bot.config_replacements |= BY_PERSON
    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "«Дворы»")
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "ждёт публикации вручную", ANSWER)
    labels = [row[0] for row in button_rows(card) if "Опубликовано" in row[0]]
    assert labels == ["✅ Опубликовано: Telegram «Подслушано»", "✅ Опубликовано: Telegram «Дворы»"]
    await wait_until_idle(bot)
    assert bot.bot_texts(ROADS_HEAD).count(ANSWER) == 1

    await bot.press_button(ROADS_HEAD, card, "«Дворы»")

    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "ждёт публикации вручную")
    await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать (в 1 из 2 мест)")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Опубликовано")
    await bot.wait_until(lambda: "Опубликовано" not in str(button_rows(card)))
    states = {one.state for one in await list_publications(bot, 1)}
    assert states == {PublicationState.POSTED}


async def test_unposted_answer_is_reminded_once(closed_bot: Harness) -> None:
    bot = closed_bot
    await prepare_manual_answer(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    bot.pass_time(minutes=59)
    await bot.wait_for_outbox()
    assert not bot.find_message(ROADS_HEAD, "ещё не опубликован")
    bot.pass_time(minutes=2)
    reminder = await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1", "ответ готов, но ещё не опубликован")
    assert reminder["reply_to_message"]["message_id"] == card["message_id"]
    bot.pass_time(hours=2)
    await bot.wait_for_outbox()
    assert len([one for one in bot.bot_texts(ROADS_HEAD) if "ещё не опубликован" in one]) == 1


async def test_posted_answer_is_not_reminded(closed_bot: Harness) -> None:
    bot = closed_bot
    await prepare_manual_answer(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Опубликовано")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    bot.pass_time(hours=2)
    await bot.wait_for_outbox()
    assert not bot.find_message(ROADS_HEAD, "ещё не опубликован")


async def test_a_long_answer_has_no_button_to_copy_and_files_come_along(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "person"
    await bot.start()
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, LONG, photo=b"\xff\xd8repaired")
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD), "Утвердить")
    note = await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать вручную")
    assert button_rows(note) == [["✅ Опубликовано"]]
    await bot.wait_until(
        lambda: [one for one in bot.bot_messages(ROADS_HEAD) if message_text(one) == LONG.strip() and "photo" in one]
    )


async def test_kept_answer_is_not_called_sent(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "off"
    await bot.start()
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, ANSWER)
    draft = await bot.wait_for_message(
        ROADS_HEAD, "Ответ сохранится без публикации", "ответы выключены настройкой: житель ответа не увидит"
    )
    assert button_rows(draft)[0] == ["💾 Сохранить"]
    said = await bot.press_button(ROADS_HEAD, draft, "Сохранить")
    assert said["text"] == "Ответ сохранён без публикации"
    await bot.wait_until(lambda: message_text(draft) == f"💾 Ответ на №1 сохранён без публикации:\n{ANSWER}")
    told = await ticket_history(bot)
    assert "ответ сохранён без публикации" in told
    assert "опубликован —" not in told


async def use_managed_community(bot: Harness) -> None:
    """People write to the community, managers answer there by hand."""
    bot.config_replacements['token = "{vk_token}"'.format(vk_token="vk-token-for-tests-only")] = (
        'token = "vk-token-for-tests-only"\nanswers = "person"'
    )
    bot.settings["staff"] = STAFF.replace("telegram_id = 1004", f"telegram_id = 1004\nvk_id = {MANAGER_OF_VK}")
    bot.sandbox.vk.user(MANAGER_OF_VK, "Павел", "Куратов")
    await bot.start()


async def test_an_answer_given_by_hand_in_the_communitys_messages_is_seen(closed_bot: Harness) -> None:
    bot = closed_bot
    await use_managed_community(bot)
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    note: dict[str, Any] = await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать вручную")
    assert any("vk.com/gim" in one.get("url", "") for one in note["entities"])

    await vk.answer_as_manager(COMMUNITY, MARIA, MANAGER_OF_VK, f"Здравствуйте! {ANSWER}")

    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert "бот увидел его в переписке — Куратор" in await ticket_history(bot)


async def test_a_manager_who_answers_at_once_is_offered_as_the_answer(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await vk.answer_as_manager(COMMUNITY, MARIA, MANAGER_OF_VK, ANSWER)
    note = await bot.wait_for_message(ROADS_HEAD, "ответили в самом чате (Администрация)", ANSWER)
    await bot.press_button(ROADS_HEAD, note, "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert [one.text for one in vk.messages(COMMUNITY, MARIA) if one.text == ANSWER] == [ANSWER]
    assert bot.find_message(COORDINATOR, ANSWER) is None
