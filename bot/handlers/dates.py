"""The button under «25.11 уже прошло. 25.11.2027?»: the offered day is taken as if it had been typed."""

from datetime import UTC, datetime

from bot.domain.errors import DialogEnded, OutdatedButton
from bot.handlers import commands
from bot.handlers.replies import answer_callback
from bot.handlers.types import ButtonHandlers, ButtonPress, OfficialMessage
from bot.messengers.events import MessagePosted
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.views.callback_codes import Op, parse_pair

MAX_MINUTES = 100 * 366 * 24 * 60
"""Minutes since 1970 beyond which a button was forged: no calendar is asked about them."""


async def take_offered(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Continue the dialog with the offered moment."""
    pair = parse_pair(press.callback.arg)
    if pair is None or pair[1] > MAX_MINUTES:
        raise OutdatedButton(number=press.ticket_id)
    version, minutes = pair
    found = await dialogs.find_current(ctx, press.person)
    dialog = dialogs.require_current(found, press.ticket_id, str(version))
    if dialog.step not in commands.STEP_HANDLERS:
        raise DialogEnded(number=press.ticket_id)
    at = datetime.fromtimestamp(minutes * 60, UTC).astimezone(ctx.municipality.zone)
    await answer_callback(ctx, press)
    event = MessagePosted(
        press.event.chat, press.event.message_id or "", press.event.author, ctx.now, f"{at:%d.%m.%Y %H:%M}"
    )
    await commands.STEP_HANDLERS[dialog.step](ctx, OfficialMessage(press.person, event, dialog))


BUTTON_HANDLERS: ButtonHandlers = {Op.DATE_MEANT: take_offered}
