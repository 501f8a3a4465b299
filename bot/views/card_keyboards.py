"""Keyboards of cards; only the person's rights and the ticket's state decide which buttons appear."""

from collections.abc import Sequence

from bot.domain.entries import EntryState
from bot.domain.gist import gist
from bot.domain.roles import Right
from bot.domain.tickets import DismissReason, State, Step, is_allowed
from bot.domain.view_data import CardFacts, ProblemFacts
from bot.messengers.content import Button
from bot.views.callback_codes import Op, pack
from bot.views.district_menu import district_menu, district_rows
from bot.views.inquiries import unit_rows
from bot.views.more_menu import can_divide, can_say_first_word, is_mergeable, more_button, more_rows, paged
from bot.views.render_context import RenderContext, shorten
from bot.views.ticket_data import data_rows

ButtonRow = tuple[Button, ...]

DISMISS_REASON_TITLES: dict[DismissReason, str] = {
    DismissReason.NOT_A_PROBLEM: "Не о проблеме",
    DismissReason.ANSWERED_ELSEWHERE: "Уже отвечено",
    DismissReason.DUPLICATE: "Повтор",
    DismissReason.INSULTS: "Оскорбления, угрозы",
    DismissReason.NOT_OURS: "Не наш округ",
    DismissReason.OTHER: "Другое: напишу",
}

MAX_MANUAL_POST_BUTTONS = 3
"""Most places of manual posting with a button of their own: VK allows ten buttons under a message."""

MAX_SIMILAR_CHARS = 60
"""Most characters on the button of a similar ticket."""

MAX_PAGE_SIZE = 8
"""Most sectors on one page; a messenger with fewer rows shows fewer."""


def card_keyboard(facts: CardFacts, context: RenderContext) -> tuple[ButtonRow, ...]:
    """Return the keyboard of a card, for the menu that its owner has opened."""
    menu, _, argument = facts.menu.partition(":")
    number, page = facts.ticket.id, int(argument) if argument.isdecimal() else 0
    match menu:
        case "hand":
            others = [(code, title) for code, title in facts.sectors if code != facts.ticket.sector]
            return _sector_menu(number, others, Op.HAND_TO, Op.HAND_OVER, page, context)
        case "triage":
            return _sector_menu(number, facts.sectors, Op.CHOOSE_SECTOR, Op.CHOOSE_SECTOR_PAGE, page, context)
        case "reopen":
            return _sector_menu(number, facts.sectors, Op.REOPEN, Op.REOPEN_ALL, page, context)
        case "request":
            return unit_rows(facts, page, _back_button(number), context)
        case "more":
            return more_rows(facts, page, _back_button(number), context)
        case "district":
            return district_menu(facts, page, _back_button(number), context)
        case "data":
            return data_rows(facts, argument, _back_button(number), context)
        case "delegate":
            return _delegate_menu(facts, page, context)
        case "merge":
            return _similar_menu(facts)
        case "dismiss":
            reasons = [
                (Button(title, pack(Op.DISMISS_FOR, number, reason)),)
                for reason, title in DISMISS_REASON_TITLES.items()
            ]
            return (*_pairs([row[0] for row in reasons]), (_back_button(number),))
        case _:
            return _main_menu(facts)


def _main_menu(facts: CardFacts) -> tuple[ButtonRow, ...]:
    state, number = facts.ticket.state, facts.ticket.id
    if facts.problem is not None and facts.problem.lead != number:
        return _member_menu(facts, facts.problem)
    if state is State.TRIAGE:
        return (
            *_triage_menu(facts),
            *_member_list_button(facts),
            *_divide_button(facts),
            *(_merge_button(facts) if Right.TRIAGE in facts.rights else ()),
        )
    first = [
        Button(text, pack(op, number))
        for text, op, step, right in (
            ("✅ Принять", Op.ACCEPT, Step.ACCEPT, Right.ACCEPT),
            (_answer_title(facts), Op.ANSWER, Step.ANSWER, Right.ANSWER),
            ("✏️ Исправить ответ", Op.CORRECT, Step.CORRECT, Right.CORRECT),
        )
        if (right in facts.rights or (op is Op.ANSWER and facts.may_draft))
        and is_allowed(state, step)
        and (op is not Op.CORRECT or facts.can_correct)
    ]
    if facts.approval is not None and (facts.approval.may_decide or facts.approval.may_write):
        first.append(Button("📝 Посмотреть ответ", pack(Op.SHOW_DRAFT, number)))
    if facts.problem is not None and state is State.ANSWERED and Right.ANSWER in facts.rights:
        first.append(Button("✍️ Написать всем ещё", pack(Op.FOLLOW_UP, number)))
    second = []
    if Right.HAND_OVER in facts.rights and is_allowed(state, Step.HAND_OVER) and len(facts.sectors) > 1:
        second.append(Button("↪️ Передать", pack(Op.HAND_OVER, number, 0)))
    if Right.REOPEN in facts.rights and is_allowed(state, Step.REOPEN):
        op, arg = (Op.REOPEN, "") if facts.ticket.sector or not facts.sectors else (Op.REOPEN_ALL, "0")
        second.append(Button("↩️ Вернуть в работу", pack(op, number, arg)))
    is_foreign = facts.entry is not None and facts.ticket.account is None
    if is_foreign and state is State.ANSWERED and Right.REOPEN in facts.rights:
        second.append(Button("↩️ Вернуть в работу", pack(Op.RETURN, number)))
    if (more := more_button(facts)) is not None:
        second.append(more)
    rows = [*_entry_buttons(facts), *_manual_post_buttons(facts), first, _first_word_row(facts), second]
    return (*district_rows(facts), *(tuple(row) for row in rows if row), *_member_list_button(facts))


def _first_word_row(facts: CardFacts) -> list[Button]:
    """Return the button that accepts and tells, where a rule wants the citizen to be told."""
    is_wanted = facts.ticket.first_word_due is not None and Right.ACCEPT in facts.rights
    if not is_wanted or not can_say_first_word(facts):
        return []
    return [Button("📣 Взять в работу и сообщить", pack(Op.FIRST_WORD, facts.ticket.id))]


def _answer_title(facts: CardFacts) -> str:
    return "✍️ Подготовить ответ" if facts.asks_others else "✍️ Ответить"


def _manual_post_buttons(facts: CardFacts) -> list[list[Button]]:
    """Return a button «Опубликовано» for each place where the official posts the answer by hand."""
    if Right.ANSWER not in facts.rights:
        return []
    several = len(facts.manual_publications) > 1
    return [
        [
            Button(
                f"✅ Опубликовано: {place.title}" if several else "✅ Опубликовано",
                pack(Op.POSTED, facts.ticket.id, publication_id),
            )
        ]
        for publication_id, place in facts.manual_publications[:MAX_MANUAL_POST_BUTTONS]
    ]


def _entry_buttons(facts: CardFacts) -> list[list[Button]]:
    """Return «Внесено в …» and the button that shows the text, for who enters it."""
    found, number = facts.entry, facts.ticket.id
    if found is None or not found.may_enter or found.entry.state is not EntryState.WAITING:
        return []
    entered = Button(f"✅ Внесено в {found.system}", pack(Op.ENTERED, number, found.entry.id))
    return [[entered], [Button("📋 Показать текст", pack(Op.ENTRY_SHOW, number, found.entry.id))]]


def _member_list_button(facts: CardFacts) -> tuple[ButtonRow, ...]:
    """Return the button that lists everybody who wrote about the problem."""
    problem = facts.problem
    if problem is None or Right.SEE_TICKET not in facts.rights:
        return ()
    return ((Button(f"📋 Список: {problem.members}", pack(Op.LIST, facts.ticket.id, 0)),),)


def _member_menu(facts: CardFacts, problem: ProblemFacts) -> tuple[ButtonRow, ...]:
    """Return the buttons of a problem's member; the lead's card has the others."""
    row = [Button(f"👥 Проблема №{problem.lead}", pack(Op.OPEN, problem.lead))]
    if Right.GROUP in facts.rights and facts.ticket.state is not State.PUBLISHING:
        row.append(Button("✂️ Отделить", pack(Op.SPLIT, facts.ticket.id)))
    entry = tuple(tuple(one) for one in _entry_buttons(facts))
    history = (Button("🕘 История", pack(Op.HISTORY, facts.ticket.id)),)
    return (*entry, tuple(row), history) if Right.SEE_TICKET in facts.rights else (*entry, tuple(row))


def _similar_menu(facts: CardFacts) -> tuple[ButtonRow, ...]:
    """Return a button for each ticket that this one can be merged into."""
    number = facts.ticket.id
    rows: list[ButtonRow] = [
        (
            Button(
                shorten(f"№{other} · {gist(text) or 'без текста'}", MAX_SIMILAR_CHARS),
                pack(Op.MERGE_INTO, number, other),
            ),
        )
        for other, text in facts.similar
    ]
    return (*rows, (_back_button(number),))


def _merge_button(facts: CardFacts) -> tuple[ButtonRow, ...]:
    if Right.GROUP not in facts.rights or not is_mergeable(facts):
        return ()
    return ((Button("🔗 Объединить", pack(Op.MERGE, facts.ticket.id)),),)


def _divide_button(facts: CardFacts) -> tuple[ButtonRow, ...]:
    if Right.GROUP not in facts.rights or not can_divide(facts):
        return ()
    return ((Button("✂️ Разделить", pack(Op.DIVIDE, facts.ticket.id)),),)


def _triage_menu(facts: CardFacts) -> tuple[ButtonRow, ...]:
    if Right.TRIAGE not in facts.rights:
        return ()
    number, titles = facts.ticket.id, dict(facts.sectors)
    rows: list[ButtonRow] = [
        (Button(titles[code], pack(Op.CHOOSE_SECTOR, number, code)),) for code in facts.ticket.likely if code in titles
    ]
    if len(facts.sectors) > len(rows):
        rows.append((Button("Все отрасли", pack(Op.CHOOSE_SECTOR_PAGE, number, 0)),))
    if Right.ANSWER in facts.rights:
        rows.append((Button(_answer_title(facts), pack(Op.ANSWER, number)),))
    last = [Button("🚫 Не требует ответа", pack(Op.DISMISS, number))] if Right.DISMISS in facts.rights else []
    if (more := more_button(facts)) is not None:
        last.append(more)
    return (*rows, tuple(last)) if last else tuple(rows)


def _sector_menu(
    number: int, sectors: Sequence[tuple[str, str]], choose: Op, turn: Op, page: int, context: RenderContext
) -> tuple[ButtonRow, ...]:
    size = max(1, min(MAX_PAGE_SIZE, context.capabilities.button_rows - 2))
    if len(sectors) <= size + 1:
        size = len(sectors) or 1
    rows = [(Button(title, pack(choose, number, code)),) for code, title in sectors]
    return paged(rows, size, page, _back_button(number), turn, number)


def _delegate_menu(facts: CardFacts, page: int, context: RenderContext) -> tuple[ButtonRow, ...]:
    """Return a button for each person whom the ticket may be given to; those who have it are marked."""
    number, asked = facts.ticket.id, {one.person_id for one in facts.delegations}
    rows: list[ButtonRow] = [
        (Button(f"✅ {name}" if person_id in asked else name, pack(Op.DELEGATE_TO, number, person_id)),)
        for person_id, name in facts.delegates
    ]
    size = max(1, min(MAX_PAGE_SIZE, context.capabilities.button_rows - 2))
    return paged(rows, size, page, _back_button(number), Op.DELEGATE, number)


def _pairs(buttons: Sequence[Button]) -> list[ButtonRow]:
    return [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]


def _back_button(number: int) -> Button:
    return Button("← Назад", pack(Op.BACK, number))
