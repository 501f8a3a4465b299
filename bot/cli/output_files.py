"""The bot's own files: what it writes, and what no command may overwrite."""

from pathlib import Path

from bot.config import Config
from storage.sqlite.database_files import is_database_file, list_database_files


def list_data_paths(config: Config) -> list[Path]:
    """List the files and folders that the bot writes; they need not exist."""
    return [*list_database_files(config.database_url), config.model_folder]


def describe_own_file(config: Config, file: Path) -> str | None:
    """Return what *file*, which a command is to write, is to the bot already; ``None``: nothing."""
    if is_database_file(config.database_url, file):
        return "сама база бота или её служебный файл"
    if any(own.exists() and file.exists() and own.samefile(file) for own in config.secret_files()):
        return "файл настроек бота или его токен"
    return None
