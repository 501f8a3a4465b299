"""The light packages of aiogram do what aiogram itself does, with a part of its modules."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.messengers.telegram import lazy_aiogram

ROOT = Path(__file__).parents[2]
MAX_MODULES = 130
"""Modules of aiogram after the import of the package: 108 of 735 with aiogram 3.31."""

LIGHT = """
import sys
import bot.messengers.telegram

count = sum(name.partition(".")[0] == "aiogram" for name in sys.modules)
assert count <= MAX_MODULES, count
assert not {"aiogram.client.bot", "aiogram.dispatcher.dispatcher"} & set(sys.modules)

from aiogram import Bot, Dispatcher, __version__, html, methods, session, types
from aiogram.types import *
from pydantic import BaseModel

assert not Message.__pydantic_complete__, "built without need"
assert BaseModel.model_rebuild.__func__.__module__ == "pydantic.main", "a patch of all models"
assert Update.model_validate(
    {"update_id": 1, "message": {"message_id": 7, "date": 1, "chat": {"id": 1, "type": "private"}}}
).message.chat.id == 1
for package, name in ((types, "NoSuchType"), (methods, "NoSuchMethod")):
    try:
        getattr(package, name)
    except AttributeError:
        continue
    raise AssertionError("a name from nowhere")
""".replace("MAX_MODULES", str(MAX_MODULES))

PLAIN = """
import sys
import bot.messengers.telegram
from aiogram.types import Message

assert Message.__pydantic_complete__
assert "aiogram.dispatcher.dispatcher" in sys.modules
"""

RESULTS = r"""
import importlib, json, re, sys
import bot.messengers.telegram
from bot.messengers.telegram.client import _Account, _RawSession
from aiogram.client.telegram import PRODUCTION
from aiogram.methods import *
from aiogram.methods.base import Response
from aiogram.types import (
    BotCommand, BotCommandScopeChat, BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument,
    InputMediaPhoto, LinkPreviewOptions, Message, MessageEntity, ReplyParameters,
)
from aiogram.client.default import Default
from aiogram.exceptions import AiogramError

def show(one):
    print(re.sub(r"attach://[\w-]+|0x\w+", "ID", str(one)))

for name in USED:  # the fields of all that the bot uses, with the types that aiogram reads them as
    module, _, name = name.rpartition(".")
    used = getattr(importlib.import_module(module), name)
    if hasattr(used, "model_rebuild"):
        used.model_rebuild(force=True)
        assert used.__pydantic_complete__, used
        show((used, used.__pydantic_fields__))

account = _Account("1:a", None)
button = InlineKeyboardButton(text="Принять", callback_data="1")
markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
bold = MessageEntity(type="bold", offset=0, length=1)
photo = BufferedInputFile(b"x", filename="x.jpg")
calls = [
    lambda: SendMessage(
        chat_id=1, text="x", entities=[bold], reply_markup=markup,
        reply_parameters=ReplyParameters(message_id=1, allow_sending_without_reply=True),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    ),
    lambda: SendMessage(chat_id="@town", text="x", reply_markup={"force_reply": True}),
    lambda: SendMessage(chat_id=1),
    lambda: SendMessage(chat_id=1, text="x", entities=[{"type": "bold"}]),
    lambda: SendMediaGroup(chat_id=1, media=[InputMediaPhoto(media=photo, caption="x"), InputMediaPhoto(media="y")]),
    lambda: SendMediaGroup(chat_id=1, media=[InputMediaDocument(media=photo)]),
    lambda: SendMediaGroup(chat_id=1, media=[{"type": "nonsense", "media": "x"}]),
    lambda: SendPhoto(chat_id=1, photo=photo, caption="x", caption_entities=[bold]),
    lambda: SendPhoto(chat_id=1, photo="id"),
    lambda: SendSticker(chat_id=1, sticker="id"),
    lambda: SendLocation(chat_id=1, latitude=67.99, longitude=35.04),
    lambda: EditMessageText(chat_id=1, message_id=2, text="y", entities=[bold], reply_markup=markup),
    lambda: EditMessageCaption(chat_id=1, message_id=2, caption="y"),
    lambda: EditMessageReplyMarkup(chat_id=1, message_id=2),
    lambda: SetWebhook(url="https://town/", secret_token="s", allowed_updates=["message"], max_connections=4),
    lambda: SetMyCommands(commands=[BotCommand(command="my", description="d")], scope=BotCommandScopeChat(chat_id=1)),
    lambda: AnswerCallbackQuery(callback_query_id="1", text="x", show_alert=True),
    lambda: GetUpdates(offset=1, timeout=25, allowed_updates=["message"]),
    lambda: Response[Message].model_validate_json(
        '{"ok": true, "result": {"message_id": 7, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}}'
    ),
]
session = _RawSession.__new__(_RawSession)
session.json_dumps, session.json_loads, session.api = json.dumps, json.loads, PRODUCTION
for call in calls:
    try:
        made = call()
    except ValueError as error:
        show((type(error), error))
    else:
        show((type(made), made, made.model_dump(warnings=False)))
        if hasattr(made, "__api_method__"):
            form = session.build_form_data(account, made)
            for options, _, value in form._fields:
                show((options.get("name") if "filename" not in options else "file", options.get("filename"), value))

edit = EditMessageText(text="x")
for status, parameters in [
    *((code, {}) for code in (400, 401, 403, 404, 409, 413, 418, 500, 502)),
    (429, {"retry_after": 3}),
    (400, {"migrate_to_chat_id": -100}),
    (400, {"retry_after": "soon"}),
]:
    body = {"ok": False, "error_code": status, "description": "Bad Request: x", "parameters": parameters}
    try:
        session.check_response(account, edit, status, json.dumps(body))
    except AiogramError as error:
        show((type(error).__mro__, error.__dict__.get("retry_after"), error.__dict__.get("migrate_to_chat_id")))
"""


def run(program: str, **environment: str) -> str:
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def names_that_the_bot_imports() -> list[str]:
    return sorted(
        f"{statement.module}.{alias.name}"
        for path in (ROOT / "bot/messengers/telegram").glob("*.py")
        for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(("aiogram.types", "aiogram.m"))
        for alias in statement.names
    )


def test_modules_are_imported_and_types_built_when_they_are_used() -> None:
    run(LIGHT)


def test_results_and_errors_are_those_of_the_plain_import() -> None:
    program = f"USED = {names_that_the_bot_imports()}\n{RESULTS}"

    light = run(program)

    assert light.count("\n") > 150
    # The environment switch gives the plain import.
    assert light == run(f"{PLAIN}\n{program}", **{lazy_aiogram.SWITCH: "0"})


def test_an_aiogram_that_was_imported_before_is_kept() -> None:
    run(f"import aiogram\n{PLAIN}")


def test_an_untested_version_gives_the_plain_import(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lazy_aiogram.is_enabled()

    monkeypatch.setattr(lazy_aiogram, "version", lambda name: "3.99.0")

    assert not lazy_aiogram.is_enabled()


def test_the_locked_version_is_a_tested_one() -> None:
    lines = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines()
    [locked] = [line.partition("==")[2] for line in lines if line.startswith("aiogram==")]

    assert locked.startswith(lazy_aiogram.TESTED_AIOGRAM)
