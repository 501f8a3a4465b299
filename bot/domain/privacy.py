"""Redaction of personal data for readers who do not need it."""

import re

_PHONE = re.compile(r"(?<![\d/])(?:\+7|\b[78])?[\s(-]{0,3}\d{3}[\s)-]{0,3}\d{3}[\s-]?\d{2}[\s-]?\d{2}(?!\d)")
_PHONE_AFTER_WORD = re.compile(
    r"(?i)\b(тел(?:ефон\w*|\.)?|звони\w*|позвони\w*|номер\w*)(\D{1,12})(\d[\d\s-]{4,14}\d)(?!\d)"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}")
_DOCUMENT = re.compile(r"(?<!\d)(?:\d{4}[\s-]?){3,4}\d{0,4}(?!\d)|(?<!\d)\d{3}-\d{3}-\d{3}[\s-]\d{2}(?!\d)")
_FLAT_AFTER = re.compile(r"(?i)\b(кв(?:артир[аыеу]|\.)?)\s*№?\s*\d{1,4}[а-я]?\b")
_FLAT_BEFORE = re.compile(r"(?i)\b\d{1,4}(?:-?[йяоеую]{1,2})?\s+(квартир[аыеу])\b")
_HOUSE_AND_FLAT = re.compile(
    r"(?i)(?<=[а-яё]\s)(\d{1,4}[а-я]?)\s?-\s?\d{1,4}(?![\d:.]|\s*(?:час|мин|дн|д[её]н|эт|лет|год|руб|раз|%|ч\b|числ|человек))"
)
_HEALTH = re.compile(
    r"(?i)\b(?:"
    r"инвалид\w*\s+(?:[1-3]|i{1,3}|перв\w+|втор\w+|треть\w+)(?:-?[йяоеыих]{1,2})?\s+групп\w*|"
    r"(?:сахарн\w+\s+)?диабет\w*|онколог\w*|онкобольн\w*|рак(?:а|ом)?\s+(?:груди|легких|лёгких|крови|кожи|желудка|печени)|"
    r"химиотерап\w*|вич\b|спид(?:ом|а)?\b|гепатит\w*|туберкул[её]з\w*|эпилепси\w*|шизофрени\w*|деменци\w*|дцп\b|"
    r"аутизм\w*|аутист\w*|астм(?:а|ы|ой|у|атик\w*)\b|инсульт\w*|инфаркт\w*|беременн\w*|наркоман\w*|алкоголизм\w*|"
    r"диагноз\w*\s+[«\"]?\w+"
    r")"
)

PHONE_MASK, EMAIL_MASK, NUMBER_MASK, HEALTH_MASK = "[телефон]", "[почта]", "[номер]", "[о здоровье]"


def redact(text: str) -> str:
    """Return *text* without telephones, mail addresses, numbers of documents and flats, and words about health."""
    text = _EMAIL.sub(EMAIL_MASK, text)
    text = _PHONE_AFTER_WORD.sub(lambda found: f"{found[1]}{found[2]}{PHONE_MASK}", text)
    text = _DOCUMENT.sub(NUMBER_MASK, text)
    text = _PHONE.sub(lambda found: _keep_leading_spaces(found[0], PHONE_MASK), text)
    text = _FLAT_AFTER.sub(lambda found: f"{found[1]} [№]", text)
    text = _FLAT_BEFORE.sub(lambda found: f"[№] {found[1]}", text)
    text = _HOUSE_AND_FLAT.sub(lambda found: f"{found[1]}-[№]", text)
    return _HEALTH.sub(HEALTH_MASK, text)


def _keep_leading_spaces(found: str, sign: str) -> str:
    return " " * (len(found) - len(found.lstrip())) + sign
