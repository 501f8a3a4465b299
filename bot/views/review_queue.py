"""The review queue: messages that may report a problem, with two buttons each."""

from bot.domain.russian_text import plural
from bot.domain.view_data import ReviewListFacts
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.render_context import RenderContext, shorten

MAX_PAGE_SIZE = 5
"""Most messages on one page; a messenger with fewer rows of buttons shows fewer."""

MAX_TEXT_CHARS = 300
"""Characters of each message."""


def page_size(context: RenderContext) -> int:
    """Return the messages on a page: each has a row of buttons, and the last row turns the page."""
    return max(1, min(MAX_PAGE_SIZE, context.capabilities.button_rows - 1))


def render_review_list(facts: ReviewListFacts, context: RenderContext) -> Content:
    """Return one page of the list, or the words that nothing is left."""
    if not facts.messages:
        return Content.of("✓ Сообщения, о которых бот не был уверен, разобраны.", whole=True)
    amount = plural(facts.pending_count, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Bold(f"🤔 Бот не уверен, о проблеме ли это: {amount}")]
    if facts.pages > 1:
        spans.append(Text(f" · страница {facts.page + 1} из {facts.pages}"))
    rows: list[tuple[Button, ...]] = []
    first = facts.page * page_size(context) + 1
    for number, (message, place) in enumerate(facts.messages, first):
        spans += [Text(f"\n{number}. {place.title} · {context.format_short(message.sent_at)}")]
        if place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
        spans += [Text("\n"), Quote(shorten(message.text, MAX_TEXT_CHARS))]
        rows.append(
            (
                Button(f"{number}. О проблеме", pack(Op.IS_PROBLEM, 0, message.id)),
                Button(f"{number}. Не требует ответа", pack(Op.IS_TALK, 0, message.id)),
            )
        )
    page_buttons = []
    if facts.page > 0:
        page_buttons.append(Button("‹ Раньше", pack(Op.REVIEW_LIST, 0, facts.page - 1)))
    if facts.page < facts.pages - 1:
        page_buttons.append(Button("Дальше ›", pack(Op.REVIEW_LIST, 0, facts.page + 1)))
    return Content(tuple(spans), (*rows, tuple(page_buttons)) if page_buttons else tuple(rows), whole=True)
