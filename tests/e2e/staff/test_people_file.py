"""People live in the database: the file seeds them once, and is taken over by a command, while the bot runs."""

from sqlalchemy import delete, update

from storage.tables import installation, person
from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, ANNA, COORDINATOR, ROADS_HEAD, STAFF, Harness
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import send_report, wait_until_idle
from tests.e2e.staff.people_file import apply_people

ROADS = """
[[staff]]
name = "Начальник отдела дорог"
role = "head"
sectors = ["roads"]
telegram_id = 1001
"""
SUCCESSOR = """
[[staff]]
name = "Анна Ким"
title = "Директор департамента"
role = "head"
sectors = ["roads"]
telegram_id = 2003
"""


async def test_a_file_that_differs_changes_nothing_and_is_told_once(bot: Harness) -> None:
    await bot.stop()
    for _ in range(2):
        bot.settings["staff"] = STAFF.replace(ROADS, SUCCESSOR).replace('role = "curator"', 'role = "manager"')
        await bot.start()
        await wait_until_idle(bot)
        await bot.stop()
    told = [text for text in bot.bot_texts(ADMINISTRATOR) if "не те, что в базе" in text]
    assert len(told) == 1
    for words in (
        "есть только в файле: Анна Ким",
        "Куратор: в файле другие роли",
        "нет в файле: Начальник отдела дорог",
        "people apply",
    ):
        assert words in told[0]

    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    assert bot.bot_messages(ANNA) == []


async def test_an_hour_chosen_in_the_settings_is_no_difference_and_outlives_the_file(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, "/settings")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "Сводка дня: 09:00"), "Сводка дня")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "🕕 Сводка дня"), "19:00")
    await bot.wait_for_message(ROADS_HEAD, "🕕 Сводка дня: 19:00")
    await bot.stop()
    await bot.start()
    await wait_until_idle(bot)
    assert not bot.find_message(ADMINISTRATOR, "не те, что в базе")

    assert "менять нечего" in await apply_people(bot)

    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", 'telegram_id = 1001\ndigest_at = "18:00"')
    await bot.stop()
    await bot.start()
    await wait_until_idle(bot)
    assert not bot.find_message(ADMINISTRATOR, "не те, что в базе"), "whose hour it is decides about it"
    assert "18:00" in await apply_people(bot), "a file that names an hour is taken when somebody asks for it"


@ON_BOTH
async def test_the_file_is_taken_over_while_the_bot_runs(bot: Harness) -> None:
    """The dismissed head loses words and rights at once, the successor has every open card."""
    await bot.sandbox.telegram.start_bot(ANNA)
    await bot.wait_for_message(ANNA, "Здравствуйте")
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    bot.settings["staff"] = STAFF.replace(ROADS, SUCCESSOR)

    said = await apply_people(bot)

    assert "+ новый: Анна Ким (Директор департамента, head, roads)" in said
    assert "- уволен: Начальник отдела дорог" in said
    await bot.wait_for_message(ROADS_HEAD, "Ваш доступ к сообщениям жителей")
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in bot.bot_texts(ROADS_HEAD)))
    await bot.wait_for_card(ANNA, 1, "Ленина 45")
    await bot.wait_for_message(ADMINISTRATOR, "взяты из файла", "новый сотрудник: Анна Ким")
    await bot.send_message(ROADS_HEAD, "/find 1")
    await wait_until_idle(bot)
    assert not any("Ленина 45" in text for text in bot.bot_texts(ROADS_HEAD))
    code, output, _ = await run_command("journal", cwd=bot.folder)
    assert code == 0
    assert "сотрудники взяты из файла настроек · новых: 1 · изменено: 0 · уволено: 1" in output


async def test_a_moved_official_loses_what_leaves_and_hears_of_the_new_place(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    bot.settings["staff"] = STAFF.replace('sectors = ["roads"]', 'sectors = ["education"]')

    said = await apply_people(bot)

    assert "блоки: roads → education" in said
    await bot.wait_for_message(ROADS_HEAD, "Теперь вы: руководитель отраслевого блока; блоки: Образование")
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in bot.bot_texts(ROADS_HEAD)))
    await bot.wait_for_card(COORDINATOR, 1, "Ленина 45")
    await bot.send_message(ROADS_HEAD, "Засыплем завтра")
    await wait_until_idle(bot)
    assert bot.find_message(ROADS_HEAD, "Ответ увидит житель") is None


@ON_BOTH
async def test_what_is_exported_is_applied_without_a_change(bot: Harness) -> None:
    bot.settings["staff"] = STAFF.replace(
        'role = "coordinator"',
        'roles = ["coordinator", "system_curator"]\ntitle = "Отдел \\"Д\\""\nstands_in = ["Начальник отдела ЖКХ"]\n'
        'systems = ["pos"]\ndigest_at = "18:00"\ndistricts = ["Центральный"]',
    )
    await apply_people(bot)
    code, lines, _ = await run_command("people", "export", cwd=bot.folder)
    assert code == 0
    assert 'title = "Отдел \\"Д\\""' in lines
    bot.settings["staff"] = lines

    assert "менять нечего" in await apply_people(bot)


async def test_apply_asks_and_changes_nothing_when_the_answer_is_no(bot: Harness) -> None:
    bot.settings["staff"] = STAFF.replace(ROADS, SUCCESSOR)
    bot.write_config()
    for given in ("n\n", ""):
        code, output, _ = await run_command("people", "apply", cwd=bot.folder, given=given)
        assert (code, "Изменить (1 новый, 0 изменятся, 1 уволен)?" in output) == (1, True)
    bot.settings["staff"] = STAFF.replace('role = "administrator"', 'role = "curator"')
    bot.write_config()
    code, _, errors = await run_command("people", "apply", "--yes", cwd=bot.folder)
    assert (code, "некому было бы вести сотрудников" in errors) == (1, True)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)


@ON_BOTH
async def test_an_upgrade_keeps_the_people_and_takes_what_was_not_stored(bot: Harness) -> None:
    """Release 0.1.0 stored neither posts nor hours; its database has no version of people."""
    assert bot.app is not None
    async with bot.app.database.engine.begin() as connection:
        await connection.execute(delete(installation))
        await connection.execute(update(person).values(title=None, stands_in=None, systems=None, digest_at=None))
    await bot.stop()
    hours = STAFF.replace('role = "coordinator"', 'role = "coordinator"\ndigest_at = "18:00"\ntitle = "Отдел ЦУР"')
    bot.settings["staff"] = hours.replace(ROADS, "")

    await bot.start()

    await bot.wait_for_message(ADMINISTRATOR, "не те, что в базе", "нет в файле: Начальник отдела дорог")
    code, lines, _ = await run_command("people", "export", cwd=bot.folder)
    assert code == 0
    assert 'name = "Координатор"\ntitle = "Отдел ЦУР"\nrole = "coordinator"\ndigest_at = "18:00"' in lines
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
