"""Several messages about one event, as officials read of them."""

from bot.domain.answers import PublicationState
from bot.domain.russian_text import plural
from bot.domain.view_data import CardFacts, MemberFacts, NoteFacts, ProblemFacts
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.render_context import Look, shorten

PAGE = 8
"""Messages on a page of the list, as :data:`bot.services.problems.merge_split.PAGE` has it."""

TEXT_SHOWN = 160

IN_NOTE = "n"
"""Before a page's number: the button stands under the list itself, which is to turn its page."""

_GOING = (PublicationState.QUEUED, PublicationState.BY_PERSON)


def crowd(facts: CardFacts, look: Look) -> list[Span]:
    """«47 человек, 3 чата, последний в 14:32» on the card of the message that leads."""
    problem = facts.problem
    if problem is None:
        return []
    if problem.lead != facts.ticket.id:
        return [Text(f"\n👥 Часть проблемы №{problem.lead}: житель получит ответ вместе со всеми")]
    latest = f", последний {look.at(problem.heard_at)}" if problem.heard_at else ""
    return [Text("\n👥 "), Bold(f"{people(problem)}{latest}")]


def people(problem: ProblemFacts) -> str:
    """«47 человек, 3 чата»."""
    words = plural(problem.people, "человек", "человека", "человек")
    if problem.chats:
        words += ", " + plural(problem.chats, "чат", "чата", "чатов")
    return words


def reached(facts: CardFacts) -> list[Span]:
    """How far the answer to all of them has come."""
    posts = facts.problem.posts if facts.problem is not None else {}
    going = sum(posts.get(state, 0) for state in _GOING)
    failed = posts.get(PublicationState.FAILED, 0)
    spans: list[Span] = []
    if going:
        spans.append(Text(f"\n📤 Ещё отправляется: {plural(going, 'сообщение', 'сообщения', 'сообщений')}"))
    if failed:
        spans.append(Text(f"\n⚠️ Не дошло: {plural(failed, 'сообщение', 'сообщения', 'сообщений')}"))
    return spans


def members(note: NoteFacts, look: Look) -> Content:
    """The list: who wrote what where, a page at a time; a button opens the message's own card."""
    number, page, problem = note.facts["number"], note.facts["page"], note.problem
    if problem is None:
        return Content.of(f"Сообщение №{number} больше не объединяет другие.")
    pages = max(1, -(-problem.members // PAGE))
    where = f", страница {page + 1} из {pages}" if pages > 1 else ""
    amount = plural(problem.members, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Bold(f"📋 Проблема №{number}: {amount}{where}")]
    for member in note.members:
        spans += _line(member, look)
    buttons = [Button(f"№{member.number}", pack(Op.OPEN, member.number)) for member in note.members]
    width = min(4, look.capabilities.buttons_per_row)
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    turns = []
    if page > 0:
        turns.append(Button("‹ Раньше", pack(Op.LIST, number, f"{IN_NOTE}{page - 1}")))
    if page < pages - 1:
        turns.append(Button("Дальше ›", pack(Op.LIST, number, f"{IN_NOTE}{page + 1}")))
    return Content.of(*spans, keyboard=[*rows, turns] if turns else rows, whole=True)


def _line(member: MemberFacts, look: Look) -> list[Span]:
    spans: list[Span] = [
        Text(f"\n\n№{member.number} · {member.author or 'Житель'} · {look.moment(member.registered_at)}")
    ]
    if member.place is not None:
        spans.append(Text(f" · {member.place.title}"))
        if member.place.link and not member.place.deleted:
            spans += [Text(" · "), Link("открыть", member.place.link)]
    return [*spans, Text("\n"), Quote(shorten(member.text, TEXT_SHOWN) or "без текста")]


def answers_failed(note: NoteFacts, look: Look) -> Content:
    """Some of those who wrote about a problem could not be answered."""
    number, posts = note.facts["number"], note.problem.posts if note.problem is not None else {}
    failed, all_ = posts.get(PublicationState.FAILED, 0), sum(posts.values())
    if not failed:
        return Content.of(f"Ответ на проблему №{number} дошёл до всех.")
    spans: list[Span] = [
        Bold(f"⚠️ Ответ на проблему №{number} дошёл не до всех"),
        Text(f"\nНе опубликовано {failed} из {all_}. Эти сообщения снова в работе, текст ответа сохранён."),
    ]
    for place in note.failed:
        spans.append(Text(f"\n• {place.title}"))
        if place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
    retry = Button("🔁 Отправить им ещё раз", pack(Op.RETRY, number, note.facts["publication_id"]))
    return Content.of(*spans, keyboard=[[retry]])
