"""Replies to a pressed button, shared by all button handlers."""

from bot.domain.notifications.base import Notification
from bot.domain.notifications.toasts import AnyToast, ToastCode
from bot.handlers.types import ButtonPress
from bot.services.context import UseCaseContext
from bot.services.notifications import notify


async def answer_callback(
    ctx: UseCaseContext, press: ButtonPress, toast: AnyToast = ToastCode.NOTHING, *, alert: bool = False
) -> None:
    """Release the pressed button and show *toast*, if it has words."""
    await notify.answer_callback(ctx, press.event.chat.account, press.event.callback_id, toast, alert=alert)


async def edit_pressed_note(
    ctx: UseCaseContext,
    press: ButtonPress,
    notification: Notification,
    *,
    prompt_user_id: str | None = None,
    without_buttons: bool = False,
) -> None:
    """Replace the message whose button was pressed by *notification*."""
    chat, message_id = press.event.chat, press.event.message_id
    if message_id is not None:
        await notify.edit_notification(
            *(ctx, chat.account, chat.id, message_id, notification),
            prompt_user_id=prompt_user_id,
            without_buttons=without_buttons,
        )
