"""The posting policy: explained to the administrator, applied when it changes; an invitation where nobody answers."""

from bot.domain.answers import PublicationState
from bot.domain.tickets import State
from sandbox.telegram.server import api_fault
from tests.e2e.harness import ADMINISTRATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, SECOND_GROUP, Harness, message_text
from tests.e2e.queries import (
    button_rows,
    get_ticket_state,
    list_audit,
    list_publications,
    send_report,
    wait_for_preview,
    wait_until_idle,
)

ANSWER = "Яму на Ленина засыплем до пятницы, бригада выедет утром."
INVITE = "https://max.ru/gorod_bot"
OFF = 'title = "Подслушано"\nkind = "official"\nanswers = "off"'


async def restart_with_answers(bot: Harness, answers: str) -> None:
    """The administrator changes one line and starts the bot again."""
    await bot.stop()
    bot.settings["answers"] = answers
    await bot.start()


async def test_every_written_choice_is_explained_once_and_after_a_change(bot: Harness) -> None:
    note = await bot.wait_for_message(ADMINISTRATOR, "Кто отвечает жителям по вашим настройкам")
    for line in (
        "Telegram «Подслушано» (bot): бот сам публикует ответ",
        "личные сообщения боту Telegram (bot)",
        "VK «Администрация» (bot)",
        "Это ваш выбор",
    ):
        assert line in message_text(note)
    assert "закон" not in message_text(note).lower()
    await wait_until_idle(bot)
    await bot.stop()
    await bot.start()
    await wait_until_idle(bot)
    assert len([one for one in bot.bot_texts(ADMINISTRATOR) if "Кто отвечает" in one]) == 1

    await restart_with_answers(bot, "person")

    await bot.wait_for_message(
        ADMINISTRATOR, "Telegram «Подслушано» (person): бот там ничего не пишет; сотрудник получает"
    )


async def queue_blocked_answer(bot: Harness) -> None:
    """An answer is approved and the messenger does not take it for now."""
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD, ANSWER)
    await wait_until_idle(bot)
    bot.sandbox.telegram.faults.order("sendMessage", api_fault(429, "Too Many Requests", retry_after=600), times=1)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "Ответ отправляется")
    await wait_until_idle(bot)
    assert [one.state for one in await list_publications(bot, 1)] == [PublicationState.QUEUED]


async def test_from_bot_to_person_takes_what_is_not_posted_yet_along(bot: Harness) -> None:
    await queue_blocked_answer(bot)
    await restart_with_answers(bot, "person")
    note = await bot.wait_for_message(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную")
    await bot.wait_for_message(ROADS_HEAD, "✍️ Текст ответа на №1 готов, теперь его нужно опубликовать")
    bot.pass_time(minutes=20)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(ROADS_HEAD, note, "Опубликовано")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_from_bot_to_off_keeps_it(bot: Harness) -> None:
    await queue_blocked_answer(bot)
    await restart_with_answers(bot, "off")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "Ответ сохранён: публиковать его там не разрешено настройкой")
    bot.pass_time(minutes=20)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert await list_audit(bot, 1, "choice_changed")


async def test_from_person_to_off_nobody_has_to_post_it_any_more(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "person"
    await bot.start()
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    note = await bot.wait_for_message(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную")
    await wait_until_idle(bot)
    await restart_with_answers(bot, "off")
    await bot.wait_until(lambda: message_text(note).startswith("Ответ на №1 публиковать больше не нужно"))
    assert button_rows(note) == []
    assert await get_ticket_state(bot, 1) is State.ANSWERED


async def test_back_to_bot_is_for_new_answers_alone(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "person"
    await bot.start()
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_message(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную")
    await restart_with_answers(bot, "bot")
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert await get_ticket_state(bot, 1) is State.PUBLISHING
    await send_report(bot, "На Кирова 10 яма на дороге, колесо пробил", PYOTR)
    await bot.answer_ticket(ROADS_HEAD, 2, "Засыплем в среду.")
    await bot.wait_for_message(GROUP, "Засыплем в среду.")


async def test_citizen_is_invited_elsewhere_once_when_answers_are_off(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "off"
    bot.config_replacements[OFF] = f'{OFF}\ninvite = "{INVITE}"'
    await bot.start()
    asked = await send_report(bot)
    invited = await bot.wait_for_message(GROUP, "здесь не отвечает", INVITE)
    assert invited["reply_to_message"]["message_id"] == asked
    await send_report(bot, "На Кирова 10 яма на дороге, колесо пробил")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1
    await bot.wait_for_message(ADMINISTRATOR, f"житель один раз получит приглашение: {INVITE}")


async def test_without_an_invitation_nothing_at_all_is_written_there(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"answers": "off"}
    bot.config_replacements['private = "bot"'] = 'private = "off"'
    await bot.start()
    await send_report(bot)
    await bot.sandbox.telegram.start_bot(MARIA)
    await bot.send_message(MARIA, "Здравствуйте!")
    await bot.send_message(MARIA, "На Садовой 7 яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == bot.bot_messages(MARIA) == bot.bot_messages(SECOND_GROUP) == []


async def test_in_private_the_invitation_answers_start(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.config_replacements['private = "bot"'] = f'private = "off"\ninvite = "{INVITE}"'
    await bot.start()
    await bot.sandbox.telegram.start_bot(MARIA)
    await bot.wait_for_message(MARIA, INVITE)
    await bot.send_message(MARIA, "На Садовой 7 яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    assert len(bot.bot_messages(MARIA)) == 1
