"""Citizens' personal data, shown only to the officials who need them."""

from dataclasses import replace

from bot.domain.people import Person
from bot.domain.roles import SEE_PERSONAL_DATA, Right
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.tickets import rules

_NEEDING_PERSONAL_DATA = frozenset({Right.ANSWER, Right.TRIAGE, Right.HAND_OVER})


async def may_see_personal_data(ctx: UseCaseContext, ticket: Ticket, person: Person) -> bool:
    """Return whether *person* needs the citizen's phone number and flat: observers do not.

    A colleague who has taken the ticket does not hide them from the others of the post. Where the applicant must be
    telephoned before the answer, those alone see the number who may do that.
    """
    if rules.outcome_for(ctx, ticket).call_before_answer:
        return await responsibility.has_right(ctx, person, Right.SEE_PERSON, ticket)
    staff, sector = ctx.municipality.staff, None if ticket.state is State.TRIAGE else ticket.sector
    if SEE_PERSONAL_DATA & person.bases:
        return True
    if any(staff.has_right(person, right, sector, ticket.district) for right in _NEEDING_PERSONAL_DATA):
        return True
    standing = await responsibility.standing_of(ctx, ticket)
    return any(standing.permits(person, right) for right in _NEEDING_PERSONAL_DATA)


def redact_ticket(ctx: UseCaseContext, ticket: Ticket, *, covers: bool = False) -> Ticket:
    """Return *ticket* without telephones and flats; if the messenger *covers* applicants, without their names, too."""
    shown = replace(ticket, text=ctx.municipality.understanding.redact(ticket.text), phone=None)
    return replace(shown, author_name=None, applicant_name=None) if covers else shown
