"""Who may answer where: explained to the administrator, kept to when it changes; an invitation where nobody answers."""

from bot.domain.answers import PublicationState
from bot.domain.tickets import State
from sandbox.telegram.server import api_fault
from tests.e2e.harness import ADMINISTRATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, SECOND_GROUP, Town, words
from tests.e2e.queries import audit, delivered, preview, publications, report, rows, state

ANSWER = "Яму на Ленина засыплем до пятницы, бригада выедет утром."
INVITE = "https://max.ru/gorod_bot"
OFF = 'title = "Подслушано"\nkind = "official"\nanswers = "off"'


async def changed(town: Town, answers: str) -> None:
    """The administrator changes one line and starts the bot again."""
    await town.stop()
    town.settings["answers"] = answers
    await town.start()


async def test_every_written_choice_is_explained_once_and_after_a_change(town: Town) -> None:
    note = await town.letter(ADMINISTRATOR, "Кто отвечает жителям по вашим настройкам")
    for line in (
        "Telegram «Подслушано» (bot): бот сам публикует ответ",
        "личные сообщения боту Telegram (bot)",
        "VK «Администрация» (bot)",
        "Это ваш выбор",
    ):
        assert line in words(note)
    assert "закон" not in words(note).lower()
    await delivered(town)
    await town.stop()
    await town.start()
    await delivered(town)
    assert len([one for one in town.texts(ADMINISTRATOR) if "Кто отвечает" in one]) == 1

    await changed(town, "person")

    await town.letter(ADMINISTRATOR, "Telegram «Подслушано» (person): бот там ничего не пишет; сотрудник получает")


async def waits(town: Town) -> None:
    """An answer is approved and the messenger does not take it for now."""
    await report(town)
    await town.card(ROADS_HEAD, 1)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD, ANSWER)
    await delivered(town)
    town.sandbox.telegram.faults.order("sendMessage", api_fault(429, "Too Many Requests", retry_after=600), times=1)
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.card(ROADS_HEAD, 1, "Ответ отправляется")
    await delivered(town)
    assert [one.state for one in await publications(town, 1)] == [PublicationState.QUEUED]


async def test_from_bot_to_person_takes_what_is_not_posted_yet_along(town: Town) -> None:
    await waits(town)
    await changed(town, "person")
    note = await town.letter(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную")
    await town.letter(ROADS_HEAD, "✍️ Текст ответа на №1 готов, теперь его нужно опубликовать")
    town.pass_time(minutes=20)
    await delivered(town)
    assert town.letters(GROUP) == []
    await town.press(ROADS_HEAD, note, "Опубликовано")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_from_bot_to_off_keeps_it(town: Town) -> None:
    await waits(town)
    await changed(town, "off")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено", "Ответ сохранён: публиковать его там не разрешено настройкой")
    town.pass_time(minutes=20)
    await delivered(town)
    assert town.letters(GROUP) == []
    assert await audit(town, 1, "choice_changed")


async def test_from_person_to_off_nobody_has_to_post_it_any_more(closed_town: Town) -> None:
    town = closed_town
    town.settings["answers"] = "person"
    await town.start()
    await report(town)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    note = await town.letter(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную")
    await delivered(town)
    await changed(town, "off")
    await town.until(lambda: words(note).startswith("Ответ на №1 публиковать больше не нужно"))
    assert rows(note) == []
    assert await state(town, 1) is State.ANSWERED


async def test_back_to_bot_is_for_new_answers_alone(closed_town: Town) -> None:
    town = closed_town
    town.settings["answers"] = "person"
    await town.start()
    await report(town)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.letter(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную")
    await changed(town, "bot")
    await delivered(town)
    assert town.letters(GROUP) == []
    assert await state(town, 1) is State.PUBLISHING
    await report(town, "На Кирова 10 яма на дороге, колесо пробил", PYOTR)
    await town.answer(ROADS_HEAD, 2, "Засыплем в среду.")
    await town.letter(GROUP, "Засыплем в среду.")


async def test_where_nobody_answers_a_citizen_is_invited_elsewhere_once(closed_town: Town) -> None:
    town = closed_town
    town.settings["answers"] = "off"
    town.rewrites[OFF] = f'{OFF}\ninvite = "{INVITE}"'
    await town.start()
    asked = await report(town)
    invited = await town.letter(GROUP, "здесь не отвечает", INVITE)
    assert invited["reply_to_message"]["message_id"] == asked
    await report(town, "На Кирова 10 яма на дороге, колесо пробил")
    await town.card(ROADS_HEAD, 2)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await delivered(town)
    assert len(town.letters(GROUP)) == 1
    await town.letter(ADMINISTRATOR, f"житель один раз получит приглашение: {INVITE}")


async def test_without_an_invitation_nothing_at_all_is_written_there(closed_town: Town) -> None:
    town = closed_town
    town.settings |= {"answers": "off"}
    town.rewrites['private = "bot"'] = 'private = "off"'
    await town.start()
    await report(town)
    await town.sandbox.telegram.start_bot(MARIA)
    await town.write(MARIA, "Здравствуйте!")
    await town.write(MARIA, "На Садовой 7 яма на дороге")
    await town.card(ROADS_HEAD, 2)
    await delivered(town)
    assert town.letters(GROUP) == town.letters(MARIA) == town.letters(SECOND_GROUP) == []


async def test_in_private_the_invitation_answers_start(closed_town: Town) -> None:
    town = closed_town
    town.rewrites['private = "bot"'] = f'private = "off"\ninvite = "{INVITE}"'
    await town.start()
    await town.sandbox.telegram.start_bot(MARIA)
    await town.letter(MARIA, INVITE)
    await town.write(MARIA, "На Садовой 7 яма на дороге")
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    assert len(town.letters(MARIA)) == 1
