"""Invitation codes: once, for a time, for somebody who works here; codes of the release before are hidden."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from bot.domain.invitations import InvitationPurpose, OpenInvitation
from bot.domain.people import Person
from bot.domain.roles import Role
from storage.database import Database
from storage.migrate import migrate, upgrade
from tests.storage.helpers import NOW

CODE = "7K2M-X9QD-4HVA"
HEAD = Person(0, "Начальник", frozenset({Role.HEAD}))


async def _issue(database: Database) -> OpenInvitation:
    async with database.begin() as uow:
        [head] = await uow.staff.add_all([HEAD])
        wanted = OpenInvitation(head.id, InvitationPurpose.JOIN, NOW + timedelta(hours=24))
        await uow.invitations.add(CODE, wanted, NOW)
    return wanted


async def test_code_is_used_once_even_by_two_at_the_same_moment(database: Database) -> None:
    wanted = await _issue(database)

    async def use() -> OpenInvitation | None:
        async with database.begin() as uow:
            return await uow.invitations.use(CODE.lower(), NOW)

    used = await asyncio.gather(*(use() for _ in range(4)))

    assert [one for one in used if one is not None] == [wanted]


async def test_code_of_a_person_who_left_or_after_its_term_is_refused(database: Database) -> None:
    wanted = await _issue(database)
    async with database.begin() as uow:
        assert await uow.invitations.use(CODE, wanted.expires_at) is None
        assert await uow.invitations.list_open(NOW) == [wanted]
        await uow.staff.deactivate(wanted.person_id)
        assert await uow.invitations.use(CODE, NOW) is None
        assert await uow.invitations.revoke(wanted.person_id, NOW) == 1
        assert await uow.invitations.use(CODE, NOW) is None
        assert await uow.invitations.list_open(NOW) == []


async def test_codes_in_clear_are_hidden_by_the_upgrade(empty: Database) -> None:
    async with empty.engine.begin() as connection:
        await connection.run_sync(upgrade, "0020")
        await connection.execute(text("INSERT INTO person (id, name, active) VALUES (1, 'Начальник', TRUE)"))
        row = (
            "INSERT INTO invitation (code, person_id, created_at) VALUES ('aB3_dE6-gH9k', 1, '2026-11-20 00:00:00+00')"
        )
        await connection.execute(text(row))
    await migrate(empty.engine)
    async with empty.engine.connect() as connection:
        [code] = (await connection.execute(text("SELECT code FROM invitation"))).scalars()
    assert "aB3" not in code
    async with empty.begin() as uow:
        assert await uow.invitations.use("aB3_dE6-gH9k", NOW) is None
        assert await uow.invitations.revoke_old(NOW) == ["Начальник"]
        assert await uow.invitations.revoke_old(NOW) == []
