"""The municipality's rules for one ticket."""

from bot.domain.applicants import ApplicantKind
from bot.domain.rules import RuleFacts, RuleOutcome
from bot.domain.systems import source_code
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext


def facts_of(ticket: Ticket) -> RuleFacts:
    """Return what rules may ask of *ticket*."""
    return RuleFacts(
        source=source_code(ticket.source),
        sector=ticket.sector,
        theme=ticket.theme,
        topic=ticket.topic,
        district=ticket.district,
        urgent=ticket.urgent,
        applicant=ticket.applicant_kind or ApplicantKind.CITIZEN,
    )


def outcome_for(ctx: UseCaseContext, ticket: Ticket) -> RuleOutcome:
    """Return what the municipality's rules say about *ticket* as it is now."""
    return ctx.municipality.rules.match(facts_of(ticket))
