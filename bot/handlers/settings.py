"""``/settings``: the official's own settings, shown in one message that is edited in place."""

from typing import Any

from bot.domain.errors import OutdatedButton
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.staff import preferences as own_settings
from bot.views.callback_codes import Op

PAGES = frozenset({"", "cards", "reports"})


async def send_settings(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(ctx, person, "settings", priority=Priority.INTERACTIVE, **await _page_facts(ctx, person, ""))


async def on_settings_button(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Turn a page or apply a choice; e.g. ``cards``, ``cards=vk.3001``, ``reports=vk.3001``, ``connect``."""
    page, _, name = press.callback.arg.partition("=")
    toast = ""
    if page == "connect":
        code = await own_settings.create_connect_code(ctx, press.person)
        await _update_message(ctx, press, invitation=code, page=page)
        return
    if page not in PAGES or (name and not page):
        raise OutdatedButton()
    if name and page == "cards":
        toast = "settings_on" if await own_settings.toggle_cards(ctx, press.person, name) else "settings_off"
    elif name:
        await own_settings.set_reports_account(ctx, press.person, name)
        toast = "settings_on"
    await _update_message(ctx, press, toast, page=page)


async def _update_message(
    ctx: UseCaseContext, press: ButtonPress, message: str = "", *, page: str, **facts: Any
) -> None:
    await answer_callback(ctx, press, message)
    facts |= await _page_facts(ctx, press.person, page)
    if press.event.message_id is None:
        await notify.notify(ctx, press.person, "settings", priority=Priority.INTERACTIVE, **facts)
        return
    await edit_pressed_note(ctx, press, "settings", **facts)


async def _page_facts(ctx: UseCaseContext, person: Person, page: str) -> dict[str, Any]:
    places = [
        {
            "name": place.name,
            "account": place.account,
            "cards": place.receives_cards,
            "reports": place.receives_reports,
            "blocked": place.channel.blocked,
            "silent": place.channel.unavailable,
        }
        for place in await own_settings.list_accounts(ctx, person)
    ]
    others = [[account.title, account.start_link] for account in own_settings.list_unconnected_messengers(ctx, person)]
    return {"page": page, "places": places, "others": others}


BUTTON_HANDLERS: ButtonHandlers = {Op.SETTINGS: on_settings_button}
COMMAND_HANDLERS: CommandHandlers = {"settings": send_settings}
