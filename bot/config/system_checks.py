"""Checks of ``[[systems]]``: a table must have a number and words, and each of its columns one meaning."""

from collections.abc import Iterator

from bot.config.errors import Fault, did_you_mean, quoted_list
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.system_sections import SystemEntry
from bot.config.values import Values, tables, texts
from bot.domain.imports import Field
from bot.domain.layouts import BUILT_IN, Layout, heading_key, merged
from bot.domain.systems import KNOWN_SYSTEMS

_FIELDS = [one.value for one in Field]
_WORDS_FIELDS = (Field.TEXT, Field.SUBJECT)


def to_layout(entry: SystemEntry) -> Layout | None:
    """Return the layout of a system; ``None`` if its table is not known: its messages are typed in."""
    built_in = BUILT_IN.get(entry.code)
    if built_in is None and not entry.columns:
        return None
    title = entry.title or KNOWN_SYSTEMS.get(entry.code, entry.code)
    base = built_in or Layout(entry.code, title, {})
    columns = {Field(name): headings for name, headings in entry.columns.items()}
    return merged(base, columns, title, entry.finished)


def find_system_faults(tree: Values) -> Iterator[Fault]:
    """Yield the faults of all systems."""
    for index, item in tables(tree, "systems"):
        key = f"systems[{index}]"
        code = str(item["code"]).strip() if "code" in item else None
        if code is not None:
            yield from _code_faults(key, code, item)
        columns = item.get("columns")
        if isinstance(columns, dict) and columns:
            yield from _column_faults(f"{key}.columns", code, columns)


def _code_faults(key: str, code: str, item: Values) -> Iterator[Fault]:
    messengers = [kind.section_name for kind in MESSENGER_KINDS]
    if code in messengers:
        problem = f"«{code}» — мессенджер, а не система"
        yield Fault(f"{key}.code", problem, "выберите другой код: сообщения из мессенджера бот получает сам")
    elif code not in KNOWN_SYSTEMS and "title" not in item:
        hint = did_you_mean(code, list(KNOWN_SYSTEMS))
        known = quoted_list(list(KNOWN_SYSTEMS))
        remedy = f"добавьте title{'; ' + hint if hint else ''}; коды известных систем: {known}"
        yield Fault(f"{key}.title", f"у системы «{code[:40]}» нет названия", remedy)


def _column_faults(key: str, code: str | None, columns: Values) -> Iterator[Fault]:
    for name in columns:
        if name not in _FIELDS:
            remedy = did_you_mean(name, _FIELDS) or f"выберите из имеющихся: {quoted_list(_FIELDS)}"
            yield Fault(f"{key}.{name[:40]}", f"поля «{name[:40]}» нет", remedy)
    built_in = BUILT_IN.get(code or "")
    known = set(built_in.headings) if built_in is not None else set()
    fields = {Field(name) for name in columns if name in _FIELDS} | known
    if Field.NUMBER not in fields:
        remedy = 'добавьте number = "…": без номера не понять, какие сообщения уже внесены'
        yield Fault(key, "нет столбца с номером сообщения", remedy)
    if not fields & set(_WORDS_FIELDS):
        remedy = 'добавьте text = "…" (текст сообщения) или subject = "…" (тема)'
        yield Fault(key, "нет ни столбца с текстом, ни столбца с темой", remedy)
    yield from _repeated_headings(key, columns)


def _repeated_headings(key: str, columns: Values) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name, value in columns.items():
        headings = [value] if isinstance(value, str) else texts(value)
        if value == [] or any(not heading_key(heading) for heading in headings):
            remedy = "впишите название столбца так, как оно стоит в таблице, или удалите ключ"
            yield Fault(f"{key}.{name[:40]}", "название столбца пустое", remedy)
        for heading in filter(None, map(heading_key, headings)):
            if seen.setdefault(heading, name) != name:
                problem = f"столбец с таким же названием уже назван в {seen[heading]}"
                yield Fault(f"{key}.{name[:40]}", problem, "оставьте его в одном из двух полей")
