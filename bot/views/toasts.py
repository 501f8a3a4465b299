"""The words that follow a press of a button, and the words of every refusal."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.domain.notifications.base import Toast
from bot.domain.notifications.refusals import RefusalDetails
from bot.domain.notifications.toasts import (
    AnyToast,
    DividedToast,
    HandedOverToast,
    MergedToast,
    RefusalToast,
    RegisteredToast,
    ToastCode,
)
from bot.views.role_titles import SOME_COLLEAGUE

_TEXTS: Mapping[ToastCode, str] = {
    ToastCode.NOTHING: "",
    ToastCode.NUDGED: "Передано: просим поторопиться",
    ToastCode.ACCEPTED: "Принято в работу",
    ToastCode.DISMISSED: "Закрыто без ответа",
    ToastCode.REOPENED: "Возвращено в работу",
    ToastCode.SENDING: "Ответ отправляется",
    ToastCode.BY_HAND: "Текст готов, его нужно опубликовать",
    ToastCode.KEPT: "Ответ сохранён без публикации",
    ToastCode.NOTED: "Ответ записан",
    ToastCode.CLOSED: "Закрыто",
    ToastCode.CORRECTING: "Ответ исправляется",
    ToastCode.CANCELLED: "Отменено",
    ToastCode.SETTINGS_ON: "Будет приходить сюда",
    ToastCode.SETTINGS_OFF: "Больше не будет приходить сюда",
    ToastCode.SPLIT: "Отделено: у сообщения теперь своя карточка",
    ToastCode.UNDIVIDED: "Снова одно сообщение",
    ToastCode.THANKS: "Спасибо, отмечено",
    ToastCode.IS_TALK: "Отмечено: не требует ответа",
    ToastCode.ALREADY_REVIEWED: "Это сообщение уже разобрано, список обновлён.",
    ToastCode.ACCOUNT_REMOVED: "Вход отключён",
    ToastCode.CODE_REVOKED: "Код больше не действует",
    ToastCode.MUTED: "Сутки не слушаем",
    ToastCode.UNMUTED: "Слушаем снова",
    ToastCode.TEMPLATE_MADE: "Шаблон сохранён, посмотреть и поправить: /templates",
    ToastCode.TEMPLATE_DELETED: "Шаблон удалён",
    ToastCode.ANSWER_LIMITED: "Ответ задержан: решит координатор",
    ToastCode.NOTED_DECISION: "Ответ не отправлен",
    ToastCode.LATE_PROMISE: "Обещанный день позже срока по правилам. Назовите другой, продлите срок или нажмите "
    "«Всё равно отправить».",
    ToastCode.PERSONAL_DATA: "В тексте личные данные, их увидят все. Уберите их или нажмите «Всё равно отправить».",
    ToastCode.MARKED_INCOMPLETE: "Отмечено: ответ неполный",
    ToastCode.UNMARKED_INCOMPLETE: "Отметка «Неполный» снята",
    ToastCode.PASSED_AROUND: "Это сообщение уже передавали. Теперь решит тот, кто распределяет сообщения.",
    ToastCode.SOLVED: "Спасибо! Отметили: вопрос решён",
    ToastCode.APPROVAL_ASKED: "Отправлено на согласование",
    ToastCode.APPROVED: "Согласовано",
    ToastCode.DELEGATED: "Поручено",
    ToastCode.IN_WORK: "Отмечено: в работе",
    ToastCode.TAKEN_BACK: "Поручение снято",
    ToastCode.PART_SENT: "Часть ответа передана",
    ToastCode.APPROVAL_CONFLICT: "Ваш текст сохранён, но уже есть другой вариант",
    ToastCode.CORRECTED: "Отмечено: исправлено",
    ToastCode.CORRECTION_ACCEPTED: "Исправление принято",
    ToastCode.NOTED_PROMISE: "Обещание записано",
    ToastCode.TAKEN_UP: "Принято в работу, житель узнает об этом",
    ToastCode.TAKEN_UP_SILENTLY: "Принято в работу. Жителю там бот не пишет: ему ничего не сказано.",
    ToastCode.BUDGET_SET: "Сохранено",
    ToastCode.HISTORY: "История — отдельным сообщением",
}

_TEMPLATES: Mapping[type[Toast], str] = {
    HandedOverToast: "Передано: {toast.sector}",
    DividedToast: "Разделено: {toast.numbers}",
    MergedToast: "Объединено с №{toast.lead_id}",
    RegisteredToast: "Зарегистрировано: №{toast.ticket_id}",
}

_REFUSAL_TEXTS: Mapping[str, str] = {
    "refused": "Так сделать нельзя.",
    "not_allowed": "Вам это действие недоступно: сообщение не вашего блока или нужна другая роль.",
    "not_your_command": "Команда /{command} не для вашей роли. Ваши команды: {commands}",
    "not_yours": "Сообщение №{number} — другого блока, вам оно недоступно.",
    "moved_on": "Пояснить может только тот, кто передал сообщение последним.",
    "stranger": "Эти кнопки — для сотрудников центра управления.",
    "not_author": "Эта кнопка — для автора сообщения.",
    "not_private": "Кнопки центра управления действуют только в личном чате с ботом.",
    "foreign_button": "Эта кнопка здесь больше не действует. Откройте карточку заново: /my или /find с номером.",
    "outdated": "Кнопка устарела: сообщение уже изменилось. Карточка обновлена.",
    "part_of_problem": "Сообщение №{number} — часть проблемы №{lead}. Работайте с карточкой №{lead} или сначала "
    "отделите это сообщение.",
    "taken": "Не успели: сообщением уже занимается {name}.",
    "answered_by_other": "Ответ на №{number} уже есть, его дал другой сотрудник: {name}.",
    "nudged_before": "№{number} уже поторопили меньше часа назад: {name}.",
    "table_not_allowed": "Таблицы других систем вносят координатор, сотрудник центра управления и куратор системы. "
    "Передайте файл им.",
    "too_many_files": "Сейчас ждут уже {limit} ваших таблиц. Внесите их или отмените, потом пришлите эту ещё раз.",
    "inquiry_closed": "На этот вопрос уже ответили: {name}.",
    "correction_asked": "Запрос на исправление №{number} уже отправлен и ещё не выполнен.",
    "nobody_to_ask": "Вынести вопрос некому: руководителя центра и координатора нет в боте.",
    "already_asked": "Жителя уже спросили, ждём его ответа на №{number}.",
    "cannot_ask": "Написать жителю здесь нельзя: сообщение №{number} пришло не из мессенджера, или ответы там "
    "выключены настройкой.",
    "text_too_long": "Вопрос слишком длинный: оставьте до 1000 знаков.",
    "first_word_said": "Жителю уже сказали, что №{number} в работе. Второй раз не пишем.",
    "extension_unsuitable": "Не получилось продлить. Напишите причину и новый срок одним сообщением, например: "
    "«Ждём подрядчика, до 01.12». Новый срок должен быть позже нынешнего и не дальше полугода.",
    "promise_missing": "Промежуточный ответ обещает день: напишите, до какого числа, например «до 1 октября» или "
    "«до 25.11». Жителю ничего не отправлено.",
    "promise_unsuitable": "Обещанный день уже прошёл или слишком далеко. Назовите будущий, например «до 25.11». "
    "Жителю ничего не отправлено.",
    "term_unsuitable": "Эта дата не подходит: нужна будущая, в ближайшие полгода. Например: до 25.11",
    "number_known": "Сообщение с таким номером уже есть: №{number}. Второй раз не вносим. Открыть: /find {number}",
    "cannot_forward": "Внести пересланное сообщение может координатор или сотрудник центра: перешлите его им. Чтобы "
    "ответить жителю, нажмите «Ответить» под карточкой или ответьте на неё сообщением.",
    "forwarded_from_bot": "Это сообщение написал бот, вносить его не нужно. Карточку откроет /find с номером.",
    "day_passed": "Этот день уже прошёл. Если вы имели в виду {name}, напишите дату с годом.",
    "call_missing": "Сначала звонок: по правилу заявителю звонят до ответа, а звонок к №{number} не отмечен. "
    "Куратору блока пришла просьба позвонить.",
    "entry_ended": "№{number}: этот текст уже не ждёт внесения, его внёс или вернул {name}.",
    "not_ours_unnamed": "«Не наше» нужно обосновать: назовите, чьё это, и напишите, что известно. Например: "
    "«Водоканал края: колодец на их сети, звонили в диспетчерскую 2-22-22».",
    "no_such_ticket": "Сообщения с таким номером нет.",
    "dialog_over": "Это действие уже завершено или отменено.",
    "empty_answer": "Напишите текст ответа или приложите фото или документ.",
    "fields_empty": "Сначала заполните {name}: пришлите значение сообщением.",
    "empty_correction": "Исправить можно только текст: пришлите его словами.",
    "absence_unread": "Не получилось прочитать дни. Напишите так: 01.12–14.12",
    "absence_backwards": "Отпуск кончается раньше, чем начинается. Напишите так: 01.12–14.12",
    "absence_past": "Эти дни уже прошли.",
    "absence_far": "Проверьте год: это больше чем через год.",
    "already_away": "На эти дни отпуск уже отмечен.",
    "stand_in_away": "Этот сотрудник в эти дни сам в отпуске, или вы замещаете друг друга. Выберите другого.",
    "quiet_hours_unread": "Не получилось прочитать часы. Напишите так: 22:00–08:00. Без тихих часов: нет",
    "no_working_day": "Хотя бы один день недели должен быть рабочим. На время отпуска: /away",
    "too_many_days_off": "Столько отдельных дней не запомнить. На время отпуска: /away",
    "absence_gone": "Этот отпуск уже отменён или изменён. Откройте заново: /away",
    "keyword_invalid": "«{name}» не подходит: нужны русские буквы, цифры, пробел и дефис, до четырёх слов и 60 знаков. "
    "Ничего не добавлено.",
    "keyword_common": "Слово «{name}» есть почти в любом сообщении, по нему тему не узнать. Ничего не добавлено.",
    "keyword_taken": "Слово «{name}» уже есть: {owner}. Ничего не добавлено.",
    "too_many_keywords": "Слишком много слов, можно не больше {limit}. Ничего не добавлено.",
    "too_many_themes": "Тем уже {limit}, больше не поместится. Удалите или выключите лишнюю.",
    "title_unsuitable": "Такое название не подходит: нужны буквы, до 100 знаков, и чтобы другой темы с ним не было.",
    "own_account": "Свой вход отсюда не отключить. Попросите другого администратора.",
    "not_your_people": "Этого сотрудника меняете не вы: он не из вашего блока или у него больше прав, чем у вас.",
    "code_not_needed": "Вы уже вошли, код здесь не действует. Передайте его тому, для кого он. Что вы можете: /help",
    "own_place": "Себя так не изменить. Попросите другого, кто ведёт сотрудников.",
    "broader_than_own": "Так нельзя: у этого места больше прав или блоков, чем у вас.",
    "place_incomplete": "Нужна хотя бы одна роль, а для ролей блока — хотя бы один блок или район.",
    "people_changed": "Сотрудников за это время изменили. Откройте страницу заново: /people",
    "person_gone": "Этот человек здесь больше не работает. Откройте список заново: /people",
    "nobody_manages": "Так нельзя: не останется никого, кто ведёт сотрудников. Сначала назначьте ещё администратора.",
    "account_gone": "Здесь уже всё отключено.",
    "last_place": "Карточки должны приходить хотя бы в один мессенджер. Сначала выберите другой.",
    "not_opened": "Там бот ещё не может вам писать. Откройте его в этом мессенджере, напишите любое слово и вернитесь.",
    "month_not_begun": "Этот месяц ещё не начался. Назовите другой, например: /report цур 10.2026.",
    "query_too_long": "Слишком длинный запрос. Оставьте несколько самых важных слов, например: /find люк Ленина.",
    "needs_words": "Здесь нужен текст: напишите его сообщением.",
    "not_approver": "Этот ответ согласует другой сотрудник: {name}.",
    "unapproved_reply": "В чате другой текст, не тот, что согласован. Опубликуйте согласованный ответ на №{number}.",
    "own_draft": "Свой текст согласовать нельзя: его должен проверить другой сотрудник.",
    "draft_changed": "Этот вариант ответа на №{number} уже не действует: его изменили, вернули, отозвали или "
    "опубликовали. Ничего не опубликовано.",
    "cannot_correct": "Здесь мессенджер не даёт исправить опубликованный ответ. Ответьте ещё раз вручную.",
}

_MESSAGE_REFUSAL_TEXTS: Mapping[str, str] = {
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
"""The refusals of a *message*, where the words for a button would not fit.

The ticket's state may follow the code, or «command» if no ticket is concerned."""


def render_toast(toast: AnyToast) -> str:
    """Return the words of *toast*."""
    if isinstance(toast, ToastCode):
        return _TEXTS[toast]
    if isinstance(toast, RefusalToast):
        return _refusal_text(toast.code, toast.details)
    return _TEMPLATES[type(toast)].format(toast=toast)


def message_refusal_text(code: str, details: RefusalDetails) -> str:
    """Return the words of a refusal for an official who has written, not pressed a button."""
    state = details.state if details.number else "command"
    words = _MESSAGE_REFUSAL_TEXTS.get(f"{code}:{state}")
    if words is None and details.number:
        words = _MESSAGE_REFUSAL_TEXTS.get(code)
    return _fill(words, details) if words is not None else _refusal_text(code, details)


def _refusal_text(code: str, details: RefusalDetails) -> str:
    return _fill(_REFUSAL_TEXTS.get(code, _REFUSAL_TEXTS["refused"]), details)


def _fill(words: str, details: RefusalDetails) -> str:
    known = {name: "—" if value is None else value for name, value in asdict(details).items()}
    return words.format_map(known | {"name": details.name or SOME_COLLEAGUE})
