"""The fate of each row of a batch: new, known, changed in the other system, or a message of a chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.import_files import SystemRecord, number_key
from bot.domain.imports import ImportedRow
from bot.services.context import UseCaseContext
from bot.services.imports import matching
from bot.services.imports.prepared import PreparedRow


class FateKind(Enum):
    """The kinds of fates."""

    NEW = auto()
    JOINED = auto()  # the bot has the message from a chat
    CHANGED = auto()  # the other system says something else than before
    TYPED = auto()  # a person has entered it by hand, and no file has named it yet
    KNOWN = auto()


@dataclass(frozen=True, slots=True)
class Fate:
    """The fate of one row. ``ticket_id``: the ticket that it is; ``similar_id``: one that it may be."""

    kind: FateKind
    prepared: PreparedRow
    record: SystemRecord | None = None
    ticket_id: int | None = None
    similar_id: int | None = None


async def decide(ctx: UseCaseContext, system: str, batch: Sequence[PreparedRow]) -> list[Fate]:
    """Return the fate of each row of *batch*; of rows with one number the first counts, the others are left out."""
    unique = list({number_key(system, one.row.number): one for one in reversed(batch)}.items())[::-1]
    records = await ctx.uow.imports.find_records(system, [one.row.number for _, one in unique])
    unknown = [(at, one.row) for at, (key, one) in enumerate(unique) if key not in records]
    matches = await matching.find_matches(ctx, unknown) if unknown else matching.Matches()
    fates = []
    for at, (key, prepared) in enumerate(unique):
        record = records.get(key)
        if record is None and at in matches.certain:
            fates.append(Fate(FateKind.JOINED, prepared, ticket_id=matches.certain[at]))
        elif record is None:
            fates.append(Fate(FateKind.NEW, prepared, similar_id=matches.similar.get(at)))
        else:
            kind = _kind_of_known(record, prepared.row)
            fates.append(Fate(kind, prepared, record, record.ticket_id))
    return fates


def _kind_of_known(record: SystemRecord, row: ImportedRow) -> FateKind:
    if record.facts is None:
        return FateKind.KNOWN if row.is_own else FateKind.TYPED
    return FateKind.KNOWN if record.facts.is_same_after(row) else FateKind.CHANGED
