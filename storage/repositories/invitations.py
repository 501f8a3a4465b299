"""Invitation codes, of which only keyed hashes are stored, and the wrong codes that were tried."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from bot.domain.invitations import InvitationPurpose, OpenInvitation, hash_code
from bot.domain.people import MessengerName, StaffAccount
from storage.repositories.base import Repository
from storage.tables import installation, invitation, person, wrong_code

_KEY_NAME = "invitation_key"

WRONG_CODES_KEPT = timedelta(days=1)


class Invitations(Repository):
    """Codes with a term, each for one person and one purpose."""

    async def add(self, code: str, wanted: OpenInvitation, now: datetime, *, issued_by: int | None = None) -> None:
        await self._transaction.execute(
            insert(invitation).values(
                code=hash_code(await self._get_key(), code),
                person_id=wanted.person_id,
                purpose=wanted.purpose.value,
                created_at=now,
                expires_at=wanted.expires_at,
                issued_by=issued_by,
            )
        )

    async def use(self, code: str, now: datetime) -> OpenInvitation | None:
        """Use up an invitation; ``None`` if there is none, it is over, or its person does not work here any more."""
        result = await self._transaction.execute(
            update(invitation)
            .where(
                invitation.c.code == hash_code(await self._get_key(), code),
                invitation.c.used_at.is_(None),
                invitation.c.revoked_at.is_(None),
                invitation.c.expires_at > now,
                invitation.c.person_id.in_(select(person.c.id).where(person.c.active)),
            )
            .values(used_at=now)
            .returning(invitation.c.person_id, invitation.c.purpose, invitation.c.expires_at)
        )
        row = result.first()
        return OpenInvitation(row[0], InvitationPurpose(row[1]), row[2]) if row else None

    async def revoke(self, person_id: int, now: datetime, purpose: InvitationPurpose | None = None) -> int:
        """Revoke the person's unused codes (of one purpose); return their number."""
        wanted = [] if purpose is None else [invitation.c.purpose == purpose.value]
        result = await self._transaction.execute(
            update(invitation)
            .where(
                invitation.c.person_id == person_id,
                invitation.c.used_at.is_(None),
                invitation.c.revoked_at.is_(None),
                invitation.c.expires_at > now,
                *wanted,
            )
            .values(revoked_at=now)
        )
        return int(result.rowcount)

    async def list_open(self, now: datetime) -> list[OpenInvitation]:
        """List the codes that can still be used, the newest of each person first."""
        result = await self._transaction.execute(
            select(invitation.c.person_id, invitation.c.purpose, invitation.c.expires_at)
            .where(invitation.c.used_at.is_(None), invitation.c.revoked_at.is_(None), invitation.c.expires_at > now)
            .order_by(invitation.c.person_id, invitation.c.expires_at.desc())
        )
        return [OpenInvitation(row[0], InvitationPurpose(row[1]), row[2]) for row in result]

    async def revoke_old(self, now: datetime) -> list[str]:
        """Revoke the unused codes of release 0.1.0, which had no term; return the names of their persons."""
        old = (
            invitation.c.purpose.is_(None),
            invitation.c.used_at.is_(None),
            invitation.c.revoked_at.is_(None),
        )
        names = await self._transaction.execute(
            select(person.c.name).join(invitation).where(*old).order_by(person.c.name).distinct()
        )
        found = [str(name) for name in names.scalars()]
        await self._transaction.execute(update(invitation).where(*old).values(revoked_at=now))
        return found

    async def add_wrong_code(self, own: StaffAccount, now: datetime) -> None:
        await self._transaction.execute(delete(wrong_code).where(wrong_code.c.at < now - WRONG_CODES_KEPT))
        await self._transaction.execute(
            insert(wrong_code).values(messenger=own.messenger.value, user_id=own.user_id, at=now)
        )

    async def list_wrong_codes(self, since: datetime) -> list[tuple[StaffAccount, datetime]]:
        """List who sent a wrong code since then, and when, the latest first."""
        result = await self._transaction.execute(
            select(wrong_code.c.messenger, wrong_code.c.user_id, wrong_code.c.at)
            .where(wrong_code.c.at > since)
            .order_by(wrong_code.c.at.desc())
        )
        return [(StaffAccount(MessengerName(row[0]), row[1]), row[2]) for row in result]

    async def _get_key(self) -> str:
        """Return the key of this installation; the first code creates it."""
        query = select(installation.c.value).where(installation.c.name == _KEY_NAME)
        known = (await self._transaction.execute(query)).scalar_one_or_none()
        if known is not None:
            return str(known)
        new = self._insert(installation).values(name=_KEY_NAME, value=secrets.token_hex(32))
        await self._transaction.execute(new.on_conflict_do_nothing())  # another process may have been faster
        return str((await self._transaction.execute(query)).scalar_one())
