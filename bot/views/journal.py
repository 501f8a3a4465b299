"""The words of ``journal``: one line for each export, copy, erasure and search."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.audit import JournalAction, JournalRow
from bot.domain.russian_text import plural

_ACTIONS = {
    JournalAction.EXPORTED: "выгрузка сообщений",
    JournalAction.AUDIT_EXPORTED: "выгрузка журнала действий",
    JournalAction.REPORTED: "отчёт для ЦУР",
    JournalAction.EVIDENCE_EXPORTED: "что и когда сказано, для ЦУР",
    JournalAction.COPIED: "копия базы",
    JournalAction.MOVED: "перенос данных в другую базу",
    JournalAction.RESTORED: "база восстановлена из копии",
    JournalAction.SEARCHED: "поиск",
    JournalAction.PERSON_EXPORTED: "выгрузка данных человека",
    JournalAction.PERSON_ERASED: "данные человека стёрты",
    JournalAction.PEOPLE_APPLIED: "сотрудники взяты из файла настроек",
    JournalAction.IMPORTED: "внесены сообщения из другой системы",
    JournalAction.ANONYMIZED: "слова с истёкшим сроком хранения убраны",
}

_FACTS = {
    "file": "файл {}",
    "month": "за {}",
    "numbers": "сообщения {}",
    "public": "без личных данных",
    "chars": "знаков в запросе: {}",
    "found": "найдено: {}",
    "phone": "по телефону",
    "opened": "открыто сообщение №{}",
    "number": "справка №{}",
    "tickets": "сообщений в работе: {}",
    "messages": "прочих текстов: {}",
    "system": "система {}",
    "new": "новых: {}",
    "updated": "обновлено: {}",
    "refused": "не внесено: {}",
    "added": "новых: {}",
    "changed": "изменено: {}",
    "dismissed": "уволено: {}",
}


def journal_line(row: JournalRow, zone: ZoneInfo) -> str:
    """Return «20.11.2026 14:30 · администратор · поиск · знаков в запросе: 12»."""
    who = row.person or row.facts.get("by")
    known = {name: value for name, value in row.facts.items() if name in _FACTS and value != "" and value is not False}
    details = [words.format(known[name]) for name, words in _FACTS.items() if name in known]
    return " · ".join((_moment(row.at, zone), str(who or "бот"), _ACTIONS[row.action], *details))


def journal_cut_notice(count: int, oldest: datetime, zone: ZoneInfo) -> str:
    """Return the words under *count* lines, the first of them at *oldest*, that earlier ones do not follow."""
    return (
        f"Показаны последние {plural(count, 'запись', 'записи', 'записей')}, с {_moment(oldest, zone)}. "
        f"Есть более ранние, их покажет journal --until {oldest.astimezone(zone):%d.%m.%Y}, "
        "а все действия разом — audit export."
    )


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"
