"""What tests of officials' work need beside the town: a citizen's message in one word, and a look into the books."""

import asyncio
from typing import Any

from bot.domain.answers import Publication
from bot.domain.audit import AuditRow
from bot.domain.tickets import State, Ticket
from tests.e2e.harness import CURATOR, GROUP, MARIA, PATIENCE, Town

HATCH = "На Ленина 45 третий день яма на дороге, машины вязнут"
ROOF = "На Школьной 5 в подъезде течёт крыша, соберите комиссию"
RIDDLE = "Кто отвечает за это безобразие у вокзала? Сделайте что-нибудь!"


async def report(town: Town, text: str = HATCH, who: int = MARIA, **more: Any) -> int:
    """A citizen writes in the Telegram group; the message's id."""
    return await town.sandbox.telegram.say(GROUP, who, text, **more)


async def delivered(town: Town) -> None:
    """Everything that people did has had its effect, and whatever the bot wants to say by now is said."""
    await town.settled()
    assert town.app is not None
    async with asyncio.timeout(PATIENCE):
        while True:
            async with town.app.database.read() as uow:
                if not await uow.outbox.anything_due(town.clock.now()):
                    return
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.02)


async def others_served(town: Town) -> None:
    """Whatever may leave has left, though something is held back: somebody else's question was answered meanwhile."""
    await town.settled()
    before = len(town.letters(CURATOR))
    await town.write(CURATOR, "/help")
    await town.until(lambda: len(town.letters(CURATOR)) > before)


async def ticket(town: Town, number: int) -> Ticket:
    assert town.app is not None
    async with town.app.database.read() as uow:
        found = await uow.tickets.get(number)
    assert found is not None
    return found


async def state(town: Town, number: int) -> State:
    return (await ticket(town, number)).state


async def audit(town: Town, number: int, action: str = "") -> list[AuditRow]:
    """What the books say happened to a ticket (of one kind, if *action* is given)."""
    assert town.app is not None
    async with town.app.database.read() as uow:
        rows = await uow.chronicle.of_ticket(number)
    return [row for row in rows if action in ("", row.action)]


async def refusals(town: Town, number: int) -> list[str]:
    """The codes of refused attempts."""
    return [row.facts["code"] for row in await audit(town, number, "refused")]


async def publications(town: Town, number: int) -> list[Publication]:
    """The publications of the newest answer."""
    assert town.app is not None
    async with town.app.database.read() as uow:
        answer = await uow.answers.latest(number)
        return await uow.answers.publications(answer.id) if answer else []


async def preview(town: Town, person: int, *pieces: str) -> dict[str, Any]:
    """Wait for the preview of a draft."""
    return await town.letter(person, "Так ответ увидит житель", *pieces)


def looks(letter: dict[str, Any]) -> list[tuple[str, str]]:
    """(kind, words) of everything in a message that is not plain."""
    text = str(letter.get("text") or letter.get("caption") or "").encode("utf-16-le")
    entities = letter.get("entities") or letter.get("caption_entities") or []
    return [
        (one["type"], text[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in entities
    ]


def rows(letter: dict[str, Any]) -> list[list[str]]:
    """The texts of the buttons, row by row."""
    keyboard = letter.get("reply_markup", {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in keyboard]
