"""Replies to a pressed button, shared by all button handlers."""

from typing import Any

from bot.handlers.types import ButtonPress
from bot.services.context import UseCaseContext
from bot.services.notifications import notify


async def answer_callback(ctx: UseCaseContext, press: ButtonPress, code: str = "", **facts: Any) -> None:
    """Release the pressed button and show the toast *code*, if any."""
    await notify.answer_callback(ctx, press.event.chat.account, press.event.callback_id, code, **facts)


async def edit_pressed_note(ctx: UseCaseContext, press: ButtonPress, code: str, **facts: Any) -> None:
    """Replace the text of the message whose button was pressed."""
    chat, message_id = press.event.chat, press.event.message_id
    if message_id is not None:
        await notify.edit_notification(ctx, chat.account, chat.id, message_id, code, **facts)
