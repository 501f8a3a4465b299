"""Sample messages of citizens and reads from the database, for tests of officials' work."""

import asyncio
from typing import Any

from bot.domain.answers import Publication
from bot.domain.audit import AuditRow
from bot.domain.tickets import State, Ticket
from tests.e2e.harness import CURATOR, GROUP, MARIA, POLL_INTERVAL_SECONDS, TIMEOUT_SECONDS, Harness, message_text

HATCH = "На Ленина 45 третий день яма на дороге, машины вязнут"
ROOF = "На Школьной 5 в подъезде течёт крыша, соберите комиссию"
UNCLEAR_REPORT = "Кто отвечает за это безобразие у вокзала? Сделайте что-нибудь!"


async def send_report(bot: Harness, text: str = HATCH, who: int = MARIA, **more: Any) -> int:
    """A citizen writes in the Telegram group; the message's id."""
    return await bot.sandbox.telegram.send_message(GROUP, who, text, **more)


async def wait_until_idle(bot: Harness) -> None:
    """Everything that people did has had its effect, and whatever the bot wants to say by now is said."""
    await bot.wait_for_inbox()
    assert bot.app is not None
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            async with bot.app.database.read() as uow:
                if not await uow.outbox.has_due(bot.clock.now()):
                    return
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)


async def send_command(bot: Harness, person: int, command: str, *pieces: str) -> dict[str, Any]:
    """Somebody sends a command in private; wait for the message that answers it and holds every one of *pieces*.

    Counting the messages of the chat is not enough: a card or a note that is on its way may come first.
    """
    known = {letter["message_id"] for letter in bot.bot_messages(person)}
    await bot.send_message(person, command)

    def find_answer() -> dict[str, Any] | None:
        new = (letter for letter in bot.bot_messages(person) if letter["message_id"] not in known)
        return next((letter for letter in new if all(piece in message_text(letter) for piece in pieces)), None)

    return await bot.wait_until(find_answer)


async def wait_for_unblocked_messages(bot: Harness) -> None:
    """Whatever may leave has left, though something is held back: somebody else's question was answered meanwhile."""
    await bot.wait_for_inbox()
    await send_command(bot, CURATOR, "/help", "Команды")


async def get_ticket(bot: Harness, number: int) -> Ticket:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        found = await uow.tickets.get(number)
    assert found is not None
    return found


async def get_ticket_state(bot: Harness, number: int) -> State:
    return (await get_ticket(bot, number)).state


async def list_audit(bot: Harness, number: int, action: str = "") -> list[AuditRow]:
    """Return a ticket's audit records (of one action, if *action* is given)."""
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        rows = await uow.audit_log.list_for_ticket(number)
    return [row for row in rows if action in ("", row.action)]


async def refusal_codes(bot: Harness, number: int) -> list[str]:
    """The codes of refused attempts."""
    return [row.facts["code"] for row in await list_audit(bot, number, "refused")]


async def record_buttons(bot: Harness, person: int, message_id: int, *tickets: int) -> None:
    """Let a person's message carry buttons about these tickets (0: about none), to press codes of every kind."""
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        await uow.sent_messages.add_buttons("telegram", str(person), str(message_id), tickets, bot.clock.now())


async def wait_until_recorded(bot: Harness, person: int, message_id: int) -> None:
    """Wait until the bot has written down what it has sent: a person sees it a moment earlier, and replies later."""
    assert bot.app is not None
    changes = bot.sandbox.change_log
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            async with bot.app.database.read() as uow:
                if await uow.sent_messages.ticket_of("telegram", str(person), str(message_id)) is not None:
                    return
            await changes.wait_for_change(changes.revision, POLL_INTERVAL_SECONDS)


async def list_publications(bot: Harness, number: int) -> list[Publication]:
    """The publications of the newest answer."""
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        answer = await uow.answers.find_latest(number)
        return await uow.answers.list_publications(answer.id) if answer else []


async def wait_for_preview(bot: Harness, person: int, *pieces: str) -> dict[str, Any]:
    """Wait for the preview of a draft."""
    return await bot.wait_for_message(person, "Так ответ увидит житель", *pieces)


def styled_spans(letter: dict[str, Any]) -> list[tuple[str, str]]:
    """(kind, words) of everything in a message that is not plain."""
    text = str(letter.get("text") or letter.get("caption") or "").encode("utf-16-le")
    entities = letter.get("entities") or letter.get("caption_entities") or []
    return [
        (one["type"], text[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in entities
    ]


def button_rows(letter: dict[str, Any]) -> list[list[str]]:
    """The texts of the buttons, row by row."""
    keyboard = letter.get("reply_markup", {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in keyboard]


def button_shown(letter: dict[str, Any], label: str) -> bool:
    return any(label in one for row in button_rows(letter) for one in row)


async def open_history(bot: Harness, person: int, card: dict[str, Any]) -> str:
    """Open the history of ticket 1 in the menu of its card; return its words."""
    await bot.press_button(person, card, "Ещё")
    await bot.wait_until(lambda: button_shown(card, "История"))
    await bot.press_button(person, card, "История")
    return message_text(await bot.wait_for_message(person, "🕘 История №1"))


async def choose_budget(bot: Harness, person: int, title: str) -> None:
    """Let an official choose in ``/settings`` what makes a sound."""
    await bot.send_message(person, "/settings")
    page = await bot.wait_for_message(person, "⚙️ Куда приходят")
    await bot.press_button(person, page, "🔔 Все уведомления")
    await bot.wait_until(lambda: button_shown(page, "Только сводки"))
    await bot.press_button(person, page, title)
    await bot.wait_until(lambda: button_shown(page, f"✅ {title}"))
