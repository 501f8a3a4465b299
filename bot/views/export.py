"""Russian words of the XLSX and CSV export.

Words for officials and citizens belong to views. Messages of the command line and of the log may be Russian elsewhere.
"""

from collections.abc import Iterable

from bot.domain.answers import PublicationState
from bot.domain.clock_results import ClockResult
from bot.domain.people import MessengerName
from bot.domain.sources import messenger_of, messenger_title
from bot.domain.tickets import DismissReason, State

SHEET_TITLE = "Сообщения"

COLUMN_TITLES = {
    "id": "Номер",
    "state": "Состояние",
    "sector": "Код отрасли",
    "sector_title": "Отрасль",
    "theme": "Тематика",
    "topic": "Тема",
    "district": "Район",
    "source": "Источник",
    "external_number": "Номер в другой системе",
    "text": "Сообщение",
    "gist": "Суть",
    "settlement": "Населённый пункт",
    "place": "Место",
    "latitude": "Широта",
    "longitude": "Долгота",
    "urgent": "Срочное",
    "author_name": "Автор",
    "link": "Ссылка",
    "registered_at": "Поступило",
    "accept_due": "Принять до",
    "answer_due": "Ответить до",
    "accepted_at": "Принято",
    "answered_at": "Отвечено",
    "ended_at": "Закрыто",
    "dismiss_reason": "Причина без ответа",
    "previous_id": "Предыдущее сообщение",
    "assignee": "Ответственный",
    "answer": "Ответ",
    "answer_link": "Ссылка на ответ",
    "answer_state": "Что с ответом",
    "problem": "Проблема",
    "applicant_kind": "Вид заявителя",
    "applicant_name": "Заявитель",
    "phone": "Телефон",
    "solved_at": "Решено со слов жителя",
    "returned": "Возвращено жителем, раз",
    "accept_result": "Срок принятия",
    "first_word_due": "Сообщить жителю до",
    "first_word_at": "Жителю сообщено",
    "first_word_result": "Срок первого слова",
    "answer_result": "Срок ответа",
    "overdue": "Просрочено",
    "solve_due": "Решить до",
    "solve_result": "Срок решения",
    "first_word_hours": "До первого слова, ч",
    "first_word_working_hours": "До первого слова, рабочих ч",
    "answer_hours": "До ответа, ч",
    "answer_working_hours": "До ответа, рабочих ч",
    "solved_hours": "До решения, ч",
    "solved_working_hours": "До решения, рабочих ч",
    "external_due": "Срок в источнике",
    "external_result": "Срок источника",
    "called_at": "Дозвонились заявителю",
}
"""Heading of every column of the export, in their order."""

RESULT_TITLES = {
    ClockResult.RUNNING: "идёт",
    ClockResult.MET: "соблюдён",
    ClockResult.MISSED: "просрочен",
}

STATE_TITLES = {
    State.NEW: "новое",
    State.TRIAGE: "ждёт выбора отрасли",
    State.ASSIGNED: "ждёт принятия",
    State.ACCEPTED: "в работе",
    State.ANSWERING: "ответ готовится",
    State.PUBLISHING: "ответ отправляется",
    State.POSTPONED: "отложено",
    State.ANSWERED: "отвечено",
    State.REOPENED: "возвращено в работу",
    State.DISMISSED: "не требует ответа",
    State.CLOSED: "закрыто",
}

ENTRY_AWAITED = "ответ ждёт внесения"
"""Instead of the state of a ticket of another system whose answer is ready."""

DISMISS_REASON_TITLES = {
    DismissReason.NOT_A_PROBLEM: "не о проблеме",
    DismissReason.ANSWERED_ELSEWHERE: "уже отвечено",
    DismissReason.DUPLICATE: "повтор",
    DismissReason.INSULTS: "оскорбления, угрозы",
    DismissReason.NOT_OURS: "не наш округ",
    DismissReason.OTHER: "другое",
}

ANSWER_STATE_TITLES = {
    PublicationState.QUEUED: "отправляется",
    PublicationState.BY_PERSON: "ждёт публикации вручную",
    PublicationState.POSTED: "опубликован",
    PublicationState.KEPT: "сохранён без публикации",
    PublicationState.FAILED: "не опубликован",
    PublicationState.REMOVED: "был опубликован и исчез",
}


def source_title(source: str) -> str:
    """Return «VK» for ``vk:500``; a source that was typed in stays as it is."""
    return messenger_title(source) if is_messenger(source) else source


def is_messenger(source: str) -> bool:
    """Return whether a ticket came from a messenger; otherwise somebody typed its source in."""
    return messenger_of(source) in {name.value for name in MessengerName}


def dismiss_reason_text(reason: DismissReason, reason_text: str | None) -> str:
    """Return the reason with the text that an official added to it."""
    return ": ".join(filter(None, (DISMISS_REASON_TITLES[reason], reason_text)))


def answer_states_text(states: Iterable[PublicationState]) -> str:
    """Return the states of an answer's publications, each once."""
    return ", ".join(ANSWER_STATE_TITLES[state] for state in dict.fromkeys(states))


def yes_or_no(value: bool) -> str:
    """Return a truth value as a word."""
    return "да" if value else "нет"
