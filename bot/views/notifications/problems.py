"""Several messages about one event, as officials read of them."""

from bot.domain.answers import PublicationState
from bot.domain.russian_text import plural
from bot.domain.view_data import CardFacts, MemberFacts, NoteFacts, ProblemFacts
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.render_context import RenderContext, shorten

PAGE_SIZE = 8
"""Messages on a page of the list, as :data:`bot.services.problems.merge_split.PAGE` has it."""

MAX_TEXT_CHARS = 160

LIST_PAGE_PREFIX = "n"
"""Before a page's number: the button stands under the list itself, which is to turn its page."""

_PENDING_STATES = (PublicationState.QUEUED, PublicationState.BY_PERSON)


def problem_summary(facts: CardFacts, context: RenderContext) -> list[Span]:
    """«47 человек, 3 чата, последний в 14:32» on the card of the message that leads."""
    problem = facts.problem
    if problem is None:
        return []
    if problem.lead != facts.ticket.id:
        return [Text(f"\n👥 Часть проблемы №{problem.lead}: житель получит ответ вместе со всеми")]
    latest = f", последний {context.format_short_at(problem.last_message_at)}" if problem.last_message_at else ""
    return [Text("\n👥 "), Bold(f"{audience_size(problem)}{latest}")]


def audience_size(problem: ProblemFacts) -> str:
    """«47 человек, 3 чата»."""
    words = plural(problem.people, "человек", "человека", "человек")
    if problem.chats:
        words += ", " + plural(problem.chats, "чат", "чата", "чатов")
    return words


def delivery_progress(facts: CardFacts) -> list[Span]:
    """How far the answer to all of them has come."""
    posts = facts.problem.publication_counts if facts.problem is not None else {}
    going = sum(posts.get(state, 0) for state in _PENDING_STATES)
    failed = posts.get(PublicationState.FAILED, 0)
    spans: list[Span] = []
    if going:
        spans.append(Text(f"\n📤 Ещё отправляется: {plural(going, 'сообщение', 'сообщения', 'сообщений')}"))
    if failed:
        spans.append(Text(f"\n⚠️ Не дошло: {plural(failed, 'сообщение', 'сообщения', 'сообщений')}"))
    return spans


def members(note: NoteFacts, context: RenderContext) -> Content:
    """The list: who wrote what where, a page at a time; a button opens the message's own card."""
    number, page, problem = note.facts["number"], note.facts["page"], note.problem
    if problem is None:
        return Content.of(f"Сообщение №{number} больше не объединяет другие.")
    pages = max(1, -(-problem.members // PAGE_SIZE))
    where = f", страница {page + 1} из {pages}" if pages > 1 else ""
    amount = plural(problem.members, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Bold(f"📋 Проблема №{number}: {amount}{where}")]
    for member in note.members:
        spans += _member_lines(member, context)
    buttons = [Button(f"№{member.number}", pack(Op.OPEN, member.number)) for member in note.members]
    width = min(4, context.capabilities.buttons_per_row)
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    turns = []
    if page > 0:
        turns.append(Button("‹ Раньше", pack(Op.LIST, number, f"{LIST_PAGE_PREFIX}{page - 1}")))
    if page < pages - 1:
        turns.append(Button("Дальше ›", pack(Op.LIST, number, f"{LIST_PAGE_PREFIX}{page + 1}")))
    return Content.of(*spans, keyboard=[*rows, turns] if turns else rows, whole=True)


def _member_lines(member: MemberFacts, context: RenderContext) -> list[Span]:
    spans: list[Span] = [
        Text(f"\n\n№{member.number} · {member.author or 'Житель'} · {context.format_short(member.registered_at)}")
    ]
    if member.message is not None:
        spans.append(Text(f" · {member.message.title}"))
        if member.message.link and not member.message.deleted:
            spans += [Text(" · "), Link("открыть", member.message.link)]
    return [*spans, Text("\n"), Quote(shorten(member.text, MAX_TEXT_CHARS) or "без текста")]


def answers_failed(note: NoteFacts, context: RenderContext) -> Content:
    """Some of those who wrote about a problem could not be answered."""
    number, posts = note.facts["number"], note.problem.publication_counts if note.problem is not None else {}
    failed, all_ = posts.get(PublicationState.FAILED, 0), sum(posts.values())
    if not failed:
        return Content.of(f"Ответ на проблему №{number} дошёл до всех.")
    spans: list[Span] = [
        Bold(f"⚠️ Ответ на проблему №{number} дошёл не до всех"),
        Text(f"\nНе опубликовано {failed} из {all_}. Эти сообщения снова в работе, текст ответа сохранён."),
    ]
    for place in note.failed_messages:
        spans.append(Text(f"\n• {place.title}"))
        if place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
    retry = Button("🔁 Отправить им ещё раз", pack(Op.RETRY, number, note.facts["publication_id"]))
    return Content.of(*spans, keyboard=[[retry]])
