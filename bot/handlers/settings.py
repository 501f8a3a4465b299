"""``/settings``: the official's own settings, shown in one message that is edited in place."""

from bot.domain.errors import OutdatedButton
from bot.domain.notifications.staff import ChannelSetting, Settings, StartLink
from bot.domain.notifications.toasts import ToastCode
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.staff import invitations, preferences
from bot.views.callback_codes import Op

PAGES = frozenset({"", "cards", "reports"})


async def send_settings(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(ctx, person, await _settings_page(ctx, person, ""), priority=Priority.INTERACTIVE)


async def on_settings_button(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Turn a page or apply a choice; e.g. ``cards``, ``cards=vk.3001``, ``reports=vk.3001``, ``connect``."""
    page, _, name = press.callback.arg.partition("=")
    toast, invitation = ToastCode.NOTHING, None
    if page == "connect":
        invitation = await invitations.create_connect_code(ctx, press.person)
    elif page not in PAGES or (name and not page):
        raise OutdatedButton()
    elif name and page == "cards":
        is_on = await preferences.toggle_cards(ctx, press.person, name)
        toast = ToastCode.SETTINGS_ON if is_on else ToastCode.SETTINGS_OFF
    elif name:
        await preferences.set_reports_account(ctx, press.person, name)
        toast = ToastCode.SETTINGS_ON
    await answer_callback(ctx, press, toast)
    note = await _settings_page(ctx, press.person, page, invitation)
    if press.event.message_id is None:
        await notify.notify(ctx, press.person, note, priority=Priority.INTERACTIVE)
    else:
        await edit_pressed_note(ctx, press, note)


async def _settings_page(ctx: UseCaseContext, person: Person, page: str, invitation: str | None = None) -> Settings:
    channels = tuple(
        ChannelSetting(
            name=one.name,
            account=one.account,
            receives_cards=one.receives_cards,
            receives_reports=one.receives_reports,
            blocked=one.channel.blocked,
            unavailable=one.channel.unavailable,
        )
        for one in await preferences.list_accounts(ctx, person)
    )
    others = tuple(
        StartLink(account.title, account.start_link) for account in preferences.list_unconnected_messengers(ctx, person)
    )
    valid = ctx.municipality.invitation_term.in_russian() if invitation else None
    return Settings(page=page, channels=channels, others=others, invitation=invitation, valid=valid)


BUTTON_HANDLERS: ButtonHandlers = {Op.SETTINGS: on_settings_button}
COMMAND_HANDLERS: CommandHandlers = {"settings": send_settings}
