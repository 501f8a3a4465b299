"""The map of stored data names every column, so that nobody can forget to erase or to export a new one."""

import pytest
from sqlalchemy import Table

from bot.views.personal_data import TABLE_TITLES
from storage.data_map import DATA_MAP, Content, Rows
from storage.tables import metadata


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_has_a_line(table: Table) -> None:
    assert table in DATA_MAP, "name its purpose and its columns in storage/data_map.py"
    data = DATA_MAP[table]
    assert set(data.contents) == {column.name for column in table.columns}
    assert data.purpose
    if data.rows is Rows.NONE:
        assert set(data.contents.values()) <= {Content.FIGURE, Content.OFFICIAL}
    else:
        assert table.name in TABLE_TITLES, "an export and a proof name it in Russian"
