"""A long answer goes on where it was broken off, in the form in which it was begun."""

import re

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import GROUP, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import send_report, wait_for_preview, wait_until_idle


def numbered_lines(first: int, last: int) -> str:
    return " ".join(f"слово{number:04}" for number in range(first, last))


async def test_no_word_is_lost_where_the_message_is_gone_and_the_network_too(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await send_report(town, "На Ленина 45 третий день яма на дороге, " + "машины вязнут, " * 20)
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await town.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await town.send_message(ROADS_HEAD, numbered_lines(0, 400))
    await wait_for_preview(town, ROADS_HEAD, "слово0399")
    await town.send_message(ROADS_HEAD, numbered_lines(400, 800))
    draft = await town.wait_for_message(ROADS_HEAD, "слово0799")
    await wait_until_idle(town)
    await town.sandbox.telegram.delete(GROUP, asked)

    sends: list[int] = []
    whole = town.sandbox.telegram.faults.next_fault

    def breaks_after_the_first_part(method: str) -> Fault | None:
        if method == "sendMessage":
            sends.append(len(town.bot_messages(GROUP)))
            if sends.count(1) == 1 and sends[-1] == 1:
                return Fault(FaultKind.REFUSE)
        return whole(method)

    monkeypatch.setattr(town.sandbox.telegram.faults, "next_fault", breaks_after_the_first_part)
    await town.press_button(ROADS_HEAD, draft, "Отправить")
    await town.wait_until(lambda: 1 in sends)
    town.pass_time(seconds=2)
    await town.wait_for_card(ROADS_HEAD, 1, "Отвечено")

    posted = [message_text(letter) for letter in town.bot_messages(GROUP)]
    assert len(posted) > 1
    assert re.findall(r"слово\d+", " ".join(posted)) == numbered_lines(0, 800).split()
