"""``export --system``: answers go back in the columns of the system that the messages came from."""

import csv
import io
from pathlib import Path

import openpyxl

from bot.domain.layouts import BUILT_IN
from tests.e2e.harness import COORDINATOR, ROADS_HEAD, Harness
from tests.e2e.operations.test_commands import run_command
from tests.e2e.operations.test_export import run_export
from tests.e2e.queries import wait_until_idle
from tests.unit.spreadsheets.tables import POS_HEADINGS, read, taken

ANSWER = "Яму засыпали 20 ноября, комиссия приняла работу."


async def enter(bot: Harness, text: str, source: str, number: str) -> None:
    await bot.send_message(COORDINATOR, f"/new {text}")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "Откуда пришло"), source)
    await bot.wait_for_message(COORDINATOR, "Номер в той системе?")
    await bot.send_message(COORDINATOR, number)
    await bot.wait_for_message(COORDINATOR, "До какого времени")
    await bot.send_message(COORDINATOR, "05.12.2026 18:00")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "ыберите, кто это"), "Гражданин")


async def test_answers_go_back_in_the_columns_of_the_system(bot: Harness) -> None:
    await enter(bot, "Дороги / Ямы / Яма на дороге", "ПОС", "0040123456789")
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await wait_until_idle(bot)
    await enter(bot, "Сломаны качели", "Инцидент Менеджмент", "77")

    code, output, errors = await run_export(bot, "--system", "pos")
    assert (code, errors) == (0, "")
    lines = list(csv.reader(io.StringIO(output.removeprefix("\ufeff")), delimiter=";"))
    assert lines[0] == [*POS_HEADINGS, "Текст ответа", "Дата ответа", "Внесено"]
    row = dict(zip(*lines, strict=True))
    assert row["Номер"] == "'0040123456789"
    assert (row["Категория"], row["Подкатегория"], row["Факт"]) == ("Дороги", "Ямы", "Яма на дороге")
    assert (row["Дата поступления"], row["Дата планируемого завершения работ"]) == (
        "20.11.2026 14:30",
        "05.12.2026 18:00",
    )
    assert (row["Текст ответа"], row["Дата ответа"], row["Внесено"]) == (ANSWER, "20.11.2026 14:30", "")
    assert row["Организация, в которой находится сообщение"] == "Начальник отдела дорог", "the post that has it"
    assert row["Статус"] == "", "we know no word of ПОС for a message in work"

    code, _, _ = await run_export(bot, "--system", "pos", "--output", "pos.xlsx")
    assert code == 0
    heading, cells = openpyxl.load_workbook(bot.folder / "pos.xlsx").active.iter_rows(values_only=True)
    assert dict(zip(heading, cells, strict=True))["Номер"] == "0040123456789"
    for data in ((bot.folder / "pos.xlsx").read_bytes(), output.encode()):
        (again,) = taken(read(data, BUILT_IN["pos"], now=bot.clock.now()))
        assert (again.number, again.subject) == ("0040123456789", "Дороги / Ямы / Яма на дороге")


async def test_system_without_a_table_is_refused_with_the_known_ones(tmp_path: Path, bot: Harness) -> None:
    await bot.stop()
    config = ("--config", str(bot.folder / "config.toml"))
    for options, words in (
        (("--system", "smls"), "pos, ecur, incident, sed"),
        (("--system", "pos", "--public"), "уберите --public"),
        (("--system", "pos", "--format", "json"), "csv или xlsx"),
    ):
        code, output, errors = await run_command("export", *config, *options, cwd=tmp_path)
        assert (code, output) == (2, "")
        assert words in errors
