"""«+1», «у нас тоже» and reactions: voices for a ticket, no tickets."""

from tests.e2e.harness import ANNA, COMMUNITY, GROUP, MARIA, PYOTR, ROADS_HEAD, Town, words
from tests.e2e.queries import HATCH, delivered


async def test_a_plus_is_a_voice_for_what_was_said_last(town: Town) -> None:
    await town.sandbox.telegram.say(GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.say(GROUP, PYOTR, "+1")
    await town.sandbox.telegram.say(GROUP, ANNA, "и у нас тоже")
    await town.card(ROADS_HEAD, 1, "👥 Поддержали: 2 человека")
    await town.sandbox.telegram.say(GROUP, ANNA, "+")
    await town.settled()
    await town.card(ROADS_HEAD, 1, "👥 Поддержали: 2 человека")
    assert town.numbers(ROADS_HEAD) == [1]


async def test_a_reply_is_a_voice_for_what_it_answers(town: Town) -> None:
    first = await town.sandbox.telegram.say(GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.say(GROUP, PYOTR, "Бордюр на дороге разбит, Садовая 3")
    await town.card(ROADS_HEAD, 2)
    await town.sandbox.telegram.say(GROUP, ANNA, "Поддерживаю!", reply_to=first)
    await town.card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")


async def test_the_author_is_no_voice_for_himself(town: Town) -> None:
    first = await town.sandbox.telegram.say(GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.say(GROUP, MARIA, "+1", reply_to=first)
    await delivered(town)
    assert "Поддержали" not in words(await town.card(ROADS_HEAD, 1))
    await town.sandbox.telegram.say(GROUP, PYOTR, "+1", reply_to=first)
    await town.card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")


async def test_who_says_more_is_no_mere_voice(town: Town) -> None:
    await town.sandbox.telegram.say(GROUP, MARIA, "Яма на дороге, Пушкина 10, объехать негде")
    await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.say(GROUP, PYOTR, "У нас тоже яма на дороге, Мира 21, колесо пробил")
    await town.card(ROADS_HEAD, 2)
    await delivered(town)
    assert "Поддержали" not in words(await town.card(ROADS_HEAD, 1))


async def test_a_plus_after_a_long_silence_points_to_nothing(town: Town) -> None:
    await town.sandbox.telegram.say(GROUP, MARIA, HATCH)
    card = await town.card(ROADS_HEAD, 1)
    await town.later(minutes=21)
    await town.sandbox.telegram.say(GROUP, PYOTR, "+1")
    await town.settled()
    assert "👥" not in card["text"]
    assert town.find(ROADS_HEAD, "👥") is None


async def test_reactions_come_and_go(town: Town) -> None:
    telegram = town.sandbox.telegram
    await telegram.invite_bot(GROUP, admin=True)
    message = await telegram.say(GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    await telegram.react(GROUP, PYOTR, message, "👍")
    await telegram.react(GROUP, ANNA, message, "🤡")
    await telegram.react(GROUP, MARIA, message, "🔥")
    await town.card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")
    await telegram.react(GROUP, PYOTR, message)
    await town.until(lambda: town.find(ROADS_HEAD, "👥") is None)


async def test_a_like_in_vk_is_a_voice(town: Town) -> None:
    vk = town.sandbox.vk
    post = await vk.post(COMMUNITY, "Приёмная")
    comment = await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    await vk.like_comment(COMMUNITY, post, comment, PYOTR)
    await town.card(ROADS_HEAD, 1, "👥 Поддержали: 1 человек")
    await vk.like_comment(COMMUNITY, post, comment, PYOTR, on=False)
    await town.until(lambda: town.find(ROADS_HEAD, "👥") is None)
