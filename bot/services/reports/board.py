"""The board of control: one message per person with figures and lists of open tickets, kept up to date.

The message shows facts that change only with the tickets; a periodic task compares their hash with that of what is
shown, and queues an edit where they differ.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from bot.domain.board import (
    WAITING_PAGES,
    Board,
    BoardCounts,
    BoardFacts,
    BoardFilter,
    BoardGroup,
    BoardLine,
    BoardPage,
    BoardScope,
    BoardTicket,
    BoardView,
    OwnerFilter,
    parse_view,
)
from bot.domain.channels import Address
from bot.domain.durations import Duration
from bot.domain.errors import NotAllowed, OutdatedButton
from bot.domain.gist import gist
from bot.domain.notifications.board import BoardBelow
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.roles import Right, Scope
from bot.domain.systems import source_code
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

SOON = Duration.parse("1wd")
"""A deadline within this time is near."""

EDIT_INTERVAL_SECONDS = 60.0
"""Seconds: the board changes at most this often unless its reader presses a button."""

MAX_LISTED = 5
"""Tickets on a page: each has a line and a row of buttons."""

RENEWAL_MARGIN = timedelta(hours=1)
"""A message that soon cannot be edited any more is replaced this long before."""


def scope_of(ctx: UseCaseContext, person: Person) -> BoardScope | None:
    """Return the tickets that *person* controls; ``None`` without the right."""
    scopes = ctx.municipality.staff.roles.scopes(person.roles, Right.CONTROL)
    if Scope.ALL in scopes:
        return BoardScope(whole=True)
    if not scopes or not (person.sectors or person.districts):
        return None
    return BoardScope(sectors=tuple(sorted(person.sectors)), districts=tuple(sorted(person.districts)))


async def open_board(ctx: UseCaseContext, person: Person) -> None:
    """Handle ``/control``: a new message at the bottom of the chat replaces the one before."""
    address = ctx.reply_address(person)
    if scope_of(ctx, person) is None or address is None:
        raise NotAllowed(right=Right.CONTROL.value)
    await _replace(ctx, Board(person.id, address.account, address.chat_id, None, None, BoardView().code, ctx.now))


async def open_view(ctx: UseCaseContext, person: Person, code: str, address: Address, message_id: str | None) -> None:
    """Open another page in the message whose button was pressed."""
    view = parse_view(code)
    if view is None:
        raise OutdatedButton()
    if scope_of(ctx, person) is None:
        raise NotAllowed(right=Right.CONTROL.value)
    known = await ctx.uow.boards.find(person.id, address.account)
    if known is None or known.external_id is None:
        fresh = Board(person.id, address.account, address.chat_id, message_id, None, view.code, ctx.now)
    else:
        fresh = replace(known, view=view.code, hash=None)
    await ctx.uow.boards.upsert(fresh)
    await _queue(ctx, fresh, Priority.INTERACTIVE)


async def _replace(ctx: UseCaseContext, fresh: Board, priority: Priority = Priority.INTERACTIVE) -> None:
    """Send a board again and empty the previous message."""
    previous = await ctx.uow.boards.find(fresh.person_id, fresh.account)
    if previous is not None and previous.external_id is not None:
        await notify.edit_notification(ctx, previous.account, previous.chat_id, previous.external_id, BoardBelow())
    await ctx.uow.boards.upsert(fresh)
    await _queue(ctx, fresh, priority)


async def _queue(ctx: UseCaseContext, board: Board, priority: Priority = Priority.BULK) -> None:
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.BOARD,
            board.account,
            board.chat_id,
            person_id=board.person_id,
            priority=priority,
            silent=priority is not Priority.INTERACTIVE,
            dedupe=f"board:{board.person_id}:{board.account}",
        ),
        ctx.now,
    )


async def list_changed(ctx: UseCaseContext) -> list[Board]:
    """List the delivered boards that do not show the present facts."""
    changed, hashes = [], dict[tuple[object, ...], str | None]()
    for known in await ctx.uow.boards.list_all():
        key = _reader_key(ctx, known)
        if known.external_id is None:
            continue
        if key not in hashes:  # people who see the same share the work
            facts = await collect_facts(ctx, known)
            hashes[key] = hash_of(facts) if facts is not None else None
        if hashes[key] is None or hashes[key] != known.hash:
            changed.append(known)
    return changed


def _reader_key(ctx: UseCaseContext, board: Board) -> tuple[object, ...]:
    """Return everything about a board's reader that its facts depend on."""
    person = ctx.municipality.staff.find_by_id(board.person_id)
    if person is None:
        return (board.person_id,)
    may_set_terms = ctx.municipality.has_right_anywhere(person, Right.SET_TERMS)
    return (scope_of(ctx, person), board.view, board.account, may_set_terms)


async def has_changed(ctx: UseCaseContext) -> bool:
    """Return whether a board is out of date."""
    return bool(await list_changed(ctx))


async def update(ctx: UseCaseContext) -> None:
    """Queue the boards that are out of date; one that soon cannot be edited is sent again, never in quiet hours."""
    for known in await list_changed(ctx):
        window = ctx.municipality.bot_accounts[known.account].capabilities.edit_window
        is_ending = window is not None and ctx.now - known.posted_at >= window - RENEWAL_MARGIN
        if not is_ending:
            await _queue(ctx, known)
        elif not await ctx.is_quiet_for(known.person_id):
            fresh = replace(known, external_id=None, hash=None, posted_at=ctx.now)
            await _replace(ctx, fresh, Priority.BULK)


def hash_of(facts: BoardFacts) -> str:
    """Return the hash of everything that a board shows."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


async def collect_facts(ctx: UseCaseContext, board: Board) -> BoardFacts | None:
    """Collect what *board* shows now; ``None`` for a person who may not see it any more."""
    person = ctx.municipality.staff.find_by_id(board.person_id)
    scope = scope_of(ctx, person) if person is not None else None
    account = ctx.municipality.bot_accounts.get(board.account)
    if person is None or scope is None or account is None:
        return None
    view, boards = parse_view(board.view) or BoardView(), ctx.uow.boards
    soon = ctx.municipality.calendar.add(ctx.now, SOON)
    page_size = max(1, min(MAX_LISTED, account.capabilities.button_rows - 2))
    facts = BoardFacts(view, 1, BoardCounts(), divided=bool(ctx.municipality.sectors))
    facts = replace(facts, may_set_terms=ctx.municipality.has_right_anywhere(person, Right.SET_TERMS))
    if view.page is BoardPage.SUMMARY:
        totals = (await boards.count(scope, ctx.now, soon))[0].counts
        others = tuple(page for page in WAITING_PAGES if page is not BoardPage.UNACCEPTED)
        counted = {BoardPage.UNACCEPTED: totals.unaccepted} | await boards.count_waiting(scope, others)
        return replace(facts, totals=totals, waiting=tuple((page, n) for page, n in counted.items() if n))
    if view.page.is_breakdown:
        lines = _lines_of(ctx, view.page, await boards.count(scope, ctx.now, soon, view.page))
        pages = max(1, -(-len(lines) // page_size))
        number = min(view.number, pages - 1)
        shown = tuple(lines[number * page_size : (number + 1) * page_size])
        return replace(facts, view=view.at(number), pages=pages, lines=shown, listed=len(lines))
    heading, wanted, known = await _filter_of(ctx, scope, view, soon)
    listed = known if known is not None else await boards.count_listed(scope, wanted, ctx.now, soon)
    pages = max(1, -(-listed // page_size))
    number = min(view.number, pages - 1)
    ids = await boards.list_page(scope, wanted, ctx.now, soon, number * page_size, page_size)
    found = await ctx.uow.tickets.get_many(ids)
    tickets = tuple(_ticket_line(ctx, found[one]) for one in ids if one in found)
    return replace(facts, view=view.at(number), pages=pages, tickets=tickets, listed=listed, heading=heading)


def _lines_of(ctx: UseCaseContext, page: BoardPage, groups: Sequence[BoardGroup]) -> list[BoardLine]:
    """Return the lines of a breakdown, those with most late tickets first."""
    target = {BoardPage.SECTORS: BoardPage.SECTOR, BoardPage.OWNERS: BoardPage.OWNER}.get(page, BoardPage.SOURCE)
    found: dict[str, BoardLine] = {}
    for group in groups:
        key, title = _key_of(ctx, page, group)
        empty = BoardLine(BoardView(target, key=key), title, BoardCounts())
        found[key] = replace(empty, counts=found.get(key, empty).counts + group.counts)
    return sorted(found.values(), key=lambda line: (-line.counts.late, -line.counts.work, line.title))


def _key_of(ctx: UseCaseContext, page: BoardPage, group: BoardGroup) -> tuple[str, str]:
    match page:
        case BoardPage.SECTORS:
            return group.sector or "", ctx.municipality.sector_title(group.sector)
        case BoardPage.OWNERS:
            owner = _owner_of(ctx, group)
            return (str(owner.id), _owner_title(owner)) if owner is not None else ("0", "")
        case _:
            code = source_code(group.source or "")
            return f"{crc32(code.encode()):x}", ctx.municipality.systems.titles.get(code) or _messenger_title(ctx, code)


def _messenger_title(ctx: UseCaseContext, code: str) -> str:
    accounts = (one for one in ctx.municipality.bot_accounts.values() if one.messenger == code)
    return next((one.title for one in accounts), code)


def _owner_of(ctx: UseCaseContext, group: BoardGroup) -> Person | None:
    """Return who has taken the tickets of *group*, or the first holder of the post that has them."""
    staff = ctx.municipality.staff
    taker = staff.find_by_id(group.taker_id) if group.taker_id is not None else None
    return taker or next(iter(staff.responsibility_for(group.sector, group.district).post.people), None)


def _owner_title(person: Person) -> str:
    return f"{person.title} ({person.name})" if person.title and person.title != person.name else person.name


async def _filter_of(
    ctx: UseCaseContext, scope: BoardScope, view: BoardView, soon: datetime
) -> tuple[str, BoardFilter, int | None]:
    """Return the heading and the filter of a list, and its length if the figures behind the filter tell it."""
    plain = BoardFilter(view.page)
    match view.page:
        case BoardPage.SECTOR:
            sector = view.key or None
            return ctx.municipality.sector_title(sector), replace(plain, sector=sector), None
        case BoardPage.SOURCE:
            groups = await ctx.uow.boards.count(scope, ctx.now, soon, BoardPage.SOURCES)
            keys = {one.source or "": _key_of(ctx, BoardPage.SOURCES, one) for one in groups}
            sources = tuple(sorted(source for source, (key, _) in keys.items() if key == view.key))
            listed = sum(one.counts.work for one in groups if (one.source or "") in sources)
            return (keys[sources[0]][1] if sources else ""), replace(plain, sources=sources), listed
        case BoardPage.OWNER:
            groups = await ctx.uow.boards.count(scope, ctx.now, soon, BoardPage.OWNERS)
            mine = [one for one in groups if _key_of(ctx, BoardPage.OWNERS, one)[0] == view.key]
            places = tuple((one.sector, one.district) for one in mine if one.taker_id is None)
            owner = ctx.municipality.staff.find_by_id(int(view.key)) if view.key.isdecimal() else None
            title = _owner_title(owner) if owner is not None else ""
            owned = OwnerFilter(owner.id if owner is not None else 0, places)
            return title, replace(plain, owner=owned), sum(one.counts.work for one in mine)
        case _:
            return "", plain, None


def _ticket_line(ctx: UseCaseContext, ticket: Ticket) -> BoardTicket:
    is_untaken = ticket.state in UNACCEPTED_STATES
    sector = None if ticket.state is State.TRIAGE else ticket.sector
    taker_id = None if is_untaken else ticket.assignee_id
    owner = _owner_of(ctx, BoardGroup(sector, ticket.district, ticket.source, taker_id, BoardCounts()))
    redact = ctx.municipality.understanding.redact
    words = gist(redact(ticket.text), redact(ticket.place or "")) if ticket.may_be_quoted else ""
    due = min(ticket.accept_due, ticket.answer_due) if is_untaken else ticket.answer_due
    return BoardTicket(
        ticket.id,
        due,
        due <= ctx.now,
        ticket.urgent,
        is_untaken,
        _owner_title(owner) if owner is not None else "",
        words,
        ticket.source,
        ticket.external_due,
        ticket.external_due is not None and ticket.external_due <= ctx.now,
    )
