"""Days and terms in a text: «до 25 ноября», «завтра», «в течение двух дней», «на следующей неделе»."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.answer_check.phrases import lower

_MONTHS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_MONTH = r"(?P<month>январ|феврал|март|апрел|ма(?=[йяюе]\b)|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]*"
_WEEKDAYS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресень")
_COUNT = (
    r"(?:(?P<count>\d+)|одного|одну|один|дв[аеу]х?|тр[ие]х?|четыр[ех]*|пяти?|шести?|семи?|десяти?|нескольк\w+|пар[уы])"
)
_NUMBERS = {"дв": 2, "тр": 3, "че": 4, "пя": 5, "ше": 6, "се": 7, "де": 10}
_HALF_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Term:
    """A day or a term in a text. ``first`` and ``last``: the days that it means, if they can be computed."""

    start: int
    end: int
    first: date | None = None
    last: date | None = None

    def overlaps(self, other: "Term") -> bool:
        """Return whether both may mean the same day."""
        if self.first is None or self.last is None or other.first is None or other.last is None:
            return True
        return self.first <= other.last and other.first <= self.last


_Days = tuple[date, date] | None
_Rule = tuple[re.Pattern[str], Callable[[re.Match[str], date], _Days]]


def find_terms(text: str, today: date) -> Iterator[Term]:
    """Yield the days and terms of *text*, written on *today*; a piece of the text belongs to one of them only."""
    low, taken = lower(text), [False] * (len(text) + 1)
    for form, resolve in _RULES:
        for found in form.finditer(low):
            start, end = found.span()
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                days = resolve(found, today)
                yield Term(start, end, *days) if days else Term(start, end)


def _day(found: re.Match[str], today: date) -> _Days:
    month = found["month"]
    number = _MONTHS.index(month) + 1 if not month.isdigit() else int(month)
    year = found["year"]
    try:
        day = date(int(year) % 100 + 2000 if year else today.year, number, int(found["day"]))
    except ValueError:
        return None
    if not year and today - day > _HALF_YEAR:
        day = day.replace(year=day.year + 1)
    return day, day


def _month(found: re.Match[str], today: date) -> _Days:
    number = _MONTHS.index(found["month"]) + 1
    year = int(found["year"]) if found["year"] else today.year + (number < today.month)
    following = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), following - timedelta(days=1)


def _near_day(found: re.Match[str], today: date) -> _Days:
    day = today + timedelta(days={"сегодня": 0, "завтра": 1, "послезавтра": 2}.get(found[0], -1))
    return day, day


def _weekday(found: re.Match[str], today: date) -> _Days:
    wanted = next(at for at, name in enumerate(_WEEKDAYS) if found["name"].startswith(name))
    day = today + timedelta(days=(wanted - today.weekday()) % 7)
    return day, day


def _after(found: re.Match[str], today: date) -> _Days:
    word, unit = lower(found["amount"] or ""), found["unit"]
    count = int(found["count"]) if found["count"] else _NUMBERS.get(word[:2], 1)
    if unit[:2] in ("ча", "ми"):
        return today, today + timedelta(days=1)
    days = count * (7 if unit.startswith("нед") else 30 if unit.startswith("мес") else 365 if unit[:2] == "го" else 1)
    last = today + timedelta(days=min(days, 3650))
    return (last, last) if found["how"] == "через" else (today, last)


def _unknown(found: re.Match[str], today: date) -> _Days:
    return None


def _rule(source: str, resolve: Callable[[re.Match[str], date], _Days] = _unknown) -> _Rule:
    return re.compile(rf"(?<![\w\d]){source}(?!\w)"), resolve


_RULES: tuple[_Rule, ...] = (
    _rule(rf"(?P<day>\d{{1,2}})(?:-?го|-?е)? {_MONTH}(?: (?P<year>20\d\d)(?: ?г(?:од[ау])?\b\.?)?)?", _day),
    _rule(r"(?P<day>[0-3]?\d)\.(?P<month>0[1-9]|1[0-2])(?:\.(?P<year>20\d\d|\d\d))?(?![.\-]?\d)", _day),
    _rule(rf"(?:в|во|до|к|с|со|на|весь|конц[ауе]|начал[ауе]|середин[аеуы]) {_MONTH}(?: (?P<year>20\d\d))?", _month),
    _rule(r"(?:сегодня|завтра|послезавтра|вчера|позавчера)", _near_day),
    _rule(
        r"(?P<how>в течени[еи]|через|за|не позднее чем через)"
        rf" (?:(?P<amount>{_COUNT}) )?(?:рабоч\w+ |календарн\w+ |ближайш\w+ )?"
        r"(?P<unit>минут\w*|час\w*|сут\w+|дн(?:я|ей|ю|и)|день|недел\w+|месяц\w*|год\w*|полчаса|получаса)",
        _after,
    ),
    _rule(
        rf"(?:в|во|до|к|ко|по|с|со|на|и|не позднее|каждый|каждую|каждое) (?P<name>(?:{'|'.join(_WEEKDAYS[:2])})\w*"
        r"|сред(?:а|у|ы|е|ам)|четверг\w*|пятниц\w*|суббот(?!ник)\w*|воскресень\w*)",
        _weekday,
    ),
    _rule(
        r"(?:на|до конца|к концу|в|к) (?:этой|следующей|будущей|текущей|прошлой|той же)? ?недел[еию]"
        r"|(?:в|до конца|к концу|с) (?:этом|следующем|будущем|текущем|прошлом|этого|следующего|текущего) "
        r"(?:месяц|год|квартал|сезон|полугоди)\w*"
        r"|(?:до конца|к концу|в конце|в начале) (?:дня|смены|недели|месяца|года|квартала|зимы|весны|лета|осени)"
    ),
    _rule(r"(?:до|к|с|после|около|в|на|от|раньше) (?:[01]?\d|2[0-4])(?:[:.][0-5]\d| (?:час\w*|утра|вечера|ночи|дня))"),
    _rule(r"[0-2]?\d[:][0-5]\d"),
    _rule(r"(?:весн|зим|осен|лет)(?:ой|ою|ью|ом)|(?:до|к|после) (?:весн|зим|осен|лет|обед|каникул)\w*"),
    _rule(r"(?:к|до) (?:вечер|утр|ноч|завтра)\w*|(?:утром|вечером|ночью|днем)"),
    _rule(r"20\d\d(?: ?(?:г\.?|год\w*))|(?:[1-4]|i{1,3}|iv|перв\w+|втор\w+|треть\w+|четверт\w+) квартал\w*"),
    _rule(
        r"ежедневно|еженедельно|круглосуточно|каждый (?:день|час|месяц)|каждую (?:неделю|ночь)|каждое утро|каждый вечер"
        r"|по будням|по выходным|в выходные|в будни|раз в (?:день|неделю|сутки|месяц|\w+ дня|\w+ недели)"
    ),
)
"""The forms, the surest first."""
