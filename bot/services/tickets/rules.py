"""The municipality's rules for one ticket."""

from bot.domain.rule_facts import facts_of
from bot.domain.rules import RuleOutcome
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext


def outcome_for(ctx: UseCaseContext, ticket: Ticket) -> RuleOutcome:
    """Return what the municipality's rules say about *ticket* as it is now."""
    return ctx.municipality.rules.match(facts_of(ticket))
