"""A long answer goes on where it was broken off, in the form in which it was begun."""

import re

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import GROUP, ROADS_HEAD, Town, words
from tests.e2e.queries import delivered, preview, report


def numbered(first: int, last: int) -> str:
    return " ".join(f"слово{number:04}" for number in range(first, last))


async def test_no_word_is_lost_where_the_message_is_gone_and_the_network_too(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await report(town, "На Ленина 45 третий день яма на дороге, " + "машины вязнут, " * 20)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, numbered(0, 400))
    await preview(town, ROADS_HEAD, "слово0399")
    await town.write(ROADS_HEAD, numbered(400, 800))
    draft = await town.letter(ROADS_HEAD, "слово0799")
    await delivered(town)
    await town.sandbox.telegram.delete(GROUP, asked)

    sends: list[int] = []
    whole = town.sandbox.telegram.faults.take

    def breaks_after_the_first_part(method: str) -> Fault | None:
        if method == "sendMessage":
            sends.append(len(town.letters(GROUP)))
            if sends.count(1) == 1 and sends[-1] == 1:
                return Fault(FaultKind.REFUSE)
        return whole(method)

    monkeypatch.setattr(town.sandbox.telegram.faults, "take", breaks_after_the_first_part)
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.until(lambda: 1 in sends)
    town.pass_time(seconds=2)
    await town.card(ROADS_HEAD, 1, "Отвечено")

    posted = [words(letter) for letter in town.letters(GROUP)]
    assert len(posted) > 1
    assert re.findall(r"слово\d+", " ".join(posted)) == numbered(0, 800).split()
