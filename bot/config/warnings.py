"""Settings that are valid but deserve a word: probably not intended, risky, or not possible here."""

import importlib.util

from bot.config.config import Config
from bot.config.errors import Fault
from bot.config.fields import is_open_to_internet
from bot.config.post_warnings import find_rivals, find_unknown_posts
from bot.config.secrets import is_placeholder
from bot.domain.applicants import PersonalDataPolicy
from bot.domain.people import Staff
from bot.domain.recipients import Audience, Hearing, roles_on
from bot.domain.roles import BLOCK_ROLES, Right

_WITHOUT_EFFECT: frozenset[str] = frozenset({Right.AUDIT, Hearing.WEEKLY, Hearing.MONTHLY, Hearing.CONFLICTS})
"""Words that are accepted for what the bot is to do later; nothing asks for them yet."""


def list_warnings(config: Config) -> tuple[Fault, ...]:
    """Return settings that work but are probably not intended, for ``check`` and the start."""
    found = []
    held = config.roles().bases(code for entry in config.staff for code in entry.roles)
    if not held & (roles_on(Audience.TRIAGE) - BLOCK_ROLES):
        found.append(
            Fault(
                "staff",
                "сообщения, блок которых не определён, получит первый из руководителей блоков: нет ни "
                "координатора, ни руководителя МЦУ, ни администратора",
                'добавьте сотрудника с ролью "coordinator"',
            )
        )
    staff = Staff(config.staff, config.routing(), roles=config.roles())
    found += find_rivals(staff, config.sectors())
    found += find_unknown_posts(config.staff, [entry.post for entry in config.tree.post_hours])
    for key, token in config.tokens():
        if is_placeholder(token.get_secret_value()):
            found.append(Fault(f"{key}.token", "токена ещё нет", "впишите его перед запуском"))
    found += _list_words_without_effect(config)
    http = config.tree.http
    if http is not None and is_open_to_internet(http.host):
        problem = f"адрес {http.host} открыт для всех, кто дойдёт до сервера по сети, и без шифрования"
        remedy = 'укажите listen = "127.0.0.1:…" и поставьте перед ботом nginx (README) или закройте порт снаружи'
        found.append(Fault("http.listen", problem, remedy))
    for index, chat in enumerate(config.telegram.chats if config.telegram else ()):
        if chat.id > 0:
            problem = "у групп и каналов Telegram id отрицательный"
            found.append(
                Fault(f"telegram.chats[{index}].id", problem, "проверьте id чата, обычно он начинается с -100")
            )
    return tuple(found)


def _list_words_without_effect(config: Config) -> list[Fault]:
    found = []
    for index, entry in enumerate(config.tree.roles):
        for key in ("may", "may_not", "hears", "hears_not"):
            found += [
                Fault(f"roles[{index}].{key}", f"«{word}» пока ни на что не влияет", f"удалите {word}")
                for word in getattr(entry, key)
                if word in _WITHOUT_EFFECT
            ]
    return found


def list_personal_data_notes(config: Config) -> tuple[Fault, ...]:
    """Return the settings that show applicants' data in a foreign messenger, for ``check``."""
    if config.telegram is None or config.telegram.personal_data is PersonalDataPolicy.COVER:
        return ()
    problem = "имена и телефоны жителей видны в Telegram, иностранном мессенджере (КоАП, ст. 13.11.2)"
    remedy = 'укажите personal_data = "cover", если сотрудники могут смотреть их в MAX или VK'
    return (Fault("telegram.personal_data", problem, remedy),)


def list_unsupported(config: Config) -> tuple[Fault, ...]:
    """Return the valid settings that this installation cannot run."""
    found = []
    if config.database_url.startswith("postgresql") and importlib.util.find_spec("asyncpg") is None:
        problem = "для PostgreSQL не установлен пакет asyncpg"
        found.append(Fault("database.url", problem, "установите пакет asyncpg рядом с ботом или укажите файл SQLite"))
    return tuple(found)
