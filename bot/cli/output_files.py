"""Files that no command may overwrite: with them the bot would lose its data or its tokens."""

from pathlib import Path

from bot.config import Config
from storage.sqlite.database_files import is_database_file


def describe_own_file(config: Config, file: Path) -> str | None:
    """Return what *file*, which a command is to write, is to the bot already; ``None``: nothing."""
    if is_database_file(config.database_url, file):
        return "сама база бота или её служебный файл"
    if any(own.exists() and file.exists() and own.samefile(file) for own in config.secret_files()):
        return "файл настроек бота или его токен"
    return None
