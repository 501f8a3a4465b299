"""The audit's account of a change of a ticket: its records alone tell the state, the block, the district, the assignee.

``tests/machine/replay.py`` reads them.
"""

from bot.domain.ticket_changes import UNSET, TicketChange
from bot.domain.tickets import State, Ticket

Facts = dict[str, str | int | None]


def registration_facts(ticket: Ticket) -> Facts:
    """Return what is recorded of a new ticket; a member of a problem has its assignee from the beginning."""
    facts: Facts = {"sector": ticket.sector, "state": ticket.state.value}
    if ticket.district is not None:
        facts["district"] = ticket.district
    if ticket.assignee_id is not None:
        facts["assignee"] = ticket.assignee_id
    return facts


def change_facts(before: Ticket, after: Ticket) -> Facts:
    """Return what is recorded of a step from *before* to *after*."""
    facts: Facts = {"was": before.state.value, "now": after.state.value, "sector": after.sector}
    if after.district != before.district:
        facts["district"] = after.district
    if after.assignee_id != before.assignee_id:
        facts["assignee"] = after.assignee_id
    return facts


def merged_member_facts(member: Ticket, lead: Ticket) -> Facts:
    """Return what is recorded of a member of a problem that is joined to another; if open, it is as the *lead* is."""
    state = lead.state if member.is_open else member.state
    facts: Facts = {"was": member.state.value, "now": state.value, "sector": lead.sector, "with": lead.id}
    return facts | {"assignee": lead.assignee_id} if member.is_open else facts


def member_facts(was: State, now: State, lead: Ticket, change: TicketChange) -> Facts:
    """Return what is recorded of a member of a problem that took a step together with *lead*."""
    facts: Facts = {"was": was.value, "now": now.value, "sector": lead.sector, "with": lead.id}
    if change.assignee_id is not UNSET:
        facts["assignee"] = change.assignee_id
    return facts
