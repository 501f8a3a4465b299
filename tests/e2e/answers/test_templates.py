"""Templates: kept with ``/templates``, made of answers, offered under «Ответить», refused while fields are empty."""

from typing import Any

from sqlalchemy import select

from storage.tables import audit
from tests.databases import ON_BOTH
from tests.e2e.harness import CURATOR, GROUP, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import button_rows, send_report, wait_for_preview


async def add_template(bot: Harness, text: str) -> None:
    await bot.send_message(ROADS_HEAD, "/templates")
    listed = await bot.wait_for_message(ROADS_HEAD, "📄 Шаблон")
    await bot.press_button(ROADS_HEAD, listed, "Добавить")
    await bot.wait_for_message(ROADS_HEAD, "Пришлите текст шаблона")
    await bot.send_message(ROADS_HEAD, text)
    await bot.wait_for_message(ROADS_HEAD, "✅ Шаблон сохранён")


async def ask(bot: Harness, number: int) -> dict[str, Any]:
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, number), "Ответить")
    return await bot.wait_for_message(ROADS_HEAD, f"Ответ на №{number}")


async def test_template_is_offered_filled_and_refused_until_its_fields_have_values(bot: Harness) -> None:
    await add_template(bot, "Здравствуйте, {имя}! Яму ({место}) дорожники засыплют {дата}.")
    await send_report(bot)
    question = await ask(bot, 1)
    offer = button_rows(question)[0][0]
    assert offer.startswith("📄 Здравствуйте, {имя}!")
    await bot.press_button(ROADS_HEAD, question, offer)
    draft = await wait_for_preview(bot, ROADS_HEAD, "Здравствуйте, Мария! Яму (ул. Ленина, 45)", "Заполните {дата}")
    said = await bot.press_button(ROADS_HEAD, draft, "Отправить")
    assert said["text"] == "Сначала заполните {дата}: пришлите значение сообщением."
    assert bot.bot_messages(GROUP) == []
    await bot.send_message(ROADS_HEAD, "завтра, 21 ноября")
    draft = await wait_for_preview(bot, ROADS_HEAD, "засыплют завтра, 21 ноября.")
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_message(GROUP, "Здравствуйте, Мария! Яму (ул. Ленина, 45) дорожники засыплют завтра, 21 ноября.")


@ON_BOTH
async def test_approved_answer_becomes_a_template_without_personal_data(bot: Harness) -> None:
    await send_report(bot)
    await ask(bot, 1)
    await bot.send_message(ROADS_HEAD, "Здравствуйте, Мария! Яму (Ленина, 45) засыпем 23 ноября.")
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD), "Отправить")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.wait_until(lambda: ["📄 Сделать шаблоном"] in button_rows(card))
    assert "Шаблон сохранён" in (await bot.press_button(ROADS_HEAD, card, "Сделать шаблоном"))["text"]
    await bot.send_message(ROADS_HEAD, "/templates")
    listed = await bot.wait_for_message(ROADS_HEAD, "Шаблоны ответов", "Дороги")
    assert "Здравствуйте, {имя}! Яму ({место}) засыпем {дата}." in message_text(listed)

    await bot.press_button(ROADS_HEAD, listed, "Изменить 1")
    await bot.wait_for_message(ROADS_HEAD, "Пришлите текст шаблона", "Сейчас:")
    await bot.send_message(ROADS_HEAD, "Здравствуйте! Сделаем {дата}.")
    await bot.wait_for_message(ROADS_HEAD, "✅ Шаблон сохранён")
    await bot.press_button(ROADS_HEAD, listed, "Удалить 1")
    await bot.wait_until(lambda: "Шаблонов пока нет" in message_text(listed))
    async with bot.read_tables() as connection:
        query = select(audit.c.action, audit.c.facts).where(audit.c.action.startswith("template_")).order_by(audit.c.id)
        records = {row.action: row.facts for row in await connection.execute(query)}
    assert records["template_added"]["after"]["sector"] == "roads"
    words = records["template_changed"]
    assert words["before"] == {"text": "Здравствуйте, {имя}! Яму ({место}) засыпем {дата}."}
    assert words["after"] == {"text": "Здравствуйте! Сделаем {дата}."}
    assert records["template_deleted"]["before"]["text"] == "Здравствуйте! Сделаем {дата}."


@ON_BOTH
async def test_answer_to_a_similar_message_is_offered_without_the_other_persons_data(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = "[problems]\njoin = false"
    await bot.start()
    await send_report(bot, "На Садовой 3 третий день яма на дороге, машины бьются")
    await ask(bot, 1)
    await bot.send_message(ROADS_HEAD, "Здравствуйте, Мария! Яму засыпем 23 ноября.")
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD), "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await send_report(bot, "На Полевой 8 третий день яма на дороге, машины бьются", PYOTR)
    question = await ask(bot, 2)
    await bot.press_button(ROADS_HEAD, question, button_rows(question)[0][0])
    await wait_for_preview(bot, ROADS_HEAD, "Здравствуйте, Пётр! Яму засыпем {дата}.")


async def test_templates_are_for_who_may(bot: Harness) -> None:
    await bot.send_message(CURATOR, "/templates")
    await bot.wait_for_message(CURATOR, "Команда /templates не для вашей роли")
