"""``/accounts``: the officials' accounts and open codes, and «Это не я» under the news of another account."""

from bot.domain.errors import OutdatedButton
from bot.domain.notifications.dialogs import PromptDone, PromptResult
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.staff import accounts
from bot.views.callback_codes import Op

MAX_PAGE_DIGITS = 4


async def send_accounts(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(ctx, person, await accounts.get_list(ctx, person), priority=Priority.INTERACTIVE)


async def on_accounts_button(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Turn a page, ask before a removal, remove; e.g. ``p=1``, ``ask=vk.3001``, ``rm=vk.3001``, ``code=17``."""
    action, _, value = press.callback.arg.partition("=")
    page, asked, toast = 0, "", ToastCode.NOTHING
    if action == "ask":
        asked = value
    elif action == "rm":
        await accounts.remove(ctx, press.person, value)
        toast = ToastCode.ACCOUNT_REMOVED
    elif action in ("p", "code") and value.isascii() and value.isdecimal() and len(value) <= MAX_PAGE_DIGITS:
        if action == "p":
            page = int(value)
        else:
            await accounts.revoke_codes(ctx, press.person, int(value))
            toast = ToastCode.CODE_REVOKED
    else:
        raise OutdatedButton()
    await answer_callback(ctx, press, toast)
    await edit_pressed_note(ctx, press, await accounts.get_list(ctx, press.person, page, asked))


async def disown_account(ctx: UseCaseContext, press: ButtonPress) -> None:
    """«Это не я»: the new account is closed at once."""
    await accounts.disown(ctx, press.person, press.callback.arg)
    await answer_callback(ctx, press, ToastCode.ACCOUNT_REMOVED)
    await edit_pressed_note(ctx, press, PromptDone(result=PromptResult.ACCOUNT_DISOWNED))


BUTTON_HANDLERS: ButtonHandlers = {Op.ACCOUNTS: on_accounts_button, Op.NOT_ME: disown_account}
COMMAND_HANDLERS: CommandHandlers = {"accounts": send_accounts}
