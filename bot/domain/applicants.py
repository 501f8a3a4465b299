"""The applicant behind a message: a name, a telephone, and the kind of person that the law distinguishes."""

from dataclasses import dataclass
from enum import StrEnum


class ApplicantKind(StrEnum):
    """The kinds of applicants of the regulations (59-ФЗ names citizens; municipalities answer all alike)."""

    CITIZEN = "citizen"
    FOREIGN = "foreign"
    STATELESS = "stateless"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class Applicant:
    """The applicant as far as known; ``kind`` is a citizen unless something says otherwise."""

    name: str | None = None
    phone: str | None = None
    kind: ApplicantKind = ApplicantKind.CITIZEN


class PersonalDataPolicy(StrEnum):
    """The way in which applicants' data appear to officials in a messenger."""

    SHOW = "show"
    COVER = "cover"  # names, telephones and flats are shown in other messengers alone
