"""Tables of other systems: an official sends one, looks at the preview, and lets it be entered."""

from collections.abc import Awaitable, Callable

from bot.domain.errors import OutdatedButton
from bot.domain.notifications.base import Notification
from bot.domain.notifications.imports import ImportReceived
from bot.domain.person import Person
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress
from bot.messengers.events import MessagePosted
from bot.services.context import UseCaseContext
from bot.services.imports import files, lists
from bot.views.callback_codes import Op, parse_pair

Page = Callable[[UseCaseContext, ButtonPress, str], Awaitable[Notification]]


async def on_table_sent(ctx: UseCaseContext, person: Person, event: MessagePosted) -> bool:
    """Take in the table that a private message of an official brings; return False if it brings none."""
    table = files.find_table(event)
    if table is None:
        return False
    await files.receive(ctx, person, event, table)
    return True


async def on_press(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Choose a system, enter, cancel, turn a page, or decide about two messages, e.g. ``go=12``."""
    verb, _, rest = press.callback.arg.partition("=")
    if verb not in PAGES:
        raise OutdatedButton()
    note = await PAGES[verb](ctx, press, rest)
    await answer_callback(ctx, press)
    await edit_pressed_note(ctx, press, note)


def _number(text: str) -> int:
    return _pair(f"{text}.0")[0]


def _pair(text: str) -> tuple[int, int]:
    """Return the number of a file and of a page that a button carries."""
    pair = parse_pair(text)
    if pair is None:
        raise OutdatedButton()
    return pair


async def _choose(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    number, _, system = rest.partition(".")
    file = await files.choose_system(ctx, press.person, _number(number), system)
    return ImportReceived(name=file.name)


async def _turn_systems(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    return await files.ask_system_again(ctx, press.person, *_pair(rest))


async def _confirm(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    return await files.confirm(ctx, press.person, _number(rest), press.event.message_id)


async def _cancel(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    return await files.cancel(ctx, press.person, _number(rest))


async def _turn(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    return await lists.open_page(ctx, press.person, *_pair(rest))


async def _turn_again(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    return await lists.open_again_page(ctx, press.person, *_pair(rest))


async def _join(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    return await lists.decide_similar(ctx, press.person, _number(rest), same=True)


async def _keep_apart(ctx: UseCaseContext, press: ButtonPress, rest: str) -> Notification:
    return await lists.decide_similar(ctx, press.person, _number(rest), same=False)


PAGES: dict[str, Page] = {
    "sys": _choose,
    "ask": _turn_systems,
    "go": _confirm,
    "no": _cancel,
    "list": _turn,
    "again": _turn_again,
    "same": _join,
    "apart": _keep_apart,
}
"""The acts behind the buttons; each shows its result in the message that carries the button."""

BUTTON_HANDLERS: ButtonHandlers = {Op.IMPORTS: on_press}
