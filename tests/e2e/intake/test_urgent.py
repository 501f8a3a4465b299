"""Place and urgency: district and point, short terms, night alerts, and additional recipients."""

import csv
import io
from typing import Any

import pytest

from tests.e2e.harness import COORDINATOR, CURATOR, GROUP, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, STAFF, Harness
from tests.e2e.queries import get_ticket

STREETS = """улица;дома;район;широта;долгота
ул. Кедровая;1-45 нечёт;Центральный;45,4712;133,4010
ул. Кедровая;2-44 чёт;Заречный;45,4713;133,4020
ул. Дальняя;;Заречный;45,4800;133,4200
"""
FAR_HEAD, DUTY = 1012, 1013
DISTRICTS = (
    STAFF.replace('sectors = ["roads"]\n', 'sectors = ["roads"]\ndistricts = ["Центральный"]\n')
    + """
[[staff]]
name = "Дороги за рекой"
role = "head"
sectors = ["roads"]
districts = ["Заречный"]
telegram_id = 1012

[[staff]]
name = "Дежурный ЕДДС"
role = "duty"
telegram_id = 1013
"""
)

HATCH = "На Кедровой 7 открыт люк на дороге, чуть ребёнок не провалился"
NO_WATER = "Кедровая 12, нет воды во всём доме, в квартирах сухо"
FIGHT = "На Кедровой 7 во дворе дома мужчина избивает ребёнка, приезжайте"


@pytest.fixture
async def districts(closed_bot: Harness) -> Harness:
    bot = closed_bot
    (bot.folder / "streets.csv").write_text(STREETS, encoding="utf-8")
    bot.settings |= {"staff": DISTRICTS, "more": '[places]\ngazetteer = "streets.csv"\n'}
    for number in (FAR_HEAD, DUTY):
        bot.sandbox.telegram.user(number, f"Сотрудник {number}")
        await bot.sandbox.telegram.start_bot(number)
    await bot.start()
    return bot


def link_targets(letter: dict[str, Any]) -> list[str]:
    return [one["url"] for one in letter.get("entities", []) if one["type"] == "text_link"]


def makes_sound(letter: dict[str, object]) -> bool:
    return not letter.get("disable_notification")


async def test_a_misspelt_street_goes_to_the_head_of_its_district(districts: Harness) -> None:
    bot = districts
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Огромная яма на дороге, Кидровая 12, колёса бьём")
    card = await bot.wait_for_card(FAR_HEAD, 1, "ул. Кедровая, 12", "точка на карте")
    assert card
    assert bot.ticket_numbers(ROADS_HEAD) == []
    assert (await get_ticket(bot, 1)).district == "Заречный"


async def test_a_point_from_the_citizen_beats_the_words(districts: Harness) -> None:
    bot = districts
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге, Кедровая 7, объехать нельзя")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, location=(45.4801, 133.4201))
    await bot.wait_for_card(FAR_HEAD, 1)
    found = await get_ticket(bot, 1)
    assert (found.coordinates, found.district) == ((45.4801, 133.4201), "Заречный")


async def test_danger_has_a_short_term_and_the_coordinator_knows(districts: Harness) -> None:
    bot = districts
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "[срочно]", "принять до 15:00", "ответить до 18:30")
    note = await bot.wait_for_message(COORDINATOR, "🔥 Срочно: №1 · Дороги", "открыт люк")
    assert makes_sound(note)
    assert bot.find_message(DUTY, "🚨") is None


async def test_supplies_that_are_off_wake_nobody(districts: Harness) -> None:
    await districts.stop()
    districts.settings |= {"quiet_from": "22:00", "quiet_to": "08:00"}
    await districts.start()
    districts.set_time("21.11 02:00")
    await districts.sandbox.telegram.send_message(GROUP, MARIA, NO_WATER)
    assert not makes_sound(await districts.wait_for_card(HOUSING_HEAD, 1, "[срочно]", "принять до 08:30"))
    assert not makes_sound(await districts.wait_for_message(COORDINATOR, "🔥 Срочно: №1"))
    await districts.sandbox.telegram.send_message(GROUP, PYOTR, HATCH)
    assert makes_sound(await districts.wait_for_card(ROADS_HEAD, 2, "[срочно]"))
    assert makes_sound(await districts.wait_for_message(COORDINATOR, "🔥 Срочно: №2"))


async def test_a_crime_is_told_to_the_duty_officer(districts: Harness) -> None:
    await districts.sandbox.telegram.send_message(GROUP, MARIA, FIGHT)
    note = await districts.wait_for_message(DUTY, "🚨 Дежурному: сообщение №1", "избивает", "112")
    assert makes_sound(note)


async def test_without_a_duty_officer_the_coordinator_is_told_so(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, FIGHT)
    await bot.wait_for_message(COORDINATOR, "🚨 Дежурному: сообщение №1")


async def test_ticket_that_turns_urgent_gets_short_terms(districts: Harness) -> None:
    bot = districts
    first = await bot.sandbox.telegram.send_message(GROUP, MARIA, "Люк на дороге гремит под колёсами, Кедровая 7")
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до 15:30")
    bot.pass_time(minutes=10)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Теперь люк открыт, ребёнок чуть не провалился!")
    await bot.wait_for_card(ROADS_HEAD, 1, "[срочно]", "принять до 15:10", "ответить до 18:40")
    assert makes_sound(await bot.wait_for_message(ROADS_HEAD, "🔥 Сообщение №1 теперь срочное"))
    note = await bot.wait_for_message(COORDINATOR, "🔥 Срочно: №1", "Открыть сообщение жителя")
    assert link_targets(note) == [f"https://t.me/c/1000000001/{first}"]
    bot.pass_time(minutes=31)
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1")


async def test_addition_about_crime_reaches_duty_officer_with_place(districts: Harness) -> None:
    bot = districts
    first = await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Кедровой 7 во дворе опять шумят, фонарь не горит")
    await bot.wait_for_card(COORDINATOR, 1)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Там мужчина избивает ребёнка, приезжайте")
    note = await bot.wait_for_message(DUTY, "🚨 Дежурному: сообщение №1", "Открыть сообщение жителя")
    assert link_targets(note) == [f"https://t.me/c/1000000001/{first}"]


async def test_watcher_sees_no_telephone(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге, Ленина 45, кв. 12, звоните 89141234567")
    await bot.wait_for_card(ROADS_HEAD, 1, "кв. 12", "89141234567")
    await bot.send_message(CURATOR, "/find яма")
    shown = await bot.wait_for_message(CURATOR, "№1")
    assert "8914" not in shown["text"]
    await bot.press_button(CURATOR, shown, "№1")
    await bot.wait_for_card(CURATOR, 1, "кв. [№]", "[телефон]")
    bot.pass_time(hours=2)
    await bot.wait_for_outbox()
    bot.set_time("20.11 17:00")
    note = await bot.wait_for_message(CURATOR, "Просрочено: №1")
    assert "8914" not in note["text"]
    bot.set_time("21.11 09:00")
    digest = await bot.wait_for_message(CURATOR, "Сводка")
    assert "8914" not in digest["text"]


async def test_an_export_for_others_names_nobody(bot: Harness) -> None:
    from bot.cli.export import export_tickets

    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге, Ленина 45, звоните 89141234567")
    await bot.wait_for_card(ROADS_HEAD, 1)
    assert bot.app is not None
    file = bot.folder / "out.csv"
    await export_tickets(bot.app.config, "csv", None, None, file, public=True)
    text = file.read_text(encoding="utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text), delimiter=";")
    assert row["Сообщение"] == "Яма на дороге, Ленина 45, звоните [телефон]"
    assert row["Автор"] == row["Ссылка"] == row["Ответственный"] == ""
    assert "Мария" not in text


async def test_a_list_of_streets_that_cannot_be_read_names_its_line(closed_bot: Harness) -> None:
    from bot.config import ConfigFaults

    (closed_bot.folder / "streets.csv").write_text("улица;дома\nул. Речная;до угла\n", encoding="utf-8")
    closed_bot.settings["more"] = '[places]\ngazetteer = "streets.csv"\n'
    with pytest.raises(ConfigFaults) as faults:
        await closed_bot.start()
    assert "строка 2" in faults.value.faults[0].problem
