"""The menu «Ещё» of a card fits every messenger, however many entries it has."""

from datetime import UTC, datetime, time

import pytest

from bot.domain.roles import Right
from bot.domain.tickets import State, Ticket
from bot.domain.view_data import CardFacts
from bot.messengers.content import Button
from bot.messengers.max.messenger import CAPABILITIES as MAX
from bot.messengers.port import Capabilities
from bot.messengers.telegram.messenger import CAPABILITIES as TELEGRAM
from bot.messengers.vk.messenger import CAPABILITIES as VK
from bot.views import more_menu
from bot.views.callback_codes import Op, pack, unpack
from bot.views.more_menu import MORE_MENU, MenuEntry, more_button, more_rows
from bot.views.render_context import RenderContext
from tests.services.municipality import ZONE

NOON = datetime.combine(datetime(2026, 11, 20, tzinfo=UTC), time(12), UTC)
BACK = Button("← Назад", pack(Op.BACK, 7))
LONG_MENU = tuple(MenuEntry(f"Пункт {n}", Op.HISTORY, Right.SEE_TICKET, lambda facts: True) for n in range(15))


def card_facts(state: State, *rights: Right) -> CardFacts:
    """Return a card without anything but a state and rights."""
    ticket = Ticket(
        **dict.fromkeys(Ticket.__dataclass_fields__)
        | {"id": 7, "state": state, "likely": (), "urgent": False, "version": 0}
    )
    values = dict.fromkeys(CardFacts.__dataclass_fields__) | {
        "ticket": ticket,
        "rights": frozenset(rights),
        "matters": (),
    }
    return CardFacts(**values)


@pytest.mark.parametrize("capabilities", [TELEGRAM, VK, MAX], ids=["telegram", "vk", "max"])
def test_every_entry_is_on_some_page(capabilities: Capabilities, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(more_menu, "MORE_MENU", LONG_MENU)
    context, facts = RenderContext(ZONE, NOON, capabilities), card_facts(State.ACCEPTED, Right.SEE_TICKET)
    seen: list[str] = []
    page: int | None = 0
    while page is not None:
        rows = more_rows(facts, page, BACK, context)
        assert len(rows) <= capabilities.button_rows
        assert sum(map(len, rows)) <= (10 if capabilities is VK else 100)
        assert BACK in rows[-1]
        seen += [button.text for row in rows[:-1] for button in row]
        turns = [unpack(button.code) for button in rows[-1] if button.text.startswith("Дальше")]
        page = turns[0].page if turns and turns[0] else None
    assert seen == [entry.text for entry in LONG_MENU]


def test_short_menu_has_an_entry_a_row() -> None:
    facts = card_facts(State.ACCEPTED, Right.SEE_TICKET, Right.DISMISS, Right.GROUP)
    rows = more_rows(facts, 0, BACK, RenderContext(ZONE, NOON, VK))
    offered = [entry for entry in MORE_MENU if entry.right in facts.rights and entry.is_offered(facts)]
    assert rows == (*((entry.button(7),) for entry in offered), (BACK,))


def test_single_entry_needs_no_menu() -> None:
    button = more_button(card_facts(State.ANSWERED, Right.SEE_TICKET, Right.DISMISS, Right.GROUP))
    assert button is not None
    assert button.text == "🕘 История"
    assert more_button(card_facts(State.PUBLISHING)) is None
