"""A database that cannot be opened is one sentence with a remedy and an exit code, whatever the driver raises."""

import pytest
import typer
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.cli.command_line import EXIT_TRY_AGAIN
from bot.cli.faults import report_database_faults
from storage.errors import DatabaseUnavailable, DatabaseUnreachable


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DatabaseUnreachable("Connection reset by peer"), "Connection reset by peer"),
        (NoConnectionFree("QueuePool limit of size 8 overflow 40 reached"), "заняты все соединения"),
        (DatabaseUnavailable("sorry, too many clients already"), "заняты все соединения"),
        (DatabaseUnavailable('too many connections for role "mcu"'), "заняты все соединения"),
        (DatabaseUnavailable("remaining connection slots are reserved for superusers"), "заняты все соединения"),
    ],
)
def test_fault_is_said_in_words(error: Exception, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ending, report_database_faults(EXIT_TRY_AGAIN):
        raise error
    assert ending.value.exit_code == EXIT_TRY_AGAIN
    said = capsys.readouterr().err
    assert "database.url: база данных не открывается" in said
    assert words in said
