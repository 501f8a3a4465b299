"""The bot's own files: what it writes, and what no command may overwrite."""

from pathlib import Path
from typing import BinaryIO

from bot import file_modes
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


class OutputNotWritable(Exception):
    """The file cannot be written; the message is Russian."""


def check_output(config: Config, file: Path) -> None:
    """Raise :class:`OutputNotWritable` if *file* is one without which the bot cannot work."""
    if own := describe_own_file(config, file):
        raise OutputNotWritable(f"«{file}» — это {own}. Укажите другое имя.")


def open_output(file: Path) -> BinaryIO:
    """Open *file* for writing, for its owner alone. Raises :class:`OutputNotWritable`."""
    try:
        stream = file.open("wb")
        file_modes.restrict((file,))  # one that was there before keeps its rights
        return stream
    except FileNotFoundError:
        raise OutputNotWritable(f"папки «{file.absolute().parent}» нет. Создайте её или укажите другой путь.") from None
    except IsADirectoryError:
        raise OutputNotWritable(f"«{file}» — это папка. Укажите имя файла в ней.") from None
    except OSError:
        raise OutputNotWritable(f"в «{file}» писать нельзя. Проверьте права на эту папку и свободное место.") from None
