"""Officials whose account nobody knows yet join by a code that the administrator hands them."""

import hashlib
import re
import secrets
from dataclasses import replace

from bot.domain.errors import NotAllowed
from bot.domain.people import Account, MessengerName, Person, Right, Role
from bot.services.context import Work, messenger_of
from bot.services.notifications import notify

CODE_BYTES = 9


CODE_LENGTH = 12


def looks_like_code(words: str) -> bool:
    """Whether *words* could be a code of ours: people send it without the command, too."""
    return len(words) == CODE_LENGTH and re.fullmatch(r"[A-Za-z0-9_-]+", words) is not None


async def remind(work: Work) -> None:
    """Whoever may hand codes out, and the coordinators, are told once who has not joined yet."""
    absent = [person for person in work.centre.staff.people if not person.accounts]
    if not absent:
        return
    key = hashlib.sha256(",".join(str(person.id) for person in absent).encode()).hexdigest()[:16]
    if not await work.uow.chronicle.once(f"absent:{key}", work.now):
        return
    staff = work.centre.staff
    told = {person.id: person for person in staff.people if work.centre.may_ever(person, Right.INVITE)}
    told |= {person.id: person for person in staff.with_role(Role.COORDINATOR)}
    await notify.tell_all(work, told.values(), "not_joined", names=[person.name for person in absent])


async def invite_all(work: Work) -> list[tuple[str, str]]:
    """(name, code) of everybody who has no account yet. A code lasts until it is used, once."""
    waiting = [person for person in work.centre.staff.people if not person.accounts]
    return [
        (person.name, await work.uow.people.invite(person.id, secrets.token_urlsafe(CODE_BYTES), work.now))
        for person in waiting
    ]


async def invite(work: Work, person: Person) -> list[tuple[str, str]]:
    """``/invite``: the same, for somebody who may hand codes out."""
    if not work.centre.may_ever(person, Right.INVITE):
        raise NotAllowed(right=Right.INVITE.value)
    return await invite_all(work)


async def join(work: Work, account: str, user_id: str, code: str) -> Person | None:
    """Somebody unknown shows *code*: the official he is from now on, or ``None`` for a wrong or used one."""
    person_id = await work.uow.people.use_invitation(code, work.now)
    person = work.centre.staff.by_id(person_id) if person_id is not None else None
    if person is None:
        return None
    own = Account(MessengerName(messenger_of(account)), user_id)
    await work.uow.people.join(person.id, own)
    await work.uow.chronicle.record("joined", work.now, person_id=person.id, facts={"account": account})
    work.centre = replace(work.centre, staff=work.centre.staff.with_account(person.id, own))
    return work.centre.staff.by_id(person.id)
