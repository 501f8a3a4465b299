"""A card asks the database once for the parts that few tickets have."""

from sqlalchemy import Connection, event

from tests.databases import ON_BOTH
from tests.e2e.harness import GROUP, MARIA, ROADS_HEAD, Harness

pytestmark = ON_BOTH

RARE = ("SELECT remark.", "SELECT promise.", "SELECT inquiry.id, inquiry.ticket_id, inquiry.kind", "SELECT count(*) AS")


async def test_a_card_without_rare_parts_is_rendered_without_reading_each_of_them(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма, машины бьют колёса")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "огромная яма")
    await bot.wait_for_outbox()
    assert bot.app is not None
    asked: list[str] = []
    levels: list[object] = []
    engine = bot.app.database.engine.sync_engine

    def note(*arguments: object) -> None:
        connection, statement = arguments[0], " ".join(str(arguments[2]).split())
        asked.append(statement)
        if statement.startswith("SELECT (SELECT count(*)"):
            assert isinstance(connection, Connection)
            levels.append(connection.get_execution_options().get("isolation_level"))

    event.listen(engine, "before_cursor_execute", note)
    try:
        await bot.press_button(ROADS_HEAD, card, "Принять")
        await bot.wait_for_outbox()
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert [one for one in asked if "FROM card" in one]
    assert not [one for one in asked if one.startswith(RARE)]
    assert levels
    if bot.app.database.is_shared:  # without a transaction: two round trips less
        assert set(levels) == {"AUTOCOMMIT"}
