"""Words about applicants."""

from bot.domain.applicants import ApplicantKind
from bot.domain.tickets import Ticket
from bot.views.render_context import citizen_name

APPLICANT_KIND_TITLES: dict[ApplicantKind, str] = {
    ApplicantKind.CITIZEN: "Гражданин",
    ApplicantKind.FOREIGN: "Иностранный гражданин",
    ApplicantKind.STATELESS: "Лицо без гражданства",
    ApplicantKind.LEGAL: "Юридическое лицо",
}


def applicant_kind_title(code: str | None) -> str:
    """Return the title of a stored kind; nothing stored means a citizen."""
    return APPLICANT_KIND_TITLES[ApplicantKind(code) if code else ApplicantKind.CITIZEN]


def describe_applicant(ticket: Ticket, *, has_account: bool) -> str:
    """Return «Анна Ким, 8 914 …, юридическое лицо»: the name in the messenger and the one that was said, if it differs.

    A citizen's kind goes without saying.
    """
    name = citizen_name(ticket.author_name, has_account=has_account)
    said = ticket.applicant_name
    if said and (not has_account or name.casefold() in said.casefold()):
        name = said
    elif said and said.casefold() not in name.casefold():
        name = f"{name} ({said})"
    kind = APPLICANT_KIND_TITLES[ticket.applicant_kind or ApplicantKind.CITIZEN].lower()
    is_citizen = ticket.applicant_kind in (None, ApplicantKind.CITIZEN)
    return ", ".join(filter(None, (name, ticket.phone, "" if is_citizen else kind)))
