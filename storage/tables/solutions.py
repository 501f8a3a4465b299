"""The result of an answer: the question to the citizen, the word of the citizen, and control."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from storage.tables.base import Id, PartialIndex, UtcDateTime, metadata


def _index(name: str) -> Index:
    return PartialIndex(f"ix_solution_{name}", name, where=f"{name} IS NOT NULL")


solution = Table(
    "solution",
    metadata,
    Column("ticket_id", Id, ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    Column("ask_at", UtcDateTime),  # when to ask «Вопрос решён?»; NULL: not any more, or never
    Column("asked_at", UtcDateTime),  # when the citizen was asked about the latest answer
    Column("solved_at", UtcDateTime),  # when the citizen confirmed that the problem is solved
    Column("returned", Integer, nullable=False, server_default="0"),  # how often the citizen said that it is not
    Column("returned_at", UtcDateTime),
    Column("problem_id", Id),  # from whose answer the ticket was returned, until that problem has another
    Column("control_at", UtcDateTime),  # when an official wants to look at it once more
    Column("control_by", Id, ForeignKey("person.id")),
    *map(_index, ("ask_at", "solved_at", "returned_at", "problem_id", "control_at")),
)
