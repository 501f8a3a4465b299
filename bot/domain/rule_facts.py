"""The facts of a ticket that rules may ask about."""

from bot.domain.applicants import ApplicantKind
from bot.domain.importance import Importance
from bot.domain.rules import RuleFacts
from bot.domain.systems import source_code
from bot.domain.ticket_changes import NewTicket
from bot.domain.tickets import Ticket


def facts_of(ticket: Ticket | NewTicket) -> RuleFacts:
    """Return what rules may ask of *ticket*."""
    return RuleFacts(
        source=source_code(ticket.source),
        sector=ticket.sector,
        theme=ticket.theme,
        topic=ticket.topic,
        district=ticket.district,
        importance=ticket.importance or Importance.NORMAL,
        urgent=ticket.urgent,
        applicant=ticket.applicant_kind or ApplicantKind.CITIZEN,
    )
