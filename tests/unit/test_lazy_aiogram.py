"""aiogram is imported without building the hundreds of types that nobody uses; those in use work as ever."""

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("program", [LIGHT, HEAVY])
def test_types_are_built_when_they_are_used(program: str) -> None:
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert (done.returncode, done.stderr) == (0, "")
