"""The model registry: numbered folders, a file that names the current one, and a journal of all attempts."""

import gzip
import json
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.bounded_files import open_regular, read_bounded
from bot.understanding.model.model import Model, ModelError, read_model, write_model
from bot.understanding.model.training_data import TableRow

_CURRENT_FILE, _JOURNAL_FILE, _LOCK_FILE = "current.json", "journal.jsonl", "training.lock"
_TABLE_FILE = "table.jsonl.gz"
_MAX_TABLE_BYTES, _MAX_SMALL_FILE_BYTES = 512 << 20, 1 << 20
_MAX_KEPT_VERSIONS = 5
"""The number of models kept for a rollback."""


class ModelRegistry:
    """The models of one municipality. Several processes may read while one writes: files appear whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load_current(self) -> Model | None:
        """Read the current model, or ``None``: rules only. Raises :class:`ModelError` if it cannot be read."""
        name = self.current_name()
        return read_model(self.folder / name) if name is not None else None

    def current_name(self) -> str | None:
        """Return the name of the current model: a cheap check for a new one. Raises as :meth:`load_current` does."""
        line = self._versions()
        return line[-1] if line else None

    def current_version(self) -> str | None:
        """Return a value that changes whenever the result of :meth:`current_name` does, errors included."""
        try:
            return self.current_name()
        except ModelError as fault:
            return str(fault)

    def load_table(self) -> list[TableRow]:
        """Return the table of past messages that the current model was trained on, if there was one."""
        name = self.current_name()
        if name is None or not (self.folder / name / _TABLE_FILE).exists():
            return []
        file = self.folder / name / _TABLE_FILE
        data = b""
        try:
            with open_regular(file) as packed, gzip.open(packed) as stream:
                data = stream.read(_MAX_TABLE_BYTES + 1)
            rows = [json.loads(line) for line in data.splitlines()]
        except (OSError, EOFError, zlib.error, ValueError, RecursionError, MemoryError):
            rows = [None]
        if len(data) > _MAX_TABLE_BYTES or not all(_is_table_row(row) for row in rows):
            raise ModelError(
                f"Файл {file} повреждён. Удалите его, и обучение пойдёт на одних решениях сотрудников, или обучите "
                "модель снова: «python -m bot train --from ФАЙЛ»."
            )
        return rows

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock for training. Raises :class:`ModelError` if another process is training."""
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            held = FileLock(self.folder / _LOCK_FILE, timeout=0, thread_local=False).acquire()
        except Timeout:
            raise ModelError("Обучение уже идёт, например ночное. Повторите команду позже.") from None
        with held:
            yield

    def publish(self, model: Model, table: Sequence[TableRow] = ()) -> str:
        """Make *model* the current one, store the *table* it was trained on, and return its name.

        Raises :class:`OSError` if nothing can be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = [int(entry.name) for entry in self.folder.iterdir() if entry.is_dir() and entry.name.isdecimal()]
        name = f"{max(taken, default=0) + 1:06d}"
        fresh = self.folder / f"{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        write_model(model, fresh)
        if table:
            with gzip.open(fresh / _TABLE_FILE, "wt", encoding="utf-8") as lines:
                lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in table)
        fresh.rename(self.folder / name)
        line = [*self._versions(), name]
        self._write_versions(line[-_MAX_KEPT_VERSIONS:])
        for old in line[:-_MAX_KEPT_VERSIONS]:
            shutil.rmtree(self.folder / old, ignore_errors=True)
        return name

    def rollback(self) -> str | None:
        """Return to the model before the current one and return its name; ``None``: rules only.

        Raises :class:`ModelError` if there is no model.
        """
        line = self._versions()
        if not line:
            raise ModelError("Возвращаться не к чему: обученной модели нет, работают встроенные правила.")
        self._write_versions(line[:-1])
        return line[-2] if len(line) > 1 else None

    def log_run(self, entry: Mapping[str, Any]) -> None:
        """Append an attempt with both scores to the journal, published or not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _JOURNAL_FILE).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(dict(entry), ensure_ascii=False) + "\n")

    def last_run(self) -> dict[str, Any]:
        """Return the newest line of the journal; empty if there is none."""
        try:
            with open_regular(self.folder / _JOURNAL_FILE) as journal:
                journal.seek(max(0, journal.seek(0, os.SEEK_END) - _MAX_SMALL_FILE_BYTES))
                entry = json.loads(journal.read().splitlines()[-1])
        except (OSError, ValueError, IndexError, RecursionError):
            return {}
        return entry if isinstance(entry, dict) else {}

    def _versions(self) -> list[str]:
        """Return the names of the kept models, the current one last."""
        file = self.folder / _CURRENT_FILE
        try:
            line = json.loads(read_bounded(file, _MAX_SMALL_FILE_BYTES))["models"]
            if not isinstance(line, list) or not all(str(name).isdecimal() for name in line):
                raise ValueError
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise ModelError(
                f"Файл {file} повреждён, и неизвестно, какая модель действует. Удалите его: будут работать "
                "встроенные правила, а модель можно обучить заново."
            ) from None
        return [str(name) for name in line]

    def _write_versions(self, versions: list[str]) -> None:
        fresh = self.folder / f"{_CURRENT_FILE}.new"
        fresh.write_text(json.dumps({"models": versions}), encoding="utf-8")
        os.replace(fresh, self.folder / _CURRENT_FILE)


def _is_table_row(row: object) -> bool:
    return isinstance(row, dict) and "text" in row and all(isinstance(value, str) for value in row.values())
