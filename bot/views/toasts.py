"""Short words after a press of a button, and every no."""

from collections.abc import Mapping
from typing import Any

TOASTS: dict[str, str] = {
    "": "",
    "accepted": "Принято в работу",
    "handed": "Передано: {sector}",
    "dismissed": "Закрыто без ответа",
    "reopened": "Возвращено в работу",
    "sending": "Ответ отправляется",
    "by_hand": "Текст готов, его нужно опубликовать",
    "kept": "Ответ сохранён без публикации",
    "noted": "Ответ записан",
    "closed": "Закрыто",
    "correcting": "Ответ исправляется",
    "cancelled": "Отменено",
    "settings_on": "Будет приходить сюда",
    "settings_off": "Больше не будет приходить сюда",
    "split": "Отделено: у сообщения теперь своя карточка",
    "merged": "Объединено с №{lead}",
    "thanks": "Спасибо, отмечено",
    "is_problem": "Зарегистрировано: №{number}",
    "is_talk": "Отмечено: не требует ответа",
    "doubt_gone": "Это сообщение уже разобрано, список обновлён.",
    "history": "История — отдельным сообщением",
    # refusals: the codes of bot.domain.errors
    "refused": "Так сделать нельзя.",
    "not_allowed": "Вам это действие недоступно: сообщение не вашего блока или нужна другая роль.",
    "not_your_command": "Команда /{command} не для вашей роли. Ваши команды: {commands}",
    "not_yours": "Сообщение №{number} — другого блока, вам оно недоступно.",
    "moved_on": "Пояснить может только тот, кто передал сообщение последним.",
    "stranger": "Эти кнопки — для сотрудников центра управления.",
    "outdated": "Кнопка устарела: сообщение уже изменилось. Карточка обновлена.",
    "part_of_problem": "Сообщение №{number} — часть проблемы №{lead}. Работайте с карточкой №{lead} или сначала "
    "отделите это сообщение.",
    "taken": "Не успели: сообщением уже занимается {name}.",
    "answered_by_other": "Ответ на №{number} уже есть, его дал другой сотрудник: {name}.",
    "no_such_ticket": "Сообщения с таким номером нет.",
    "dialog_over": "Это действие уже завершено или отменено.",
    "empty_answer": "Напишите текст ответа или приложите фото или документ.",
    "empty_correction": "Исправить можно только текст: пришлите его словами.",
    "last_place": "Карточки должны приходить хотя бы в один мессенджер. Сначала выберите другой.",
    "not_opened": "Там бот ещё не может вам писать. Откройте его в этом мессенджере, напишите любое слово и вернитесь.",
    "needs_words": "Здесь нужен текст: напишите его сообщением.",
    "cannot_correct": "Здесь мессенджер не даёт исправить опубликованный ответ. Ответьте ещё раз вручную.",
}

REFUSAL_TEXTS: dict[str, str] = {
    "not_allowed": "Сообщение №{number} сейчас не у вас: его передали другому блоку, или нужна другая роль. "
    "Жителю ничего не отправлено.",
    "not_allowed:command": "Вам эта команда недоступна: нужна другая роль.",
    "moved_on": "Сообщение №{number} уже передано дальше. Пояснить может только тот, кто передал его последним.",
    "outdated": "Сообщение №{number} уже изменилось, его карточка обновлена. Жителю ничего не отправлено.",
    "outdated:dismissed": "Сообщение №{number} уже закрыто без ответа. Жителю ничего не отправлено.",
    "outdated:closed": "Сообщение №{number} уже закрыто. Жителю ничего не отправлено.",
    "outdated:answered": "На сообщение №{number} уже отвечено. Жителю ничего не отправлено.",
    "outdated:publishing": "Ответ на №{number} уже отправляется. Больше ничего не отправлено.",
    "outdated:triage": "У сообщения №{number} ещё не выбрана отрасль. Жителю ничего не отправлено.",
    "taken": "Не успели: сообщением №{number} уже занимается {name}.",
}
"""What a *message* of an official is refused with, where a button's words would not fit. A state, or «command» where no
ticket is concerned, may follow the code."""


def refusal_text(code: str, facts: Mapping[str, Any]) -> str:
    """:func:`said`, to somebody who has not pressed a button but written."""
    state = facts.get("state") if facts.get("number") else "command"
    words = REFUSAL_TEXTS.get(f"{code}:{state}") or (REFUSAL_TEXTS.get(code) if facts.get("number") else None)
    return words.format_map(_KnownFacts(facts)) if words is not None else toast(code, facts)


def toast(code: str, facts: Mapping[str, Any]) -> str:
    """The words of *code*, filled with *facts*; what is not known reads as «коллега»."""
    return TOASTS.get(code, TOASTS["refused"]).format_map(_KnownFacts(facts))


class _KnownFacts(dict[str, Any]):
    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__({name: value for name, value in facts.items() if value is not None})

    def __missing__(self, key: str) -> str:
        return "коллега" if key == "name" else "—"
