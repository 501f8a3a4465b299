"""The board of control: figures, breakdowns and lists with their buttons."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.domain.board import BoardCounts, BoardFacts, BoardLine, BoardPage, BoardTicket, BoardView
from bot.domain.notifications.board import BoardBelow, Nudged
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.external_terms import describe_external_term
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, shorten

_TITLES: Mapping[BoardPage, str] = {
    BoardPage.SUMMARY: "Контроль",
    BoardPage.LATE: "Просрочено",
    BoardPage.SOON: "Скоро срок",
    BoardPage.WORK: "В работе",
    BoardPage.UNACCEPTED: "Никто не принял",
    BoardPage.CITIZEN: "Ждут жителя",
    BoardPage.UNIT: "Ждут другое подразделение",
    BoardPage.DECISION: "Ждут решения",
    BoardPage.CALL: "Ждут звонка заявителю",
    BoardPage.APPROVER: "Ждут согласования",
    BoardPage.SECTORS: "По блокам",
    BoardPage.OWNERS: "По людям",
    BoardPage.SOURCES: "По источникам",
}

_BREAKDOWNS = (BoardPage.SECTORS, BoardPage.OWNERS, BoardPage.SOURCES)

MAX_LABEL = 38
"""Characters of a button with a person's or a block's name."""


def render_board(facts: BoardFacts | None, context: RenderContext) -> Content:
    """Return the page that is open; without facts, the words that the reader may not see it any more."""
    if facts is None:
        return Content.of("Контроль вам больше не доступен.", whole=True)
    if facts.view.page is BoardPage.SUMMARY:
        return _summary(facts, context)
    if facts.view.page.is_breakdown:
        return _breakdown(facts, context)
    return _list(facts, context)


def _summary(facts: BoardFacts, context: RenderContext) -> Content:
    totals, waiting = facts.totals, dict(facts.waiting)
    spans: list[Span] = [
        Bold("📋 Контроль"),
        Text(f"\nПросрочено: {totals.late}"),
        Text(f"\nСкоро срок: {totals.soon}"),
        Text(f"\nВ работе: {totals.work}"),
    ]
    if waiting:
        spans += [Text("\n\n"), Bold("Кого ждём")]
        spans += [Text(f"\n{_TITLES[page]}: {count}") for page, count in waiting.items()]
    if not totals.work:
        spans.append(Text("\n\nОткрытых сообщений нет."))
    buttons = [
        _page_button(BoardPage.LATE, totals.late),
        _page_button(BoardPage.SOON, totals.soon),
        _page_button(BoardPage.WORK, totals.work),
        *(_view_button(_TITLES[page], BoardView(page)) for page in _BREAKDOWNS if _is_shown(page, facts)),
        *([_view_button("Изменить срок", BoardView(BoardPage.WORK, terms=True))] if facts.may_set_terms else []),
    ]
    room = 2 * context.capabilities.button_rows - len(buttons)
    buttons += [_page_button(page, count) for page, count in list(waiting.items())[: max(0, room)]]
    return Content(tuple(spans), tuple(_pairs(buttons)), whole=True)


def _is_shown(page: BoardPage, facts: BoardFacts) -> bool:
    return page is not BoardPage.SECTORS or facts.divided


def _page_button(page: BoardPage, count: int) -> Button:
    return _view_button(f"{_TITLES[page]}: {count}" if count else _TITLES[page], BoardView(page))


def _view_button(title: str, view: BoardView) -> Button:
    return Button(shorten(title, MAX_LABEL), pack(Op.BOARD, 0, view.code))


def _pairs(buttons: list[Button]) -> Iterable[tuple[Button, ...]]:
    return (tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def _breakdown(facts: BoardFacts, context: RenderContext) -> Content:
    spans = [*_heading(facts, _TITLES[facts.view.page])]
    if not facts.lines:
        spans.append(Text("\nОткрытых сообщений нет."))
    rows: list[tuple[Button, ...]] = []
    for line in facts.lines:
        spans += [Text("\n"), Bold(_line_title(line)), Text(f": {_figures(line.counts)}")]
        label = f"{_line_title(line)}: {line.counts.work}"
        rows.append((_view_button(label, line.view),))
    return Content(tuple(spans), (*rows, *_navigation(facts)), whole=True)


def _line_title(line: BoardLine) -> str:
    return line.title[:1].upper() + line.title[1:] or "Никто не назначен"


def _figures(counts: BoardCounts) -> str:
    late = f", просрочено {counts.late}" if counts.late else ""
    soon = f", скоро срок {counts.soon}" if counts.soon else ""
    unaccepted = f", не принято {counts.unaccepted}" if counts.unaccepted else ""
    return f"в работе {counts.work}{late}{soon}{unaccepted}"


def _list(facts: BoardFacts, context: RenderContext) -> Content:
    title = facts.heading[:1].upper() + facts.heading[1:] or _TITLES.get(facts.view.page, "Никто не назначен")
    spans = [*_heading(facts, title)]
    if not facts.tickets:
        spans.append(Text("\nЗдесь ничего нет."))
    rows: list[tuple[Button, ...]] = []
    for one in facts.tickets:
        spans.append(Text(f"\n{_ticket_line(one, context)}"))
        if facts.view.terms:
            rows.append((Button(f"Изменить срок №{one.id}", pack(Op.DATA_FIELD, one.id, "term")),))
        else:
            nudge = Button("Поторопить", pack(Op.NUDGE, one.id))
            rows.append((Button(f"Открыть №{one.id}", pack(Op.OPEN, one.id)), nudge))
    return Content(tuple(spans), (*rows, *_navigation(facts)), whole=True)


def _heading(facts: BoardFacts, title: str) -> list[Span]:
    amount = f": {facts.listed}" if facts.listed else ""
    page = f" · страница {facts.view.number + 1} из {facts.pages}" if facts.pages > 1 else ""
    return [Bold(f"📋 {title}{amount}"), Text(page)]


def _ticket_line(one: BoardTicket, context: RenderContext) -> str:
    marks = ("🔴 " if one.late else "") + ("🔥 " if one.urgent else "")
    until = f"{'принять' if one.unaccepted else 'ответить'} до {context.format_short(one.due)}"
    until += describe_external_term(one.source, one.external_due, context, is_late=one.external_late)
    words = f" · {one.words}" if one.words else ""
    return f"{marks}№{one.id} · {until} · {one.owner or 'никто не назначен'}{words}"


def _navigation(facts: BoardFacts) -> list[tuple[Button, ...]]:
    view = facts.view
    turns = []
    if view.number > 0:
        turns.append(_view_button("‹ Раньше", view.at(view.number - 1)))
    if view.number < facts.pages - 1:
        turns.append(_view_button("Дальше ›", view.at(view.number + 1)))
    last = [_view_button("К сводке", BoardView())]
    if facts.may_set_terms and not view.page.is_breakdown and facts.tickets:
        last.append(_view_button("Список" if view.terms else "Изменить срок", replace(view, terms=not view.terms)))
    return [*([tuple(turns)] if turns else []), tuple(last)]


def nudged(note: Nudged, data: NotificationData, context: RenderContext) -> Content:
    ticket = data.tickets.get(note.ticket_id)
    until = f" Срок ответа: {context.format_short(ticket.answer_due)}." if ticket is not None else ""
    return Content.of(f"⏩ {note.name} просит поторопиться с №{note.ticket_id}.{until}")


BOARD_VIEWS = (row(Nudged, nudged), template_row(BoardBelow, "Контроль теперь ниже."))
