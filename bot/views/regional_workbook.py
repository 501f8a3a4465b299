"""The spreadsheets for the regional centre (ЦУР): figures of a month, evidence of single tickets."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.notifications.regional import RegionalReport
from bot.domain.regional_report import FEWEST_FOR_MEDIAN, ClockFigures, GroupFigures
from bot.domain.russian_text import month_title
from bot.views.workbook import Cell, Column, Sheet, write_workbook

NO_DISTRICT, NO_TOPIC = "район не указан", "тема не определена"

_COUNT_COLUMNS = (
    *(Column("Поступило"), Column("из них срочных"), Column("Отвечено"), Column("Не требует ответа")),
    *(Column("В работе"), Column("Решено со слов жителей"), Column("Возвращено жителями")),
    *(Column("С замечаниями к ответу"), Column("Ответ возвращён при согласовании")),
)
_CLOCK_TITLES = ("Первое слово", "Ответ", "Решение")

_EXPLANATIONS = (
    ("Поступило", "Сообщения, которые зарегистрированы за месяц, откуда бы ни пришли. Каждое считается один раз."),
    ("Отвечено", "Из поступивших: ответ опубликован или внесён, в том числе закрытые после ответа."),
    ("Не требует ответа", "Из поступивших: закрыты без ответа с указанием причины. В сроки не входят."),
    ("В работе", "Из поступивших: ещё без ответа. Отвечено + не требует ответа + в работе = поступило."),
    ("Решено со слов жителей", "Житель подтвердил, что вопрос решён."),
    ("Возвращено жителями", "После ответа житель сообщил, что вопрос не решён. Считаются сообщения, а не возвраты."),
    ("С замечаниями к ответу", "В опубликованном ответе отмечен недостаток: нет срока, действия, ответа на вопрос …"),
    ("Ответ возвращён при согласовании", "Подготовленный ответ хотя бы раз вернули автору с замечанием."),
    ("Первое слово", "Жителю сообщили, что вопрос взят в работу, или сразу ответили: что было раньше."),
    ("Ответ", "Ответ опубликован там, где житель писал, или внесён в систему, из которой пришло сообщение."),
    ("Решение", "Житель подтвердил решение. Первое слово, ответ и решение считаются отдельно."),
    (
        "В срок, позже, срок идёт",
        "По правилам центра. Сообщение без такого срока не входит ни в один из трёх.",
    ),
    ("Часы", "Календарные — сколько прошло всего. Рабочие — только рабочее время центра, без выходных и праздников."),
    (
        "Медиана, 90 %",
        f"Половина (девять из десяти) — не дольше. Нужно не меньше {FEWEST_FOR_MEDIAN} сообщений.",
    ),
)


def figures_workbook(report: RegionalReport, zone: ZoneInfo) -> bytes:
    """Return the workbook of a month."""
    breakdowns = (
        ("По блокам", "Блок", report.by_sector, ""),
        ("По источникам", "Источник", report.by_source, ""),
        ("По темам", "Тема", report.by_topic, NO_TOPIC),
        ("По районам", "Район", report.by_district, NO_DISTRICT),
        ("По заявителям", "Заявитель", report.by_applicant, ""),
    )
    sheets = [_totals(report, zone)]
    sheets += [_breakdown(title, heading, groups, empty, report.total) for title, heading, groups, empty in breakdowns]
    explained = Sheet("Как считается", (Column("Показатель", 36), Column("Что это значит", 110)), _EXPLANATIONS)
    return write_workbook([*sheets, explained])


def file_name(report: RegionalReport) -> str:
    """Return the name of the workbook's file."""
    return f"ЦУР {report.year}-{report.month:02}.xlsx"


def _totals(report: RegionalReport, zone: ZoneInfo) -> Sheet:
    names = [column.heading for column in _group_columns("")[1:]]
    now, before = _group_cells(report.total), _group_cells(report.before)
    rows: list[Sequence[Cell]] = [(name, *pair) for name, *pair in zip(names, now, before, strict=True)]
    rows += [
        ("Отвечено за месяц, когда бы ни поступило", report.answered_of_any_month, None),
        ("В работе сейчас, всего", report.open_now, None),
        ("Просрочено сейчас, всего", report.overdue_now, None),
    ]
    return Sheet(
        "Итоги",
        (
            Column("Показатель", 48),
            Column(month_title(report.year, report.month), 18),
            Column(month_title(*_month_before(report)), 18),
        ),
        rows,
        introduction=(f"{report.municipality}: работа с сообщениями жителей", made_at_text(report, zone)),
    )


def _month_before(report: RegionalReport) -> tuple[int, int]:
    return (report.year - 1, 12) if report.month == 1 else (report.year, report.month - 1)


def made_at_text(report: RegionalReport, zone: ZoneInfo) -> str:
    """Return «Данные на 01.12.2026, 09:00», with a word where the month goes on."""
    made = f"Данные на {report.made_at.astimezone(zone):%d.%m.%Y, %H:%M}"
    return made if report.is_complete else f"{made}, месяц не закончился"


def _breakdown(title: str, heading: str, groups: Sequence[GroupFigures], empty: str, total: GroupFigures) -> Sheet:
    rows: list[Sequence[Cell]] = [(group.title or empty, *_group_cells(group)) for group in groups]
    rows.append(("Всего", *_group_cells(total)))
    return Sheet(title, _group_columns(heading), rows)


def _group_columns(heading: str) -> tuple[Column, ...]:
    clocks = [column for title in _CLOCK_TITLES for column in _clock_columns(title)]
    return (Column(heading, 36), *_COUNT_COLUMNS, *clocks)


def _clock_columns(title: str) -> tuple[Column, ...]:
    return (
        Column(f"{title}: в срок"),
        Column(f"{title}: позже срока"),
        Column(f"{title}: срок идёт"),
        Column(f"{title}: доля в срок", share=True),
        Column(f"{title}: медиана, ч"),
        Column(f"{title}: 90 %, ч"),
        Column(f"{title}: медиана, рабочих ч"),
        Column(f"{title}: 90 %, рабочих ч"),
    )


def _group_cells(group: GroupFigures) -> tuple[Cell, ...]:
    counts = (group.came, group.urgent, group.answered, group.dismissed, group.in_work)
    quality = (group.solved, group.returned, group.marked, group.drafts_returned)
    clocks = [cell for clock in (group.first_word, group.answer, group.solution) for cell in _clock_cells(clock)]
    return (*counts, *quality, *clocks)


def _clock_cells(clock: ClockFigures) -> tuple[Cell, ...]:
    return (clock.met, clock.missed, clock.running, clock.share_met, *clock[3:])


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment as a spreadsheet shows it: in local time, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None)
