"""Buttons about authors and chats that write more than the limit."""

from bot.domain.errors import OutdatedButton
from bot.domain.notifications.limits import FloodReported, HeldMessageList
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.services.context import UseCaseContext
from bot.services.intake import floods
from bot.services.notifications import notify
from bot.views.callback_codes import MAX_NUMBER_DIGITS, MAX_PAGE, Op
from bot.views.notifications.limits import PAGE_SEPARATOR


async def open_list(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Показать»: a page as a new message; the buttons under the list turn its page in place."""
    flood_id, turns_page, page = press.callback.arg.partition(PAGE_SEPARATOR)
    if not all(one.isascii() and one.isdecimal() for one in (flood_id, page or "0")):
        raise OutdatedButton()
    if len(flood_id) > MAX_NUMBER_DIGITS or int(page or "0") > MAX_PAGE:
        raise OutdatedButton()
    flood = await floods.check_can_open(ctx, press.person, int(flood_id))
    await answer_callback(ctx, press)
    note = HeldMessageList(flood_id=flood.id, page=int(page or "0"), reader_id=press.person.id)
    if turns_page:
        await edit_pressed_note(ctx, press, note)
    else:
        await notify.notify(ctx, press.person, note, priority=Priority.INTERACTIVE)


async def mute(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Не слушать сутки»."""
    await floods.mute(ctx, press.person, press.require_number())
    await _show_decision(ctx, press, ToastCode.MUTED)


async def unmute(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Слушать снова»."""
    await floods.unmute(ctx, press.person, press.require_number())
    await _show_decision(ctx, press, ToastCode.UNMUTED)


async def _show_decision(ctx: UseCaseContext, press: ButtonPress, toast: ToastCode) -> None:
    await answer_callback(ctx, press, toast)
    await edit_pressed_note(ctx, press, FloodReported(flood_id=press.require_number(), reader_id=press.person.id))


BUTTON_HANDLERS: ButtonHandlers = {Op.FLOOD: open_list, Op.MUTE: mute, Op.UNMUTE: unmute}
