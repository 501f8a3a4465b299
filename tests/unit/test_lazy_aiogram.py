"""aiogram is imported without building its types; the types that are used work as usual."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.messengers.telegram import lazy_aiogram

LIGHT = """
import bot.messengers.telegram
from aiogram.methods import SendMediaGroup, SendMessage, SetMyCommands
from aiogram.methods.base import Response
from aiogram.types import *
from pydantic import BaseModel

assert not Message.__pydantic_complete__, "built without need"
assert BaseModel.model_rebuild.__func__.__module__ == "pydantic.main", "the patch is still on"

button = InlineKeyboardButton(text="Принять", callback_data="1")
method = SendMessage(
    chat_id=1,
    text="x",
    entities=[MessageEntity(type="bold", offset=0, length=1)],
    reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]),
)
assert method.reply_markup.inline_keyboard[0][0].callback_data == "1"
assert SendMediaGroup(chat_id=1, media=[InputMediaPhoto(media="x")]).media[0].type == "photo"
assert SetMyCommands(commands=[BotCommand(command="my", description="d")]).commands[0].command == "my"
post = {"message_id": 7, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
assert Response[Message].model_validate({"ok": True, "result": post}).result.message_id == 7
assert Update.model_validate({"update_id": 1, "message": post}).message.chat.id == 1
try:
    SendMessage(chat_id=1)
except ValueError:
    pass
else:
    raise AssertionError("a method without a text was let through")
"""

HEAVY = """
import aiogram
import bot.messengers.telegram
from aiogram.types import Message

assert Message.__pydantic_complete__
"""


SWITCHED_OFF = """
import bot.messengers.telegram
from aiogram.types import Message

assert Message.__pydantic_complete__
"""


def run(program: str, **environment: str) -> tuple[int, str]:
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    return done.returncode, done.stderr


@pytest.mark.parametrize("program", [LIGHT, HEAVY])
def test_types_are_built_when_they_are_used(program: str) -> None:
    assert run(program) == (0, "")


def test_the_environment_switch_gives_the_plain_import() -> None:
    assert run(SWITCHED_OFF, **{lazy_aiogram.SWITCH: "0"}) == (0, "")


def test_an_untested_version_gives_the_plain_import(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lazy_aiogram.is_enabled()

    monkeypatch.setattr(lazy_aiogram, "version", lambda name: "3.99.0")

    assert not lazy_aiogram.is_enabled()


def test_the_locked_version_is_a_tested_one() -> None:
    lines = (Path(__file__).parents[2] / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines()
    [locked] = [line.partition("==")[2] for line in lines if line.startswith("aiogram==")]

    assert locked.startswith(lazy_aiogram.TESTED_AIOGRAM)
