"""Export of tickets: files that a Russian spreadsheet opens with a double click, and that the product reads back."""

import csv
import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from bot.services.reports.export import format_csv_cell
from bot.understanding.model.training_data import parse_examples, read_table
from tests.e2e.harness import GROUP, MARIA, ROADS_HEAD, Harness
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import HATCH, send_report


async def run_export(bot: Harness, *options: str) -> tuple[int, str, str]:
    await bot.stop()
    return await run_command("export", "--config", str(bot.folder / "config.toml"), *options, cwd=bot.folder)


def read_rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff"), "without the mark, a spreadsheet guesses another encoding"
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


async def test_csv_is_one_that_a_russian_spreadsheet_opens(bot: Harness) -> None:
    await send_report(bot, "+7 не звоните; на Ленина 45 яма\nна дороге")
    await bot.wait_for_card(ROADS_HEAD, 1)

    code, output, _ = await run_export(bot)

    assert code == 0
    [row] = read_rows(output)
    assert (row["Номер"], row["Состояние"], row["Отрасль"], row["Код отрасли"]) == (
        "1",
        "ждёт принятия",
        "Дороги",
        "roads",
    )
    assert row["Сообщение"] == "'+7 не звоните; на Ленина 45 яма\nна дороге"
    assert (row["Источник"], row["Срочное"], row["Автор"]) == ("Telegram", "нет", "Мария")
    assert row["Поступило"] == "20.11.2026 14:30"
    code, output, errors = await run_export(bot, "--output", "out.csv")
    assert (code, output, errors) == (0, "", "")
    assert (bot.folder / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


async def test_format_follows_the_name_of_the_file(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)

    for name, begins in (
        ("out.xlsx", b"PK"),
        ("OUT.JSON", b"["),
        ("out.csv", b"\xef\xbb\xbf"),
        ("out", b"\xef\xbb\xbf"),
    ):
        code, _, errors = await run_export(bot, "--output", name)
        assert (code, errors) == (0, "")
        assert (bot.folder / name).read_bytes().startswith(begins)
    for options, remedy in (
        (("--format", "csv", "--output", "a.xlsx"), "назовите файл .csv"),
        (("--format", "xlsx", "--output", "a.json"), "уберите --format"),
        (("--output", "a.xls"), ".xlsx"),
        (("--codes", "--output", "a.xlsx"), "уберите --codes"),
        (("--format", "ods"), "csv, xlsx или json"),
    ):
        code, _, errors = await run_export(bot, *options)
        assert code == 2
        assert remedy in errors
    assert not list(bot.folder.glob("a.*"))


@pytest.mark.parametrize("name", ["past.csv", "past.xlsx", "codes.csv"])
async def test_own_export_is_taken_for_training(bot: Harness, name: str) -> None:
    text = "=На Ленина 45 третий день яма на дороге; 89141234567"
    await send_report(bot, text)
    await bot.wait_for_card(ROADS_HEAD, 1)
    options = ("--codes",) if name == "codes.csv" else ()
    await run_export(bot, *options, "--output", name)
    assert bot.app is None

    examples, unknown = parse_examples(read_table(bot.folder / name), town_sectors(bot))

    assert [(one.text, one.codes) for one in examples] == [(text, ("roads",))]
    assert not unknown


def town_sectors(bot: Harness) -> Any:
    from bot.config import load_config

    return load_config(bot.folder / "config.toml").sectors()


async def test_what_shows_nothing_is_called_nameless_everywhere(bot: Harness) -> None:
    bot.sandbox.telegram.user(2099, "\u3164\u200b\u2800")
    await send_report(bot, who=2099)

    await bot.wait_for_card(ROADS_HEAD, 1, "👤 Без имени")
    await run_export(bot, "--output", "out.xlsx")

    heading, row = openpyxl.load_workbook(bot.folder / "out.xlsx", read_only=True).active.iter_rows(values_only=True)
    assert dict(zip(heading, row, strict=True))["Автор"] == "Без имени"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("-5 градусов", "'-5 градусов"),
        ("+7 914 123-45-67", "'+7 914 123-45-67"),
        ("89141234567", "'89141234567"),
        ("00123", "'00123"),
        ("На Ленина 45", "На Ленина 45"),
        (142, "142"),
        (45.478, "45,478"),
        (True, "да"),
        (None, ""),
        (datetime.fromisoformat("2026-11-20T14:30"), "20.11.2026 14:30"),
    ],
)
def test_no_cell_is_a_formula_or_a_shortened_number(value: Any, cell: str) -> None:
    assert format_csv_cell(value) == cell


async def test_public_export_masks_what_is_written_anywhere(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(
        GROUP, MARIA, f"{HATCH}. Иванова Мария Петровна, кв. 12, паспорт 05 12 123456"
    )
    await bot.answer_ticket(ROADS_HEAD, 1, "Мария Петровна, засыплем завтра.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")

    _, output, _ = await run_export(bot, "--public")

    [row] = read_rows(output)
    assert row["Сообщение"] == f"{HATCH}. [имя], кв. [№], паспорт [номер]"
    assert row["Ответ"] == "[имя], засыплем завтра."
    assert row["Автор"] == row["Ссылка"] == row["Ссылка на ответ"] == ""
