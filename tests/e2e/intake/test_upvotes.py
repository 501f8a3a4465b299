"""«+1», «у нас тоже» and reactions: voices for a ticket, no tickets."""

from tests.e2e.harness import ANNA, COMMUNITY, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import HATCH, wait_until_idle


async def test_a_plus_is_a_voice_for_what_was_said_last(town: Harness) -> None:
    await town.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await town.wait_for_card(ROADS_HEAD, 1)
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "+1")
    await town.sandbox.telegram.send_message(GROUP, ANNA, "и у нас тоже")
    await town.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 2 человека")
    await town.sandbox.telegram.send_message(GROUP, ANNA, "+")
    await town.wait_for_inbox()
    await town.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 2 человека")
    assert town.ticket_numbers(ROADS_HEAD) == [1]


async def test_a_reply_is_a_voice_for_what_it_answers(town: Harness) -> None:
    first = await town.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await town.wait_for_card(ROADS_HEAD, 1)
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "Бордюр на дороге разбит, Садовая 3")
    await town.wait_for_card(ROADS_HEAD, 2)
    await town.sandbox.telegram.send_message(GROUP, ANNA, "Поддерживаю!", reply_to=first)
    await town.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")


async def test_the_author_is_no_voice_for_himself(town: Harness) -> None:
    first = await town.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await town.wait_for_card(ROADS_HEAD, 1)
    await town.sandbox.telegram.send_message(GROUP, MARIA, "+1", reply_to=first)
    await wait_until_idle(town)
    assert "Поддержали" not in message_text(await town.wait_for_card(ROADS_HEAD, 1))
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "+1", reply_to=first)
    await town.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")


async def test_message_with_more_words_is_no_upvote(town: Harness) -> None:
    await town.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге, Пушкина 10, объехать негде")
    await town.wait_for_card(ROADS_HEAD, 1)
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "У нас тоже яма на дороге, Мира 21, колесо пробил")
    await town.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(town)
    assert "Поддержали" not in message_text(await town.wait_for_card(ROADS_HEAD, 1))


async def test_a_plus_after_a_long_silence_points_to_nothing(town: Harness) -> None:
    await town.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await town.settle_and_advance(minutes=21)
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "+1")
    await town.wait_for_inbox()
    assert "👥" not in card["text"]
    assert town.find_message(ROADS_HEAD, "👥") is None


async def test_reactions_come_and_go(town: Harness) -> None:
    telegram = town.sandbox.telegram
    await telegram.invite_bot(GROUP, admin=True)
    message = await telegram.send_message(GROUP, MARIA, HATCH)
    await town.wait_for_card(ROADS_HEAD, 1)
    await telegram.react(GROUP, PYOTR, message, "👍")
    await telegram.react(GROUP, ANNA, message, "🤡")
    await telegram.react(GROUP, MARIA, message, "🔥")
    await town.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")
    await telegram.react(GROUP, PYOTR, message)
    await town.wait_until(lambda: town.find_message(ROADS_HEAD, "👥") is None)


async def test_a_like_in_vk_is_a_voice(town: Harness) -> None:
    vk = town.sandbox.vk
    post = await vk.post(COMMUNITY, "Приёмная")
    comment = await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await town.wait_for_card(ROADS_HEAD, 1)
    await vk.like_comment(COMMUNITY, post, comment, PYOTR)
    await town.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")
    await vk.like_comment(COMMUNITY, post, comment, PYOTR, on=False)
    await town.wait_until(lambda: town.find_message(ROADS_HEAD, "👥") is None)
