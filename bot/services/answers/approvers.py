"""The people of a draft: who may write it, whose approval it needs, and who is asked for the next one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.drafts import POST_STEP, Draft, Wording, approval_chain, count_own_steps
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.roles import DEPUTIES, TERM_STEP, Right
from bot.domain.tickets import Ticket
from bot.services.answers import delegations
from bot.services.context import UseCaseContext, responsibility
from bot.services.tickets import rules

WRITING_RIGHTS: Mapping[Wording, Right] = {Wording.QUESTION: Right.REQUEST, Wording.REFERRAL: Right.REFER}
"""The right to word a text of that kind; for every other kind it is that to answer."""


@dataclass(frozen=True, slots=True)
class Approver:
    """The person to ask for an approval; ``instead_of``: who would be asked if they were there."""

    person: Person
    instead_of: Person | None = None


async def needs_post(ctx: UseCaseContext, ticket: Ticket, author: Person, kind: Wording = Wording.ANSWER) -> bool:
    """Return whether the responsible people check what *author* writes: they may not word it alone for *ticket*."""
    if kind is Wording.EXTENSION:  # nobody but the responsible people and those who set terms may ask for it
        return False
    return not await responsibility.has_right(ctx, author, WRITING_RIGHTS.get(kind, Right.ANSWER), ticket)


def chain_of(ctx: UseCaseContext, ticket: Ticket, *, with_post: bool) -> tuple[str, ...]:
    """Return the steps that a text about *ticket* needs now; *with_post*: the responsible people check it first."""
    approval = rules.outcome_for(ctx, ticket).approval
    if not with_post:
        return approval
    members = responsibility.responsibility_for(ctx, ticket).post.members
    return approval_chain(
        approval, author_answers=False, post_roles={role for person in members for role in person.roles}
    )


def draft_chain(ctx: UseCaseContext, ticket: Ticket, draft: Draft) -> tuple[str, ...]:
    """Return the steps that *draft* needs now."""
    author = ctx.municipality.staff.find_by_id(draft.author_id)
    chain = chain_of(ctx, ticket, with_post=draft.needs_post)
    return chain or term_chain(ctx, ticket, draft.kind, author)


def term_chain(ctx: UseCaseContext, ticket: Ticket, kind: Wording, author: Person | None) -> tuple[str, ...]:
    """Return who approves an extension for which the rules name nobody: who sets terms, unless *author* does."""
    staff = ctx.municipality.staff
    may_set = author is not None and staff.has_right(author, Right.SET_TERMS, ticket.sector, ticket.district)
    return () if kind is not Wording.EXTENSION or may_set else (TERM_STEP,)


async def count_own(
    ctx: UseCaseContext, ticket: Ticket, person: Person, chain: tuple[str, ...], passed: int = 0
) -> int:
    """Return the number of steps after the *passed* ones that *person* takes by submitting an own text.

    So is a step for which they would be asked themselves, as nobody holds its role: without four eyes a second press
    of the same person checks nothing.
    """
    four_eyes = rules.outcome_for(ctx, ticket).four_eyes
    held = await held_steps(ctx, ticket, person, chain)
    if not four_eyes:
        held |= {role for role in chain if role not in held and await _would_be_asked(ctx, ticket, person, role)}
    return count_own_steps(chain, passed, held, four_eyes=four_eyes)


async def _would_be_asked(ctx: UseCaseContext, ticket: Ticket, person: Person, role: str) -> bool:
    found = await find_approver(ctx, ticket, role, ())
    return found is not None and found.person.id == person.id


async def held_steps(
    ctx: UseCaseContext, ticket: Ticket, person: Person, chain: Iterable[str], exclude: Collection[int] = ()
) -> frozenset[str]:
    """Return the steps of *chain* that *person* may take; *exclude*: see :func:`holds_step`."""
    return frozenset([role for role in chain if await holds_step(ctx, ticket, person, role, exclude)])


async def holds_step(
    ctx: UseCaseContext, ticket: Ticket, person: Person, role: str, exclude: Collection[int] = ()
) -> bool:
    """Return whether *person* may take the step of *role*: it is their role, or that of a holder whom they replace.

    *exclude*: the ids of holders who may not take it, and for whom nobody can.
    """
    if await _holds_role(ctx, ticket, person, role):
        return True
    return await find_represented(ctx, ticket, person, role, exclude) is not None


async def _holds_role(ctx: UseCaseContext, ticket: Ticket, person: Person, role: str) -> bool:
    if role != POST_STEP and role not in person.roles:
        return False
    return _is_holder(ctx, ticket, person, role) or person in await responsibility.acting_people(ctx, ticket)


def _is_holder(ctx: UseCaseContext, ticket: Ticket, person: Person, role: str) -> bool:
    """Return whether *role* over *ticket* is the person's own; block roles count within the block."""
    if role != POST_STEP and role not in person.roles:
        return False
    in_block = role == POST_STEP or ctx.municipality.staff.roles.is_in_block(role)
    if not in_block or (role != POST_STEP and person.covers(ticket.sector, ticket.district)):
        return True
    return person in responsibility.responsibility_for(ctx, ticket).post.members


async def find_represented(
    ctx: UseCaseContext, ticket: Ticket, person: Person, role: str, exclude: Collection[int] = ()
) -> Person | None:
    """Return the absent holder of *role* in whose place *person* approves; ``None`` if *role* is their own or nobody's.

    A stand-in has exactly the right of the holder: for those in *exclude* there is none.
    """
    if _is_holder(ctx, ticket, person, role):
        return None
    for holder in ctx.municipality.staff.people:
        may_be_replaced = holder.id not in exclude and _is_holder(ctx, ticket, holder, role)
        if may_be_replaced and person in await responsibility.list_replacements(ctx, holder):
            return holder
    return None


async def asks_others(ctx: UseCaseContext, ticket: Ticket, person: Person) -> bool:
    """Return whether what *person* writes to the citizen waits for the approval of somebody else."""
    chain = chain_of(ctx, ticket, with_post=await needs_post(ctx, ticket, person))
    return bool(chain) and await count_own(ctx, ticket, person, chain) < len(chain)


async def find_approver(ctx: UseCaseContext, ticket: Ticket, role: str, exclude: Collection[int]) -> Approver | None:
    """Return the person to ask: a holder of *role* or who replaces them, else a deputy, else somebody of the ladder.

    *exclude*: the ids of those who may not approve, because the text is theirs. If nobody is available, it is the
    first holder, who is asked when they are back.
    """
    candidates = [one for one in await _list_candidates(ctx, ticket, role) if one.id not in exclude]
    for position, one in enumerate(candidates):
        is_there = await responsibility.is_available(ctx, one)
        found = [one] if is_there else await responsibility.list_replacements(ctx, one)
        person = next((each for each in found if each.id not in exclude), None)
        if person is not None:
            missing = candidates[: position if is_there else position + 1]
            represented = await find_represented(ctx, ticket, person, role, exclude)
            return Approver(person, represented or await _find_replaced(ctx, ticket, person, role, missing))
    return Approver(candidates[0]) if candidates else None


async def _find_replaced(
    ctx: UseCaseContext, ticket: Ticket, person: Person, role: str, missing: Sequence[Person]
) -> Person | None:
    """Return the first of the *missing* people to whom the question goes when they are there again.

    A further holder keeps what came because the first could not be reached, but not what came during an absence.
    """
    holds, plan = await _holds_role(ctx, ticket, person, role), await ctx.absence_plan()
    return next((one for one in missing if not holds or plan.is_away(one.id, ctx.today)), None)


async def _list_candidates(ctx: UseCaseContext, ticket: Ticket, role: str) -> list[Person]:
    staff, acting = ctx.municipality.staff, await responsibility.acting_people(ctx, ticket)

    def list_holders(wanted: str) -> list[Person]:
        own = (one for one in staff.people if wanted in (POST_STEP, *one.roles))
        return [one for one in own if one in acting or _is_holder(ctx, ticket, one, wanted)]

    preferred = list_holders(role)
    if role == POST_STEP:
        preferred.sort(key=lambda person: person not in acting)
    for deputy in DEPUTIES.get(role, ()):
        preferred += list_holders(deputy)
    plan = await ctx.absence_plan()
    if role in DEPUTIES and any(plan.is_away(one.id, ctx.today) for one in preferred):
        preferred += responsibility.responsibility_for(ctx, ticket).curators
    ladder = [person for rung in staff.rungs(Audience.SUBSTITUTES) for person in rung]
    return list({person.id: person for person in (*preferred, *ladder)}.values())


async def excluded_from(ctx: UseCaseContext, ticket: Ticket, draft: Draft, role: str) -> Collection[int]:
    """Return the ids of those who may not approve *draft* at the step of *role*: with four eyes, its authors.

    The check by the responsible people is theirs although they may have changed the text.
    """
    if role == POST_STEP or not rules.outcome_for(ctx, ticket).four_eyes:
        return frozenset()
    return await ctx.uow.drafts.list_version_authors(draft.id)


async def may_draft(ctx: UseCaseContext, ticket: Ticket, person: Person) -> bool:
    """Return whether *person* may word an answer that others approve: a rule asks for approval, or they were asked.

    A stand-in may what the absent colleague may.
    """
    people = (person, *await responsibility.list_represented(ctx, person))
    return any([await _may_draft(ctx, ticket, one) for one in people])


async def _may_draft(ctx: UseCaseContext, ticket: Ticket, person: Person) -> bool:
    if not rules.outcome_for(ctx, ticket).approval and await delegations.find_open(ctx, ticket, person.id) is None:
        return False
    return await responsibility.has_right(ctx, person, Right.DRAFT, ticket)


async def owner_of(ctx: UseCaseContext, ticket: Ticket, draft: Draft, actor: Person) -> Person:
    """Return the person who answers for the text and hears what becomes of it: its author, if they may answer.

    Otherwise the ticket's assignee, else the first who acts on it, else *actor*, who publishes it.
    """
    staff = ctx.municipality.staff
    author, assignee = staff.find_by_id(draft.author_id), staff.find_by_id(ticket.assignee_id or 0)
    if author is not None and not draft.needs_post:
        return await responsibility.acting_for(ctx, author)
    return next((one for one in (assignee, *await responsibility.acting_people(ctx, ticket)) if one), actor)


async def writers_of(ctx: UseCaseContext, ticket: Ticket, draft: Draft) -> tuple[Person, ...]:
    """Return the people who write a returned draft again: its author, or the responsible people if they have left.

    While the author is away it is their stand-in, who keeps a text that they have written themselves.
    """
    author = ctx.municipality.staff.find_by_id(draft.author_id)
    if author is None:
        return await responsibility.acting_people(ctx, ticket)
    version = await ctx.uow.drafts.get_version(draft.id, draft.version)
    if version is not None and (await ctx.absence_plan()).was_standing_in(version.author_id, author.id, version.at):
        writer = ctx.municipality.staff.find_by_id(version.author_id)
        if writer is not None and await responsibility.is_available(ctx, writer):
            return (writer,)
    return (await responsibility.acting_for(ctx, author),)
