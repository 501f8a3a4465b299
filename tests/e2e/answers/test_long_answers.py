"""A long answer goes on where it was broken off, in the form in which it was begun."""

import re

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import GROUP, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import send_report, wait_for_preview, wait_until_idle


def numbered_lines(first: int, last: int) -> str:
    return " ".join(f"слово{number:04}" for number in range(first, last))


async def test_no_word_is_lost_where_the_message_is_gone_and_the_network_too(
    bot: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await send_report(bot, "На Ленина 45 третий день яма на дороге, " + "машины вязнут, " * 20)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, numbered_lines(0, 400))
    await wait_for_preview(bot, ROADS_HEAD, "слово0399")
    await bot.send_message(ROADS_HEAD, numbered_lines(400, 800))
    await bot.wait_for_message(ROADS_HEAD, "слово0799")
    await wait_until_idle(bot)
    draft = bot.bot_messages(ROADS_HEAD)[-1]  # the hints and the marks of the checker follow the words
    await bot.sandbox.telegram.delete(GROUP, asked)

    sends: list[int] = []
    whole = bot.sandbox.telegram.faults.next_fault

    def breaks_after_the_first_part(method: str) -> Fault | None:
        if method == "sendMessage":
            sends.append(len(bot.bot_messages(GROUP)))
            if sends.count(1) == 1 and sends[-1] == 1:
                return Fault(FaultKind.REFUSE)
        return whole(method)

    monkeypatch.setattr(bot.sandbox.telegram.faults, "next_fault", breaks_after_the_first_part)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_until(lambda: "delivery failed" in caplog.text)  # the pause is counted from before this line
    bot.pass_time(seconds=2)
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")

    posted = [message_text(letter) for letter in bot.bot_messages(GROUP)]
    assert len(posted) > 1
    assert re.findall(r"слово\d+", " ".join(posted)) == numbered_lines(0, 800).split()
