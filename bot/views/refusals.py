"""Short words after a press of a button, and every no."""

from collections.abc import Mapping
from typing import Any

SAID: dict[str, str] = {
    "": "",
    "accepted": "Принято в работу",
    "handed": "Передано: {sector}",
    "dismissed": "Закрыто без ответа",
    "reopened": "Возвращено в работу",
    "sending": "Ответ отправляется",
    "correcting": "Ответ исправляется",
    "cancelled": "Отменено",
    "thanks": "Спасибо, отмечено",
    "history": "История — отдельным сообщением",
    # refusals: the codes of bot.domain.errors
    "refused": "Так сделать нельзя.",
    "not_allowed": "Вам это действие недоступно: сообщение не вашего блока или нужна другая роль.",
    "not_yours": "Сообщение №{number} — другого блока, вам оно недоступно.",
    "moved_on": "Пояснить может только тот, кто передал сообщение последним.",
    "stranger": "Эти кнопки — для сотрудников центра управления.",
    "outdated": "Кнопка устарела: сообщение уже изменилось. Карточка обновлена.",
    "taken": "Не успели: сообщением уже занимается {name}.",
    "answered_by_other": "Ответ на №{number} уже есть, его дал другой сотрудник: {name}.",
    "no_such_ticket": "Сообщения с таким номером нет.",
    "dialog_over": "Это действие уже завершено или отменено.",
    "empty_answer": "Напишите текст ответа или приложите фото или документ.",
    "empty_correction": "Исправить можно только текст: пришлите его словами.",
    "needs_words": "Здесь нужен текст: напишите его сообщением.",
    "cannot_correct": "Здесь мессенджер не даёт исправить опубликованный ответ. Ответьте ещё раз вручную.",
}


def said(code: str, facts: Mapping[str, Any]) -> str:
    """The words of *code*, filled with *facts*; what is not known reads as «коллега»."""
    return SAID.get(code, SAID["refused"]).format_map(_Known(facts))


class _Known(dict[str, Any]):
    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__({name: value for name, value in facts.items() if value is not None})

    def __missing__(self, key: str) -> str:
        return "коллега" if key == "name" else "—"
