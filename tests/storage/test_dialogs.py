"""A dialog outlives the process, and ends with its expiry or its ticket."""

import asyncio
from dataclasses import replace

from bot.domain.dialogs import Dialog, DialogStep
from storage.database import Database
from tests.storage.helpers import NOW, time_after

DRAFT = Dialog(
    account="telegram",
    user_id="1001",
    chat_id="1001",
    step=DialogStep.ANSWER,
    ticket_id=7,
    text="Бригада выехала — 🚜",
    media=({"kind": "photo", "id": "x"},),
    facts={"card": 5},
    version=2,
    expires_at=time_after(hours=24),
)


async def test_a_half_written_answer_outlives_the_process(database: Database, second: Database) -> None:
    async with database.begin() as uow:
        await uow.dialogs.upsert(replace(DRAFT, text="Бригада"))
        await uow.dialogs.upsert(DRAFT)
    await database.close()

    async with second.read() as uow:
        assert await uow.dialogs.get("telegram", "1001", NOW) == DRAFT
        assert await uow.dialogs.get("telegram", "1002", NOW) is None
        assert await uow.dialogs.get("telegram", "1001", DRAFT.expires_at) is None


async def test_dialogs_about_a_ticket_are_voided_by_step(database: Database) -> None:
    others = (
        replace(DRAFT, user_id="1002"),
        replace(DRAFT, user_id="1003", step=DialogStep.DISMISS_REASON),
        replace(DRAFT, user_id="1004", ticket_id=8),
        replace(DRAFT, user_id="1005", expires_at=NOW),
    )
    async with database.begin() as uow:
        for one in (DRAFT, *others):
            await uow.dialogs.upsert(one)
        gone = await uow.dialogs.cancel_for_ticket(7, [DialogStep.ANSWER], NOW)

        assert sorted(one.user_id for one in gone) == ["1001", "1002"], "who was still writing must be told"
        assert await uow.dialogs.get("telegram", "1001", NOW) is None
        assert await uow.dialogs.get("telegram", "1003", NOW) is not None
        assert await uow.dialogs.get("telegram", "1004", NOW) is not None


async def test_dialog_update_waits_for_recording_of_its_prompt(database: Database) -> None:
    """Otherwise the update overwrites the record, and the buttons of a delivered prompt are never removed."""
    async with database.begin() as uow:
        await uow.dialogs.upsert(DRAFT)
    noted = replace(DRAFT, facts={"shown": {"id": "77"}})

    async def goes_on() -> Dialog | None:
        async with database.begin() as uow:
            return await uow.dialogs.get("telegram", "1001", NOW, lock=True)

    async with asyncio.TaskGroup() as group, database.begin() as uow:
        assert await uow.dialogs.update_facts(noted)
        going_on = group.create_task(goes_on())
        await asyncio.wait([going_on], timeout=0.3)
        assert not going_on.done()
    assert going_on.result() == noted
