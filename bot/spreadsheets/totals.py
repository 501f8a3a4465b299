"""Lines of a table that are no messages: totals, and the words of an office below."""

import re
from collections.abc import Sequence

_OPENING = re.compile(r"(?:итого|всего|(?:общий\s+)?итог)\b", re.IGNORECASE)
_FOOTER = re.compile(
    r"(?:(?:исполнитель|составил|подготовил|ответственн\w+|руководитель|подпись|количество)\b[^:]*:"
    r"|(?:отч[её]т|выгрузка|таблица)\s+(?:сформирован|создан|составлен|выгружен)\w*\b"
    r"|дата\s+(?:формирования|выгрузки|печати|составления)\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_COUNTED = re.compile(
    r"обращени|сообщени|заяв|запис|строк|инцидент|жалоб|вопрос|тикет|карточ|поступи|зарегистр|рассмотр|исполн|выполн|"
    r"закрыт|открыт|заверш|просроч|отложен|решен|решён|новы|повторн|количеств|числ|период|отч[её]тн|год|месяц|квартал|"
    r"недел|декад|сут|янв|фев|мар|апр|ма[йя]$|июн|июл|авг|сен|окт|ноя|дек|табли|отч[её]т|лист|выгрузк|систем|работе?$|"
    r"срок|шт|ед$|г$|итог|всего|итого|общ|сумм|процент|дол[яи]$|их?$|из$|них$|том$|по$|за$|на$|в$|с$|до$|от$"
)
"""Words that count what a table has, or say of which time. All words of a total are of this kind."""

_PART = re.compile(r"(?i:по)\s|[«\"]?[А-ЯЁA-Z]")
"""The beginning of the name of a part of a table: «Итого по Северному району», «Итого ЖКХ»."""

_SUBTOTAL = re.compile(r"[^\n]{1,100}\s(?:итого?|всего):?", re.IGNORECASE)
"""A part as Excel's «Промежуточные итоги» names it: «Дороги Итог»."""

_MAX_PART_WORDS = 6
_FIGURE = re.compile(r"[\d\s.,%()/–—-]*")


def is_total(texts: Sequence[str], *, is_number: bool) -> bool:
    """Return whether the filled cells of a line, *texts*, are those of a total.

    A citizen's words may begin like one («Всего неделю держится дорога»), but have other words, too. *is_number*: the
    first cell is in the column of the numbers, where a citizen has no words.
    """
    first, *others = texts
    has_figures_alone = all(map(_FIGURE.fullmatch, others))
    opening = _OPENING.match(first)
    if opening is None:
        return bool(others) and has_figures_alone and _SUBTOTAL.fullmatch(first) is not None
    rest = first[opening.end() :]
    words = _WORD.findall(rest.casefold())
    if is_number or all(map(_COUNTED.match, words)):
        return True
    is_part = _PART.match(rest.lstrip()) is not None and len(words) <= _MAX_PART_WORDS and "не" not in words
    return is_part and has_figures_alone


def is_footer(text: str) -> bool:
    """Return whether *text*, alone in the column of the numbers, is that of an office below its table.

    Any other words there are refused with their line: they may be the rest of a message whose line break was not
    quoted.
    """
    return _FOOTER.match(text) is not None
