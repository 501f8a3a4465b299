"""The marks of the answer checker in words: short, with the place quoted, and not more than a tired head reads."""

from collections.abc import Callable, Mapping, Sequence

from bot.domain.answer_marks import Mark, MarkKind
from bot.views.render_context import shorten

MAX_SHOWN = 3
"""Marks that are written out; the others are counted."""

MAX_QUOTED_CHARS = 40

_TEXTS: Mapping[MarkKind, str] = {
    MarkKind.PERSONAL_DATA: "личные данные: {places}",
    MarkKind.LATE_PROMISE: "{place} — позже срока: по правилам окончательный ответ нужен до {detail}, иначе просрочка",
    MarkKind.TOO_LONG: "слишком длинно: больше {detail} знаков",
    MarkKind.FORWARDED_ONLY: "сказано только, что передано ({place}): напишите, что сделают и когда",
    MarkKind.NO_ACTION: "не сказано, что сделано или будет сделано",
    MarkKind.OTHER_DATE: "другой срок ({place})",
    MarkKind.NO_DATE: "нет даты или срока ({place})",
    MarkKind.QUESTION_MISSED: "не сказано о том, что спросили: «{detail}»",
    MarkKind.SPELLING: "ошибка: {places}",
    MarkKind.LECTURING: "похоже на поучение: {places}",
    MarkKind.HISTORY_FIRST: "начните с дела, а не с {place}",
    MarkKind.INFORMING: "лишнее: {places}",
    MarkKind.OFFICIALESE: "канцелярский оборот: {places}",
    MarkKind.ABBREVIATION: "сокращение: {places}",
    MarkKind.LONG: "длинно: лучше не больше {detail} знаков",
    MarkKind.CAPITAL_YOU: "нескольким людям пишут «вы» со строчной буквы",
    MarkKind.NO_GREETING: "нет приветствия",
    MarkKind.EXCLAMATION: "восклицательный знак ({place})",
    MarkKind.ELLIPSIS: "многоточие ({place})",
    MarkKind.PASSIVE: "не сказано, кто это делает ({place})",
    MarkKind.INCOMPLETE: "неполный",
}


def describe_marks(marks: Sequence[Mark], text: str) -> str:
    """Return «🔎 Проверьте: …» with the worst marks of *text*, a line each; nothing if there are none."""
    kinds = list(dict.fromkeys(mark.kind for mark in marks))
    if not kinds:
        return ""
    lines = [_line(kind, [mark for mark in marks if mark.kind is kind], text) for kind in kinds[:MAX_SHOWN]]
    more = f" И ещё {len(kinds) - MAX_SHOWN}." if len(kinds) > MAX_SHOWN else ""
    return "🔎 Проверьте:\n" + ";\n".join(f"— {line}" for line in lines) + "." + more


def _line(kind: MarkKind, marks: Sequence[Mark], text: str) -> str:
    if kind is MarkKind.OTHER_DATE:
        number, _, day = marks[0].detail.partition("|")
        return f"другой срок ({_quote(marks[0], text)}): в ответе на №{number} было «{shorten(day, MAX_QUOTED_CHARS)}»"
    quote: Callable[[Mark, str], str] = _quote_with_remedy if kind is MarkKind.SPELLING else _quote
    places = ", ".join(dict.fromkeys(quote(mark, text) for mark in marks[:MAX_SHOWN]))
    return _TEXTS[kind].format(place=_quote(marks[0], text), places=places, detail=marks[0].detail)


def _quote(mark: Mark, text: str) -> str:
    return f"«{shorten(text[mark.start : mark.end], MAX_QUOTED_CHARS)}»"


def _quote_with_remedy(mark: Mark, text: str) -> str:
    return f"{_quote(mark, text)} — может быть, «{mark.detail}»"


def mark_titles(kinds: Sequence[MarkKind]) -> str:
    """Return the short names of *kinds*, for the history."""
    return ", ".join(_TITLES[kind] for kind in kinds)


_TITLES: Mapping[MarkKind, str] = {
    MarkKind.PERSONAL_DATA: "личные данные",
    MarkKind.LATE_PROMISE: "обещано позже срока",
    MarkKind.TOO_LONG: "слишком длинный",
    MarkKind.FORWARDED_ONLY: "только «передано»",
    MarkKind.NO_ACTION: "без действия",
    MarkKind.OTHER_DATE: "другой срок",
    MarkKind.NO_DATE: "без срока",
    MarkKind.QUESTION_MISSED: "не о том, что спросили",
    MarkKind.SPELLING: "ошибки",
    MarkKind.LECTURING: "поучение",
    MarkKind.HISTORY_FIRST: "начат с предыстории",
    MarkKind.INFORMING: "«сообщаем, что»",
    MarkKind.OFFICIALESE: "канцелярит",
    MarkKind.ABBREVIATION: "сокращения",
    MarkKind.LONG: "длинный",
    MarkKind.CAPITAL_YOU: "«Вы» нескольким людям",
    MarkKind.NO_GREETING: "без приветствия",
    MarkKind.EXCLAMATION: "восклицания",
    MarkKind.ELLIPSIS: "многоточие",
    MarkKind.PASSIVE: "не назван исполнитель",
    MarkKind.INCOMPLETE: "неполный",
}
