"""Tables of handlers: nothing a person can press is without an effect, and nothing has two."""

import pkgutil
from collections import Counter
from importlib import import_module
from types import ModuleType

import bot.handlers
from bot.domain.dialogs import DialogStep
from bot.handlers import commands, router, solutions
from bot.views.callback_codes import Op

_TABLES = ("BUTTON_HANDLERS", "CITIZEN_BUTTON_HANDLERS")


def _handler_modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(bot.handlers.__path__)]
    return [import_module(f"bot.handlers.{name}") for name in names if name not in ("router", "commands")]


def test_every_button_has_exactly_one_handler() -> None:
    tables = [getattr(module, name, ()) for module in _handler_modules() for name in _TABLES]
    handled = Counter(op for table in tables for op in table)

    assert handled == Counter(Op)
    assert set(router.BUTTON_HANDLERS) | set(solutions.CITIZEN_BUTTON_HANDLERS) == set(Op)


def test_every_dialog_step_has_exactly_one_handler() -> None:
    handled = Counter(step for module in _handler_modules() for step in getattr(module, "STEP_HANDLERS", ()))

    assert handled == Counter(set(DialogStep) - {DialogStep.ENDED})
    assert set(commands.STEP_HANDLERS) == set(handled)
