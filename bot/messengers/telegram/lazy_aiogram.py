"""aiogram without its weight.

On import aiogram builds the validators of all its four hundred types: two seconds and a hundred megabytes, of which we
use a dozen. Here that is put off: a type is built when it is used for the first time. Nothing else changes, and where
aiogram has been imported before us nothing is done at all.
"""

import importlib
import sys
from typing import Any

from pydantic import BaseModel

_original_rebuild = BaseModel.__dict__["model_rebuild"].__func__


def import_aiogram() -> None:
    """Import aiogram, its types unbuilt."""
    if "aiogram" in sys.modules:
        return
    names: dict[str, Any] = {}  # what the annotations of the types speak of; aiogram hands it to every rebuild

    def put_off(cls: type[BaseModel], *args: Any, _types_namespace: Any = None, **how: Any) -> bool | None:
        if cls.__module__.startswith("aiogram.types.") and _types_namespace:
            names.update(_types_namespace)
            return None
        return _rebuild(cls, *args, _types_namespace=_types_namespace, **how)

    def build(cls: type[BaseModel], *args: Any, _types_namespace: Any = None, **how: Any) -> bool | None:
        return _rebuild(cls, *args, _types_namespace=_types_namespace or names, **how)

    usual = BaseModel.__dict__["model_rebuild"]
    _replace(BaseModel, put_off)
    try:
        importlib.import_module("aiogram")
    finally:
        _set(BaseModel, usual)
    for module, name in (
        ("aiogram.types.base", "TelegramObject"),
        ("aiogram.methods.base", "TelegramMethod"),
        ("aiogram.methods.base", "Response"),
    ):
        _replace(getattr(importlib.import_module(module), name), build)


def _rebuild(cls: type[BaseModel], *args: Any, **how: Any) -> bool | None:
    done: bool | None = _original_rebuild(cls, *args, **how)
    return done


def _replace(cls: type[BaseModel], function: Any) -> None:
    _set(cls, classmethod(function))


def _set(cls: type[BaseModel], method: Any) -> None:
    cls.model_rebuild = method  # type: ignore[method-assign]
