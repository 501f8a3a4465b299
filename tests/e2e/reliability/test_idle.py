"""A town in which nothing happens costs next to nothing, and notices all the same what others write."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import event

from bot.domain.outbox import OutboxDraft, OutboxKind
from bot.scheduler.tasks import CLOCK_DRIVEN_TASKS
from storage.database import Database
from tests.databases import ON_BOTH
from tests.e2e.harness import GROUP, MARIA, ROADS_HEAD, Harness

pytestmark = ON_BOTH


async def test_periodic_tasks_without_work_ask_one_question_together(bot: Harness) -> None:
    await bot.wait_for_outbox()
    assert bot.app is not None
    rounds: list[Counter[str]] = []

    def count(*arguments: object) -> None:
        rounds[-1][" ".join(str(arguments[2]).split())[:60]] += 1

    engine = bot.app.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        for _ in range(4):  # the start of the bot may still be written down meanwhile
            rounds.append(Counter())
            await bot.wait_for_tasks(*CLOCK_DRIVEN_TASKS)  # two runs of twenty tasks
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert min(asked.total() for asked in rounds) <= 8, rounds


async def test_a_message_that_a_command_has_queued_leaves_soon(bot: Harness) -> None:
    """A command neither wakes the bot nor notifies it (on a server: its notification is lost)."""
    await bot.wait_for_outbox()
    other = Database(bot.load_config().database_url)
    try:
        async with other.begin() as uow:
            facts = {"code": "credentials", "title": "Привет"}
            draft = OutboxDraft(OutboxKind.NOTE, "telegram", str(ROADS_HEAD), "private", facts=facts)
            await uow.outbox.enqueue(draft, bot.clock.now())
            uow.outbox.has_new_work = False
        await bot.wait_for_message(ROADS_HEAD, "Привет")
    finally:
        await other.close()


async def test_a_deadline_that_comes_after_a_long_idle_time_is_told(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма, машины бьют колёса")
    await bot.wait_for_card(ROADS_HEAD, 1, "огромная яма")
    await bot.wait_for_outbox()
    bot.clock.advance(timedelta(hours=2))  # nobody tells the bot
    await bot.sandbox.change_log.wait_until(
        lambda: any("не принято" in text for text in bot.bot_texts(ROADS_HEAD)), 10.0
    )
