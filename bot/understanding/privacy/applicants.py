"""The applicant named in a message: the author's own name and telephone, and whom they speak for."""

import re

from bot.domain.applicants import Applicant, ApplicantKind
from bot.understanding.privacy import forms
from bot.understanding.privacy.names import NameFinder
from bot.understanding.privacy.redaction import Redactor

MAX_NAME_CHARS = 200
MAX_PHONE_CHARS = 40

_INTRODUCTION = re.compile(
    r"(?i)\b(?:меня зовут|зовут меня|мо[её] имя|моя фамилия|пишет вам|вас беспокоит|с уважением|заявитель(?:ница)?|"
    r"звонил[аи]?|обратил(?:ся|ась)|приходил[аи]?)[ ,:—–\-\n]{1,4}(?=[А-Яа-яЁё])"
)
_LEGAL_FORM = (
    r"(?:ооо|оао|зао|пао|ао|нко|ано|тсж|тсн|снт|днт|гск|гпк|жск|кфх|муп|гуп|фгуп|мбу|мку|мбоу|мбдоу|товариществ\w+|"
    r"кооператив\w*|предприят\w+|организаци\w+|компани\w+|фирм\w+|магазин\w*)"
)
_OFFICE = r"(?:директор|председател|представител|руководител|бухгалтер|управляющ|учредител|юрист)"
_LEGAL = re.compile(
    rf"\b(?:от (?:имени|лица) {_LEGAL_FORM}|"
    rf"(?:я|мы)[ ,—–-]+(?:\w+ ){{0,2}}{_OFFICE}\w* (?:\w+ ){{0,2}}{_LEGAL_FORM}|"
    rf"(?:пишет|обращается|беспокоит)(?: вам| вас)? {_LEGAL_FORM}|"
    rf"наш(?:е|а|ей|ему|его|у)? (?:предприят\w+|организаци\w+|компани\w+|фирм\w+|тсж|тсн|снт|ооо|гск)|"
    rf"мы[ ,—–-]+{_LEGAL_FORM} ?[«\"“]|"
    r"я (?:индивидуальный предприниматель|ип)\b)"
)
_STATELESS = re.compile(
    r"\b(?:я (?:\w+ )?лицо без гражданства|я (?:\w+ )?без гражданства|у меня нет (?:\w+ )?гражданства|"
    r"(?:являюсь|как) лиц\w+ без гражданства)"
)
_HOME = r"(?:росси\w*|рф\b|российск\w+|наш\w*|город\w*|район\w*|округ\w*|село|села|ваш\w*|этого|своей|своего)"
_FOREIGN = re.compile(
    rf"\b(?:я (?:\w+ )?(?:граждан(?:ин|ка)|подданн\w+) (?!{_HOME})[а-я]{{4,}}|"
    r"я (?:\w+ )?иностран(?:ец|ка|н\w+ граждан\w+)|(?:являюсь|как) (?:иностранн\w+ граждан\w+|граждан(?:ином|кой) "
    rf"(?!{_HOME})[а-я]{{4,}})|у меня (?:\w+ )?(?:патент на работу|внж|рвп|вид на жительство)|"
    r"работаю по патенту|живу по (?:внж|рвп|виду на жительство))"
)
_INTRODUCTION_SIGNS = (
    *("зовут", "имя", "фамилия", "пишет", "беспокоит"),
    *("уважением", "заявител", "звонил", "обратил", "приходил"),
)
_LEGAL_SIGNS = (
    *("ооо", "оао", "зао", "пао", "нко", "тсж", "тсн", "снт", "днт", "гск", "гпк", "жск", "кфх", "муп", "гуп"),
    *("мбу", "мку", "мбоу", "мбдоу", "товариществ", "кооператив", "предпри", "организаци", "компани", "фирм"),
    *("магазин", "я ип", *(before + form for before in " ,-—–" for form in ("ао", "ано"))),
)
_STATELESS_SIGNS = ("гражданств",)
_FOREIGN_SIGNS = ("граждан", "подданн", "иностран", "патент", "внж", "рвп", "на жительство")
"""Pieces without which each form cannot occur: most texts have none, and the search for
pieces costs next to nothing."""


class ApplicantReader:
    """Reads the applicant from a message; what is said of others is left alone as far as words can tell."""

    def __init__(self, redactor: Redactor, names: NameFinder) -> None:
        self._redactor = redactor
        self._names = names

    def read(self, text: str) -> Applicant:
        """Return what *text* says of its author."""
        phone = self._redactor.find_first(text, forms.PHONE)
        return Applicant(
            name=self._find_name(text), phone=phone[:MAX_PHONE_CHARS] if phone else None, kind=self._find_kind(text)
        )

    def read_typed(self, text: str) -> Applicant:
        """Return the name and the telephone that an official typed: everything but the telephone is the name."""
        phone = self._redactor.find_first(text, forms.PHONE)
        name = (text.replace(phone, "") if phone else text).strip(" ,.;:-—–\n\t")[:MAX_NAME_CHARS]
        return Applicant(name or None, phone[:MAX_PHONE_CHARS] if phone else None)

    def _find_name(self, text: str) -> str | None:
        lower = text.lower()
        if not _has_any(lower, _INTRODUCTION_SIGNS):
            return None
        ends = [found.end() for found in _INTRODUCTION.finditer(text)]
        introductions = [end for end in ends if self._names.may_begin_at(text, end)]
        if not introductions:
            return None
        spans = sorted(self._names.find(text), key=lambda span: (span[0], -span[1]))
        for begin in introductions:
            for start, end in spans:
                if start == begin:
                    return text[start:end][:MAX_NAME_CHARS]
        return None

    def _find_kind(self, text: str) -> ApplicantKind:
        lower = " ".join(text.lower().split())
        for signs, form, kind in (
            (_STATELESS_SIGNS, _STATELESS, ApplicantKind.STATELESS),
            (_FOREIGN_SIGNS, _FOREIGN, ApplicantKind.FOREIGN),
            (_LEGAL_SIGNS, _LEGAL, ApplicantKind.LEGAL),
        ):
            if _has_any(lower, signs) and form.search(lower):
                return kind
        return ApplicantKind.CITIZEN


def _has_any(lower: str, signs: tuple[str, ...]) -> bool:
    return any([sign in lower for sign in signs])
