"""The list of messages that may be about a problem: words, and two buttons for each."""

from bot.domain.russian_text import plural
from bot.domain.view_data import DoubtFacts
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.render_context import Look, shorten

PAGE = 5
"""Messages on one page, where the messenger has room for their buttons."""

SHOWN = 300
"""Characters of each message."""


def size_of_page(look: Look) -> int:
    """Every message has a row of buttons, the last row turns the page."""
    return max(1, min(PAGE, look.capabilities.button_rows - 1))


def listing(facts: DoubtFacts, look: Look) -> Content:
    """One page of the list; when all is sorted it says so."""
    if not facts.messages:
        return Content.of("✓ Сообщения, о которых бот не был уверен, разобраны.", whole=True)
    amount = plural(facts.waiting, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Bold(f"🤔 Бот не уверен, о проблеме ли это: {amount}")]
    if facts.pages > 1:
        spans.append(Text(f" · страница {facts.page + 1} из {facts.pages}"))
    rows: list[tuple[Button, ...]] = []
    first = facts.page * size_of_page(look) + 1
    for number, (message, place) in enumerate(facts.messages, first):
        spans += [Text(f"\n{number}. {place.title} · {look.moment(message.sent_at)}")]
        if place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
        spans += [Text("\n"), Quote(shorten(message.text, SHOWN))]
        rows.append(
            (
                Button(f"{number}. О проблеме", pack(Op.IS_PROBLEM, 0, message.id)),
                Button(f"{number}. Не требует ответа", pack(Op.IS_TALK, 0, message.id)),
            )
        )
    turns = []
    if facts.page > 0:
        turns.append(Button("‹ Раньше", pack(Op.DOUBTS, 0, facts.page - 1)))
    if facts.page < facts.pages - 1:
        turns.append(Button("Дальше ›", pack(Op.DOUBTS, 0, facts.page + 1)))
    return Content(tuple(spans), (*rows, tuple(turns)) if turns else tuple(rows), whole=True)
