"""Errors of the operating system in Russian, for the command line and the log."""

import errno

_OS_ERROR_TEXTS = {
    errno.ENOENT: "файла или папки нет",
    errno.EACCES: "нет прав доступа",
    errno.EPERM: "нет прав доступа",
    errno.EEXIST: "такой файл уже есть",
    errno.EISDIR: "это папка, а нужен файл",
    errno.ENOTDIR: "в пути есть файл там, где должна быть папка",
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "на диске закончилась выделенная квота",
    errno.EFBIG: "файл слишком большой",
    errno.ENODEV: "это не обычный файл, а канал или устройство",
    errno.EROFS: "диск доступен только для чтения",
    errno.EIO: "диск не читается или не пишется",
    errno.EMFILE: "открыто слишком много файлов",
    errno.ENAMETOOLONG: "слишком длинное имя файла",
    errno.EADDRINUSE: "адрес уже занят",
    errno.EADDRNOTAVAIL: "такого адреса на этом компьютере нет",
    errno.ECONNREFUSED: "соединение отклонено",
    errno.ECONNRESET: "соединение разорвано",
    errno.EHOSTUNREACH: "сервер недоступен",
    errno.ENETUNREACH: "сеть недоступна",
    errno.ETIMEDOUT: "сервер не отвечает",
}

_REMEDIES = {
    errno.ENOENT: "Проверьте путь",
    errno.EISDIR: "Укажите путь к самому файлу",
    errno.ENODEV: "Укажите путь к обычному файлу",
    errno.EFBIG: "Проверьте, тот ли это файл, или разделите его на части",
    errno.ENOSPC: "Освободите место или укажите другой диск",
    errno.EDQUOT: "Освободите место или укажите другой диск",
    errno.EROFS: "Укажите другую папку",
    errno.EADDRINUSE: "Укажите другой порт",
}
_USUAL_REMEDY = "Проверьте путь, права на файл и папку и место на диске"


def describe_os_error(error: OSError) -> str:
    """Return a sentence such as «нет прав доступа: /var/mcu»; an unknown error keeps its number."""
    words = _OS_ERROR_TEXTS.get(error.errno or 0, f"системная ошибка {error.errno}")
    return f"{words}: {error.filename}" if error.filename else words


def os_error_remedy(error: OSError) -> str:
    """Return what the administrator can do about it: a sentence without a full stop."""
    return _REMEDIES.get(error.errno or 0, _USUAL_REMEDY)
