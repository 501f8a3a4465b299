"""``/settings``: everybody's own; shown as one message that changes in place."""

from typing import Any

from bot.domain.errors import OutdatedButton
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.handlers.types import Commands, Pressed, Presses
from bot.services.context import Work
from bot.services.notifications import notify
from bot.services.staff import preferences as own_settings
from bot.views.callback_codes import Op

PAGES = frozenset({"", "cards", "reports"})


async def show(work: Work, person: Person, words: str) -> None:
    await notify.tell(work, person, "settings", priority=Priority.PRESS, **await _facts(work, person, ""))


async def press(work: Work, act: Pressed) -> None:
    """Turn a page, or choose: ``cards``, ``cards=vk.3001``, ``reports=vk.3001``, ``connect``."""
    page, _, name = act.press.arg.partition("=")
    said = ""
    if page == "connect":
        code = await own_settings.connect(work, act.person)
        await _redraw(work, act, invitation=code, page=page)
        return
    if page not in PAGES or (name and not page):
        raise OutdatedButton()
    if name and page == "cards":
        said = "settings_on" if await own_settings.switch_cards(work, act.person, name) else "settings_off"
    elif name:
        await own_settings.send_reports_to(work, act.person, name)
        said = "settings_on"
    await _redraw(work, act, said, page=page)


async def _redraw(work: Work, act: Pressed, said: str = "", *, page: str, **facts: Any) -> None:
    chat = act.event.chat
    await notify.answer_press(work, chat.account, act.event.press_id, said)
    facts |= await _facts(work, act.person, page)
    if act.event.message_id is None:
        await notify.tell(work, act.person, "settings", priority=Priority.PRESS, **facts)
        return
    await notify.change_note(work, chat.account, chat.id, act.event.message_id, "settings", **facts)


async def _facts(work: Work, person: Person, page: str) -> dict[str, Any]:
    places = [
        {
            "name": place.name,
            "account": place.account,
            "cards": place.cards,
            "reports": place.reports,
            "blocked": place.channel.blocked,
            "silent": place.channel.silent,
        }
        for place in await own_settings.places_of(work, person)
    ]
    others = [[office.title, office.invitation] for office in own_settings.other_messengers(work, person)]
    return {"page": page, "places": places, "others": others}


PRESSES: Presses = {Op.SETTINGS: press}
COMMANDS: Commands = {"settings": show}
