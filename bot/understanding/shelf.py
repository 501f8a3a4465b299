"""Where trained models stand: numbered folders, a file that names the current one, a journal of all attempts."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.understanding.model import Model, ModelFault, read_model, write_model

_CURRENT, _JOURNAL = "current.json", "journal.jsonl"
_KEPT = 5
"""Models that are kept to go back to."""


class Shelf:
    """The models of one municipality. Several processes may read while one writes: files appear whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Model | None:
        """The model in use, or ``None``: the rules alone. Raises :class:`ModelFault` if it can not be read."""
        line = self._line()
        return read_model(self.folder / line[-1]) if line else None

    def put(self, model: Model) -> str:
        """Make *model* the current one; returns its name. Raises :class:`OSError` where nothing can be written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = [int(entry.name) for entry in self.folder.iterdir() if entry.is_dir() and entry.name.isdecimal()]
        name = f"{max(taken, default=0) + 1:06d}"
        fresh = self.folder / f"{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        write_model(model, fresh)
        fresh.rename(self.folder / name)
        line = [*self._line(), name]
        self._set(line[-_KEPT:])
        for old in line[:-_KEPT]:
            shutil.rmtree(self.folder / old, ignore_errors=True)
        return name

    def back(self) -> str | None:
        """Put the current model away and return to the one before it; ``None``: to the rules alone.

        Raises :class:`ModelFault` where there is nothing to go back from.
        """
        line = self._line()
        if not line:
            raise ModelFault("Возвращаться не к чему: обученной модели нет, работают встроенные правила.")
        self._set(line[:-1])
        return line[-2] if len(line) > 1 else None

    def note(self, entry: Mapping[str, Any]) -> None:
        """Add a line to the journal: every attempt with both scores, kept or not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(dict(entry), ensure_ascii=False) + "\n")

    def _line(self) -> list[str]:
        """Names of the kept models, the current one last."""
        file = self.folder / _CURRENT
        try:
            line = json.loads(file.read_text(encoding="utf-8"))["models"]
            if not isinstance(line, list) or not all(str(name).isdecimal() for name in line):
                raise ValueError
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError):
            raise ModelFault(
                f"Файл {file} повреждён, и неизвестно, какая модель действует. Удалите его: будут работать "
                "встроенные правила, а модель можно обучить заново."
            ) from None
        return [str(name) for name in line]

    def _set(self, line: list[str]) -> None:
        fresh = self.folder / f"{_CURRENT}.new"
        fresh.write_text(json.dumps({"models": line}), encoding="utf-8")
        os.replace(fresh, self.folder / _CURRENT)
