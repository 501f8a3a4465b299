"""Most rows are history: what is asked several times a second, or for every message, must not read it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import event

from bot.domain.board import WAITING_PAGES, BoardFilter, BoardPage, BoardScope, OwnerFilter
from bot.domain.inquiries import InquiryKind
from storage.batching.candidate_cache import CandidateQuery
from storage.database import Database
from storage.repositories.retention import RetentionKind
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import LEASE, NOW, outbox_draft

Query = Callable[[UnitOfWork], Awaitable[object]]


async def _delete_old(kind: RetentionKind, uow: UnitOfWork) -> object:
    return await uow.retention.delete_expired(kind, NOW, 10)


WHOLE_SCOPE, BLOCK_SCOPE = BoardScope(whole=True), BoardScope(sectors=("roads",), districts=("Северный",))

BOARD_LISTS = (BoardPage.LATE, BoardPage.SOON, BoardPage.WORK, BoardPage.SECTOR, BoardPage.OWNER, BoardPage.SOURCE)


def _board_filter(page: BoardPage) -> BoardFilter:
    owner = OwnerFilter(1, (("roads", None), (None, "Северный")))
    return BoardFilter(page, sector="roads", sources=("telegram",), owner=owner)


async def _count(rows: AsyncIterator[object]) -> int:
    return sum([1 async for _ in rows])


async def _board_page(page: BoardPage, uow: UnitOfWork) -> object:
    return await uow.boards.list_page(WHOLE_SCOPE, _board_filter(page), NOW, NOW, 0, 5)


async def _board_length(page: BoardPage, uow: UnitOfWork) -> object:
    return await uow.boards.count_listed(BLOCK_SCOPE, _board_filter(page), NOW, NOW)


HOT_QUERIES: dict[str, Query] = {
    "agenda": lambda uow: uow.agenda.load(),
    "outbox: is anything due": lambda uow: uow.outbox.has_due(NOW),
    "outbox: what waits": lambda uow: uow.outbox.next_waiting(
        NOW, ("telegram", "vk:5"), 10, 10, presses=False, chats=True
    ),
    "outbox: presses": lambda uow: uow.outbox.next_waiting(
        NOW, ("telegram", "vk:5"), 10, 10, presses=True, chats=False
    ),
    "outbox: all that waits": lambda uow: uow.outbox.next_waiting(
        NOW, ("telegram", "vk:5"), 10, 10, presses=True, chats=True
    ),
    "outbox: claim": lambda uow: uow.outbox.claim([1, 2], NOW, LEASE),
    "outbox: put": lambda uow: uow.outbox.enqueue(outbox_draft(dedupe="card:1"), NOW),
    "outbox: what is this a reply to": lambda uow: uow.sent_messages.ticket_of("telegram", "1", "1"),
    "takeover: leases to limit": lambda uow: uow.outbox.limit_leases(NOW),
    "takeover: leases to release": lambda uow: uow.outbox.release_leases(["p1"]),
    "restore: what is uncertain": lambda uow: uow.outbox.mark_uncertain(NOW),
    "group: its new number": lambda uow: uow.outbox.change_chat_id("telegram", "1", "2"),
    "press: what the message is about": lambda uow: uow.sent_messages.list_button_tickets("telegram", "1", "1"),
    "press: what may have arrived": lambda uow: uow.outbox.list_arriving("telegram", "1"),
    "press: was it sent twice": lambda uow: uow.audit_log.has_record(1, "resent"),
    "own message: has the bot sent it": lambda uow: uow.outbox.may_have_sent("vk:5", "1", "1", NOW),
    "account closed: what waits for it": lambda uow: uow.outbox.drop_for_staff(1, "telegram", "1", NOW),
    "account closed: what was shown there": lambda uow: uow.sent_messages.forget_chat("telegram", "1", 300),
    "codes: wrong ones": lambda uow: uow.invitations.list_wrong_codes(NOW),
    "inbox: claim": lambda uow: uow.inbox.claim(NOW, LEASE, 10),
    "terms: is anything due": lambda uow: uow.deadlines.has_due(NOW),
    "terms: fire": lambda uow: uow.deadlines.claim_due(NOW, 10),
    "terms: void": lambda uow: uow.deadlines.cancel(1, ["accept"]),
    "terms: what waits to be told": lambda uow: uow.deadlines.list_pending_notices(),
    "tickets: the author's last in the thread": lambda uow: uow.author_tickets.find_answered_in_thread(
        "telegram", "-1", "", "7", NOW
    ),
    "tickets: the author's open ones": lambda uow: uow.author_tickets.list_open_of_author("telegram:7", NOW),
    "tickets: of several authors at once": lambda uow: uow.author_tickets.prefetch(["telegram:7", "vk:8"], NOW),
    "tickets: the same words": lambda uow: uow.author_tickets.find_same_text("telegram:7", "key", NOW),
    "messages: by place": lambda uow: uow.messages.find_by_external_id("telegram", "-1", "1"),
    "messages: at several places at once": lambda uow: uow.messages.prefetch(
        [("telegram", "-1", "1"), ("telegram", "-1", "2"), ("vk:5", "3", "1")]
    ),
    "messages: of a ticket": lambda uow: uow.messages.list_for_ticket(1),
    "tickets: divided from one": lambda uow: uow.tickets.list_divided_from(1),
    "messages: of an album": lambda uow: uow.messages.list_album("telegram", "-1", "1"),
    "cards: of a ticket": lambda uow: uow.cards.list_for_ticket(1),
    "answers: earlier ones about a place": lambda uow: uow.answer_marks.list_earlier_answers(1, NOW, 5),
    "answers: latest": lambda uow: uow.answers.find_latest(1),
    "answers: what waits to be posted by hand here": lambda uow: uow.answers.list_manual_pending_in_chat(
        "telegram", "-1"
    ),
    "answers: what is to be looked at": lambda uow: uow.answers.list_due_checks(NOW, 10),
    "letters: of a ticket": lambda uow: uow.sent_messages.list_for_ticket(1, "hand:1"),
    "doubts: what is new": lambda uow: uow.review_queue.summarize_unlisted(),
    "doubts: a page": lambda uow: uow.review_queue.list_page(0, 5),
    "audit: of a ticket": lambda uow: uow.audit_log.list_for_ticket(1),
    "/my of a head": lambda uow: uow.tickets.list_open(["roads", "housing"], 1, triage=False, limit=50),
    "/my of a coordinator": lambda uow: uow.tickets.list_open([], 1, triage=True, limit=50),
    "/find by words": lambda uow: uow.tickets.search(["яма", "45"], ["roads"], 50, triage=True),
    "/find by number": lambda uow: uow.tickets.get(1),
    "card: where a person sees it": lambda uow: uow.cards.get(1, 1, "telegram"),
    "card: parts that few tickets have": lambda uow: uow.cards.find_extras(1),
    "card: remarks": lambda uow: uow.cards.list_remarks(1),
    "card: publications": lambda uow: uow.answers.list_publications(1),
    "start: cards of a person": lambda uow: uow.cards.list_for_person(1, "telegram", 50),
    "card: what another system says": lambda uow: uow.imports.find_record(1),
    "import: is there a file": lambda uow: uow.imports.list_active(),
    "import: is a file forgotten": lambda uow: uow.imports.list_abandoned(NOW),
    "import: known numbers": lambda uow: uow.imports.find_records("pos", ["101", "102"]),
    "import: the same addresses": lambda uow: uow.imports.find_by_links(["https://t.me/c/1/2"]),
    "import: the same comments": lambda uow: uow.imports.find_by_places({"vk:5"}, {("wall-5_1", "2")}),
    "import: the same words": lambda uow: uow.imports.list_same_words(["k1"]),
    "import: messages of those days": lambda uow: uow.imports.list_of_chats(NOW, NOW, 500),
    "import: what no list names": lambda uow: uow.imports.list_unlisted("pos", 1),
    "import: the list of a file": lambda uow: uow.imports.list_listed(1),
    "import: what is open there again": lambda uow: uow.imports.list_again(1),
    "import: what may be double": lambda uow: uow.imports.list_similar(3),
    "regional report": lambda uow: _count(uow.regional_reports.iterate(NOW, NOW)),
    "evidence: answers": lambda uow: uow.evidence.list_answers(1, None),
    "evidence: drafts": lambda uow: uow.evidence.list_draft_texts(1),
    "evidence: decisions": lambda uow: uow.evidence.list_decisions(1),
    "evidence: seal": lambda uow: uow.evidence.find_seal(1),
    "digest: by sector": lambda uow: uow.reports.count_by_sector(NOW, NOW),
    "digest: in time": lambda uow: uow.breakdowns.count_in_time(NOW, NOW),
    "digest: returned": lambda uow: uow.breakdowns.count_returned(NOW, NOW),
    "digest: by theme": lambda uow: uow.breakdowns.count_by_theme(NOW, NOW),
    "digest: triage": lambda uow: uow.reports.count_waiting_for_triage(),
    "digest: overdue": lambda uow: uow.reports.list_overdue(NOW, 20),
    "digest: reactions": lambda uow: uow.reports.list_reaction_seconds(NOW, NOW),
    "digest: answers": lambda uow: uow.reports.list_answer_seconds(NOW, NOW),
    "digest: the last one": lambda uow: uow.deadlines.find_last_digest_end(NOW),
    "export of a day": lambda uow: _collect(uow.reports.iterate_tickets(NOW, NOW)),
    "/control: summary": lambda uow: uow.boards.count(BLOCK_SCOPE, NOW, NOW),
    "/control: by block": lambda uow: uow.boards.count(WHOLE_SCOPE, NOW, NOW, BoardPage.SECTORS),
    "/control: by owner": lambda uow: uow.boards.count(WHOLE_SCOPE, NOW, NOW, BoardPage.OWNERS),
    "/control: by source": lambda uow: uow.boards.count(WHOLE_SCOPE, NOW, NOW, BoardPage.SOURCES),
    "/control: who is waited for": lambda uow: uow.boards.count_waiting(WHOLE_SCOPE, WAITING_PAGES),
    **{f"/control: list {page.name}": partial(_board_page, page) for page in (*WAITING_PAGES, *BOARD_LISTS)},
    **{f"/control: length {page.name}": partial(_board_length, page) for page in (*WAITING_PAGES, *BOARD_LISTS)},
    "/my: returned drafts": lambda uow: uow.drafts.list_returned_to(1),
    "forwarded: the original": lambda uow: uow.messages.list_sent_at("telegram", NOW),
    "/my: what waits to be entered": lambda uow: uow.system_entries.list_waiting(50, ("pos",)),
    "/my: for which systems anything waits": lambda uow: uow.system_entries.list_waiting_systems(),
    "card: what waits to be entered": lambda uow: uow.system_entries.find_latest(1),
    "/my: answers to write": lambda uow: uow.delegations.list_asked(1),
    "/my: questions": lambda uow: uow.inquiries.list_open(InquiryKind.UNIT),
    "/my: promises": lambda uow: uow.promises.list_due_between(NOW, NOW),
    "/my of a system curator": lambda uow: uow.tickets.list_open([], 1, triage=False, limit=50, sources=["ПОС"]),
    "auditor: oldest update": lambda uow: uow.inbox.get_oldest_pending(),
    "auditor: oldest message": lambda uow: uow.outbox.oldest_pending(),
    "auditor: oldest term": lambda uow: uow.deadlines.find_oldest_due(),
}
HOT_QUERIES.update({f"cleaning: {kind}": partial(_delete_old, kind) for kind in RetentionKind})

SMALL_TABLES = (
    *("absence", "account", "board", "cursor", "daily_summary", "dialog", "digest", "held_note", "once", "person"),
)
"""Tables that stay small: reading one from end to end is the quickest."""

OWN_SCANS = ("lane", "CONSTANT", "ours", "press", "interactive", "chosen")
"""Tables that queries put together themselves."""


async def _collect(rows: AsyncIterator[object]) -> list[object]:
    return [row async for row in rows]


async def test_the_latest_decisions_are_read_from_the_end_and_not_sorted(database: Database) -> None:
    asked = await _statements_of(database, lambda uow: uow.routing_decisions.list_latest(100))
    if database.engine.dialect.name == "sqlite":
        plan = await _plan(database, asked)
        assert [line for line in plan if line.startswith("SCAN")] == ["SCAN audit"]
        assert not any("B-TREE" in line for line in plan)


async def test_message_without_subject_uses_index_for_candidates(
    database: Database,
) -> None:
    wanted = CandidateQuery((), NOW, NOW, "roads")
    asked = await _statements_of(database, lambda uow: uow.problems.list_candidates(wanted, 60))
    if database.engine.dialect.name == "sqlite":
        plan = await _plan(database, asked)
        assert not any("ix_ticket_problem (problem_id=?)" in line for line in plan)


BOARD_FIGURES = ("/control: summary", "/control: by block", "/control: by owner", "/control: by source")


@pytest.mark.parametrize("name", BOARD_FIGURES)
async def test_figures_of_the_board_are_read_from_the_index_alone(database: Database, name: str) -> None:
    asked = await _statements_of(database, HOT_QUERIES[name])
    if database.engine.dialect.name == "sqlite":
        plan = await _plan(database, asked)
        assert any("USING COVERING INDEX ix_ticket_board" in line for line in plan), plan


@pytest.mark.parametrize("name", HOT_QUERIES)
async def test_a_hot_question_uses_an_index(database: Database, name: str) -> None:
    asked = await _statements_of(database, HOT_QUERIES[name])
    if database.engine.dialect.name != "sqlite":
        assert await _seq_scans(database, asked) == []
        return
    plan = await _plan(database, asked)
    assert [line for line in plan if line.startswith("SCAN") and not _is_selective(line)] == []
    assert not any(
        "ix_message_album (account=? AND chat_id=?)" in line
        or (line.endswith("(account=?)") and "ix_outbox_lane" not in line)
        for line in plan
    ), "reads the whole chat"


async def _statements_of(database: Database, ask: Query) -> list[tuple[str, object]]:
    """The statements of a question."""
    asked: list[tuple[str, object]] = []

    def remember(_1: object, _2: object, statement: str, parameters: object, *_3: object) -> None:
        asked.append((statement, parameters))

    async with database.begin() as uow:
        event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
        await ask(uow)
        await uow.flush()
        event.remove(database.engine.sync_engine, "before_cursor_execute", remember)
    assert asked
    return asked


def _is_selective(line: str) -> bool:
    """Of an index, of what a query has put together itself, or of a small table."""
    return "USING" in line or "VIRTUAL TABLE INDEX" in line or line.split()[1] in (*SMALL_TABLES, *OWN_SCANS)


async def _seq_scans(database: Database, asked: list[tuple[str, object]]) -> list[str]:
    """Return sequential scans that PostgreSQL makes although they are disabled: an index is missing."""
    found = []
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and "pg_advisory" not in statement:
                rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
                scans = [str(row[0]).strip() for row in rows if "Seq Scan on" in str(row[0])]
                found += [line for line in scans if line.split("Seq Scan on ")[1].split()[0] not in SMALL_TABLES]
    return found


async def _plan(database: Database, asked: list[tuple[str, object]]) -> list[str]:
    lines: list[str] = []
    async with database.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                lines += [str(row[3]) for row in rows]
    return lines
