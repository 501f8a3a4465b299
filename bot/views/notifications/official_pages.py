"""The weekly note about official pages."""

from datetime import datetime

from bot.domain.russian_text import plural
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Content, Link, Span, Text
from bot.views.render_context import RenderContext, format_duration


def pages_week(note: NoteFacts, context: RenderContext) -> Content:
    """Which pages are silent, and which leave comments unanswered and for how long."""
    silent, unanswered = note.facts["quiet"], note.facts["unanswered"]
    spans: list[Span] = [Bold("📄 Официальные страницы за неделю")]
    if not silent and not unanswered:
        spans.append(Text("\nМолчащих страниц нет, комментариев без ответа нет."))
    if silent:
        spans += [Text("\n\n"), Bold("Нет новых записей")]
        spans += [Text(_silent_page_line(*one)) for one in silent]
    if unanswered:
        spans += [Text("\n\n"), Bold("Комментарии без ответа")]
    for title, amount, since, links in unanswered:
        waits = format_duration((context.now - datetime.fromisoformat(since)).total_seconds())
        words = plural(amount, "комментарий", "комментария", "комментариев")
        spans.append(Text(f"\n• {title}: {words}, самый давний ждёт {waits}"))
        for number, link in enumerate(links, 1):
            spans += [Text(" · "), Link("открыть" if number == 1 else f"ещё {number}", link)]
    return Content(tuple(spans))


def _silent_page_line(title: str, days: int, ever: bool) -> str:
    words = plural(days, "день", "дня", "дней")
    return f"\n• {title}: {words}" if ever else f"\n• {title}: бот следит {words} и не видел ни одной"
