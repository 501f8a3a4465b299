"""The words about authors and chats that write more than the limit."""

from bot.domain.names import visible_name
from bot.domain.notifications.limits import FloodReported, HeldMessageList
from bot.domain.russian_text import plural
from bot.domain.view_data import FloodFacts, NotificationData
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_TEXT_CHARS = 300

PAGE_SEPARATOR = "-"
"""Between the flood's number and the page in a button's argument."""

_NOTHING = "Этих сообщений больше нет, или нужна другая роль."


def flood_reported(note: FloodReported, data: NotificationData, context: RenderContext) -> Content:
    facts = data.flood
    if facts is None:
        return Content.of(_NOTHING)
    number = facts.flood.id
    show = Button("Показать", pack(Op.FLOOD, 0, f"{number}"))
    held = plural(facts.held_count, "сообщение отложено", "сообщения отложены", "сообщений отложено")
    head = Bold(f"🌊 {_subject(facts)}: {facts.hour_count} за час")
    if facts.flood.is_of_chat:
        return Content.of(
            head,
            f"\n{held}. От каждого человека бот по-прежнему берёт первое сообщение за час, сообщения об опасности "
            "проходят. Остальные сохранены без карточек и уведомлений.",
            keyboard=[[show]],
        )
    if facts.is_muted and facts.flood.muted_until is not None:
        return Content.of(
            Bold(f"🔇 {_subject(facts)}"),
            f"\nНе слушаем до {context.format_full(facts.flood.muted_until)}: сообщения сохраняются без карточек, "
            f"уведомлений и ответов. Сообщения об опасности проходят. Пока {held}.",
            keyboard=[[show, Button("Слушать снова", pack(Op.UNMUTE, 0, number))]],
        )
    return Content.of(
        head,
        f"\n{held}: бот разбирает не больше {facts.limit} за час от одного человека. Остальные сохранены без карточек "
        "и уведомлений, сообщения об опасности проходят.",
        keyboard=[[show, Button("Не слушать сутки", pack(Op.MUTE, 0, number))]],
    )


def _subject(facts: FloodFacts) -> str:
    if not facts.messages:
        return "Пишут много"
    message, place = facts.messages[0]
    if facts.flood.is_of_chat:
        return f"{place.title}: пишут много"
    return f"{shorten(visible_name(message.author_name) or 'Житель без имени', 60)} ({place.title}) пишет много"


def held_messages(note: HeldMessageList, data: NotificationData, context: RenderContext) -> Content:
    """List the messages, a page at a time."""
    facts = data.flood
    if facts is None or not facts.messages:
        return Content.of(_NOTHING)
    where = f", страница {facts.page + 1} из {facts.pages}" if facts.pages > 1 else ""
    amount = plural(facts.held_count, "отложенное сообщение", "отложенных сообщения", "отложенных сообщений")
    spans: list[Span] = [Bold(f"🌊 {amount}{where}")]
    for message, place in facts.messages:
        name = visible_name(message.author_name) or "Житель без имени"
        spans.append(Text(f"\n\n{shorten(name, 60)} · {context.format_short(message.sent_at)} · {place.title}"))
        if place.deleted:
            spans.append(Text(" · автор удалил"))
        elif place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
        spans += [Text("\n"), Quote(shorten(message.text, MAX_TEXT_CHARS) or "без текста")]
    turns = []
    if facts.page > 0:
        turns.append(Button("‹ Раньше", _page_code(facts, facts.page - 1)))
    if facts.page < facts.pages - 1:
        turns.append(Button("Дальше ›", _page_code(facts, facts.page + 1)))
    return Content.of(*spans, keyboard=[turns] if turns else (), whole=True)


def _page_code(facts: FloodFacts, page: int) -> str:
    return pack(Op.FLOOD, 0, f"{facts.flood.id}{PAGE_SEPARATOR}{page}")


LIMIT_VIEWS = (row(FloodReported, flood_reported), row(HeldMessageList, held_messages))
