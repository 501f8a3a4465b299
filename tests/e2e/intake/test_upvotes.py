"""«+1», «у нас тоже» and reactions: voices for a ticket, no tickets."""

from tests.e2e.harness import ANNA, COMMUNITY, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import HATCH, wait_until_idle


async def test_a_plus_is_a_voice_for_what_was_said_last(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "+1")
    await bot.sandbox.telegram.send_message(GROUP, ANNA, "и у нас тоже")
    await bot.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 2 человека")
    await bot.sandbox.telegram.send_message(GROUP, ANNA, "+")
    await bot.wait_for_inbox()
    await bot.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 2 человека")
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_a_reply_is_a_voice_for_what_it_answers(bot: Harness) -> None:
    first = await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Бордюр на дороге разбит, Садовая 3")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await bot.sandbox.telegram.send_message(GROUP, ANNA, "Поддерживаю!", reply_to=first)
    await bot.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")


async def test_the_author_is_no_voice_for_himself(bot: Harness) -> None:
    first = await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "+1", reply_to=first)
    await wait_until_idle(bot)
    assert "Поддержали" not in message_text(await bot.wait_for_card(ROADS_HEAD, 1))
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "+1", reply_to=first)
    await bot.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")


async def test_message_with_more_words_is_no_upvote(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге, Пушкина 10, объехать негде")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "У нас тоже яма на дороге, Мира 21, колесо пробил")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(bot)
    assert "Поддержали" not in message_text(await bot.wait_for_card(ROADS_HEAD, 1))


async def test_a_plus_after_a_long_silence_points_to_nothing(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.settle_and_advance(minutes=21)
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "+1")
    await bot.wait_for_inbox()
    assert "👥" not in card["text"]
    assert bot.find_message(ROADS_HEAD, "👥") is None


async def test_reactions_come_and_go(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.invite_bot(GROUP, admin=True)
    message = await telegram.send_message(GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await telegram.react(GROUP, PYOTR, message, "👍")
    await telegram.react(GROUP, ANNA, message, "🤡")
    await telegram.react(GROUP, MARIA, message, "🔥")
    await bot.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")
    await telegram.react(GROUP, PYOTR, message)
    await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "👥") is None)


async def test_a_like_in_vk_is_a_voice(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Приёмная")
    comment = await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await vk.like_comment(COMMUNITY, post, comment, PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")
    await vk.like_comment(COMMUNITY, post, comment, PYOTR, on=False)
    await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "👥") is None)
