"""The moments at which citizens are asked «Вопрос решён?»."""

from collections.abc import Collection

from bot.services.context import UseCaseContext


async def schedule_questions(ctx: UseCaseContext, ticket_ids: Collection[int]) -> None:
    """Schedule the question about the answers that these tickets have just got, if any rule asks at all."""
    if any(rule.satisfaction for rule in ctx.municipality.rules.rules):
        ask_at = ctx.municipality.quiet_hours.defer(ctx.now + ctx.municipality.ask_solved_after)
        await ctx.uow.solutions.schedule_questions(ticket_ids, ask_at)
