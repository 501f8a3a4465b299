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


async def test_a_changed_message_changes_the_ticket_and_its_card(town: Harness) -> None:
    telegram = town.sandbox.telegram
    in_group = await telegram.send_message(GROUP, MARIA, PIT)
    in_private = await town.send_message(PYOTR, "Помогите, у нас беда")
    card = await town.wait_for_card(ROADS_HEAD, 1, "Ленина, 45")
    await town.wait_for_card(COORDINATOR, 2, "нужно выбрать отрасль")

    await telegram.edit(GROUP, in_group, MENDED)
    changed = await town.wait_for_card(ROADS_HEAD, 1, MENDED, "📍 ул. Ленина, 54")
    assert changed["message_id"] == card["message_id"]
    assert "45" not in message_text(changed)
    # An undecided sector is decided again.
    await telegram.edit(PYOTR, in_private, "Крыша течёт, Мира 3")
    await town.wait_for_card(HOUSING_HEAD, 2, "Крыша течёт")

    await town.sandbox.telegram.send_message(GROUP, PYOTR, "Проезжая часть на Садовой 7 вся в ямах")
    await town.wait_for_card(ROADS_HEAD, 3)
    assert town.ticket_numbers(ROADS_HEAD) == [1, 3]
    await town.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await town.wait_for_message(GROUP, "Засыплем завтра.")
    assert answer["reply_to_message"]["message_id"] == in_group


async def test_a_change_that_makes_it_urgent_is_heard(town: Harness) -> None:
    said = await town.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await town.sandbox.telegram.edit(GROUP, said, "На дороге у Ленина 45 открыт люк, упал ребёнок!")
    told = await town.wait_for_message(ROADS_HEAD, "Сообщение №1 теперь срочное")
    assert told["reply_to_message"]["message_id"] == card["message_id"]
    await town.wait_for_card(ROADS_HEAD, 1, "[срочно]")


async def test_in_vk_a_changed_comment_and_a_changed_message_change_their_tickets(town: Harness) -> None:
    vk = town.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    comment = await vk.comment(COMMUNITY, post, MARIA, PIT)
    message = await vk.send_message(COMMUNITY, PYOTR, "Яма на дороге, Кирова 10")
    await town.wait_for_card(ROADS_HEAD, 2)
    await vk.edit_comment(COMMUNITY, post, comment, MENDED)
    await vk.edit_message(COMMUNITY, PYOTR, message.cmid, "Яма на дороге, Кирова 12")
    await town.wait_for_card(ROADS_HEAD, 1, MENDED)
    await town.wait_for_card(ROADS_HEAD, 2, "Кирова, 12")
    await vk.send_message(COMMUNITY, MARIA, "Проезжая часть на Садовой 7 вся в ямах")
    await town.wait_for_card(ROADS_HEAD, 3)
    assert town.ticket_numbers(ROADS_HEAD) == [1, 2, 3]


async def test_chatter_that_is_changed_into_a_problem_makes_its_first_ticket_once(closed_town: Harness) -> None:
    closed_town.settings["kind"] = "chat"
    await closed_town.start()
    town, telegram = closed_town, closed_town.sandbox.telegram
    said = await telegram.send_message(GROUP, MARIA, CHATTER)
    await town.wait_for_inbox()
    await telegram.edit(GROUP, said, PIT)
    await town.wait_for_card(ROADS_HEAD, 1, PIT)
    await telegram.edit(GROUP, said, MENDED)
    await town.wait_for_card(ROADS_HEAD, 1, MENDED)
    await telegram.edit(GROUP, said, CHATTER)
    await town.wait_for_card(ROADS_HEAD, 1, CHATTER)
    assert town.ticket_numbers(ROADS_HEAD) == [1]


async def test_a_changed_caption_of_a_later_picture_changes_the_ticket(town: Harness) -> None:
    telegram = town.sandbox.telegram
    album = {"media_group_id": "77"}
    await telegram.send_message(MARIA, MARIA, photo=PHOTO, raw=album)
    spoken = await telegram.send_message(MARIA, MARIA, PIT, photo=SECOND_PHOTO, raw=album)
    await town.wait_for_card(ROADS_HEAD, 1, PIT)
    await telegram.edit(MARIA, spoken, MENDED)
    await town.wait_for_card(ROADS_HEAD, 1, MENDED, "Ленина, 54")


async def test_a_changed_addition_and_a_changed_copy_are_seen_on_the_card(town: Harness) -> None:
    telegram = town.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, PIT)
    copy = await town.send_message(MARIA, PIT)
    added = await telegram.send_message(GROUP, MARIA, "Яма глубокая")
    await town.wait_for_card(ROADS_HEAD, 1, "➕ Яма глубокая")
    await telegram.edit(GROUP, added, "Яма глубокая, с полметра")
    await telegram.edit(MARIA, copy, "Яма на дороге, Ленина 45, у школы")
    await town.wait_for_card(ROADS_HEAD, 1, PIT, "➕ Яма глубокая, с полметра", "➕ Яма на дороге, Ленина 45, у школы")


async def test_an_edit_without_a_change_of_words_is_nothing(town: Harness) -> None:
    """Telegram also tells of an edit when only the preview of a link has come."""
    said = await town.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await town.wait_for_card(ROADS_HEAD, 1)
    await town.sandbox.telegram.edit(GROUP, said, PIT)
    await town.wait_for_inbox()
    assert town.app is not None
    async with town.app.database.read() as uow:
        assert [row.action for row in await uow.audit_log.list_for_ticket(1)] == ["registered"]


async def test_a_comment_taken_back_shows_on_the_card_and_its_answer_names_the_author(town: Harness) -> None:
    vk = town.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    comment = await vk.comment(COMMUNITY, post, MARIA, PIT)
    await town.wait_for_card(ROADS_HEAD, 1, "открыть")
    await vk.delete_comment(COMMUNITY, post, comment)
    assert "открыть" not in message_text(await town.wait_for_card(ROADS_HEAD, 1, "житель удалил сообщение"))
    await town.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await town.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if "Засыплем завтра." in c.text])
    assert answer[0].text == "[id2001|Мария Ким], ответ на ваше сообщение:\nЗасыплем завтра."
    assert answer[0].reply_to_comment is None


async def test_a_comment_put_back_is_answered_as_a_reply_again(town: Harness) -> None:
    vk = town.sandbox.vk
    post = await vk.post(COMMUNITY, "Итоги недели")
    comment = await vk.comment(COMMUNITY, post, MARIA, PIT)
    await town.wait_for_card(ROADS_HEAD, 1)
    await vk.delete_comment(COMMUNITY, post, comment)
    await town.wait_for_card(ROADS_HEAD, 1, "житель удалил сообщение")
    await vk.restore_comment(COMMUNITY, post, comment)
    await town.wait_for_card(ROADS_HEAD, 1, "открыть")
    await town.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    answer = await town.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if "Засыплем" in c.text])
    assert answer[0].text == "Засыплем завтра."
    assert answer[0].reply_to_comment == comment
