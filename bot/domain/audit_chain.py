"""The hash chain over the audit: digests of records, seals, and what can be wrong with them.

A *seal* covers the records that were sealed together: it holds the number and the digest of each, and its hash covers
the hash of the seal before it. What a digest is computed from does not depend on the kind of database.
"""

import hashlib
import hmac
import json
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

GENESIS_HASH = "0" * 64
"""The value of the first seal in the place of the hash of a seal before it."""

PERSONAL_FACTS = ("account", "subject")
"""Facts that may name a citizen's account. A lawful erasure removes them, and the chain stays whole."""

_PERSONAL_STARTS = tuple(f'{{"{name}"' for name in PERSONAL_FACTS)

MAX_DELAY = timedelta(hours=1)
"""Time that a record may lie before the last moment at which everything was sealed: longer than any transaction."""

SALT_BYTES = 32

_ENTRY = struct.Struct(">q32s")
ENTRY_BYTES = _ENTRY.size
"""Bytes of one record in a seal."""

_encode_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class ChainRecord(NamedTuple):
    """One record of the audit as it is stored: its moment in UTC and its facts are texts."""

    id: int
    at: str
    person_id: int | None
    action: str
    ticket_id: int | None
    account: str | None
    facts: str


StoredRecord = tuple[int, str, int | None, str, int | None, str | None, str]
"""The values of a :class:`ChainRecord` without their names: millions are read."""


class PersonalPart(NamedTuple):
    """The keyed digest of a record's personal facts; without its key (*salt*) nobody can try out accounts."""

    salt: bytes | None
    digest: str


SealedRecord = tuple[int, bytes]
"""Number and digest of one record of a seal: a plain tuple, for millions are read."""


@dataclass(frozen=True, slots=True)
class AuditSeal:
    """One link of the chain.

    ``since``: the moment at which everything before had been sealed; ``None`` for records from before the upgrade.
    ``settled_id``: no record with this number or a smaller one can come any more. The first seal's is the newest record
    of before the upgrade; ``backlog_id`` is how far these have been sealed.
    """

    position: int
    sealed_at: datetime
    since: datetime | None
    settled_id: int
    backlog_id: int
    last_id: int
    records: bytes
    hash: str

    def list_records(self) -> Iterator[SealedRecord]:
        """Iterate over the sealed records: number and digest; empty if the stored bytes are damaged."""
        return _ENTRY.iter_unpack(b"" if len(self.records) % _ENTRY.size else self.records)


class MisfitKind(StrEnum):
    """Kinds of faults in the chain."""

    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted"
    BACKDATED = "backdated"
    REPEATED = "repeated"
    ERASED_UNPROVED = "erased_unproved"
    SEAL_BROKEN = "seal_broken"
    SEAL_MISSING = "seal_missing"
    HEAD_MISSING = "head_missing"


@dataclass(frozen=True, slots=True)
class Misfit:
    """One fault: of a record or, without a record, of a seal. ``record`` is what is stored now, if anything is."""

    kind: MisfitKind
    record_id: int | None = None
    position: int | None = None
    sealed_at: datetime | None = None
    record: ChainRecord | None = None


def moment_text(at: datetime) -> str:
    """Return *at* as it is written in :class:`ChainRecord`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


_ONE_PLAIN_FACT = re.compile(r'\{"[a-z_]+": (?:0|[1-9][0-9]*|"[a-zA-Z0-9_.-]*")\}')
"""The most frequent form of facts that do not repeat: ``{"message": 142}``. It has one canonical form."""


@lru_cache(maxsize=4096)
def split_facts(facts: str) -> tuple[str, str]:
    """Return the facts in one form for every database, without the personal ones, and the personal ones.

    What is no JSON was written by hand; it is kept as it is.
    """
    if _ONE_PLAIN_FACT.fullmatch(facts) and not facts.startswith(_PERSONAL_STARTS):
        return facts.replace('": ', '":', 1), ""
    try:
        found = json.loads(facts)
    except ValueError:
        return facts, ""
    if not isinstance(found, dict) or found.keys().isdisjoint(PERSONAL_FACTS):
        return _encode_json(found), ""
    personal = {name: found.pop(name) for name in PERSONAL_FACTS if name in found}
    return _encode_json(found), _encode_json(personal)


def make_personal_part(salt: bytes, personal: str) -> PersonalPart:
    """Return the keyed digest of personal facts."""
    return PersonalPart(salt, hmac.new(salt, personal.encode(), hashlib.sha256).hexdigest())


def record_digest(record: StoredRecord, facts: str, personal_digest: str = "") -> bytes:
    """Return the digest of a record; *facts* are those of :func:`split_facts`."""
    number, at, person_id, action, ticket_id, account, _ = record
    line = f"{number}\n{at}\n{person_id}\n{action}\n{ticket_id}\n{account}\n{personal_digest}\n{facts}"
    return hashlib.sha256(line.encode()).digest()


def is_unchanged(record: StoredRecord, digest: bytes, part: PersonalPart | None) -> bool:
    """Return whether *record* is what was sealed as *digest*."""
    facts, personal = split_facts(record[6])
    if part is None:
        return not personal and record_digest(record, facts) == digest
    if part.salt is None:
        fits = not personal
    else:
        fits = hmac.compare_digest(make_personal_part(part.salt, personal).digest, part.digest)
    return fits and record_digest(record, facts, part.digest) == digest


def pack_records(records: Iterable[SealedRecord]) -> bytes:
    """Return the bytes of :attr:`AuditSeal.records`."""
    return b"".join(_ENTRY.pack(number, digest) for number, digest in records)


def seal_hash(previous: str, seal: AuditSeal) -> str:
    """Return the hash that *seal* must have after the seal with the hash *previous*."""
    since = moment_text(seal.since) if seal.since is not None else ""
    line = (
        f"{previous}\n{seal.position}\n{moment_text(seal.sealed_at)}\n{since}\n{seal.settled_id}\n{seal.backlog_id}"
        f"\n{seal.last_id}\n"
    )
    return hashlib.sha256(line.encode() + seal.records).hexdigest()


@dataclass(slots=True)
class NumberSet:
    """A set of record numbers that takes about a bit for each."""

    _pages: dict[int, bytearray]

    @classmethod
    def empty(cls) -> "NumberSet":
        return cls({})

    def add(self, number: int) -> bool:
        """Add *number*; return whether it is new."""
        page = self._pages.get(number >> 13)
        if page is None:
            page = self._pages[number >> 13] = bytearray(1024)
        index, bit = (number >> 3) & 1023, 1 << (number & 7)
        if page[index] & bit:
            return False
        page[index] |= bit
        return True

    def __contains__(self, number: int) -> bool:
        page = self._pages.get(number >> 13)
        return page is not None and bool(page[(number >> 3) & 1023] & 1 << (number & 7))


def erased_record_ids(record: ChainRecord) -> list[int]:
    """Return the records that an erasure says it has cleared."""
    try:
        listed = json.loads(record.facts).get("records")
    except (ValueError, AttributeError):
        return []
    return [one for one in listed if isinstance(one, int)] if isinstance(listed, list) else []
