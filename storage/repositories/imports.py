"""Files of other systems that are imported, and their numbers, each of which comes once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, literal_column, not_, select, update

from bot.domain.import_files import (
    ACTIVE_STATES,
    WAITING_STATES,
    ImportCounts,
    ImportFile,
    ImportState,
    NewImportFile,
    SystemFacts,
    SystemRecord,
    normal_number,
    number_key,
)
from bot.domain.json_types import Json
from bot.domain.systems import source_code
from bot.domain.tickets import Ticket
from storage.repositories.base import Repository, advisory_lock
from storage.repositories.ticket_rows import TICKET_COLUMNS, ticket_from_row
from storage.tables import import_content, import_file, import_record, message, ticket
from storage.tables.tickets import OPEN_STATES_SQL

_FILE_COLUMNS = tuple(import_file.c[name] for name in ImportFile.__dataclass_fields__)
_CHANGING_COLUMNS = (*SystemFacts.__dataclass_fields__, "seen_at", "changed_at")
_INSERT_RECORD = insert(import_record)
_UPDATE_RECORD = (
    update(import_record)
    .where(
        import_record.c.system == bindparam("of_system"),
        import_record.c.number_key == bindparam("of_key"),
    )
    .values(
        **{name: bindparam(f"new_{name}", type_=import_record.c[name].type) for name in _CHANGING_COLUMNS},
        is_imported=True,
    )
)

_FACT_NAMES = tuple(SystemFacts.__dataclass_fields__)

_IS_OPEN: ColumnElement[bool] = literal_column(OPEN_STATES_SQL.replace("state", "ticket.state", 1))

UNLISTED_NEVER = 0
"""The ``list_id`` of a number that no list of new messages names."""


@dataclass(frozen=True, slots=True)
class ChatTicket:
    """A ticket of a chat that an imported row may be about, with the hash of its words and its author's name."""

    ticket_id: int
    text_key: str | None
    author_name: str | None
    applicant_name: str | None
    registered_at: datetime
    text: str


_CHAT_TICKET_COLUMNS = (
    ticket.c.id,
    ticket.c.text_key,
    ticket.c.author_name,
    ticket.c.applicant_name,
    ticket.c.registered_at,
    ticket.c.text,
)


class Imports(Repository):
    """Files and numbers of other systems."""

    async def lock(self, system: str) -> None:
        """Let no other transaction enter numbers of *system* until this one ends (SQLite has one writer anyway)."""
        await advisory_lock(self._transaction, f"import:{system}")

    # Numbers

    async def find_ticket_id(self, system: str, number: str) -> int | None:
        """Return the ticket that has *number* of *system*, imported or typed in; ``None`` if there is none."""
        found = await self.find_records(system, [number])
        record = found.get(number_key(system, number))
        return record.ticket_id if record is not None else None

    async def find_records(self, system: str, numbers: Collection[str]) -> dict[str, SystemRecord]:
        """Return what is known of these numbers, by their keys.

        A ticket that an older release has registered has no row of its own: its number is looked for as it was typed.
        """
        keys = {number_key(system, number): number for number in numbers}
        rows = await self._rows(
            select(import_record).where(import_record.c.system == system, import_record.c.number_key.in_(keys))
        )
        found = {row.number_key: _record(row) for row in rows}
        typed = {form for key, number in keys.items() if key not in found for form in _typed_forms(number)}
        query = select(ticket.c.id, ticket.c.source, ticket.c.external_number)
        query = query.where(ticket.c.external_number.in_(typed)).order_by(ticket.c.id)
        for row in await self._rows(query) if typed else ():
            if source_code(row.source) == system:
                key = number_key(system, row.external_number)
                found.setdefault(key, SystemRecord(system, row.id, None, is_stored=False))
        return {key: record for key, record in found.items() if key in keys}

    async def find_record(self, ticket_id: int) -> SystemRecord | None:
        """Return what the system of *ticket_id* said last about it; ``None`` if it has come from none."""
        query = select(import_record).where(import_record.c.ticket_id == ticket_id).limit(1)
        row = (await self._transaction.execute(query)).first()
        return _record(row) if row is not None else None

    async def claim(self, system: str, number: str, ticket_id: int, now: datetime) -> bool:
        """Give *number* to a ticket that a person enters; return False if another one has it."""
        await self.lock(system)
        known = (await self.find_records(system, [number])).get(number_key(system, number))
        if known is not None and (known.ticket_id != ticket_id or known.is_stored):
            return known.ticket_id == ticket_id
        self.add_record(system, number, ticket_id, None, now, list_id=UNLISTED_NEVER)
        return True

    def add_record(
        self,
        system: str,
        number: str,
        ticket_id: int,
        facts: SystemFacts | None,
        now: datetime,
        *,
        list_id: int | None = None,
        similar_id: int | None = None,
    ) -> None:
        """Store a number that is not known yet; the caller holds :meth:`lock`."""
        row = {
            "system": system,
            "number_key": number_key(system, number),
            "ticket_id": ticket_id,
            "is_imported": facts is not None,
            **_fact_columns(facts or SystemFacts()),
            "seen_at": now,
            "changed_at": None,
            "list_id": list_id,
            "similar_id": similar_id,
        }
        self._transaction.defer_insert(_INSERT_RECORD, row)

    def update_record(
        self, system: str, number: str, facts: SystemFacts, now: datetime, changed_at: datetime | None
    ) -> None:
        """Store what the system says now about a known number."""
        values = _fact_columns(facts) | {"seen_at": now, "changed_at": changed_at}
        row = {"of_system": system, "of_key": number_key(system, number)}
        self._transaction.defer_update(_UPDATE_RECORD, row | {f"new_{name}": one for name, one in values.items()})

    async def move_record(self, ticket_id: int, to_ticket_id: int) -> None:
        """Give the number of one ticket to another: both are one message."""
        await self._transaction.execute(
            update(import_record)
            .where(import_record.c.ticket_id == ticket_id)
            .values(ticket_id=to_ticket_id, similar_id=None, list_id=UNLISTED_NEVER)
        )

    # Messages of chats that a row may be about

    async def find_by_links(self, links: Collection[str]) -> dict[str, int]:
        """Return the tickets whose messages have one of these addresses, by address."""
        if not links:
            return {}
        query = select(message.c.link, message.c.ticket_id).where(
            message.c.link.in_(links), message.c.link.is_not(None), message.c.ticket_id.is_not(None)
        )
        return {row.link: row.ticket_id for row in await self._rows(query.order_by(message.c.id.desc()))}

    async def find_by_places(
        self, accounts: Collection[str], places: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], int]:
        """Return the tickets of messages in these chats with these ids, by chat and id; *accounts* are the bot's."""
        if not accounts or not places:
            return {}
        query = select(message.c.chat_id, message.c.external_id, message.c.ticket_id).where(
            message.c.account.in_(accounts),
            message.c.chat_id.in_({chat_id for chat_id, _ in places}),
            message.c.external_id.in_({message_id for _, message_id in places}),
            message.c.ticket_id.is_not(None),
        )
        found = {(row.chat_id, row.external_id): row.ticket_id for row in await self._rows(query)}
        return {place: ticket_id for place, ticket_id in found.items() if place in places}

    async def list_same_words(self, keys: Collection[str]) -> list[ChatTicket]:
        """List tickets of chats whose words have one of these hashes, the oldest first."""
        if not keys:
            return []
        query = select(*_CHAT_TICKET_COLUMNS).where(
            ticket.c.text_key.in_(keys), ticket.c.text_key.is_not(None), ticket.c.account.is_not(None)
        )
        return [ChatTicket(*row) for row in await self._rows(query.order_by(ticket.c.id))]

    async def list_of_chats(self, since: datetime, until: datetime, limit: int) -> list[ChatTicket]:
        """List up to *limit* tickets of chats that were registered in [since, until], the newest first."""
        query = select(*_CHAT_TICKET_COLUMNS).where(
            ticket.c.registered_at >= since,
            ticket.c.registered_at <= until,
            ticket.c.account.is_not(None),
            ticket.c.text_key.is_not(None),
        )
        rows = await self._rows(query.order_by(ticket.c.registered_at.desc()).limit(limit))
        return [ChatTicket(*row) for row in rows]

    async def list_joined(self, ids: Collection[int]) -> set[int]:
        """Return those of these tickets of chats that another system has, too, and does not call finished."""
        if not ids:
            return set()
        query = (
            select(import_record.c.ticket_id)
            .join(ticket, ticket.c.id == import_record.c.ticket_id)
            .where(ticket.c.id.in_(ids), ticket.c.account.is_not(None), import_record.c.is_finished.is_(False))
        )
        return {row.ticket_id for row in await self._rows(query)}

    async def list_numberless(self, ids: Collection[int]) -> set[int]:
        """Return those of these tickets that have no number of another system."""
        if not ids:
            return set()
        query = select(ticket.c.id).where(ticket.c.id.in_(ids), ticket.c.external_number.is_(None))
        return {row.id for row in await self._rows(query)}

    # Lists of new messages

    async def list_unlisted(self, system: str, file_id: int) -> None:
        """Let the list of *file_id* name all imported numbers of *system* that no list has named."""
        await self._transaction.execute(
            update(import_record)
            .where(import_record.c.system == system, import_record.c.list_id.is_(None))
            .values(list_id=file_id)
        )

    async def list_listed(self, file_id: int) -> list[Ticket]:
        """List the open tickets that the list of *file_id* names, the earliest deadline first."""
        query = _listed_by(file_id).where(_IS_OPEN).order_by(ticket.c.answer_due, ticket.c.id)
        return [ticket_from_row(row) for row in await self._rows(query)]

    async def unlist(self, system: str, number: str) -> None:
        """Let the next list name *number* once more: its system works on it again."""
        await self._transaction.execute(
            update(import_record)
            .where(import_record.c.system == system, import_record.c.number_key == number_key(system, number))
            .values(list_id=None)
        )

    async def list_again(self, file_id: int) -> list[Ticket]:
        """List the tickets that had ended here when *file_id* said that their system works on them again."""
        query = _listed_by(file_id).where(
            import_record.c.is_finished.is_(False),
            func.coalesce(ticket.c.ended_at, ticket.c.answered_at) <= import_record.c.changed_at,
            not_(_IS_OPEN),
        )
        return [ticket_from_row(row) for row in await self._rows(query.order_by(ticket.c.id))]

    async def list_similar(self, limit: int) -> list[tuple[int, int]]:
        """List pairs of an imported ticket and the one of a chat that may be the same message, the oldest first."""
        query = (
            select(import_record.c.ticket_id, import_record.c.similar_id)
            .where(import_record.c.similar_id.is_not(None))
            .order_by(import_record.c.ticket_id)
            .limit(limit)
        )
        return [(row.ticket_id, row.similar_id) for row in await self._rows(query)]

    async def find_similar(self, ticket_id: int) -> int | None:
        """Return the ticket of a chat that may be the same message as the imported *ticket_id*."""
        query = select(import_record.c.similar_id).where(
            import_record.c.ticket_id == ticket_id, import_record.c.similar_id.is_not(None)
        )
        return (await self._transaction.execute(query)).scalar_one_or_none()

    async def clear_similar(self, ticket_id: int) -> None:
        """Record that a person has decided about the imported *ticket_id*."""
        await self._transaction.execute(
            update(import_record).where(import_record.c.ticket_id == ticket_id).values(similar_id=None)
        )

    # Files

    async def add_file(self, new: NewImportFile, now: datetime) -> ImportFile:
        """Store a file that is still in its messenger, or on the server."""
        values = asdict(new) | {"state": new.state.value, "created_at": now, "touched_at": now}
        values |= {"position": 0, "counts": {}, "refusals": []}
        result = await self._transaction.execute(insert(import_file).values(**values).returning(*_FILE_COLUMNS))
        return _file(result.one())

    async def get_file(self, file_id: int) -> ImportFile | None:
        row = (await self._transaction.execute(select(*_FILE_COLUMNS).where(import_file.c.id == file_id))).first()
        return _file(row) if row is not None else None

    async def load_data(self, file_id: int) -> bytes | None:
        """Return the bytes of a file, while it has some."""
        query = select(import_content.c.data).where(import_content.c.file_id == file_id)
        data = (await self._transaction.execute(query)).scalar_one_or_none()
        return bytes(data) if data is not None else None

    async def list_active(self) -> list[ImportFile]:
        """List the files with which the bot has something to do, the oldest first."""
        states = [one.value for one in ACTIVE_STATES]
        query = select(*_FILE_COLUMNS).where(import_file.c.ended_at.is_(None), import_file.c.state.in_(states))
        return [_file(row) for row in await self._rows(query.order_by(import_file.c.id))]

    async def list_abandoned(self, before: datetime) -> list[ImportFile]:
        """List the files for which nobody has pressed a button since *before*, or whose command was killed."""
        states = [one.value for one in (*WAITING_STATES, ImportState.COMMAND)]
        query = select(*_FILE_COLUMNS).where(import_file.c.ended_at.is_(None), import_file.c.state.in_(states))
        return [_file(row) for row in await self._rows(query.where(import_file.c.touched_at < before))]

    async def count_open_files(self, person_id: int) -> int:
        """Return how many files of a person have not come to an end."""
        return await self._count(import_file, (import_file.c.person_id == person_id) & import_file.c.ended_at.is_(None))

    async def store_data(self, known: ImportFile, data: bytes, system: str | None, now: datetime) -> ImportFile | None:
        """Store the bytes of a downloaded file; without a *system* a person has to name it."""
        state = ImportState.READING if system is not None else ImportState.ASKING
        changed = await self._update(known, now, attachment=None, state=state.value, system=system)
        if changed is not None:
            await self._transaction.execute(insert(import_content).values(file_id=known.id, data=data))
        return changed

    async def choose_system(self, known: ImportFile, system: str, now: datetime) -> ImportFile | None:
        return await self._update(known, now, state=ImportState.READING.value, system=system)

    async def store_preview(
        self, known: ImportFile, counts: ImportCounts, total: int, now: datetime
    ) -> ImportFile | None:
        """Store what would happen; now a person has to press «Внести»."""
        values = {"state": ImportState.PREVIEWED.value, "counts": asdict(counts), "total": total}
        return await self._update(known, now, **values)

    async def start_entering(self, known: ImportFile, note_id: str | None, now: datetime) -> ImportFile | None:
        """Begin with the first row; *note_id*: the message that shows the progress."""
        values = {"state": ImportState.ENTERING.value, "position": 0, "counts": {}, "refusals": []}
        return await self._update(known, now, note_id=note_id, **values)

    async def store_progress(
        self, known: ImportFile, rows: int, counts: ImportCounts, refusals: Sequence[Json], now: datetime
    ) -> ImportFile | None:
        """Add the next *rows* to those that are handled; *counts* and *refusals* are those of all of them."""
        values = {"position": known.position + rows, "counts": asdict(counts), "refusals": list(refusals)}
        return await self._update(known, now, **values)

    async def end_file(self, known: ImportFile, state: ImportState, now: datetime) -> ImportFile | None:
        """End the work on a file; its bytes, and what is quoted of it, are deleted."""
        gone: dict[str, Any] = {"attachment": None, "refusals": []}
        changed = await self._update(known, now, state=state.value, ended_at=now, **gone)
        if changed is not None:
            await self._transaction.execute(delete(import_content).where(import_content.c.file_id == known.id))
        return changed

    async def _update(self, known: ImportFile, now: datetime, **values: Any) -> ImportFile | None:
        """Change a file; return ``None`` if it is not in the state any more that *known* has."""
        result = await self._transaction.execute(
            update(import_file)
            .where(
                import_file.c.id == known.id,
                import_file.c.state == known.state.value,
                import_file.c.position == known.position,
                import_file.c.ended_at.is_(None),
            )
            .values(touched_at=now, **values)
            .returning(*_FILE_COLUMNS)
        )
        row = result.first()
        return _file(row) if row is not None else None


def _listed_by(file_id: int) -> Select[Any]:
    """Return the query of the tickets that a list of *file_id* may name; the second condition is that of the index."""
    return (
        select(*TICKET_COLUMNS)
        .join(import_record, import_record.c.ticket_id == ticket.c.id)
        .where(import_record.c.list_id == file_id, import_record.c.list_id > UNLISTED_NEVER)
    )


def _typed_forms(number: str) -> set[str]:
    """Return the ways in which people type a number: as it is, and as it is compared."""
    stripped, normal = number.strip(), normal_number(number)
    return {stripped, normal, f"№{stripped}", f"№ {stripped}"}


def _fact_columns(facts: SystemFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in _FACT_NAMES} | {"cells": dict(facts.cells) or None}


def _record(row: Any) -> SystemRecord:
    facts = SystemFacts(row.status, row.due, row.is_finished, row.finished_at, row.organisation, row.cells or {})
    return SystemRecord(row.system, row.ticket_id, facts if row.is_imported else None, row.changed_at)


def _file(row: Any) -> ImportFile:
    values: Mapping[str, Any] = row._mapping
    known = {name: values["counts"].get(name, 0) for name in ImportCounts.__dataclass_fields__}
    refusals: Sequence[Json] = tuple(values["refusals"])
    changed = {"state": ImportState(values["state"]), "counts": ImportCounts(**known), "refusals": refusals}
    return ImportFile(**(dict(values) | changed))
