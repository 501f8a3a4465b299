"""The words of ``audit verify`` and ``audit export``."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.audit import AuditEntry
from bot.domain.audit_chain import PERSONAL_FACTS, ChainRecord, Misfit, MisfitKind
from bot.domain.russian_text import plural
from bot.domain.sources import messenger_of, messenger_title
from bot.domain.systems import Systems

HEADINGS = (
    *("Запись", "Когда", "Кто", "Мессенджер", "Действие", "Код действия", "Сообщение №", "Было", "Стало"),
    "Подробности",
)

_ACTION_TITLES = {
    "refused": "отказ: действие не разрешено",
    "settings_applied": "изменены настройки в файле",
    "settings": "сотрудник изменил, куда ему писать",
    "person_added": "сотрудник добавлен",
    "person_changed": "сотрудник изменён",
    "person_dismissed": "сотрудник уволен",
    "people_applied": "сотрудники взяты из файла настроек",
    "invited": "выдан код приглашения",
    "joined": "вход по коду приглашения",
    "wrong_code": "неверный код приглашения",
    "codes_revoked": "коды приглашения отозваны",
    "account_removed": "вход сотрудника закрыт",
    "unreachable": "сотрудник недоступен",
    "reachable": "сотрудник снова доступен",
    "template_added": "добавлен шаблон",
    "template_changed": "изменён шаблон",
    "template_deleted": "удалён шаблон",
    "phone_shown": "показан телефон заявителя",
    "searched": "поиск",
    "exported": "выгрузка сообщений",
    "audit_exported": "выгрузка журнала действий",
    "person_exported": "выгрузка данных человека",
    "person_erased": "данные человека стёрты",
    "copied": "копия базы",
    "data_moved": "перенос данных в другую базу",
    "database_restored": "база восстановлена из копии",
    "anonymized": "слова с истёкшим сроком хранения убраны",
    "flood": "слишком много сообщений",
    "muted": "автора не слушают",
    "unmuted": "автора снова слушают",
    "answer_held": "ответ остановлен ограничением",
    "answer_held_decided": "решено об остановленном ответе",
    "absence_planned": "отсутствие записано",
    "absence_stand_in": "назначен замещающий",
    "absence_agreed": "замещение согласовано",
    "absence_refused": "от замещения отказались",
    "absence_cancelled": "отсутствие отменено",
}

_HIDDEN = "скрыто"

_MISFIT_TEXTS = {
    MisfitKind.CHANGED: "запись изменена после того, как вошла в цепочку",
    MisfitKind.DELETED: "запись удалена",
    MisfitKind.INSERTED: "запись вставлена между записями, которые уже в цепочке",
    MisfitKind.BACKDATED: "время записи намного раньше, чем она появилась",
    MisfitKind.REPEATED: "запись в цепочке дважды",
    MisfitKind.ERASED_UNPROVED: "личные данные убраны из записи, а справки о стирании нет",
    MisfitKind.SEAL_BROKEN: "печать не сходится с предыдущей: её или предыдущую изменили",
    MisfitKind.SEAL_MISSING: "печати нет: её удалили",
    MisfitKind.HEAD_MISSING: (
        "строки, которую вы указали, в цепочке нет: конец журнала отрезан или переписан (или база восстановлена из "
        "более ранней копии)"
    ),
}

REMEDY = (
    "Сохраните базу как есть (backup, pg_dump) и сравните её с прежней копией: audit export покажет записи этих дней. "
    "Проверьте, у кого есть доступ к файлу базы или к серверу."
)


def describe_misfit(misfit: Misfit, zone: ZoneInfo) -> str:
    """Return «Запись 12345 (20.11.2026 14:30, accept, сообщение №142): запись изменена …»."""
    words = _MISFIT_TEXTS[misfit.kind]
    if misfit.record_id is None:
        subject = f"Печать {misfit.position}" if misfit.position is not None else "Конец цепочки"
        return f"{subject}: {words}."
    where = f", печать {misfit.position} от {_moment(misfit.sealed_at, zone)}" if misfit.sealed_at else ""
    details = f" ({_describe_record(misfit.record, zone)}{where})" if misfit.record else f" ({where[2:]})"
    return f"Запись {misfit.record_id}{details}: {words}."


def _describe_record(record: ChainRecord, zone: ZoneInfo) -> str:
    try:
        at = _moment(datetime.fromisoformat(record.at).replace(tzinfo=UTC), zone)
    except ValueError:  # written by hand
        at = record.at[:40]
    parts = [at, record.action[:40]]
    if record.ticket_id is not None:
        parts.append(f"сообщение №{record.ticket_id}")
    return ", ".join(parts)


def describe_counts(records: int, unsealed: int, backlog: int, erased: int) -> list[str]:
    """Return what was compared, and what is still outside the chain."""
    lines = [f"Проверено: {plural(records, 'запись', 'записи', 'записей')}."]
    if erased:
        lines.append(f"Личные данные стёрты по требованию или по сроку: {erased}.")
    if unsealed:
        lines.append(f"Ещё не в цепочке: {unsealed}. Бот запечатывает записи за пять секунд, если он работает.")
    if backlog:
        lines.append(f"Записей, сделанных до обновления, ещё не в цепочке: {backlog}. Бот запечатывает их постепенно.")
    return lines


def export_row(entry: AuditEntry, sectors: Mapping[str, str], systems: Systems, zone: ZoneInfo) -> list[object]:
    """Return one record for a spreadsheet, without citizens' accounts."""
    row, facts = entry.row, dict(entry.row.facts)
    before, after = facts.pop("before", {}), facts.pop("after", {})
    by = facts.pop("by", None)
    from bot.views.history_actions import action_text  # and with it the words of cards; `verify` names no action

    title = (action_text(row, sectors, systems) if row.ticket_id is not None else None) or _ACTION_TITLES.get(
        row.action, ""
    )
    return [
        entry.id,
        row.at.astimezone(zone).replace(tzinfo=None),
        entry.person or by or ("житель" if row.account is not None else "бот"),
        messenger_title(messenger_of(row.account)) if row.account is not None else "",
        title,
        row.action,
        row.ticket_id if row.ticket_id is not None else "",
        _join(before),
        _join(after),
        _join({name: value for name, value in facts.items() if name != "settings"}),
    ]


def _join(facts: Any) -> str:
    if not isinstance(facts, dict):
        return str(facts)
    shown = {name: _HIDDEN if name in PERSONAL_FACTS else _value(value) for name, value in facts.items()}
    return "; ".join(f"{name}: {value}" for name, value in shown.items() if value != "")


def _value(value: Any) -> str:
    if value is None:
        return "нет"
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}" if moment is not None else "?"
