"""Another program with the bot's token: the one that came second stops, and the administrator learns of it."""

from pathlib import Path

import aiohttp

from sandbox.vk.render import message_object
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, MARIA, ROADS_HEAD, TOKEN, VK_TOKEN, Harness
from tests.e2e.process import BotProcess
from tests.e2e.queries import HATCH, wait_for_preview, wait_until_idle


async def poll_as_another_bot(bot: Harness) -> None:
    """Ask for updates once, as a second bot does; Telegram ends the poll of the first."""
    async with aiohttp.ClientSession() as session:
        url = f"{bot.sandbox.url}/telegram/bot{TOKEN}/getUpdates"
        async with session.post(url, json={"timeout": 0, "offset": -1}) as answer:
            assert answer.status == 200


def told(bot: Harness, piece: str) -> int:
    return sum(piece in text for text in bot.bot_texts(ADMINISTRATOR))


async def test_a_bot_that_polled_before_goes_on_and_tells_once(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.poll_seconds = 5  # so that the other program meets a poll
    await bot.start()
    await wait_until_idle(bot)
    polls = len([name for name, _ in bot.sandbox.telegram.calls if name == "getUpdates"])
    for _ in range(2):
        await poll_as_another_bot(bot)
        await bot.wait_for_message(ADMINISTRATOR, "с тем же токеном работает ещё одна программа")
        await bot.wait_until(
            lambda seen=polls: len([n for n, _ in bot.sandbox.telegram.calls if n == "getUpdates"]) > seen + 1
        )
        polls = len([name for name, _ in bot.sandbox.telegram.calls if name == "getUpdates"])
    await wait_until_idle(bot)
    assert told(bot, "с тем же токеном") == 1
    bot.pass_time(hours=2)
    await poll_as_another_bot(bot)
    await bot.wait_until(lambda: told(bot, "с тем же токеном") == 2)


async def test_the_bot_that_comes_second_stops_and_says_why(bot: Harness, tmp_path: Path) -> None:
    """Telegram ends the older of two polls: the first bot polls again, and the second has not had an answer yet."""
    await wait_until_idle(bot)
    folder = tmp_path / "second"
    folder.mkdir()
    first = (bot.folder / "config.toml").read_text(encoding="utf-8")
    second = first.replace(str(bot.settings["database"]), f"sqlite+aiosqlite:///{folder / 'mcu.sqlite3'}")
    (folder / "config.toml").write_text(second, encoding="utf-8")
    code, said = await BotProcess(folder / "config.toml").run_refused_start()
    assert code == 2
    assert "telegram.token: с этим токеном уже работает другая программа" in said
    await bot.wait_for_message(ADMINISTRATOR, "с тем же токеном работает ещё одна программа")
    assert bot.app is not None
    assert not bot.app.stopping.is_set()


async def test_messages_of_another_program_in_the_communitys_name_are_told_once(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "принято" in m.text])
    await wait_until_idle(bot)
    assert told(bot, "написал не этот бот") == 0

    bot.pass_time(minutes=20)
    for text in ("Рассылка", "Ещё одна"):
        await send_as_another_program(bot, text)
        await wait_until_idle(bot)
    assert told(bot, "VK «Администрация»: от нашего имени написал не этот бот") == 1


async def send_as_another_program(bot: Harness, text: str) -> None:
    async with aiohttp.ClientSession() as session:
        values = {
            "v": "5.199",
            "access_token": VK_TOKEN,
            "peer_id": MARIA,
            "random_id": 77 + len(text),
        }
        async with session.post(f"{bot.sandbox.url}/vk/method/messages.send", data=values | {"message": text}) as said:
            assert "response" in await said.json()


async def test_own_messages_that_vk_reports_after_a_restart_are_known(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    [sent] = await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "принято" in m.text])
    await wait_until_idle(bot)
    await bot.stop()
    bot.pass_time(minutes=2)
    await bot.start()
    vk.world.emit(COMMUNITY, "message_reply", message_object(sent))
    await vk.send_message(COMMUNITY, MARIA, "Когда закроют?")
    await wait_until_idle(bot)
    assert told(bot, "написал не этот бот") == 0


async def test_a_comment_in_the_communitys_name_is_told_with_its_link(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    comment = await vk.comment(COMMUNITY, post, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Засыплем сегодня.", reply_to=card["message_id"])
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "Засыплем"), "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert told(bot, "написал не этот бот") == 0

    bot.pass_time(minutes=20)
    for text in ("Переведите деньги по ссылке", "Спешите"):
        await vk.comment(COMMUNITY, post, -COMMUNITY, text, reply_to=comment)
        await wait_until_idle(bot)
    assert told(bot, "написал не этот бот") == 1
