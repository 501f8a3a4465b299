"""The menu «Ещё» of a card: a table with a line for each entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.inquiries import InquiryKind, is_correctable
from bot.domain.roles import Right
from bot.domain.tickets import FIRST_WORD_STATES, UNACCEPTED_STATES, State, Step, is_allowed
from bot.domain.view_data import CardFacts
from bot.messengers.content import Button
from bot.views.callback_codes import Op, pack
from bot.views.render_context import RenderContext

MAX_ROWS = 8
"""Most rows of entries on one page; a messenger with fewer rows shows fewer."""

_TERM_RIGHTS = frozenset({Right.ACCEPT, Right.TRIAGE, Right.SET_TERMS})
_OWN_BUTTONS_IN_TRIAGE = frozenset({Op.DISMISS, Op.MERGE, Op.DIVIDE, Op.WHY_TERM, Op.HISTORY})


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of the menu. ``is_offered``: whether the state of the ticket allows it; the right is asked before."""

    text: str
    op: Op
    right: Right
    is_offered: Callable[[CardFacts], bool]
    other_rights: tuple[Right, ...] = ()

    def is_allowed(self, rights: frozenset[Right]) -> bool:
        """Return whether somebody with *rights* may press it; ``other_rights`` do as well as ``right``."""
        return not rights.isdisjoint((self.right, *self.other_rights))

    def button(self, ticket_id: int) -> Button:
        return Button(self.text, pack(self.op, ticket_id))


def allows(step: Step) -> Callable[[CardFacts], bool]:
    """Return the condition that the state table has *step* for the ticket."""
    return lambda facts: is_allowed(facts.ticket.state, step)


def is_mergeable(facts: CardFacts) -> bool:
    """Return whether the ticket may join a problem now."""
    ticket = facts.ticket
    return ticket.is_open and ticket.state is not State.PUBLISHING and ticket.divided_from is None


def can_divide(facts: CardFacts) -> bool:
    """Return whether the message has several matters that have no tickets yet."""
    return len(facts.matters) > 1 and not facts.divided and facts.ticket.lead_id is None


def _can_undo_division(facts: CardFacts) -> bool:
    ticket = facts.ticket
    return ticket.divided_from is not None and ticket.state in UNACCEPTED_STATES and ticket.lead_id is None


def _has_published_answer(facts: CardFacts) -> bool:
    return facts.ticket.state in (State.ANSWERED, State.CLOSED) and facts.answer is not None


def can_change_district(facts: CardFacts) -> bool:
    """Return whether the ticket may go to the post of another district."""
    return bool(facts.districts) and is_allowed(facts.ticket.state, Step.HAND_OVER)


def is_in_work(facts: CardFacts) -> bool:
    """Return whether a block works on the ticket; of a problem, on the ticket that leads it."""
    ticket = facts.ticket
    return ticket.is_open and ticket.state not in (State.TRIAGE, State.PUBLISHING) and ticket.lead_id is None


def _can_be_declined(facts: CardFacts) -> bool:
    return is_in_work(facts) and is_allowed(facts.ticket.state, Step.UNSURE)


def can_ask_citizen(facts: CardFacts) -> bool:
    """Return whether the author can be asked something: they wrote in a messenger, and are not being asked already."""
    ticket = facts.ticket
    waits = any(one.inquiry.kind is InquiryKind.CITIZEN and one.inquiry.is_open for one in facts.inquiries)
    is_open = ticket.is_open and ticket.state is not State.PUBLISHING and ticket.lead_id is None
    return is_open and bool(facts.messages) and not waits


def _can_be_referred(facts: CardFacts) -> bool:
    return facts.ticket.lead_id is None and is_allowed(facts.ticket.state, Step.ANSWER)


def _can_be_postponed(facts: CardFacts) -> bool:
    return facts.ticket.lead_id is None and is_allowed(facts.ticket.state, Step.POSTPONE)


def can_say_first_word(facts: CardFacts) -> bool:
    """Return whether the author can be told that the ticket is taken up: once, and before the answer."""
    ticket = facts.ticket
    is_said = ticket.first_word_sent_at is not None or ticket.first_word_at is not None
    return ticket.state in FIRST_WORD_STATES and ticket.lead_id is None and not is_said


def can_extend(facts: CardFacts) -> bool:
    """Return whether the answer may be due later: nobody has given it, and somebody works on it."""
    return is_in_work(facts)


def can_change_data(facts: CardFacts) -> bool:
    """Return whether the data can be mended; of an ended ticket, by those who set terms."""
    return bool(facts.data_fields) and (facts.ticket.is_open or Right.SET_TERMS in facts.rights)


def _can_ask_correction(facts: CardFacts) -> bool:
    """Return whether who watches over all blocks may ask this one to mend something."""
    is_free = facts.asks_corrections and not facts.is_responsible and is_correctable(facts.ticket)
    return is_free and not _has_open_correction(facts)


def _has_open_correction(facts: CardFacts) -> bool:
    return any(one.inquiry.is_open_correction for one in facts.inquiries)


def _has_own_correction(facts: CardFacts) -> bool:
    return facts.is_responsible and _has_open_correction(facts)


def _may_ask_why(facts: CardFacts) -> bool:
    """Return whether the deadlines are the owner's business; who only watches has the question under «История»."""
    return facts.ticket.is_open and bool(_TERM_RIGHTS & facts.rights)


MORE_MENU: tuple[MenuEntry, ...] = (
    MenuEntry("👤 Поручить", Op.DELEGATE, Right.DELEGATE, lambda facts: bool(facts.delegates)),
    MenuEntry("🚫 Не требует ответа", Op.DISMISS, Right.DISMISS, allows(Step.DISMISS)),
    MenuEntry("🧭 Другой район", Op.DISTRICT_PAGE, Right.HAND_OVER, can_change_district),
    MenuEntry("✂️ Разделить", Op.DIVIDE, Right.GROUP, can_divide),
    MenuEntry("↩️ Не делить", Op.UNDIVIDE, Right.GROUP, _can_undo_division),
    MenuEntry("🔗 Объединить", Op.MERGE, Right.GROUP, is_mergeable),
    MenuEntry("📣 Взять в работу и сообщить", Op.FIRST_WORD, Right.ACCEPT, can_say_first_word),
    MenuEntry("📅 Промежуточный ответ", Op.INTERIM, Right.ANSWER, _can_be_postponed),
    MenuEntry("⏩ Продлить", Op.EXTEND, Right.ANSWER, can_extend, (Right.SET_TERMS,)),
    MenuEntry("❓ Уточнить у жителя", Op.CLARIFY, Right.REQUEST, can_ask_citizen),
    MenuEntry("📨 Запросить сведения", Op.REQUEST, Right.REQUEST, is_in_work),
    MenuEntry("🏛 Передать вне центра", Op.REFER, Right.REFER, _can_be_referred),
    MenuEntry("🙅 Не наше", Op.NOT_OURS, Right.HAND_OVER, _can_be_declined),
    MenuEntry("⚖️ Вынести на рассмотрение", Op.DECISION, Right.REQUEST, is_in_work),
    MenuEntry("📄 Сделать шаблоном", Op.MAKE_TEMPLATE, Right.TEMPLATES, _has_published_answer),
    MenuEntry("📝 Неполный", Op.INCOMPLETE, Right.SET_TERMS, _has_published_answer),
    MenuEntry("🖊 Изменить данные", Op.DATA_MENU, Right.CHANGE_DATA, can_change_data),
    MenuEntry("🛠 Запрос на исправление", Op.REQUEST_CORRECTION, Right.REQUEST, _can_ask_correction),
    MenuEntry("✅ Исправлено", Op.CORRECTED, Right.SEE_TICKET, _has_own_correction),
    MenuEntry("📌 Контроль", Op.CONTROL, Right.REOPEN, lambda facts: facts.ticket.state is State.ANSWERED),
    MenuEntry("❓ Почему такой срок?", Op.WHY_TERM, Right.SEE_TICKET, _may_ask_why),
    MenuEntry("🕘 История", Op.HISTORY, Right.SEE_TICKET, lambda facts: True),
)
"""The entries in the order in which people see them; what is done most often comes first."""


def offered_entries(facts: CardFacts) -> list[MenuEntry]:
    """Return the entries for the owner of the card."""
    return [entry for entry in MORE_MENU if entry.is_allowed(facts.rights) and entry.is_offered(facts)]


def more_button(facts: CardFacts) -> Button | None:
    """Return the button that opens the menu; the only entry itself; ``None`` if there is none."""
    entries = offered_entries(facts)
    if facts.ticket.state is State.TRIAGE and all(entry.op in _OWN_BUTTONS_IN_TRIAGE for entry in entries):
        entries = [entry for entry in entries if entry.op in (Op.WHY_TERM, Op.HISTORY)]
    if len(entries) > 1:
        return Button("⋯ Ещё", pack(Op.MORE, facts.ticket.id))
    return entries[0].button(facts.ticket.id) if entries else None


def more_rows(facts: CardFacts, page: int, back: Button, context: RenderContext) -> tuple[tuple[Button, ...], ...]:
    """Return the rows of the menu; what does not fit the messenger's keyboard is on further pages, two in a row."""
    number = facts.ticket.id
    buttons = [entry.button(number) for entry in offered_entries(facts)]
    if len(buttons) < context.capabilities.button_rows and len(buttons) <= MAX_ROWS:
        return (*((button,) for button in buttons), (back,))
    rows = max(1, min(MAX_ROWS, context.capabilities.button_rows - 2))
    return paged([tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)], rows, page, back, Op.MORE, number)


def paged(
    rows: Sequence[tuple[Button, ...]], size: int, page: int, back: Button, turn: Op, number: int, prefix: str = ""
) -> tuple[tuple[Button, ...], ...]:
    """Return the *page* of *rows*, *size* on each, and a row of buttons that turn the pages or go back.

    *prefix* comes before the page in the argument of these buttons.
    """
    pages = max(1, -(-len(rows) // size))
    at = min(page, pages - 1)
    turns = [Button("‹ Раньше", pack(turn, number, f"{prefix}{at - 1}"))] if at > 0 else []
    turns.append(back)
    if at < pages - 1:
        turns.append(Button("Дальше ›", pack(turn, number, f"{prefix}{at + 1}")))
    return (*rows[at * size : (at + 1) * size], tuple(turns))
