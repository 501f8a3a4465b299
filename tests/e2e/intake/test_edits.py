"""The author changes what he wrote, or takes it back."""

from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    Harness,
    message_text,
)

PIT = "Яма на дороге, Ленина 45"
MENDED = "Яма на дороге, Ленина 54"
CHATTER = "кто смотрел вчера матч?"
PHOTO, SECOND_PHOTO = b"\xff\xd8first photo", b"\xff\xd8second photo"


async def test_a_changed_message_changes_the_ticket_and_its_card(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    in_group = await telegram.send_message(GROUP, MARIA, PIT)
    in_private = await bot.send_message(PYOTR, "Помогите, у нас беда")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Ленина, 45")
    await bot.wait_for_card(COORDINATOR, 2, "нужно выбрать отрасль")

    await telegram.edit(GROUP, in_group, MENDED)
    changed = await bot.wait_for_card(ROADS_HEAD, 1, MENDED, "📍 ул. Ленина, 54")
    assert changed["message_id"] == card["message_id"]
    assert "45" not in message_text(changed)
    # An undecided sector is decided again.
    await telegram.edit(PYOTR, in_private, "Крыша течёт, Мира 3")
    await bot.wait_for_card(HOUSING_HEAD, 2, "Крыша течёт")

    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Проезжая часть на Садовой 7 вся в ямах")
    await bot.wait_for_card(ROADS_HEAD, 3)
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 3]
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_for_message(GROUP, "Засыплем завтра.")
    assert answer["reply_to_message"]["message_id"] == in_group


async def test_a_change_that_makes_it_urgent_is_heard(bot: Harness) -> None:
    said = await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.edit(GROUP, said, "На дороге у Ленина 45 открыт люк, упал ребёнок!")
    told = await bot.wait_for_message(ROADS_HEAD, "Сообщение №1 теперь срочное")
    assert told["reply_to_message"]["message_id"] == card["message_id"]
    await bot.wait_for_card(ROADS_HEAD, 1, "[срочно]")


async def test_in_vk_a_changed_comment_and_a_changed_message_change_their_tickets(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    comment = await vk.comment(COMMUNITY, post, MARIA, PIT)
    message = await vk.send_message(COMMUNITY, PYOTR, "Яма на дороге, Кирова 10")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await vk.edit_comment(COMMUNITY, post, comment, MENDED)
    await vk.edit_message(COMMUNITY, PYOTR, message.cmid, "Яма на дороге, Кирова 12")
    await bot.wait_for_card(ROADS_HEAD, 1, MENDED)
    await bot.wait_for_card(ROADS_HEAD, 2, "Кирова, 12")
    await vk.send_message(COMMUNITY, MARIA, "Проезжая часть на Садовой 7 вся в ямах")
    await bot.wait_for_card(ROADS_HEAD, 3)
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2, 3]


async def test_chatter_that_is_changed_into_a_problem_makes_its_first_ticket_once(closed_bot: Harness) -> None:
    closed_bot.settings["kind"] = "chat"
    await closed_bot.start()
    bot, telegram = closed_bot, closed_bot.sandbox.telegram
    said = await telegram.send_message(GROUP, MARIA, CHATTER)
    await bot.wait_for_inbox()
    await telegram.edit(GROUP, said, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, PIT)
    await telegram.edit(GROUP, said, MENDED)
    await bot.wait_for_card(ROADS_HEAD, 1, MENDED)
    await telegram.edit(GROUP, said, CHATTER)
    await bot.wait_for_card(ROADS_HEAD, 1, CHATTER)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_a_changed_caption_of_a_later_picture_changes_the_ticket(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    album = {"media_group_id": "77"}
    await telegram.send_message(MARIA, MARIA, photo=PHOTO, raw=album)
    spoken = await telegram.send_message(MARIA, MARIA, PIT, photo=SECOND_PHOTO, raw=album)
    await bot.wait_for_card(ROADS_HEAD, 1, PIT)
    await telegram.edit(MARIA, spoken, MENDED)
    await bot.wait_for_card(ROADS_HEAD, 1, MENDED, "Ленина, 54")


async def test_a_changed_addition_and_a_changed_copy_are_seen_on_the_card(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, PIT)
    copy = await bot.send_message(MARIA, PIT)
    added = await telegram.send_message(GROUP, MARIA, "Яма глубокая")
    await bot.wait_for_card(ROADS_HEAD, 1, "➕ Яма глубокая")
    await telegram.edit(GROUP, added, "Яма глубокая, с полметра")
    await telegram.edit(MARIA, copy, "Яма на дороге, Ленина 45, у школы")
    await bot.wait_for_card(ROADS_HEAD, 1, PIT, "➕ Яма глубокая, с полметра", "➕ Яма на дороге, Ленина 45, у школы")


async def test_an_edit_without_a_change_of_words_is_nothing(bot: Harness) -> None:
    """Telegram also tells of an edit when only the preview of a link has come."""
    said = await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.edit(GROUP, said, PIT)
    await bot.wait_for_inbox()
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        assert [row.action for row in await uow.audit_log.list_for_ticket(1)] == ["registered"]


async def test_a_comment_taken_back_shows_on_the_card_and_its_answer_names_the_author(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    comment = await vk.comment(COMMUNITY, post, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "открыть")
    await vk.delete_comment(COMMUNITY, post, comment)
    assert "открыть" not in message_text(await bot.wait_for_card(ROADS_HEAD, 1, "житель удалил сообщение"))
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if "Засыплем завтра." in c.text])
    assert answer[0].text == "[id2001|Мария Ким], ответ на ваше сообщение:\nЗасыплем завтра."
    assert answer[0].reply_to_comment is None


async def test_a_comment_put_back_is_answered_as_a_reply_again(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    comment = await vk.comment(COMMUNITY, post, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await vk.delete_comment(COMMUNITY, post, comment)
    await bot.wait_for_card(ROADS_HEAD, 1, "житель удалил сообщение")
    await vk.restore_comment(COMMUNITY, post, comment)
    await bot.wait_for_card(ROADS_HEAD, 1, "открыть")
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if "Засыплем" in c.text])
    assert answer[0].text == "Засыплем завтра."
    assert answer[0].reply_to_comment == comment
