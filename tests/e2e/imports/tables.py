"""Tables of ПОС and «Инцидент», as officials send them to the bot."""

import csv
import io
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from tests.e2e.harness import COORDINATOR, Harness
from tests.e2e.queries import wait_until_idle

POS_HEADINGS = (
    *("Номер", "Источник", "Категория", "Подкатегория", "Факт", "Организация, в которой находится сообщение"),
    *("Дата поступления", "Дата планируемого завершения работ", "Дата фактического завершения работ"),
    *("Стадия", "Статус"),
)
INCIDENT_HEADINGS = ("Номер инцидента", "Дата создания", "Тема", "Текст инцидента", "Автор", "Ссылка", "Итог", "Срок")

PIT, COLD, MISC = ("Дороги", "Ремонт", "Яма на дороге"), ("ЖКХ", "Крыша", "Течёт крыша в подъезде"), ("", "", "Разное")
"""Subjects of the roads, of housing, and of nobody in particular."""


def pos_row(number: str, subject: Sequence[str] = PIT, **changed: str) -> dict[str, str]:
    """Return an open row of ПОС; *changed*: cells by a short name."""
    names = {"came": POS_HEADINGS[6], "due": POS_HEADINGS[7], "ended": POS_HEADINGS[8], "status": "Статус"}
    values = dict.fromkeys(POS_HEADINGS, "-") | {"Номер": number, "Источник": "ЕПГУ", "Стадия": "В работе"}
    values |= dict(zip(POS_HEADINGS[2:5], subject, strict=True))
    values |= {names["came"]: "16.11.2026", names["due"]: "27.11.2026", "Статус": "Назначен исполнитель"}
    return values | {names[name]: value for name, value in changed.items()}


def finished(number: str, subject: Sequence[str] = PIT) -> dict[str, str]:
    return pos_row(number, subject, ended="18.11.2026", status="Отправлен ответ заявителю")


def as_csv(rows: Sequence[Mapping[str, str]], headings: Sequence[str] = POS_HEADINGS) -> bytes:
    """Return the file as Excel in Russia saves it."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, headings, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode("cp1251")


async def send_table(
    bot: Harness,
    rows: Sequence[Mapping[str, str]],
    name: str = "ПОС ноябрь.csv",
    headings: Sequence[str] = POS_HEADINGS,
) -> None:
    """The coordinator sends a table in Telegram."""
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=(name, as_csv(rows, headings)))


async def enter_table(bot: Harness, rows: Sequence[Mapping[str, str]], headings: Sequence[str] = POS_HEADINGS) -> None:
    """The coordinator sends a table, and presses «Внести» under its preview."""
    done = len([one for one in bot.bot_texts(COORDINATOR) if one.startswith("✅")])
    await send_table(bot, rows, headings=headings)
    preview = await bot.wait_until(lambda: last_preview(bot))
    await bot.press_button(COORDINATOR, preview, "Внести")
    await bot.wait_until(lambda: len([one for one in bot.bot_texts(COORDINATOR) if one.startswith("✅")]) > done)
    await wait_until_idle(bot)


def last_preview(bot: Harness) -> dict[str, object] | None:
    """Return the newest preview that still has its buttons."""
    found = bot.find_message(COORDINATOR, "Зазвонит телефонов")
    return found if found is not None and found.get("reply_markup") else None


async def count(bot: Harness, query: str) -> int:
    async with bot.read_tables() as tables:
        return int(await tables.scalar(text(query)) or 0)


async def select_all(bot: Harness, query: str) -> list[tuple[object, ...]]:
    async with bot.read_tables() as tables:
        return [tuple(row) for row in await tables.execute(text(query))]
