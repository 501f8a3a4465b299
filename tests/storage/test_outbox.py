"""The durable outbox: what leaves first, what waits for what, and what is never sent twice at once."""

import asyncio
from datetime import datetime, timedelta

from bot.domain.outbox import (
    DeliveryEnd,
    LastError,
    OldestPending,
    OutboxDraft,
    OutboxKind,
    OutboxRow,
    OutboxStatus,
    Priority,
)
from storage.database import Database
from tests.storage.helpers import ACCOUNTS, LEASE, NOW, claim_rows, next_per_chat, outbox_draft, time_after


async def add_drafts(database: Database, *drafts: OutboxDraft, now: datetime = NOW) -> None:
    async with database.begin() as uow:
        for one in drafts:
            await uow.outbox.enqueue(one, now)


async def claim_pending(
    database: Database,
    now: datetime = NOW,
    most: int = 50,
    resting: tuple[str, ...] = (),
    accounts: tuple[str, ...] = ACCOUNTS,
) -> list[OutboxRow]:
    async with database.begin() as uow:
        return await claim_rows(uow, now, most, accounts=accounts, blocked_chats=resting)


async def finish_rows(database: Database, *rows: OutboxRow) -> None:
    async with database.begin() as uow:
        for row in rows:
            await uow.outbox.finish(row, NOW)


def ticket_ids(rows: list[OutboxRow]) -> list[int | None]:
    return [row.ticket_id for row in rows]


async def test_the_urgent_leaves_first_then_the_older(database: Database) -> None:
    await add_drafts(
        database,
        outbox_draft(number=1, priority=Priority.BULK),
        outbox_draft(number=2, priority=Priority.CARD),
        outbox_draft(number=3, priority=Priority.INTERACTIVE),
        outbox_draft(number=4, priority=Priority.CARD),
        outbox_draft(number=5, priority=Priority.URGENT),
    )
    assert ticket_ids(await claim_pending(database, most=4)) == [3, 5, 2, 4]
    assert ticket_ids(await claim_pending(database)) == [1]


async def test_one_chat_hears_of_one_ticket_in_order(database: Database) -> None:
    await add_drafts(
        database,
        outbox_draft(number=1, facts={"n": 1}),
        outbox_draft(number=1, facts={"n": 2}, priority=Priority.URGENT),
        outbox_draft(number=2, facts={"n": 3}),
        outbox_draft("1002", number=1, facts={"n": 4}),
    )
    first = await claim_pending(database)
    assert [row.facts["n"] for row in first] == [1, 3, 4]
    assert await claim_pending(database) == []

    await finish_rows(database, first[0])
    assert [row.facts["n"] for row in await claim_pending(database)] == [2]


async def test_a_row_that_is_tried_again_holds_the_later_ones(database: Database) -> None:
    await add_drafts(database, outbox_draft(number=1), outbox_draft(number=1), outbox_draft(number=2))
    async with database.begin() as uow:
        row = (await claim_rows(uow, NOW, 1))[0]
        await uow.outbox.retry(row, time_after(seconds=30), "temporary")

    assert ticket_ids(await claim_pending(database, time_after(seconds=29))) == [2]
    [again] = await claim_pending(database, time_after(seconds=30))
    assert (again.id, again.attempts, again.error) == (row.id, 2, "temporary")


async def test_the_effect_of_a_press_passes_what_was_never_tried_and_waits_for_what_was(database: Database) -> None:
    """A message that was tried may have arrived: a later message before it would turn the order of the chat around."""
    await add_drafts(database, outbox_draft(number=1), outbox_draft(number=2))
    async with database.begin() as uow:
        [tried] = await claim_rows(uow, NOW, 1)
        await uow.outbox.retry(tried, time_after(seconds=30), "temporary")
    press = {"priority": Priority.INTERACTIVE}
    await add_drafts(database, outbox_draft(number=1, **press), outbox_draft(number=2, **press))

    async with database.begin() as uow:
        effects = (await uow.outbox.next_waiting(NOW, ACCOUNTS, 0, 9, presses=True, chats=False)).effects
        claimed = await uow.outbox.claim([one.id for one in effects], NOW, LEASE)

    assert [(row.ticket_id, row.priority) for row in claimed] == [(2, Priority.INTERACTIVE)]


async def test_what_may_have_arrived_is_known_through_further_failures(database: Database) -> None:
    """The message that leaves in the end may be the second copy, and is recorded as such."""
    await add_drafts(database, outbox_draft("1001"), outbox_draft("1002"))
    for error in (LastError.UNKNOWN_OUTCOME, "temporary", LastError.RATE_LIMITED):
        for row in await claim_pending(database):
            async with database.begin() as uow:
                await uow.outbox.retry(row, NOW, error if row.chat_id == "1001" else "temporary")

    found = {row.chat_id: row.may_be_delivered for row in await claim_pending(database)}

    assert found == {"1001": True, "1002": False}


async def test_patience_does_not_count_as_a_try(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    for _ in range(5):
        async with database.begin() as uow:
            [row] = await claim_rows(uow, NOW, 1)
            assert row.attempts == 1
            await uow.outbox.retry(row, NOW, LastError.RATE_LIMITED, counts_as_attempt=False)


async def test_a_row_that_is_tried_every_minute_is_seen_to_wait_since_it_was_queued(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    for minute in range(12):
        async with database.begin() as uow:
            [row] = await claim_rows(uow, time_after(minutes=minute), 1)
            await uow.outbox.retry(row, time_after(minutes=minute + 1), "temporary")
    await add_drafts(database, outbox_draft("1002", due_at=time_after(minutes=20)), now=time_after(minutes=11))
    await add_drafts(database, outbox_draft("1003"), now=time_after(minutes=11))

    async with database.read() as uow:
        assert await uow.outbox.oldest_pending() == [OldestPending("telegram", NOW, None)]


async def test_retry_and_planned_rows_are_counted_apart(database: Database) -> None:
    await add_drafts(database, outbox_draft(), outbox_draft("1", account="vk:500", due_at=time_after(minutes=3)))
    async with database.begin() as uow:
        [row] = await claim_rows(uow, time_after(minutes=1), 1)
        await uow.outbox.retry(row, time_after(minutes=9), LastError.RATE_LIMITED, counts_as_attempt=False)

    async with database.read() as uow:
        waits = sorted(await uow.outbox.oldest_pending(), key=lambda one: one.account)
    assert waits == [OldestPending("telegram", None, NOW), OldestPending("vk:500", time_after(minutes=3), None)]


async def test_planned_row_blocks_nobody(database: Database) -> None:
    await add_drafts(
        database,
        outbox_draft(number=1, due_at=time_after(seconds=2), facts={"n": 1}),
        outbox_draft(number=1, facts={"n": 2}),
    )

    [row] = await claim_pending(database)
    assert row.facts == {"n": 2}
    await finish_rows(database, row)
    assert [row.facts["n"] for row in await claim_pending(database, time_after(seconds=2))] == [1]


async def test_a_resting_chat_is_passed_over(database: Database) -> None:
    await add_drafts(
        database,
        outbox_draft("1", number=1),
        outbox_draft("2", number=2),
        outbox_draft("3", number=3, account="vk:500"),
    )

    assert ticket_ids(await claim_pending(database, resting=("1",))) == [2, 3]
    assert ticket_ids(await claim_pending(database)) == [1]


async def test_interactive_row_is_first_in_its_chat(database: Database) -> None:
    await add_drafts(database, outbox_draft("1", number=1), outbox_draft("1", number=2, priority=Priority.INTERACTIVE))

    async with database.begin() as uow:
        [row] = await next_per_chat(uow)
        assert row.priority == Priority.INTERACTIVE


async def test_presses_of_a_silent_account_do_not_hide_those_of_another(database: Database) -> None:
    await add_drafts(
        database,
        *(outbox_draft("", number=number, account="vk:500", priority=Priority.INTERACTIVE) for number in range(5)),
    )
    await add_drafts(database, outbox_draft("", number=9, account="vk:999", priority=Priority.INTERACTIVE))
    await add_drafts(database, outbox_draft("", number=7, priority=Priority.INTERACTIVE))

    async with database.read() as uow:
        waiting = await uow.outbox.next_waiting(NOW, ("telegram", "vk:500"), 2, 2, presses=True, chats=False)
        rows = waiting.answers
    assert sorted(row.account for row in rows) == ["telegram", "vk:500", "vk:500"]


async def test_running_claims_get_time_to_be_recorded(database: Database) -> None:
    await add_drafts(database, outbox_draft("1", number=1), outbox_draft("2", number=2))
    [slow, _] = await claim_pending(database)
    async with database.begin() as uow:
        await uow.outbox.limit_leases(NOW + LEASE + timedelta(seconds=7))
        assert await claim_rows(uow, NOW + LEASE, 10) == []
        assert await uow.outbox.finish(slow, NOW + LEASE)
        assert len(await claim_rows(uow, NOW + LEASE + timedelta(seconds=7), 10)) == 1


async def test_claims_of_the_dead_end_at_the_same_moment_however_many_processes_follow(database: Database) -> None:
    await add_drafts(database, outbox_draft("1", number=1), outbox_draft("2", number=2))
    rows = await claim_pending(database)
    async with database.begin() as uow:
        for seconds in range(0, 30, 3):
            moment = NOW + timedelta(seconds=seconds)
            await uow.outbox.limit_leases(moment + timedelta(seconds=7), exclude_ids=[rows[0].id])
        assert await claim_rows(uow, NOW + timedelta(seconds=6), 10) == []
        [again] = await claim_rows(uow, NOW + timedelta(seconds=7), 10)
        assert (again.id, again.may_be_delivered) == (rows[1].id, True)

        await uow.outbox.limit_leases(NOW + timedelta(seconds=16))  # a new claim has a time of its own
        assert await claim_rows(uow, NOW + timedelta(seconds=15), 10) == []
        assert await uow.outbox.finish(again, NOW + timedelta(seconds=15))


async def test_each_chat_offers_one_row_whatever_waits_behind_it(database: Database) -> None:
    await add_drafts(database, *(outbox_draft("storm", number=number) for number in range(300)))
    await add_drafts(database, outbox_draft("1", number=1), outbox_draft("2", number=2, priority=Priority.URGENT))

    async with database.read() as uow:
        rows = await next_per_chat(uow, ("telegram", "vk:500"))
        assert [row.chat_id for row in rows] == ["2", "storm", "1"]
        assert await next_per_chat(uow, ("vk:500",)) == []


async def test_all_that_may_leave_is_read_at_once(database: Database) -> None:
    answers = [outbox_draft("", number=number, priority=Priority.INTERACTIVE) for number in (1, 2, 3)]
    effects = [outbox_draft("7", number=number, priority=Priority.INTERACTIVE) for number in (4, 5)]
    await add_drafts(database, *answers, *effects, outbox_draft("8", number=6), outbox_draft("8", number=7))
    async with database.read() as uow:
        found = await uow.outbox.next_waiting(NOW, ("telegram", "vk:500"), 2, 5, presses=True, chats=True)
        assert [[row.id for row in rows] for rows in (found.answers, found.effects, found.chats)] == [
            *([1, 2], [4, 5], [4, 6])
        ]
        presses = await uow.outbox.next_waiting(NOW, ("telegram",), 5, 1, presses=True, chats=False)
        assert [[row.id for row in rows] for rows in (presses.answers, presses.effects)] == [[1, 2, 3], [4]]
        assert presses.chats == []
        nothing = await uow.outbox.next_waiting(NOW, ("telegram",), 5, 5, presses=False, chats=False)
        assert (nothing.answers, nothing.effects, nothing.chats) == ((), (), ())


async def test_recent_sends_are_listed_with_their_parts(database: Database) -> None:
    await add_drafts(database, outbox_draft("1"), outbox_draft("2"), outbox_draft("3"), outbox_draft("4"))
    first, second, third, _ = await claim_pending(database)
    async with database.begin() as uow:
        await uow.outbox.finish(first, time_after(seconds=-90))
        await uow.outbox.save_progress(second, ["10", "11"])
        await uow.outbox.finish(second, time_after(seconds=-10), sent=["10", "11", "12"])
        await uow.outbox.finish(third, NOW, OutboxStatus.DROPPED, "not needed")
    async with database.read() as uow:
        sent = await uow.outbox.list_sent_since("telegram", time_after(seconds=-60))
    assert [(row.chat_id, row.messages, row.at) for row in sent] == [("2", 3, time_after(seconds=-10)), ("4", 1, None)]


async def test_rows_of_an_account_that_is_not_ours_stay(database: Database) -> None:
    await add_drafts(database, outbox_draft(number=1, account="max"), outbox_draft(number=2))

    assert ticket_ids(await claim_pending(database)) == [2]
    assert ticket_ids(await claim_pending(database, accounts=("max",))) == [1]


async def test_the_same_fact_waits_once_at_its_earliest_loudest_and_most_urgent(database: Database) -> None:
    await add_drafts(
        database, outbox_draft(number=1, dedupe="card:1", due_at=time_after(seconds=5), silent=True, facts={"n": 1})
    )
    await add_drafts(
        database, outbox_draft(number=1, dedupe="card:1", due_at=time_after(seconds=1), priority=Priority.INTERACTIVE)
    )
    await add_drafts(
        database,
        outbox_draft(number=1, dedupe="card:1", due_at=time_after(seconds=9), silent=True, priority=Priority.BULK),
    )

    assert await claim_pending(database) == []
    [row] = await claim_pending(database, time_after(seconds=1))
    assert (row.facts, row.silent, row.priority) == ({"n": 1}, False, Priority.INTERACTIVE)


async def test_silence_stays_while_everybody_wants_it(database: Database) -> None:
    await add_drafts(database, *(outbox_draft(dedupe="card:1", silent=True) for _ in range(3)))
    [row] = await claim_pending(database)
    assert row.silent


async def test_a_change_during_delivery_is_a_row_of_its_own(database: Database) -> None:
    await add_drafts(database, outbox_draft(number=1, dedupe="card:1"))
    [first] = await claim_pending(database)
    await add_drafts(database, outbox_draft(number=1, dedupe="card:1"))

    assert await claim_pending(database) == [], "the newer picture overtakes the older"
    async with database.begin() as uow:
        await uow.outbox.retry(first, NOW, "temporary")  # both wait now; the key may be there once only
    await add_drafts(database, outbox_draft(number=1, dedupe="card:1"))
    async with database.read() as uow:
        assert await uow.outbox.count_by_status() == {"queued": 2}
    [again] = await claim_pending(database)
    assert again.id == first.id


async def test_unclaimed_row_keeps_its_place(database: Database) -> None:
    await add_drafts(database, outbox_draft(number=1, dedupe="x"), outbox_draft(number=1), outbox_draft(number=2))
    rows = await claim_pending(database)
    assert ticket_ids(rows) == [1, 2]
    async with database.begin() as uow:
        await uow.outbox.unclaim(rows[0])

    [again] = await claim_pending(database)
    assert (again.id, again.attempts) == (rows[0].id, 1)


async def test_a_lease_runs_out(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    [row] = await claim_pending(database)

    assert await claim_pending(database, NOW + LEASE - timedelta(microseconds=1)) == []
    [again] = await claim_pending(database, NOW + LEASE)
    assert (again.id, again.attempts, again.error) == (row.id, 1, "interrupted")


async def test_the_death_of_a_process_is_no_failure_of_what_it_was_sending(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    for number in range(6):
        [row] = await claim_pending(database, NOW + number * LEASE)
        assert row.attempts == 1
        if number % 2:
            async with database.begin() as uow:
                await uow.outbox.release_leases()


async def test_a_start_sends_again_what_a_dead_process_was_sending(database: Database) -> None:
    await add_drafts(database, outbox_draft(number=1, dedupe="card:1"))
    [row] = await claim_pending(database)
    await add_drafts(database, outbox_draft(number=1, dedupe="card:1"))
    async with database.begin() as uow:
        await uow.outbox.release_leases()

    [again] = await claim_pending(database)
    assert (again.id, again.error) == (row.id, "interrupted")


async def test_answers_to_presses_that_a_dead_leader_had_in_hand_do_not_wait_for_its_messages(
    database: Database,
) -> None:
    press = OutboxDraft(
        OutboxKind.CALLBACK_ANSWER, "telegram", "", facts={"press_id": "7"}, priority=Priority.INTERACTIVE
    )
    await add_drafts(database, outbox_draft(), press)
    assert len(await claim_pending(database)) == 2
    async with database.begin() as uow:
        holders = await uow.outbox.list_holders()
        await uow.outbox.release_leases(holders, [OutboxKind.CALLBACK_ANSWER])

    assert [row.kind for row in await claim_pending(database)] == [OutboxKind.CALLBACK_ANSWER]


async def test_progress_is_kept(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    async with database.begin() as uow:
        [row] = await claim_rows(uow, NOW, 1)
        await uow.outbox.save_progress(row, ["11", "12,13"])
        await uow.outbox.retry(row, NOW, "temporary")

    [again] = await claim_pending(database)
    assert again.progress == ("11", "12,13")


async def test_a_group_that_moved_takes_its_rows_along(database: Database) -> None:
    await add_drafts(database, outbox_draft("-1", number=1), outbox_draft("-2", number=2))
    async with database.begin() as uow:
        await uow.outbox.change_chat_id("telegram", "-1", "-1001")

    assert sorted(row.chat_id for row in await claim_pending(database)) == ["-1001", "-2"]


async def test_many_workers_share_the_work(database: Database, second: Database) -> None:
    await add_drafts(database, *(outbox_draft(str(n % 9), number=n) for n in range(60)))

    async def work(mine: Database) -> list[int | None]:
        taken: list[int | None] = []
        while rows := await claim_pending(mine, most=5):
            taken += ticket_ids(rows)
            await finish_rows(mine, *rows)
        return taken

    shares = await asyncio.gather(*(work(one) for one in (database, second) * 2))
    assert sorted(n for share in shares for n in share if n is not None) == list(range(60))


async def test_our_messages_remember_their_ticket(database: Database) -> None:
    async with database.begin() as uow:
        await uow.sent_messages.add("telegram", "1", ["10", "11"], 7, "card", NOW)
        await uow.sent_messages.add("telegram", "1", ["11"], 8, "note", NOW)
        assert await uow.sent_messages.ticket_of("telegram", "1", "11") == (7, "card")
        assert await uow.sent_messages.ticket_of("telegram", "2", "11") is None


async def test_worker_without_lease_changes_nothing(database: Database) -> None:
    await add_drafts(database, outbox_draft(dedupe="x"))
    [slow] = await claim_pending(database)
    [quick] = await claim_pending(database, NOW + LEASE)
    async with database.begin() as uow:
        assert not await uow.outbox.is_claimed_by_us(slow)
        assert not await uow.outbox.save_progress(slow, ["1"])
        assert not await uow.outbox.retry(slow, NOW, "temporary")
        assert not await uow.outbox.finish(slow, NOW)
        await uow.outbox.unclaim(slow)
        await uow.outbox.extend_leases([slow], time_after(days=1))
        assert await uow.outbox.is_claimed_by_us(quick)
    assert [row.id for row in await claim_pending(database, NOW + 2 * LEASE)] == [quick.id], (
        "the lease was not the loser's"
    )


async def test_renewing_nothing_renews_nobodys_lease(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    async with database.begin() as uow:
        await uow.outbox.extend_leases([], time_after(days=1))
    assert len(await claim_pending(database)) == 1


async def test_finished_row_is_not_finished_again(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    [row] = await claim_pending(database)
    async with database.begin() as uow:
        assert await uow.outbox.finish(row, NOW)
        assert not await uow.outbox.finish(row, NOW, OutboxStatus.FAILED, "Rejected")
        assert await uow.outbox.count_by_status() == {"sent": 1}


async def test_own_running_row_is_not_claimed_after_lease(database: Database) -> None:
    await add_drafts(database, outbox_draft("1", number=1), outbox_draft("2", number=2))
    [first, second] = await claim_pending(database)
    async with database.begin() as uow:
        again = await claim_rows(uow, NOW + LEASE, 10, exclude_ids=[first.id])
        assert [row.id for row in again] == [second.id]
        assert await uow.outbox.is_claimed_by_us(first)


async def test_the_form_of_what_was_sent_is_kept(database: Database) -> None:
    await add_drafts(database, outbox_draft())
    [row] = await claim_pending(database)
    async with database.begin() as uow:
        assert await uow.outbox.save_progress(row, ["11"], "quoting")
        await uow.outbox.retry(row, NOW, "temporary")
    [again] = await claim_pending(database)
    assert (again.progress, again.form) == (("11",), "quoting")


async def test_a_clock_that_is_put_back_holds_nobody_up(database: Database) -> None:
    before = NOW - timedelta(hours=1)
    await add_drafts(
        database,
        outbox_draft("1", number=1),
        outbox_draft("2", number=2),
        outbox_draft("3", number=3, due_at=time_after(seconds=5)),
    )
    async with database.begin() as uow:
        first, second = await claim_rows(uow, NOW, 2)
        await uow.outbox.retry(first, time_after(minutes=1), "temporary")
    await add_drafts(database, outbox_draft("4", number=4, due_at=before + timedelta(seconds=5)), now=before)
    async with database.read() as uow:
        assert await uow.outbox.has_due(before)
    rows = await claim_pending(database, before)
    assert sorted(ticket_ids(rows)) == [1, 2, 3], (
        "a retry, a dead process's lease, a plan; not what is ahead by any clock"
    )
    async with database.begin() as uow:
        assert not await uow.outbox.finish(second, before)


async def test_what_is_being_sent_when_access_ends_is_recalled(database: Database) -> None:
    """Else it would stay in the chat: it is recorded after all that the chat shows was emptied."""
    note, edit = outbox_draft("7", person_id=1), OutboxDraft(OutboxKind.EDIT_NOTE, "telegram", "7")
    as_citizen = OutboxDraft(OutboxKind.CITIZEN_NOTE, "telegram", "7")
    for draft in (note, edit, as_citizen):
        await add_drafts(database, draft)
        [row] = await claim_pending(database)
        async with database.begin() as uow:
            await uow.outbox.drop_for_staff(1, "telegram", "7", NOW)
        async with database.begin() as uow:
            end = await uow.outbox.finish_delivery(row, NOW, ["5"])
            assert end is (DeliveryEnd.FINISHED if draft is as_citizen else DeliveryEnd.RECALLED)
            assert await uow.outbox.finish_delivery(row, NOW, ["5"]) is DeliveryEnd.LEASE_LOST


async def test_what_waits_when_access_ends_is_dropped(database: Database) -> None:
    await add_drafts(
        database,
        outbox_draft("7", person_id=1),
        outbox_draft("7", person_id=2),
        outbox_draft("8", person_id=1),
        outbox_draft("7", person_id=1, account="vk:500"),
    )
    async with database.begin() as uow:
        await uow.outbox.drop_for_staff(1, "telegram", "7", NOW)
        assert await uow.outbox.count_by_status() == {"queued": 3, "dropped": 1}
