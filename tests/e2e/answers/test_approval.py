"""Drafts and approval: what the town says in public has passed everybody whom the rules name."""

from typing import Any

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.chat_clients import OfficialChat, VkChatClient
from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    ROADS_HEAD,
    STAFF,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import (
    HATCH,
    ROOF,
    UNCLEAR_REPORT,
    get_ticket_state,
    list_audit,
    refusal_codes,
    send_report,
    wait_for_preview,
    wait_until_idle,
    wait_until_recorded,
)
from tests.e2e.staff.people_file import apply_people

MANAGER, SECOND_MANAGER = 1006, 1007
MANAGERS = """
[[staff]]
name = "Руководитель МЦУ"
role = "manager"
telegram_id = 1006
"""
MANAGER_APPROVES = '[[rules]]\napproval = ["manager"]\n'


async def open_town(bot: Harness, rules: str, staff: str = STAFF + MANAGERS) -> int:
    """Start the town, and let a citizen write; return the id of the message."""
    bot.settings |= {"staff": staff, "more": rules}
    for number, name in ((MANAGER, "Анна"), (SECOND_MANAGER, "Борис")):
        bot.sandbox.telegram.user(number, name)
        await bot.sandbox.telegram.start_bot(number)
    await bot.start()
    return await send_report(bot)


@pytest.fixture
async def bot(closed_bot: Harness) -> Harness:
    """A town like Lovozero: the units prepare answers, the manager publishes them."""
    await open_town(closed_bot, MANAGER_APPROVES)
    return closed_bot


async def submit(bot: Harness, person: int, text: str, **more: Any) -> dict[str, Any]:
    """Write an answer and press «На согласование»."""
    card = await bot.wait_for_card(person, 1)
    await wait_until_recorded(bot, person, card["message_id"])
    await bot.send_message(person, text, reply_to=card["message_id"], **more)
    preview = await wait_for_preview(bot, person, text)
    await bot.press_button(person, preview, "На согласование")
    return preview


async def wait_for_question(bot: Harness, person: int = MANAGER) -> dict[str, Any]:
    """Wait for the question to an approver that has buttons."""

    def find() -> dict[str, Any] | None:
        asked = [one for one in bot.bot_messages(person) if "на согласовании (№1)" in message_text(one)]
        return asked[-1] if asked and button_labels(asked[-1]) else None

    return await bot.wait_until(find)


def find_later(bot: Harness, person: int, piece: str, earlier: dict[str, Any]) -> dict[str, Any] | None:
    """The newest message after *earlier* that has buttons and holds *piece*."""
    later = [one for one in bot.bot_messages(person) if one["message_id"] > earlier["message_id"]]
    found = [one for one in later if piece in message_text(one) and button_labels(one)]
    return found[-1] if found else None


def code_of(question: dict[str, Any], row: int = 0) -> str:
    return str(question["reply_markup"]["inline_keyboard"][row][0]["callback_data"])


async def test_a_unit_prepares_and_the_manager_publishes(bot: Harness) -> None:
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert "✍️ Подготовить ответ" in button_labels(card)
    assert "✍️ Ответить" not in button_labels(card)
    await bot.press_button(ROADS_HEAD, card, "Подготовить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Яму заделают до пятницы.")
    preview = await wait_for_preview(bot, ROADS_HEAD, "Яму заделают до пятницы.", "Сначала ответ согласует: Руковод")
    assert button_labels(preview)[0] == "📨 На согласование"
    assert not any("Отправить" in label or "Опубликовать" in label for label in button_labels(preview))

    await bot.press_button(ROADS_HEAD, preview, "На согласование")

    question = await wait_for_question(bot)
    assert button_labels(question) == ["✅ Опубликовать", "↩️ Вернуть с замечанием", "✍️ Изменить"]
    assert "Подготовлено: Начальник отдела дорог" in message_text(question)
    letters = bot.bot_texts(MANAGER)
    assert letters[letters.index(message_text(question)) - 1] == "Яму заделают до пятницы."  # letter for letter
    await bot.wait_for_message(ROADS_HEAD, "на согласовании у: Руководитель МЦУ")
    waiting = await bot.wait_for_card(ROADS_HEAD, 1, "На согласовании у: Руководитель МЦУ\n")
    assert message_text(waiting).startswith("📝 На согласовании у: Руководитель МЦУ\n")
    assert await get_ticket_state(bot, 1) is State.ANSWERING
    assert bot.bot_messages(GROUP) == []

    await bot.press_button(MANAGER, question, "Опубликовать")

    assert message_text(await bot.wait_for_message(GROUP)) == "Яму заделают до пятницы."
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено: Начальник отдела дорог", "опубликовано: Руководитель МЦУ")
    await bot.wait_for_message(ROADS_HEAD, "Ваш ответ на №1 согласован (Руководитель МЦУ), теперь его опубликуют.")
    await bot.wait_until(lambda: message_text(question) == "✅ №1: согласовано к публикации — Руководитель МЦУ")
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, waiting["message_id"], "1:i:1")
    history = message_text(await bot.wait_for_message(ROADS_HEAD, "История №1"))
    assert "подготовлен текст, вариант 1 — Начальник отдела дорог" in history
    assert "согласован вариант 1 — Руководитель МЦУ" in history
    assert "опубликован вариант 1 — Руководитель МЦУ" in history


async def test_a_remark_returns_the_draft_and_the_second_version_is_published(bot: Harness) -> None:
    await submit(bot, ROADS_HEAD, "Передано подрядчику.")
    first = await wait_for_question(bot)
    old = code_of(first)
    await bot.press_button(MANAGER, first, "Вернуть с замечанием")
    await bot.wait_for_message(MANAGER, "Замечание к ответу на №1")
    await bot.send_message(MANAGER, "Нет срока")

    returned = await bot.wait_for_message(ROADS_HEAD, "возвращён с замечанием", "Руководитель МЦУ: Нет срока")
    await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе", "Руководитель МЦУ (ответ возвращён", "Нет срока")
    assert await get_ticket_state(bot, 1) is State.ACCEPTED
    await bot.press_button(ROADS_HEAD, returned, "Исправить")
    await bot.wait_for_message(ROADS_HEAD, "Было:", "Передано подрядчику.")
    await bot.send_message(ROADS_HEAD, "Подрядчик заделает яму до 27.11.")
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "до 27.11."), "На согласование")

    question = await wait_for_question(bot)
    said = await bot.press_code(MANAGER, MANAGER, question["message_id"], old)
    assert "уже не действует" in said["text"]
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(MANAGER, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Подрядчик заделает яму до 27.11."
    again = await bot.press_code(MANAGER, MANAGER, question["message_id"], old)
    assert again["show_alert"]
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1
    assert await refusal_codes(bot, 1) == ["draft_changed", "draft_changed"]


async def test_the_manager_changes_the_text_and_publishes_the_own_version(bot: Harness) -> None:
    await submit(bot, ROADS_HEAD, "Сделаем.")
    question = await wait_for_question(bot)
    await bot.press_button(MANAGER, question, "Изменить")
    await bot.wait_for_message(MANAGER, "пришлите новый ответ на №1", "Сделаем.")
    await bot.send_message(MANAGER, "Сделаем до 27 ноября.")
    preview = await wait_for_preview(bot, MANAGER, "Сделаем до 27 ноября.")
    assert button_labels(preview)[0] == "📤 Опубликовать"

    await bot.press_button(MANAGER, preview, "Опубликовать")

    assert message_text(await bot.wait_for_message(GROUP)) == "Сделаем до 27 ноября."
    submitted = await list_audit(bot, 1, "approval_submitted")
    assert [row.facts["version"] for row in submitted] == [1, 2]
    assert len({row.person_id for row in submitted}) == 2


@pytest.mark.parametrize("person", [ROADS_HEAD, HOUSING_HEAD, COORDINATOR])
async def test_a_forged_publication_is_refused_and_audited(bot: Harness, person: int) -> None:
    await submit(bot, ROADS_HEAD, "Текст.")
    code = code_of(await wait_for_question(bot))
    await bot.send_message(person, "/find 1") if person != HOUSING_HEAD else None
    await wait_until_idle(bot)
    message = bot.bot_messages(person)[-1]

    said = await bot.press_code(person, person, message["message_id"], code)

    assert said["show_alert"]
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert await get_ticket_state(bot, 1) is State.ANSWERING
    assert await refusal_codes(bot, 1) == ["foreign_button" if person == HOUSING_HEAD else "not_approver"]


async def test_a_forged_approval_of_another_messages_draft_is_refused(bot: Harness) -> None:
    """The rights and the rules of one message do not publish the draft of another one."""
    await submit(bot, ROADS_HEAD, "Текст.")
    version, op, _, draft = code_of(await wait_for_question(bot)).split(":")
    await send_report(bot, ROOF)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    await bot.send_message(MANAGER, "/find 2")
    other = await bot.wait_for_card(MANAGER, 2)

    said = await bot.press_code(MANAGER, MANAGER, other["message_id"], f"{version}:{op}:2:{draft}")

    assert said["show_alert"]
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    assert await get_ticket_state(bot, 1) is State.ANSWERING
    assert await refusal_codes(bot, 2) == ["draft_changed"]


async def test_a_late_step_is_told_once_to_those_who_act_and_those_who_wait(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, '[[rules]]\napproval = ["manager"]\ndraft = "2h"\napprove = "1h"\nrework = "1h"\n')
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    late = "ответ не подготовлен в срок"
    bot.pass_time(hours=2, seconds=1)
    for person in (ROADS_HEAD, MANAGER):
        await bot.wait_for_message(person, "Просрочено: №1", late)
    await submit(bot, ROADS_HEAD, "Сделаем.")
    question = await wait_for_question(bot)
    bot.pass_time(hours=1, seconds=1)
    for person in (ROADS_HEAD, MANAGER):
        await bot.wait_for_message(person, "ответ ждёт согласования дольше срока")
    await bot.press_button(MANAGER, question, "Вернуть с замечанием")
    await bot.wait_for_message(MANAGER, "Замечание к ответу на №1")
    await bot.send_message(MANAGER, "Нет срока")
    await bot.wait_for_message(ROADS_HEAD, "возвращён с замечанием")
    bot.pass_time(hours=1, seconds=1)
    for person in (ROADS_HEAD, MANAGER):
        await bot.wait_for_message(person, "ответ не исправлен по замечанию в срок")
    await bot.wait_for_outbox()
    assert sum(late in text for text in bot.bot_texts(MANAGER)) == 1
    assert sum("дольше срока" in text for text in bot.bot_texts(ROADS_HEAD)) == 1


@ON_BOTH
async def test_several_steps_approve_in_their_order(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, '[[rules]]\napproval = ["coordinator", "manager"]\n')
    await submit(bot, ROADS_HEAD, "Сделаем.")
    first = await wait_for_question(bot, COORDINATOR)
    assert button_labels(first)[0] == "✅ Согласовать"
    assert not any("на согласовании (№1)" in text for text in bot.bot_texts(MANAGER))

    await bot.press_button(COORDINATOR, first, "Согласовать")

    second = await wait_for_question(bot)
    assert button_labels(second)[0] == "✅ Опубликовать"
    await bot.wait_for_message(ROADS_HEAD, "согласован (Координатор), теперь согласует Руководитель МЦУ")
    await bot.wait_for_card(ROADS_HEAD, 1, "На согласовании у: Руководитель МЦУ")
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(MANAGER, second, "Изменить")
    await bot.wait_for_message(MANAGER, "пришлите новый ответ на №1")
    await bot.send_message(MANAGER, "Сделаем завтра.")
    await bot.press_button(MANAGER, await wait_for_preview(bot, MANAGER, "Сделаем завтра."), "На согласование")
    again = await bot.wait_until(lambda: find_later(bot, COORDINATOR, "на согласовании (№1)", first))
    await bot.press_button(COORDINATOR, again, "Согласовать")
    last = await bot.wait_until(lambda: find_later(bot, MANAGER, "на согласовании (№1)", second))
    await bot.press_button(MANAGER, last, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Сделаем завтра."


async def test_with_four_eyes_an_approver_who_changed_the_text_does_not_publish_it(closed_bot: Harness) -> None:
    bot = closed_bot
    second = MANAGERS.replace("Руководитель МЦУ", "Заместитель МЦУ").replace("1006", "1007")
    rules = '[[rules]]\napproval = ["manager"]\nfour_eyes = true\n'
    await open_town(bot, rules, STAFF + MANAGERS + second)
    await submit(bot, ROADS_HEAD, "Сделаем.")
    question = await wait_for_question(bot)
    await bot.press_button(MANAGER, question, "Изменить")
    await bot.wait_for_message(MANAGER, "пришлите новый ответ на №1")
    await bot.send_message(MANAGER, "Сделаем завтра.")
    preview = await wait_for_preview(bot, MANAGER, "Сделаем завтра.", "Сначала ответ согласует: Заместитель МЦУ")
    await bot.press_button(MANAGER, preview, "На согласование")
    asked = await wait_for_question(bot, SECOND_MANAGER)

    await bot.send_message(MANAGER, "/find 1")
    card = await bot.wait_for_card(MANAGER, 1)
    said = await bot.press_code(MANAGER, MANAGER, card["message_id"], code_of(asked))
    assert said["text"] == "Свой текст согласовать нельзя: его должен проверить другой сотрудник."
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(SECOND_MANAGER, asked, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Сделаем завтра."
    assert await refusal_codes(bot, 1) == ["own_draft"]


async def test_a_hand_over_takes_the_draft_along_and_its_approvals_lapse(bot: Harness) -> None:
    await submit(bot, ROADS_HEAD, "Это к жилищникам, но заделаем.")
    question = await wait_for_question(bot)
    code = code_of(question)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Передать")
    menu = await bot.wait_until(
        lambda: next((one for one in bot.bot_messages(ROADS_HEAD) if "ЖКХ" in button_labels(one)), None)
    )
    await bot.press_button(ROADS_HEAD, menu, "ЖКХ")

    await bot.wait_until(lambda: "сообщение передали, согласование отменено" in message_text(question))
    assert (await bot.press_code(MANAGER, MANAGER, question["message_id"], code))["show_alert"]
    assert bot.bot_messages(GROUP) == []
    card = await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.press_button(HOUSING_HEAD, card, "Подготовить ответ")
    preview = await wait_for_preview(bot, HOUSING_HEAD, "Это к жилищникам, но заделаем.")
    await bot.press_button(HOUSING_HEAD, preview, "На согласование")
    await bot.press_button(MANAGER, await wait_for_question(bot), "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Это к жилищникам, но заделаем."


async def test_an_author_who_is_the_only_approver_publishes_at_once(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot, '[[rules]]\napproval = ["head"]\n')
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert "✍️ Ответить" in button_labels(card)
    await bot.send_message(ROADS_HEAD, "Сделаем.", reply_to=card["message_id"])
    preview = await wait_for_preview(bot, ROADS_HEAD, "Сделаем.")
    assert button_labels(preview)[0] == "📤 Опубликовать"
    await bot.press_button(ROADS_HEAD, preview, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Сделаем."
    assert [row.facts["role"] for row in await list_audit(bot, 1, "approval_approved")] == ["head"]


async def test_an_approver_who_blocks_the_bot_is_replaced(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await bot.wait_for_card(ROADS_HEAD, 1)
    await telegram.block(MANAGER)
    await submit(bot, ROADS_HEAD, "Сделаем.")

    question = await wait_for_question(bot, COORDINATOR)

    assert "потому что тот, кто должен, сейчас недоступен" in message_text(question)
    await bot.wait_for_card(ROADS_HEAD, 1, "На согласовании у: Координатор")
    await bot.press_button(COORDINATOR, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Сделаем."


async def test_everybody_works_in_vk(closed_bot: Harness) -> None:
    """Lovozero: a comment in VK, a head and a manager who have nothing but VK."""
    bot, vk = closed_bot, closed_bot.sandbox.vk
    for number, first in ((3001, "Лев"), (3006, "Анна")):
        vk.user(number, first, "Орлова")
    staff = STAFF.replace("telegram_id = 1001", "vk_id = 3001") + MANAGERS.replace("telegram_id = 1006", "vk_id = 3006")
    bot.settings |= {"staff": staff, "more": MANAGER_APPROVES}
    await bot.start()
    head, manager = OfficialChat(VkChatClient(bot, 3001)), OfficialChat(VkChatClient(bot, 3006))
    for chat in (head, manager):
        await chat.client.start_bot()
        await chat.wait_for_message("Вы подключены к центру управления")
    post = await vk.visitor_post(COMMUNITY, MARIA, HATCH)
    await head.press_without_answer(await head.wait_for_card(1, button="Подготовить ответ"), "Подготовить ответ")
    await head.wait_for_message("Ответ на №1", button="Отмена")
    await head.send_message("Яму засыпали.", photo=b"\xff\xd8done")
    preview = await head.wait_for_message("Так ответ увидит житель", button="На согласование")
    await head.press_without_answer(preview, "На согласование")

    question = await manager.wait_for_message("на согласовании (№1)", button="Опубликовать")
    text = await manager.wait_for_message("Яму засыпали.", opening="Яму засыпали.$")
    assert text.pictures == 1
    await manager.press_without_answer(question, "Опубликовать")

    [answer] = await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == "Яму засыпали."])
    assert answer.from_id == -COMMUNITY
    await head.wait_for_card(1, "✅ Отвечено", "опубликовано: Руководитель МЦУ")


async def test_two_people_write_and_the_slower_keeps_the_own_words(closed_bot: Harness) -> None:
    bot = closed_bot
    deputy = '[[staff]]\nname = "Заместитель"\nrole = "deputy"\nsectors = ["roads"]\ntelegram_id = 1007\n'
    await open_town(bot, MANAGER_APPROVES, STAFF + MANAGERS + deputy)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Мой текст", reply_to=card["message_id"])
    slow = await wait_for_preview(bot, ROADS_HEAD, "Мой текст")
    await bot.send_message(SECOND_MANAGER, "/find 1")
    await submit(bot, SECOND_MANAGER, "Текст заместителя")
    first = await wait_for_question(bot)

    said = await bot.press_button(ROADS_HEAD, slow, "На согласование")

    assert said["text"] == "Ваш текст сохранён, но уже есть другой вариант"
    await bot.wait_for_message(ROADS_HEAD, "Ваш текст сохранён, но пока вы писали", "Заместитель", "Текст заместителя")
    again = await bot.wait_until(lambda: find_later(bot, ROADS_HEAD, "Мой текст", slow))
    assert len(await list_audit(bot, 1, "approval_submitted")) == 1
    await bot.press_button(ROADS_HEAD, again, "На согласование")
    question = await bot.wait_until(lambda: find_later(bot, MANAGER, "на согласовании (№1)", first))
    await bot.press_button(MANAGER, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Мой текст"


async def test_a_correction_is_approved_too_and_a_restart_loses_nothing(bot: Harness) -> None:
    await submit(bot, ROADS_HEAD, "Сделаем завтра.")
    await bot.press_button(MANAGER, await wait_for_question(bot), "Опубликовать")
    published = await bot.wait_for_message(GROUP, "Сделаем завтра.")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено"), "Исправить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Исправление ответа на №1")
    await bot.send_message(ROADS_HEAD, "Сделаем послезавтра.")
    preview = await bot.wait_for_message(ROADS_HEAD, "исправленный ответ", "послезавтра")
    assert button_labels(preview)[0] == "📨 На согласование"
    await bot.press_button(ROADS_HEAD, preview, "На согласование")
    question = await bot.wait_for_message(MANAGER, "Исправление ответа на согласовании (№1)")
    await wait_until_idle(bot)
    assert message_text(published) == "Сделаем завтра."

    await bot.stop()
    press = await bot.sandbox.telegram.press_button(MANAGER, MANAGER, question["message_id"], "✅ Опубликовать")
    await bot.start()

    await bot.wait_until(lambda: bot.sandbox.telegram.callback_answers.get(press))
    await bot.wait_for_message(GROUP, "Сделаем послезавтра.")
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1


async def test_a_colleagues_reply_in_the_chat_waits_for_approval_and_is_not_posted_twice(closed_bot: Harness) -> None:
    bot = closed_bot
    asked = await open_town(bot, MANAGER_APPROVES)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, HOUSING_HEAD, "Уже едем.", reply_to=asked)
    offer = await bot.wait_for_message(ROADS_HEAD, "Уже едем.")
    await bot.press_button(ROADS_HEAD, offer, "Да")
    question = await wait_for_question(bot)
    assert await get_ticket_state(bot, 1) is State.ANSWERING

    await bot.press_button(MANAGER, question, "Опубликовать")

    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []


async def test_an_approver_who_was_dismissed_a_second_ago_publishes_nothing(bot: Harness) -> None:
    await submit(bot, ROADS_HEAD, "Сделаем.")
    question = await wait_for_question(bot)
    code = code_of(question)
    await wait_until_idle(bot)

    bot.settings["staff"] = STAFF
    await apply_people(bot)

    said = await bot.press_code(MANAGER, MANAGER, question["message_id"], code)
    assert said["show_alert"]
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(COORDINATOR, await wait_for_question(bot, COORDINATOR), "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Сделаем."


async def test_the_approved_text_needs_no_approval_to_be_sent_again_and_any_other_does(bot: Harness) -> None:
    await submit(bot, ROADS_HEAD, "Сделаем завтра.")
    question = await wait_for_question(bot)
    await bot.sandbox.telegram.kick_bot(GROUP)
    await bot.press_button(MANAGER, question, "Опубликовать")
    failed = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1 не опубликован")
    await bot.sandbox.telegram.invite_bot(GROUP)

    await bot.press_button(ROADS_HEAD, failed, "Отправить ещё раз")
    preview = await bot.wait_until(lambda: find_later(bot, ROADS_HEAD, "Так ответ увидит житель", failed))
    assert button_labels(preview)[0] == "📤 Отправить"
    await bot.send_message(ROADS_HEAD, "Или послезавтра.")
    longer = await wait_for_preview(bot, ROADS_HEAD, "Или послезавтра.")
    assert button_labels(longer)[0] == "📨 На согласование"
    await bot.press_button(ROADS_HEAD, longer, "Отмена")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе"), "Подготовить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Сделаем завтра.")
    again = await bot.wait_until(lambda: find_later(bot, ROADS_HEAD, "Сделаем завтра.", longer))
    await bot.press_button(ROADS_HEAD, again, "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == "Сделаем завтра."


HEAD_APPROVES = '[[rules]]\napproval = ["head"]\n'


async def open_triage(bot: Harness, rules: str) -> dict[str, Any]:
    """Start a town in which heads approve, with a message that nobody's block is sure of; return its card."""
    bot.settings |= {"staff": STAFF + MANAGERS, "more": rules}
    bot.sandbox.telegram.user(MANAGER, "Анна")
    await bot.sandbox.telegram.start_bot(MANAGER)
    await bot.start()
    await send_report(bot, UNCLEAR_REPORT)
    return await bot.wait_for_card(COORDINATOR, 1)


async def test_who_sorts_publishes_an_own_answer_where_no_head_can_be_asked(closed_bot: Harness) -> None:
    """No block has it yet, so that the step of its head would fall to who sorts: to the author."""
    bot = closed_bot
    card = await open_triage(bot, HEAD_APPROVES)
    await bot.send_message(COORDINATOR, "Уточните, пожалуйста, адрес.", reply_to=card["message_id"])
    preview = await wait_for_preview(bot, COORDINATOR, "Уточните, пожалуйста, адрес.")
    assert button_labels(preview)[0] == "📤 Опубликовать"

    await bot.press_button(COORDINATOR, preview, "Опубликовать")

    assert message_text(await bot.wait_for_message(GROUP)) == "Уточните, пожалуйста, адрес."
    assert not bot.find_message(COORDINATOR, "на согласовании (№1)"), "nobody is asked about their own words"
    [approved] = await list_audit(bot, 1, "approval_approved")
    assert approved.facts["role"] == "head"


async def test_four_eyes_sends_an_answer_of_who_sorts_to_the_next_on_the_ladder(closed_bot: Harness) -> None:
    bot = closed_bot
    card = await open_triage(bot, HEAD_APPROVES + "four_eyes = true\n")
    await bot.send_message(COORDINATOR, "Уточните, пожалуйста, адрес.", reply_to=card["message_id"])
    preview = await wait_for_preview(bot, COORDINATOR, "Сначала ответ согласует: Руководитель МЦУ")
    await bot.press_button(COORDINATOR, preview, "На согласование")

    question = await wait_for_question(bot)
    waiting = await bot.wait_for_card(COORDINATOR, 1, "На согласовании у: Руководитель МЦУ")
    said = await bot.press_code(COORDINATOR, COORDINATOR, waiting["message_id"], code_of(question))
    assert "Свой текст согласовать нельзя" in said["text"]
    await bot.press_button(MANAGER, question, "Опубликовать")
    assert message_text(await bot.wait_for_message(GROUP)) == "Уточните, пожалуйста, адрес."
    assert await refusal_codes(bot, 1) == ["own_draft"]
