"""Import of aiogram with its types built on first use.

On import aiogram builds the validators of all its four hundred types: two seconds and a hundred megabytes, of which the
bot uses a dozen. This module postpones that, by replacing ``model_rebuild`` of pydantic's models during the import.

It relies on how aiogram rebuilds its models, so it is limited to the versions of `TESTED_AIOGRAM`. Any other one, an
aiogram imported before, and ``MCU_LAZY_AIOGRAM=0`` in the environment give the plain import, which is only heavier.
"""

import importlib
import os
import sys
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel

SWITCH = "MCU_LAZY_AIOGRAM"
"""The environment variable; ``0`` turns the postponing off."""

TESTED_AIOGRAM = ("3.31.",)
"""Prefixes of the versions with which ``tests/unit/test_lazy_aiogram.py`` passed."""

_original_rebuild = BaseModel.__dict__["model_rebuild"].__func__


def is_enabled() -> bool:
    return os.environ.get(SWITCH) != "0" and version("aiogram").startswith(TESTED_AIOGRAM)


def import_aiogram() -> None:
    """Import aiogram, without building its types if the version allows that."""
    if "aiogram" in sys.modules or not is_enabled():
        return
    names: dict[str, Any] = {}  # the names in the types' annotations; aiogram passes them to every rebuild

    def postpone(cls: type[BaseModel], *args: Any, _types_namespace: Any = None, **options: Any) -> bool | None:
        if cls.__module__.startswith("aiogram.types.") and _types_namespace:
            names.update(_types_namespace)
            return None
        return _rebuild(cls, *args, _types_namespace=_types_namespace, **options)

    def build(cls: type[BaseModel], *args: Any, _types_namespace: Any = None, **options: Any) -> bool | None:
        return _rebuild(cls, *args, _types_namespace=_types_namespace or names, **options)

    original = BaseModel.__dict__["model_rebuild"]
    _replace(BaseModel, postpone)
    try:
        importlib.import_module("aiogram")
    finally:
        _set(BaseModel, original)
    for module, name in (
        ("aiogram.types.base", "TelegramObject"),
        ("aiogram.methods.base", "TelegramMethod"),
        ("aiogram.methods.base", "Response"),
    ):
        _replace(getattr(importlib.import_module(module), name), build)


def _rebuild(cls: type[BaseModel], *args: Any, **options: Any) -> bool | None:
    done: bool | None = _original_rebuild(cls, *args, **options)
    return done


def _replace(cls: type[BaseModel], function: Any) -> None:
    _set(cls, classmethod(function))


def _set(cls: type[BaseModel], method: Any) -> None:
    cls.model_rebuild = method  # type: ignore[method-assign]
