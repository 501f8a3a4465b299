"""Buttons that choose the district of a ticket."""

from bot.domain.districts import district_code
from bot.domain.posts import StandIn
from bot.domain.roles import Right
from bot.domain.view_data import CardFacts
from bot.messengers.content import Button
from bot.views.callback_codes import Op, pack
from bot.views.more_menu import can_ask_citizen, can_change_district, paged
from bot.views.render_context import RenderContext

MAX_FIRST_BUTTONS = 6
"""Most districts above the other buttons of a card: VK allows ten buttons under a message."""

MAX_PAGE_ROWS = 4
"""Most rows of two districts on a page, for the same reason."""


def district_rows(facts: CardFacts) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of a ticket whose district decides about its post and is unknown."""
    is_wanted = facts.stand_in is StandIn.DISTRICT_UNKNOWN and Right.HAND_OVER in facts.rights
    if not is_wanted or not can_change_district(facts):
        return ()
    buttons, last = _buttons(facts), []
    if Right.REQUEST in facts.rights and can_ask_citizen(facts):
        last.append(Button("❓ Уточнить у жителя", pack(Op.CLARIFY, facts.ticket.id)))
    room = MAX_FIRST_BUTTONS - len(last)
    if len(buttons) > room:
        every = Button("Все районы", pack(Op.DISTRICT_PAGE, facts.ticket.id, 0))
        buttons = [*buttons[: room - 1], every]
    return _pairs([*buttons, *last])


def district_menu(facts: CardFacts, page: int, back: Button, context: RenderContext) -> tuple[tuple[Button, ...], ...]:
    """Return a page of all other districts."""
    rows = max(1, min(MAX_PAGE_ROWS, context.capabilities.button_rows - 2))
    return paged(_pairs(_buttons(facts)), rows, page, back, Op.DISTRICT_PAGE, facts.ticket.id)


def _buttons(facts: CardFacts) -> list[Button]:
    ticket = facts.ticket
    others = [name for name in facts.districts if name != ticket.district]
    return [Button(name, pack(Op.DISTRICT, ticket.id, district_code(name))) for name in others]


def _pairs(buttons: list[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
