"""Views of ``/people``: the list, a person, choices, invitations; a few buttons each, with «← Назад»."""

from collections.abc import Sequence
from typing import TypeVar

from bot.domain.notifications.people_pages import (
    AskPersonName,
    AskPersonTitle,
    ChoicePage,
    InvitePage,
    PeopleList,
    PersonPage,
    PersonState,
)
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.accounts import account_title
from bot.views.notifications.people import describe_place
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten
from bot.views.role_titles import role_title

MAX_BUTTON_CHARS = 40
MAX_ROWS = 8
"""Rows of people or choices on one page."""

T = TypeVar("T")

_STATES = {
    PersonState.WORKS: "",
    PersonState.NOT_JOINED: " · ещё не открыл бота",
    PersonState.UNREACHABLE: " · не получает сообщений",
}

_CHOICE_TITLES = {"roles": "Роли", "sectors": "Блоки", "districts": "Районы"}


def people_list(note: PeopleList, data: NotificationData, context: RenderContext) -> Content:
    shown = [one for one in note.entries if not note.absent_only or one.state is not PersonState.WORKS]
    absent = sum(one.state is not PersonState.WORKS for one in note.entries)
    page = Pager(context, note.page, len(shown), "absent" if note.absent_only else "list", width=2, other_rows=2)
    heading = "👥 Не на связи" if note.absent_only else "👥 Сотрудники"
    spans: list[Span | str] = [Bold(f"{heading}: {len(shown)}")]
    spans += [f"\n• {one.name} — {describe_place(one.place, context)}{_STATES[one.state]}" for one in page.cut(shown)]
    if note.vacant and not note.absent_only:
        spans.append(f"\n\nНикого нет: {', '.join(note.vacant)}.")
    tools = [_button("Пригласить", "invite=0")]
    if note.absent_only:
        tools.append(_button("← Назад", "list=0"))
    elif absent:
        tools.append(_button(f"Не на связи: {absent}", "absent=0"))
    if note.lists_accounts and not note.absent_only:
        tools.append(Button("Входы и коды", pack(Op.ACCOUNTS, 0, "p=0")))
    people = [_button(one.name, f"card={one.person_id}") for one in page.cut(shown)]
    return Content.of(*spans, keyboard=[*in_rows(people, 2), *page.turns(), *in_rows(tools, 3 if page.is_wide else 2)])


def person_page(note: PersonPage, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span | str] = [Bold(note.name), f"\n{describe_place(note.place, context)}{_STATES[note.state]}"]
    if note.accounts:
        spans.append(f"\nВходы: {', '.join(map(account_title, note.accounts))}")
    if note.asks_dismissal:
        spans.append(
            "\n\nУволить? Доступ и карточки исчезнут сразу, открытые сообщения перейдут тем, кто отвечает теперь."
        )
        back = _button("← Назад", f"card={note.person_id}")
        return Content.of(*spans, keyboard=[[_button("Уволить", f"dismiss={note.person_id}.{note.tag}"), back]])
    buttons = []
    if note.is_managed:
        wanted = [("Роли", "roles"), ("Блоки", "sectors"), ("Районы", "districts"), ("Должность", "title")]
        buttons = [_button(label, f"{verb}={note.person_id}") for label, verb in wanted]
        if not note.accounts:
            buttons.append(_button("Пригласить", f"code={note.person_id}"))
        buttons.append(_button("Отпуск", f"away={note.person_id}"))
        buttons.append(_button("Уволить", f"ask={note.person_id}"))
    return Content.of(*spans, keyboard=[*in_rows(buttons, 2), [_button("← Назад", "list=0")]])


def choice_page(note: ChoicePage, data: NotificationData, context: RenderContext) -> Content:
    """Offer choices; nothing changes before «Готово»."""
    base = note.turn or note.save.removeprefix("set").rpartition(".")[0]
    page = Pager(context, note.page, len(note.choices), base, width=2, other_rows=1)
    titles = {one.key: role_title(one.title, context) if note.field == "roles" else one.title for one in note.choices}
    chosen = ", ".join(titles[one.key] for one in note.choices if one.is_on) or "ничего"
    words = f"\nВыбрано: {chosen}.\nОтметьте нужное и нажмите «Готово»." if note.choices else "\nВыбирать не из чего."
    buttons = [
        _button(f"{'✅ ' if one.is_on else ''}{titles[one.key]}", f"{one.key}.{page.number}")
        for one in page.cut(note.choices)
    ]
    last = [_button("Готово", note.save), _button("← Назад", note.back)]
    title = Bold(f"{note.title or role_title(note.role, context)}. {_CHOICE_TITLES[note.field]}")
    return Content.of(title, words, keyboard=[*in_rows(buttons, 2), *page.turns(), last])


def invite_page(note: InvitePage, data: NotificationData, context: RenderContext) -> Content:
    page = Pager(context, note.page, len(note.places), "new" if note.is_new_place else "invite", width=1, other_rows=1)
    places = [[_button(f"{'○ ' if one.is_on else ''}{one.title}", one.key)] for one in page.cut(note.places)]
    if note.is_new_place:
        places = [[_button(role_title(one.title, context), one.key)] for one in page.cut(note.places)]
        words, last = "Выберите роль.", [_button("← Назад", "invite=0")]
    else:
        words = "На какую должность? Кружком отмечены те, где никого нет."
        last = [_button("Другое место", "new=0"), _button("← Назад", "list=0")]
    return Content.of(Bold("Приглашение"), f"\n{words}", keyboard=[*places, *page.turns(), last])


def ask_name(note: AskPersonName, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"Приглашение: {describe_place(note.place, context)}"),
        "\nКак зовут нового сотрудника? Так его увидят коллеги. Через запятую можно указать должность, например: "
        "Анна Ким, начальник отдела дорог",
        keyboard=cancel_row(data),
    )


def ask_title(note: AskPersonTitle, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"Напишите должность: {note.name}. Сотрудники с одной должностью работают вместе.", keyboard=cancel_row(data)
    )


def _button(label: str, argument: str) -> Button:
    return Button(shorten(label, MAX_BUTTON_CHARS), pack(Op.PEOPLE, 0, argument))


def in_rows(buttons: Sequence[Button], width: int) -> list[list[Button]]:
    """Return the buttons in rows of *width*."""
    return [list(buttons[start : start + width]) for start in range(0, len(buttons), width)]


class Pager:
    """One page of many items, as many as the messenger has rows of buttons for, and the buttons that turn it."""

    def __init__(
        self,
        context: RenderContext,
        number: int,
        amount: int,
        verb: str,
        *,
        width: int,
        other_rows: int,
        op: Op = Op.PEOPLE,
    ) -> None:
        rows = context.capabilities.button_rows
        self.is_wide = context.capabilities.buttons_per_row > 2
        self._size = width * max(1, min(MAX_ROWS, rows - other_rows - 1))
        if amount <= width * min(MAX_ROWS, rows - other_rows):
            self._size = max(amount, 1)  # nothing to turn: the row of the turns is free
        self._pages = max(1, -(-amount // self._size))
        self.number = min(number, self._pages - 1)
        self._verb, self._op = verb, op

    def cut(self, items: Sequence[T]) -> Sequence[T]:
        """Return the items of the page."""
        return items[self.number * self._size : (self.number + 1) * self._size]

    def turns(self) -> list[list[Button]]:
        """Return the row with «Раньше» and «Дальше», if there is more than one page."""
        joint = "=" if "=" not in self._verb else "."
        found = [self._turn("‹ Раньше", f"{self._verb}{joint}{self.number - 1}")] if self.number else []
        if self.number < self._pages - 1:
            found.append(self._turn("Дальше ›", f"{self._verb}{joint}{self.number + 1}"))
        return [found] if found else []

    def _turn(self, label: str, argument: str) -> Button:
        return Button(label, pack(self._op, 0, argument))


PEOPLE_PAGE_VIEWS = (
    row(PeopleList, people_list),
    row(PersonPage, person_page),
    row(ChoicePage, choice_page),
    row(InvitePage, invite_page),
    row(AskPersonName, ask_name),
    row(AskPersonTitle, ask_title),
)
