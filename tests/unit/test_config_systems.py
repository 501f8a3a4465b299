"""``[[systems]]`` of the configuration: the headings of other systems' tables."""

from pathlib import Path

import pytest

from bot.config import load_config
from bot.domain.imports import Field
from tests.unit.spreadsheets.tables import read, taken, text_table
from tests.unit.test_config_bad import build_config, faults_of

SMLS = """
[[systems]]
code = "smls"
columns = { number = "№ обращения", text = "Суть", subject = ["Группа", "Тема"], status = "Этап" }
finished = ["Ответ опубликован"]
[[systems]]
code = "call24"
title = "Служба 24"
columns = { number = "Код", text = "Вопрос" }
[[systems]]
code = "sed"
title = "СЭД «Дело»"
columns = { due = "Контроль", text = "Дата рег." }
[[systems]]
code = "phone"
title = "Горячая линия"
"""


def test_systems_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(build_config(systems=SMLS), encoding="utf-8")
    config = load_config(path)
    layouts = config.layouts()
    assert sorted(layouts) == ["call24", "ecur", "incident", "pos", "sed", "smls"]
    assert (layouts["smls"].title, layouts["call24"].title) == ("СМ ЛС", "Служба 24")
    assert layouts["sed"].headings[Field.DUE] == ("Контроль",)
    assert "Дата рег." not in layouts["sed"].headings[Field.REGISTERED]
    lines = [("Этап", "СУТЬ", "Тема", "№ обращения"), ("Ответ опубликован", "Нет света", "Свет", "№ 7")]
    (row,) = taken(read(text_table(lines), layouts["smls"]))
    assert (row.number, row.text, row.subject, row.is_finished) == ("7", "Нет света", "Свет", True)


def test_ticket_of_an_own_system_names_its_code_and_shows_its_title(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(build_config(systems=SMLS), encoding="utf-8")
    systems = load_config(path).systems()
    assert [systems.stored_name(name) for name in ("служба 24", "call24", "СЭД «Дело»", "пос", "Добродел")] == [
        *("call24", "call24", "СЭД", "ПОС", "Добродел")
    ]
    assert [systems.title(name) for name in ("call24", "СЭД", "Телефон", "pos", "vk:5", "Добродел")] == [
        *("Служба 24", "СЭД «Дело»", "Горячая линия", "ПОС", "vk:5", "Добродел")
    ]


@pytest.mark.parametrize(
    ("systems", "key", "problem", "remedy"),
    [
        ('code = "own"', "systems[0].title", "нет названия", "добавьте title"),
        ('code = "smsl"', "systems[0].title", "нет названия", "«smls»"),
        ('code = "vk"\ntitle = "VK"', "systems[0].code", "мессенджер", "другой код"),
        ('code = "Свой"\ntitle = "С"', "systems[0].code", "не подходит", "латинских"),
        ('code = "smls"\ncolumns = { text = "Т" }', "systems[0].columns", "нет столбца с номером", "number"),
        ('code = "smls"\ncolumns = { number = "Н" }', "systems[0].columns", "ни столбца с текстом", "subject"),
        ('code = "pos"\ncolumns = { nomber = "Н" }', "systems[0].columns.nomber", "поля «nomber» нет", "«number»"),
        ('code = "pos"\ncolumns = { number = " " }', "systems[0].columns.number", "пустое", "впишите"),
        ('code = "pos"\ncolumns = { due = "С", text = "с " }', "systems[0].columns.text", "уже назван", "одном"),
        ('code = "pos"\n[[systems]]\ncode = "pos"', "systems[1].code", "уже есть", "удалите"),
        ('code = "pos"\nheadings = {}', "systems[0].headings", "", ""),
    ],
)
def test_system_that_cannot_be_read_is_refused(
    tmp_path: Path, systems: str, key: str, problem: str, remedy: str
) -> None:
    found = faults_of(tmp_path, build_config(systems=f"[[systems]]\n{systems}\n"))[key]
    assert problem in found.problem
    assert remedy in found.remedy
