"""Notifications about problems: several tickets of one event."""

from bot.domain.answers import PublicationState
from bot.domain.gist import gist
from bot.domain.notifications.problems import AnswersFailed, MemberList
from bot.domain.russian_text import plural
from bot.domain.view_data import CardFacts, MemberFacts, NotificationData, ProblemFacts
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, citizen_name

PAGE_SIZE = 8
"""Messages on a page of the list; :mod:`bot.services.problems.merge_split` reads as many."""

LIST_PAGE_PREFIX = "n"
"""Prefix of a page's number in a button under the list itself, which turns its page."""

_PENDING_STATES = (PublicationState.QUEUED, PublicationState.BY_PERSON)


def problem_summary(facts: CardFacts, context: RenderContext) -> list[Span]:
    """Return «47 человек, 3 чата, последний в 14:32» for the card of the ticket that leads."""
    problem = facts.problem
    if problem is None:
        return []
    if problem.lead != facts.ticket.id:
        return [Text(f"\n👥 Часть проблемы №{problem.lead}: житель получит ответ вместе со всеми")]
    latest = f", последний {context.format_short_at(problem.last_message_at)}" if problem.last_message_at else ""
    return [Text("\n👥 "), Bold(f"{audience_size(problem)}{latest}")]


def audience_size(problem: ProblemFacts) -> str:
    """Return «47 человек, 3 чата»."""
    words = plural(problem.people, "человек", "человека", "человек")
    if problem.chats:
        words += ", " + plural(problem.chats, "чат", "чата", "чатов")
    return words


def delivery_progress(facts: CardFacts) -> list[Span]:
    """Return how many of the answers are pending, and how many have failed."""
    counts = facts.problem.publication_counts if facts.problem is not None else {}
    going = sum(counts.get(state, 0) for state in _PENDING_STATES)
    failed = counts.get(PublicationState.FAILED, 0)
    spans: list[Span] = []
    if going:
        spans.append(Text(f"\n📤 Ещё отправляется: {plural(going, 'сообщение', 'сообщения', 'сообщений')}"))
    if failed:
        spans.append(Text(f"\n⚠️ Не дошло: {plural(failed, 'сообщение', 'сообщения', 'сообщений')}"))
    return spans


def members(note: MemberList, data: NotificationData, context: RenderContext) -> Content:
    """List the members, a page at a time; a button opens each member's own card."""
    number, page, problem = note.ticket_id, note.page, data.problem
    if problem is None:
        return Content.of(f"Сообщение №{number} больше не объединяет другие.")
    pages = max(1, -(-problem.members // PAGE_SIZE))
    where = f", страница {page + 1} из {pages}" if pages > 1 else ""
    amount = plural(problem.members, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Bold(f"📋 Проблема №{number}: {amount}{where}")]
    for member in data.members:
        spans += _member_lines(member, context)
    buttons = [Button(f"№{member.number}", pack(Op.OPEN, member.number)) for member in data.members]
    width = min(4, context.capabilities.buttons_per_row)
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    page_buttons = []
    if page > 0:
        page_buttons.append(Button("‹ Раньше", pack(Op.LIST, number, f"{LIST_PAGE_PREFIX}{page - 1}")))
    if page < pages - 1:
        page_buttons.append(Button("Дальше ›", pack(Op.LIST, number, f"{LIST_PAGE_PREFIX}{page + 1}")))
    return Content.of(*spans, keyboard=[*rows, page_buttons] if page_buttons else rows, whole=True)


def _member_lines(member: MemberFacts, context: RenderContext) -> list[Span]:
    author = citizen_name(member.author, has_account=member.message is not None)
    spans: list[Span] = [Text(f"\n\n№{member.number} · {author} · {context.format_short(member.registered_at)}")]
    if member.message is not None:
        spans.append(Text(f" · {member.message.title}"))
        if member.message.link and not member.message.deleted:
            spans += [Text(" · "), Link("открыть", member.message.link)]
    return [*spans, Text("\n"), Quote(gist(member.text) or "без текста")]


def answers_failed(note: AnswersFailed, data: NotificationData, context: RenderContext) -> Content:
    """Name the places that the answer to a problem has not reached, or say that it has reached all by now."""
    number, counts = note.ticket_id, data.problem.publication_counts if data.problem is not None else {}
    failed, all_ = counts.get(PublicationState.FAILED, 0), sum(counts.values())
    if not failed:
        return Content.of(f"Ответ на проблему №{number} дошёл до всех.")
    spans: list[Span] = [
        Bold(f"⚠️ Ответ на проблему №{number} дошёл не до всех"),
        Text(f"\nНе опубликовано {failed} из {all_}. Эти сообщения снова в работе, текст ответа сохранён."),
    ]
    for place in data.failed_messages:
        spans.append(Text(f"\n• {place.title}"))
        if place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
    retry = Button("🔁 Отправить им ещё раз", pack(Op.RETRY, number, note.publication_id))
    return Content.of(*spans, keyboard=[[retry]])


PROBLEM_VIEWS = (row(MemberList, members), row(AnswersFailed, answers_failed))
