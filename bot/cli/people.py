"""``people`` and ``invite``: the officials of the database, as lines of the file and from them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.bootstrap.analyzer import build_understanding
from bot.bootstrap.messengers import build_messengers
from bot.bootstrap.municipality import build_municipality
from bot.cli.personal_data import server_user
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.people import Staff
from bot.domain.people_plan import PeoplePlan
from bot.services.context import BotAccount, UseCaseContext
from bot.services.staff import directory, invitations, people_file
from storage.database import Database
from storage.migrate import migrate


@asynccontextmanager
async def _open_people(config: Config) -> AsyncIterator[UseCaseContext]:
    """Open the database and its officials, as the start of the bot does; the bot may be running."""
    database, messengers = Database(config.database_url), build_messengers(config, SystemClock())
    accounts = {one.account: BotAccount(one.account, one.title, one.capabilities) for one in messengers.values()}
    try:
        await migrate(database.engine)
        async with database.begin() as uow:
            staff = await directory.open_staff(uow, config.staff)
            municipality = build_municipality(config, staff, build_understanding(config), accounts)
            yield UseCaseContext(municipality, uow, SystemClock().now())
    finally:
        for messenger in messengers.values():
            await messenger.close()
        await database.close()


async def invite_all(config: Config) -> list[tuple[str, str]]:
    """``invite``: return the name and a code of every official without an account."""
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
    async with _open_people(config) as ctx:
        await directory.lock(ctx)
        plan = directory.plan_from_file(ctx.municipality.staff, config.staff)
        if plan != shown:
            return False
        await people_file.apply(ctx, plan, server_user())
        return True
