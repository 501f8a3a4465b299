"""A table of another system is entered, answered, exported in that system's headings, and brings nothing new again."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import openpyxl
import pytest

from bot.domain.layouts import BUILT_IN
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, ROADS_HEAD, Harness
from tests.e2e.imports.tables import count, enter_table
from tests.e2e.operations.test_export import run_export
from tests.e2e.queries import wait_until_idle

ANSWER = "Яму засыпали 20 ноября, комиссия приняла работу."
ENTERED_AT = "20.11.2026 16:30"

OWN_COLUMNS = (
    '{ number = "№", text = "Суть", registered = "Создано", due = "До", status = "Ход", organisation = "У кого", '
    'address = "Где", applicant = "Кто" }'
)
OWN_SYSTEM = f'[[systems]]\ncode = "edds"\ntitle = "ЕДДС"\ncolumns = {OWN_COLUMNS}\nfinished = ["Ответ опубликован"]\n'
OWN_HEADINGS = ("№", "Суть", "Создано", "До", "Ход", "У кого", "Где", "Кто")

POS_ROW = {
    "Номер": "0040123456789",
    "Номер ЕПГУ": "7712345678",
    "Источник": "ЕПГУ",
    "Категория": "Дороги",
    "Подкатегория": "Ямы",
    "Факт": "Яма на дороге",
    "Организация, в которую поступило сообщение": "Правительство области",
    "Организация, в которой находится сообщение": "Администрация округа",
    "Дата поступления": "16.11.2026",
    "Дата планируемого завершения работ": "27.11.2026",
    "Стадия": "В работе",
    "Статус": "Назначен исполнитель",
    "Просрочено": "Нет",
}
ECUR_ROW = {
    "Номер ЕЦУР": "55017",
    "Номер в источнике": "Д-9",
    "Дата (первого взятия в работу)": "16.11.2026 10:15",
    "Направление": "Дороги",
    "Факт": "Ямы",
    "Статус": "На модерации",
    "Исполнитель": "Администрация округа",
    "Источник": "Добродел",
    "Описание": "Яма на дороге у дома",
    "Улица": "Ленина",
    "Дом": "45",
    "Населенный пункт": "пос. Озёрный",
}
INCIDENT_ROW = {
    "Номер инцидента": "770012",
    "Дата создания": "16.11.2026 10:15",
    "Группа тем": "Дороги",
    "Тема": "Ямы",
    "Тип инцидента": "Решаемый",
    "Текст инцидента": "[club123|Администрация], яма на дороге",
    "Улица": "Ленина",
    "Дом": "45",
    "Итог": "Не решено",
    "Исполнитель": "Администрация округа",
}
SED_ROW = {
    "№РК/Индекс": "07/19-ОГ-10",
    "Дата рег.": "16.11.2026",
    "Содержание": "Яма на дороге, Ленина 45",
    "Корр./Подписал": "Ким Анна Петровна",
    "Вид доставки РК": "МЭДО",
    "Рубрика": "0002.0014.0143.0416",
    "Сообщение ПОС №": "4012345",
    "План. дата": "27.11.2026",
}
OWN_ROW = {
    "№": "Е-5",
    "Суть": "Яма на дороге",
    "Создано": "16.11.2026 10:15",
    "До": "27.11.2026",
    "Ход": "Передано",
    "У кого": "Администрация округа",
    "Где": "Ленина 45",
    "Кто": "Ким Анна",
}


@dataclass(frozen=True)
class Trip:
    """A system, a row of its table, and what the export changes in it."""

    system: str
    title: str
    row: Mapping[str, str]
    changed: Mapping[str, str]

    @property
    def headings(self) -> tuple[str, ...]:
        return BUILT_IN[self.system].table if self.system in BUILT_IN else OWN_HEADINGS


TRIPS = (
    Trip(
        "pos",
        "ПОС",
        POS_ROW,
        {
            "Номер": "'0040123456789",
            "Просрочено": "",
            "Дата фактического завершения работ": ENTERED_AT,
            "Стадия": "Завершено",
            "Статус": "Отправлен ответ заявителю",
        },
    ),
    Trip("ecur", "ЕЦУР", ECUR_ROW, {"Статус": "Закрыта", "Адрес (формат)": "пос. Озёрный, ул. Ленина, д. 45"}),
    Trip(
        "incident",
        "Инцидент Менеджмент",
        INCIDENT_ROW,
        {
            "Дата закрытия": ENTERED_AT,
            "Итог": "Решено",
            "Тип инцидента": "",
            "Текст инцидента": "Администрация, яма на дороге",
        },
    ),
    Trip("sed", "СЭД", SED_ROW, {}),
    Trip("edds", "ЕДДС", OWN_ROW, {"Ход": "Ответ опубликован"}),
)


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town with a system of its own."""
    closed_bot.settings |= {"more": OWN_SYSTEM}
    await closed_bot.start()
    return closed_bot


async def answer_and_enter(bot: Harness, title: str, number: int = 1) -> None:
    """The head of roads opens the message from the list and answers it; two hours later it is entered."""
    listed = await bot.wait_for_message(ROADS_HEAD, f"📥 Новых из {title}")
    await bot.press_button(ROADS_HEAD, listed, f"Открыть №{number}")
    await bot.answer_ticket(ROADS_HEAD, number, ANSWER)
    asked = await bot.wait_for_message(COORDINATOR, f"№{number} ждёт внесения в {title}")
    await wait_until_idle(bot)
    bot.pass_time(hours=2)
    await bot.press_button(COORDINATOR, asked, f"Внесено в {title}")
    await bot.wait_for_card(ROADS_HEAD, number, "✅ Отвечено")
    await wait_until_idle(bot)


def csv_lines(output: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.removeprefix("\ufeff"), newline=""), delimiter=";"))


@ON_BOTH
@pytest.mark.parametrize("trip", TRIPS, ids=lambda trip: trip.system)
async def test_an_exported_table_brings_nothing_new_when_it_is_entered_again(town: Harness, trip: Trip) -> None:
    await enter_table(town, [{**dict.fromkeys(trip.headings, "-"), **trip.row}], trip.headings)
    await answer_and_enter(town, trip.title)

    code, output, _ = await run_export(town, "--system", trip.system)
    [line] = csv_lines(output)
    answered = {"Текст ответа": ANSWER, "Дата ответа": "20.11.2026 14:30", "Внесено": ENTERED_AT}
    wanted = {**dict.fromkeys(trip.headings, ""), **trip.row, **trip.changed, **answered}
    assert (code, line) == (0, wanted)
    assert list(line) == [*trip.headings, "Текст ответа", "Дата ответа", "Внесено"]

    await run_export(town, "--system", trip.system, "--output", "back.xlsx")
    book = openpyxl.load_workbook(town.folder / "back.xlsx")
    assert book.active is not None
    assert book.active.max_row == 2
    await town.start()
    for name, data in (("back.csv", output.encode()), ("back.xlsx", (town.folder / "back.xlsx").read_bytes())):
        seen = len(town.bot_texts(COORDINATOR))
        await town.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=(name, data))
        await town.wait_until(lambda seen=seen: len(town.bot_texts(COORDINATOR)) > seen)
        await town.wait_for_message(COORDINATOR, name, "Новых: 0", "Обновится: 0", "Уже есть: 1", "Вносить нечего")
    assert await count(town, "SELECT count(*) FROM ticket") == 1
