"""The answer to «Почему такой срок?»."""

from bot.domain.deadlines import DeadlineKind
from bot.domain.rule_facts import facts_of
from bot.domain.term_explanation import TermExplanation, explain
from bot.domain.tickets import UNACCEPTED_STATES, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines


async def explain_deadlines(ctx: UseCaseContext, ticket: Ticket) -> tuple[TermExplanation, ...]:
    """Explain the running deadlines of *ticket*, in the order in which they come."""
    plan = await deadlines.compute_plan(ctx, ticket)
    is_unaccepted = ticket.state in UNACCEPTED_STATES
    running = [clock for kind, clock in plan.clocks.items() if is_unaccepted or kind is not DeadlineKind.ACCEPT]
    facts = facts_of(ticket)
    found = []
    for clock in running:
        number = ctx.municipality.rules.find_deciding(facts, clock.kind.value)
        rule = number + 1 if number is not None else None
        found.append(explain(clock, ctx.municipality.hours, rule=rule, is_urgent=ticket.urgent))
    return tuple(sorted(found, key=lambda one: one.due))
