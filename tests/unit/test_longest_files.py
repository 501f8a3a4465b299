"""The table of the longest test files."""

from tests.conftest import LONGEST_FILES, ROOT


def test_every_file_of_the_table_exists() -> None:
    assert [name for name in LONGEST_FILES if not (ROOT / name).is_file()] == []
