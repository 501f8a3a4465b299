"""The queries of the export: one row a ticket, with its last answer and what became of it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select

from bot.domain.drafts import Wording
from bot.domain.entries import EntryState
from bot.domain.inquiries import InquiryKind, InquiryState
from storage.tables import (
    answer,
    import_record,
    inquiry,
    message,
    person,
    publication,
    remark,
    solution,
    system_entry,
    ticket,
)

_TICKET_COLUMNS = (
    *("id", "state", "sector", "topic", "theme", "district", "source", "external_number", "text"),
    *("settlement", "place", "street", "house", "latitude", "longitude", "urgent", "urgency", "author_name"),
    *("applicant_kind", "applicant_name", "phone", "registered_at", "accept_due", "answer_due", "external_due"),
    *("first_word_due", "solve_due", "accepted_at", "first_word_at", "answered_at", "ended_at", "dismiss_reason"),
    "previous_id",
)


def export_query() -> Select[Any]:
    """Return the query of all tickets, the oldest first."""
    root, last_answer = message.alias("root"), _last_answer()
    return (
        select(
            *(ticket.c[name] for name in _TICKET_COLUMNS),
            _dismiss_words().label("dismiss_words"),
            person.c.name.label("assignee"),
            root.c.link,
            answer.c.text.label("answer"),
            answer.c.created_at.label("worded_at"),
            _answer_link().label("answer_link"),
            _answer_states(last_answer).label("answer_state"),
            solution.c.solved_at,
            solution.c.returned,
            _called_at().label("called_at"),
            case((ticket.c.problem_id.is_not(None), func.coalesce(ticket.c.lead_id, ticket.c.id))).label("problem"),
        )
        .select_from(ticket)
        .outerjoin(person, person.c.id == ticket.c.assignee_id)
        .outerjoin(root, and_(root.c.ticket_id == ticket.c.id, root.c.part == "root"))
        .outerjoin(answer, answer.c.id == last_answer)
        .outerjoin(solution, solution.c.ticket_id == ticket.c.id)
        .order_by(ticket.c.registered_at, ticket.c.id)
    )


def system_export_query(system: str, sources: Collection[str]) -> Select[Any]:
    """Return the query of the tickets with a number of *system*, which a ticket's source calls by one of *sources*.

    Each has what the system said last and its newest text for that system. A ticket of which people have changed the
    number comes once for each number, the one that was seen last first.
    """
    record = import_record
    return (
        export_query()
        .add_columns(
            ticket.c.account,
            ticket.c.assignee_id,
            record.c.status.label("system_status"),
            record.c.is_finished.label("system_finished"),
            record.c.finished_at.label("system_finished_at"),
            record.c.organisation.label("system_organisation"),
            record.c.cells.label("system_cells"),
            _newest_entry(system_entry.c.state).label("entry_state"),
            _newest_entry(system_entry.c.ended_at).label("entry_ended_at"),
        )
        .outerjoin(record, and_(record.c.ticket_id == ticket.c.id, record.c.system == system))
        .where(ticket.c.external_number.is_not(None), or_(ticket.c.source.in_(sources), record.c.system.is_not(None)))
        .order_by(record.c.seen_at.desc())
    )


def _last_answer() -> ScalarSelect[Any]:
    return (
        select(func.max(answer.c.id))
        .where(answer.c.ticket_id.in_((ticket.c.id, ticket.c.lead_id)))  # a problem's answer is its first ticket's
        .where(answer.c.kind == Wording.ANSWER.value)
        .correlate(ticket)
        .scalar_subquery()
    )


def _answer_link() -> ScalarSelect[Any]:
    own = answer.alias("own")
    return (
        select(publication.c.link)
        .join(own, own.c.id == publication.c.answer_id)
        .where(publication.c.ticket_id == ticket.c.id, publication.c.link.is_not(None), publication.c.state == "posted")
        .where(own.c.kind == Wording.ANSWER.value)
        .order_by(publication.c.id.desc())
        .limit(1)
        .correlate(ticket)
        .scalar_subquery()
    )


def _answer_states(last_answer: ScalarSelect[Any]) -> ScalarSelect[Any]:
    """Return the states of the last answer at all its places."""
    return (
        select(func.aggregate_strings(publication.c.state, ","))
        .where(publication.c.answer_id == last_answer, publication.c.ticket_id == ticket.c.id)
        .correlate(ticket)
        .scalar_subquery()
    )


def _dismiss_words() -> ScalarSelect[Any]:
    """Return what was typed at the last dismissal."""
    return (
        select(remark.c.text)
        .where(remark.c.ticket_id == ticket.c.id, remark.c.kind == "dismiss", remark.c.at >= ticket.c.ended_at)
        .order_by(remark.c.id.desc())
        .limit(1)
        .correlate(ticket)
        .scalar_subquery()
    )


def _called_at() -> ScalarSelect[Any]:
    """Return when the applicant was reached by telephone."""
    return (
        select(func.max(inquiry.c.answered_at))
        .where(inquiry.c.ticket_id == ticket.c.id, inquiry.c.kind == InquiryKind.CALL.value)
        .where(inquiry.c.state == InquiryState.ANSWERED.value)
        .correlate(ticket)
        .scalar_subquery()
    )


def _newest_entry(column: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Return *column* of the newest text for another system that holds the last answer, or its correction."""
    return (
        select(column)
        .where(system_entry.c.ticket_id == ticket.c.id, system_entry.c.answer_id == answer.c.id)
        .where(system_entry.c.state != EntryState.WITHDRAWN.value)
        .order_by(system_entry.c.id.desc())
        .limit(1)
        .correlate(ticket, answer)
        .scalar_subquery()
    )
