"""Words about files of other systems that are not taken, and about their rows."""

from bot.domain.imports import FileFault, RefusalReason
from bot.domain.systems import Systems

_SAVE_AGAIN = "Откройте его в табличном редакторе и сохраните как XLSX или CSV."

_FILE_FAULTS: dict[FileFault, str] = {
    FileFault.EMPTY: "В файле нет ни одной строки с сообщением.",
    FileFault.NOT_A_TABLE: "Это не таблица. Нужен файл XLSX, XLS или CSV, который выгрузила система.",
    FileFault.WEB_PAGE: f"Это веб-страница, а не таблица, хотя файл назван иначе. {_SAVE_AGAIN}",
    FileFault.OTHER_FORMAT: f"Таблицы в таком формате не читаются. {_SAVE_AGAIN}",
    FileFault.ENCRYPTED: "Файл закрыт паролем. Снимите пароль и отправьте файл ещё раз.",
    FileFault.DAMAGED: "Файл повреждён или получен не полностью. Выгрузите его ещё раз или сохраните заново как XLSX.",
    FileFault.UNSAFE: f"В файле есть то, чего в таблице не бывает и что может быть опасно. {_SAVE_AGAIN}",
    FileFault.TOO_LARGE: "Файл слишком большой. Выгрузите сообщения за меньшее время.",
    FileFault.TOO_MANY_ROWS: "В файле слишком много строк. Выгрузите сообщения за меньшее время.",
    FileFault.TOO_MANY_COLUMNS: "В таблице слишком много столбцов. Удалите лишние столбцы справа.",
    FileFault.UNREADABLE: "Файл не удалось прочитать.",
    FileFault.NO_HEADER: "В файле нет строки с названиями столбцов этой системы. Проверьте, из какой системы выгрузка.",
    FileFault.NO_NUMBER_COLUMN: "В таблице нет столбца с номером сообщения: без него не понять, какие уже внесены.",
    FileFault.NO_WORDS_COLUMN: "В таблице нет ни столбца с текстом, ни столбца с темой сообщения.",
    FileFault.OTHER_SYSTEM: "Столбцы этой таблицы — из другой системы: {detail}.",
    FileFault.OTHER_MUNICIPALITY: "Все сообщения в файле — другого муниципалитета: {detail}.",
    FileFault.FAILED: "Помешала ошибка программы, администратору о ней сообщено.",
}

_ROW_REFUSALS: dict[RefusalReason, str] = {
    RefusalReason.NO_NUMBER: "нет номера",
    RefusalReason.BAD_DATE: "это не дата",
    RefusalReason.DUE_BEFORE_REGISTERED: "срок раньше, чем поступило сообщение",
    RefusalReason.REGISTERED_LATER: "сообщение из будущего",
    RefusalReason.CONTRADICTION: "тот же номер есть в файле ещё раз с другими сведениями",
    RefusalReason.OTHER_SYSTEM: "номер другой системы",
    RefusalReason.OTHER_MUNICIPALITY: "другой муниципалитет",
    RefusalReason.UNKNOWN_BLOCK: "такого блока нет",
    RefusalReason.OFFICIAL: "автор — сотрудник администрации",
    RefusalReason.EMPTY_CELLS: "нет ни текста, ни темы",
    RefusalReason.BROKEN_LINE: "кавычка не закрыта или лишняя: исправьте строку или выгрузите файл как XLSX",
    RefusalReason.SPOILT_NUMBER: "номер испорчен табличным редактором: сохраните столбец как текст и выгрузите ещё раз",
    RefusalReason.FAILED: "на этой строке случилась ошибка программы, внесите сообщение вручную",
}


_KNOWN_ONES = Systems()


def file_fault_text(
    fault: FileFault, *, line: int | None = None, detail: str | None = None, systems: Systems = _KNOWN_ONES
) -> str:
    """Return why a file is not taken and what helps. *detail*: the code of the system or the municipality it is of."""
    text = _FILE_FAULTS[fault].format(detail=systems.title(detail or "?"))
    return text if line is None else f"{text} Чтение остановилось на строке {line}."


def row_fault_text(reason: RefusalReason) -> str:
    """Return why a row is not taken, as the end of a line that names its place."""
    return _ROW_REFUSALS[reason]
