"""Rows that are messages of a chat which the bot has already: by their address for certain, by their words perhaps."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.imports import ImportedRow
from bot.domain.text_normal import fold
from bot.services.context import UseCaseContext
from bot.services.context.messages import text_key
from bot.services.imports.links import find_vk_address, stored_forms
from bot.understanding.similarity import is_same_wording
from storage.repositories.imports import ChatTicket

CERTAIN_DISTANCE = timedelta(days=3)
"""Time between the message of a chat and its registration elsewhere: an operator of «Инцидент» needs a day or two."""

POSSIBLE_DISTANCE = timedelta(days=14)
"""Time after which the same words are another message: «нет воды» is written every month."""

MIN_TEXT_CHARS = 20
"""Characters of a text that says enough to be recognised."""

MAX_COMPARED = 500
"""Tickets of chats around the time of a batch's open rows that are compared word by word."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The tickets of chats that rows are about, by the rows' positions; ``similar``: a person has to decide."""

    certain: dict[int, int] = field(default_factory=dict)
    similar: dict[int, int] = field(default_factory=dict)


async def find_matches(ctx: UseCaseContext, rows: Sequence[tuple[int, ImportedRow]]) -> Matches:
    """Return which of *rows*, each with its position, are messages that the bot has from a chat.

    A ticket with a number of another system is no candidate: that number has come with a row of its own.
    """
    found = Matches(await _find_by_links(ctx, rows))
    left = [(at, row) for at, row in rows if at not in found.certain and len(row.text or "") >= MIN_TEXT_CHARS]
    await _find_by_words(ctx, left, found)
    named = {*found.certain.values(), *found.similar.values()}
    free = await ctx.uow.imports.list_numberless(named)
    return Matches(_one_each(found.certain, free), {at: one for at, one in found.similar.items() if one in free})


def _one_each(found: dict[int, int], free: set[int]) -> dict[int, int]:
    """Leave each ticket to the first row that names it: a ticket has one number."""
    taken: set[int] = set()
    kept = {}
    for at, ticket_id in found.items():
        if ticket_id in free and ticket_id not in taken:
            taken.add(ticket_id)
            kept[at] = ticket_id
    return kept


async def _find_by_links(ctx: UseCaseContext, rows: Sequence[tuple[int, ImportedRow]]) -> dict[int, int]:
    linked = [(at, row.link) for at, row in rows if row.link]
    if not linked:
        return {}
    addresses = {at: address for at, link in linked if (address := find_vk_address(link)) is not None}
    others = {at: stored_forms(link) for at, link in linked if at not in addresses}
    by_link = await ctx.uow.imports.find_by_links({form for forms in others.values() for form in forms})
    accounts = [one for one in ctx.municipality.bot_accounts if one.startswith("vk")]
    accounts += [account for account, _ in ctx.municipality.sources if account.startswith("vk")]
    places = {(one.chat_id, one.message_id) for one in addresses.values()}
    by_place = await ctx.uow.imports.find_by_places(set(accounts), places)
    found: dict[int, int] = {}
    for at, _ in linked:
        address = addresses.get(at)
        ticket_id = by_place.get((address.chat_id, address.message_id)) if address is not None else None
        ticket_id = ticket_id or next((by_link[form] for form in others.get(at, ()) if form in by_link), None)
        if ticket_id is not None:
            found[at] = ticket_id
    return found


async def _find_by_words(ctx: UseCaseContext, rows: Sequence[tuple[int, ImportedRow]], found: Matches) -> None:
    keys = {at: text_key(row.text or "") for at, row in rows}
    same: defaultdict[str, list[ChatTicket]] = defaultdict(list)
    for one in await ctx.uow.imports.list_same_words({key for key in keys.values() if key is not None}):
        same[one.text_key or ""].append(one)
    for at, row in rows:
        _compare(ctx, at, row, same.get(keys[at] or "", ()), found)
    waiting = [(at, row) for at, row in rows if at not in found.certain and at not in found.similar]
    waiting = [(at, row) for at, row in waiting if row.applicant and row.registered_at and not row.is_finished]
    if not waiting:
        return
    moments = [row.registered_at for _, row in waiting if row.registered_at is not None]
    first, last = min(moments) - CERTAIN_DISTANCE, max(moments) + CERTAIN_DISTANCE
    around = await ctx.uow.imports.list_of_chats(first, last, MAX_COMPARED)
    named: defaultdict[str, list[ChatTicket]] = defaultdict(list)
    for one in around:
        for word in {*_name_words(one.author_name), *_name_words(one.applicant_name)}:
            named[word].append(one)
    for at, row in waiting:
        known = {one.ticket_id: one for word in _name_words(row.applicant) for one in named.get(word, ())}
        close = (one for one in known.values() if _distance(ctx, row, one) <= CERTAIN_DISTANCE)
        alike = (one for one in close if _is_same_person(row, one) and is_same_wording(one.text, row.text or ""))
        found_one = next(alike, None)
        if found_one is not None:
            found.similar[at] = found_one.ticket_id


def _compare(ctx: UseCaseContext, at: int, row: ImportedRow, candidates: Sequence[ChatTicket], found: Matches) -> None:
    """Compare *row* with tickets of the same words: its author and its time decide whether it is one of them."""
    near = [one for one in candidates if _distance(ctx, row, one) <= POSSIBLE_DISTANCE]
    certain = [one for one in near if _is_same_person(row, one) and _distance(ctx, row, one) <= CERTAIN_DISTANCE]
    if len(certain) == 1:
        found.certain[at] = certain[0].ticket_id
    elif certain or near:
        found.similar[at] = (certain or near)[0].ticket_id


def _distance(ctx: UseCaseContext, row: ImportedRow, one: ChatTicket) -> timedelta:
    moment: datetime = row.registered_at or ctx.now
    return abs(moment - one.registered_at)


def _is_same_person(row: ImportedRow, one: ChatTicket) -> bool:
    """Return whether the applicant of *row* has the name of the ticket's author: first name and surname, in any order.

    «Иванова Анна Петровна» and «Анна Иванова» are one; «Анна» alone is nobody in particular.
    """
    wanted = _name_words(row.applicant)
    return any(len(wanted & _name_words(name)) >= 2 for name in (one.author_name, one.applicant_name))


def _name_words(name: str | None) -> set[str]:
    return set(fold(name or "").split())
