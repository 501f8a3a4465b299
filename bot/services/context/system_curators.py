"""The systems into which people enter what the bot may not post, and who does so now."""

from bot.domain.people import Person
from bot.domain.tickets import State, Ticket
from bot.services.context import responsibility
from bot.services.context.use_case import UseCaseContext


def system_of(ctx: UseCaseContext, ticket: Ticket) -> str | None:
    """Return the system into which a person enters what is said to the author of *ticket*; ``None``: nobody does."""
    return ctx.municipality.systems.entered(ticket.account, ticket.source)


async def find_system(ctx: UseCaseContext, ticket: Ticket) -> str | None:
    """Return the system into which the answer to *ticket* is entered; ``None``: into none.

    It is the one that the ticket came from, or one that has the message of a chat, too: an import has found that out.
    """
    if ticket.account is None or ticket.external_number is None:
        return system_of(ctx, ticket)
    record = await ctx.uow.imports.find_record(ticket.id)
    return ctx.municipality.systems.entered(None, record.system) if record is not None else None


def title_of(ctx: UseCaseContext, system: str) -> str:
    """Return the name that people use for *system*."""
    return ctx.municipality.systems.title(system)


async def list_people(ctx: UseCaseContext, system: str) -> tuple[Person, ...]:
    """Return who enters texts into *system* now: its curators or who stands in for them, else those who sort."""
    curators = [one for one in ctx.municipality.staff.people if system in one.systems]
    acting = [await responsibility.acting_for(ctx, one) for one in curators]
    present = [one for one in acting if await responsibility.is_available(ctx, one)]
    return tuple(dict.fromkeys(present)) or await responsibility.sorting_people(ctx)


async def list_awaited(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return the people of whom alone *ticket* waits, as its answer is ready to be entered; nobody otherwise."""
    system = system_of(ctx, ticket)
    return await list_people(ctx, system) if system is not None and ticket.state is State.PUBLISHING else ()
