"""The words of the self-check about a server that cannot be reached: the cause, and the remedy."""

from bot.messengers.errors import ConnectionTrouble, TemporaryFailure

_RETRIES = "Программа будет повторять попытки сама."

_TEXTS = {
    ConnectionTrouble.DNS: (
        "Имя сервера {title} не находится (DNS). Проверьте, что на этом компьютере работает DNS, и адрес в [{section}]"
        " api_base. Если имя закрыто у провайдера, укажите [{section}] proxy."
    ),
    ConnectionTrouble.TLS: (
        "Сертификат сервера {title} не прошёл проверку (TLS). Проверьте часы этого компьютера и то, что соединение не"
        " перехватывает прокси или антивирус."
    ),
    ConnectionTrouble.PROXY: (
        "Прокси из [{section}] proxy не отвечает. Проверьте его адрес, порт и вид (socks5 или http) и то, что он"
        " включён."
    ),
    ConnectionTrouble.PROXY_LOGIN: (
        "Прокси не принимает имя или пароль. Проверьте их в [{section}] proxy; знаки «@», «:» и «/» в пароле"
        " записываются как %40, %3A и %2F."
    ),
    ConnectionTrouble.PROXY_TARGET: (
        "Прокси отвечает, но не соединяет с сервером {title}. Узнайте у владельца прокси, разрешён ли на нём этот"
        " адрес, и проверьте [{section}] api_base."
    ),
    ConnectionTrouble.NO_CONNECTION: (
        "Сервер {title} не отвечает: соединения нет. Проверьте подключение к интернету, межсетевой экран и адрес в"
        " [{section}] api_base. Если сервер закрыт у провайдера, укажите [{section}] proxy."
    ),
    ConnectionTrouble.NO_ANSWER: (
        "Сервер {title} не отвечает. Соединение есть, ответа нет: возможно, у мессенджера сбой. Проверьте также адрес в"
        " [{section}] api_base."
    ),
}


def describe_no_answer(error: TemporaryFailure, title: str, section: str) -> str:
    """Return what is wrong and what to do, for a call that got no answer."""
    text = _TEXTS[error.trouble or ConnectionTrouble.NO_ANSWER].format(title=title, section=section)
    return f"{text} {_RETRIES}"
