"""The tables of further systems that the example towns describe: СМ ЛС, «Сахалин.Онлайн», ЕЦПУР."""

from pathlib import Path

import pytest

from bot.config import load_config
from bot.domain.imports import Field
from bot.domain.layouts import BUILT_IN, Layout, heading_key
from bot.spreadsheets.table import find_systems
from tests.unit.spreadsheets.tables import read, taken, text_table

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OWN = [
    ("kholmsk", "smls", "СМ ЛС"),
    ("kholmsk", "sakhalin", "Сахалин.Онлайн"),
    ("lovozero", "ecpur", "ЕЦПУР"),
]
CELLS = {Field.NUMBER: "15-7", Field.REGISTERED: "25.11.2026", Field.DUE: "05.12.2026", Field.TEXT: "Яма на дороге"}


def layouts_of(town: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Layout]:
    monkeypatch.chdir(EXAMPLES)
    return load_config(EXAMPLES / f"{town}.toml", tokens_needed=False).layouts()


@pytest.mark.parametrize(("town", "code", "title"), OWN)
def test_table_that_an_example_describes_is_read(
    town: str, code: str, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    layouts = layouts_of(town, monkeypatch)
    assert set(layouts) > set(BUILT_IN)
    layout = layouts[code]
    line = [CELLS.get(layout.fields[heading_key(heading)], "Дороги") for heading in layout.table]
    data = text_table([layout.table, line])
    (row,) = taken(read(data, layout))
    assert (layout.title, row.number, row.text) == (title, "15-7", "Яма на дороге")
    assert row.registered_at is not None
    assert row.due is not None
    assert find_systems(data, layouts.values())[0] == code, "the bot knows whose it is"
