"""Messages of known sectors and reads of a person's notifications, for tests of time."""

from typing import Any

from tests.e2e.harness import GROUP, MARIA, STAFF, Harness, message_text

POTHOLE = "Яма на дороге, улица Пушкина, 10, объехать негде"
LAMP = "Асфальт на дороге разбит, яма на яме, улица Мира, 21"
KERB = "Бордюр на дороге разбит, улица Садовая, 3"
TAP = "Из крана в доме течёт ржавая вода, улица Мира, 7"
DANGER = "Провалился асфальт на дороге, в яму упал ребёнок, улица Ленина, 3"
UNCLEAR_REPORT = "Кто отвечает за это безобразие у вокзала? Сделайте что-нибудь!"

MANAGER, ROADS_CURATOR, HOUSING_CURATOR = 1006, 1007, 1008

BLOCK_CURATORS = (
    STAFF
    + """
[[staff]]
name = "Куратор дорог"
role = "block_curator"
sectors = ["roads"]
telegram_id = 1007

[[staff]]
name = "Куратор ЖКХ"
role = "block_curator"
sectors = ["housing"]
telegram_id = 1008
"""
)

WITH_MANAGER = (
    STAFF
    + """
[[staff]]
name = "Руководитель МЦУ"
role = "manager"
telegram_id = 1006
"""
)


async def add_officials(bot: Harness, *numbers: int) -> None:
    """More officials press «Start»."""
    for number in numbers:
        bot.sandbox.telegram.user(number, f"Сотрудник {number}")
        await bot.sandbox.telegram.start_bot(number)


async def send_report(bot: Harness, text: str, who: int = MARIA) -> None:
    """A citizen writes in the group."""
    await bot.sandbox.telegram.send_message(GROUP, who, text)


def deadline_notices(bot: Harness, person: int, *pieces: str) -> list[str]:
    """Reminders and overdue notices that *person* got (those that hold every one of *pieces*), oldest first."""
    openings = ("⏰", "Просрочено")
    heard = [text for text in bot.bot_texts(person) if text.startswith(openings)]
    return [text for text in heard if all(piece in text for piece in pieces)]


def digest_texts(bot: Harness, person: int) -> list[str]:
    """The digests that *person* got, oldest first."""
    return [text for text in bot.bot_texts(person) if text.startswith("📊 Сводка")]


def makes_sound(letter: dict[str, Any]) -> bool:
    """Return whether the phone makes a sound."""
    return not letter.get("disable_notification")


def replied_text(letter: dict[str, Any]) -> str:
    """The words of the message that *letter* answers."""
    return message_text(letter.get("reply_to_message", {}))
