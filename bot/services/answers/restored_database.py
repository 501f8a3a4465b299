"""The mark that ``restore`` leaves: the database shows an earlier moment."""

from datetime import datetime

from storage.unit_of_work import UnitOfWork

RESTORED_KEY = "restored"
"""The once-key that ``restore`` sets; the next start handles it."""


async def mark_restored(uow: UnitOfWork, now: datetime) -> None:
    """Record that the database shows an earlier moment; the next start holds old answers (`held_answers`)."""
    await uow.once_keys.set(RESTORED_KEY, now)
    await uow.audit_log.record("database_restored", now)
