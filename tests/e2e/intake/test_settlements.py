"""Settlements: the same street in another village is another place, from the message to the export."""

import json

from tests.e2e.harness import COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness
from tests.e2e.operations.test_commands import run_command
from tests.e2e.operations.test_export import read_rows, run_export
from tests.e2e.queries import get_ticket
from tests.e2e.tickets.test_ticket_data import open_menu

STREETS = """населённый пункт;улица;район;широта;долгота
с. Ключи;ул. Мира;Северный;45,50;133,50
пос. Октябрьский;ул. Мира;Южный;45,60;133,60
"""


async def test_a_settlement_goes_all_the_way(closed_bot: Harness) -> None:
    bot = closed_bot
    (bot.folder / "streets.csv").write_text(STREETS, encoding="utf-8")
    bot.settings["more"] = '[places]\ngazetteer = "streets.csv"\n'
    await bot.start()

    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге в ключах, Мира 5, объехать нельзя")
    await bot.wait_for_card(ROADS_HEAD, 1, "📍 с. Ключи, ул. Мира, 5", "точка на карте")
    await bot.sandbox.telegram.send_message(
        GROUP, MARIA, "Яма на дороге в Октябрьском, Мира 5, асфальт провалился, объехать нельзя"
    )
    await bot.wait_for_card(ROADS_HEAD, 2, "📍 пос. Октябрьский, ул. Мира, 5")
    assert [(await get_ticket(bot, number)).settlement for number in (1, 2)] == ["Ключи", "Октябрьский"]
    assert (await get_ticket(bot, 2)).previous_id is None, "another village, another matter"

    await open_menu(bot, "Место")
    await bot.wait_for_message(COORDINATOR, "Где это?")
    await bot.send_message(COORDINATOR, "пос. Октябрьский, ул. Мира, 7")
    await bot.wait_for_card(ROADS_HEAD, 1, "📍 пос. Октябрьский, ул. Мира, 7")
    await bot.send_message(COORDINATOR, "/find Октябрьский")
    await bot.wait_for_message(COORDINATOR, "№1", "№2")

    _, output, _ = await run_export(bot)
    assert [(row["Населённый пункт"], row["Место"]) for row in read_rows(output)] == [
        ("Октябрьский", "пос. Октябрьский, ул. Мира, 7"),
        ("Октябрьский", "пос. Октябрьский, ул. Мира, 5"),
    ]


async def test_classify_names_the_settlement(bot: Harness) -> None:
    asked = json.dumps({"id": 1, "text": "на хуторе Степном, ул. Мира 5 нет света"}, ensure_ascii=False)
    code, output, _ = await run_command(
        "classify", "--config", str(bot.folder / "config.toml"), cwd=bot.folder, given=asked + "\n"
    )
    place = json.loads(output)["place"]
    assert (code, place["settlement"], place["street"], place["house"]) == (0, "Степной", "Мира", "5")


async def test_a_further_message_completes_the_place(closed_bot: Harness) -> None:
    bot = closed_bot
    (bot.folder / "streets.csv").write_text(STREETS, encoding="utf-8")
    bot.settings["more"] = '[places]\ngazetteer = "streets.csv"\n'
    await bot.start()

    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Яма на дороге, Мира 5, объехать нельзя")
    await bot.wait_for_card(ROADS_HEAD, 1, "📍 ул. Мира, 5")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "это в Ключах")
    await bot.wait_for_card(ROADS_HEAD, 1, "📍 с. Ключи, ул. Мира, 5", "точка на карте")

    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Открыт люк на дороге у школы в Октябрьском")
    await bot.wait_for_card(ROADS_HEAD, 2, "📍 пос. Октябрьский, у школы")
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Мира 7")
    await bot.wait_for_card(ROADS_HEAD, 2, "📍 пос. Октябрьский, ул. Мира, 7")


async def test_evaluate_measures_every_part_of_a_place(bot: Harness) -> None:
    rows = [
        "text,relevant,street,house,settlement,landmark",
        "На Сиреневом бульваре 5 яма,yes,Сиреневый бульвар,5,,",
        "В Ключах у школы № 2 нет света,yes,,,Ключи,школа № 2",
        "Продам диван на Ленина 5,no,,,,",
    ]
    (bot.folder / "rows.csv").write_text("\n".join(rows), encoding="utf-8")
    code, output, errors = await run_command(
        "evaluate", "rows.csv", "--config", str(bot.folder / "config.toml"), cwd=bot.folder
    )
    assert (code, errors) == (0, "")
    assert "где улица названа: улица и дом 1.000 (сообщений 1); где не названа: найдена 0.000 (сообщений 1)" in output
    assert "Населённый пункт: найден 1.000 (сообщений 1)" in output
    assert "Ориентир: найден 1.000 (сообщений 1)" in output
