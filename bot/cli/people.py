"""``people`` and ``invite``: the officials of the database, as lines of the file and from them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.bootstrap.late_analyzer import build_late_understanding
from bot.bootstrap.municipality import build_municipality
from bot.cli.journal import server_user
from bot.cli.opened_database import opened_database
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.people import Staff
from bot.domain.people_plan import PeoplePlan
from bot.services.context import BotAccount, UseCaseContext
from bot.services.staff import directory


@asynccontextmanager
async def _open_people(
    config: Config, accounts: Mapping[str, BotAccount] | None = None
) -> AsyncIterator[UseCaseContext]:
    """Open the database and its officials, as the start of the bot does; the bot may be running.

    *accounts*: those through which it writes to them.
    """
    async with opened_database(config) as database, database.begin() as uow:
        staff = await directory.open_staff(uow, config.staff)
        municipality = build_municipality(config, staff, build_late_understanding(config), accounts or {})
        yield UseCaseContext(municipality, uow, SystemClock().now())


async def invite_all(config: Config) -> list[tuple[str, str]]:
    """``invite``: return the name and a code of every official without an account."""
    from bot.services.staff import invitations

    async with _open_people(config) as ctx:
        return await invitations.invite_all(ctx)


async def load_people(config: Config) -> Staff:
    """``people export``: return the officials of the database."""
    async with _open_people(config) as ctx:
        return ctx.municipality.staff


async def plan_people(config: Config) -> PeoplePlan:
    """``people apply``: return the steps from the officials of the database to those of the file."""
    return directory.plan_from_file((await load_people(config)), config.staff)


async def apply_people(config: Config, shown: PeoplePlan) -> bool:
    """``people apply``: take the steps that were *shown*; return False if they are not the right ones any more.

    Raises :class:`~bot.domain.errors.NobodyManages`.
    """
    from bot.cli.bot_accounts import opened_accounts  # and with it the messengers' packages
    from bot.services.staff import people_file

    async with opened_accounts(config) as accounts, _open_people(config, accounts) as ctx:
        await directory.lock(ctx)
        plan = directory.plan_from_file(ctx.municipality.staff, config.staff)
        if plan != shown:
            return False
        await people_file.apply(ctx, plan, server_user())
        return True
