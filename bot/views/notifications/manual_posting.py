"""Answers that a person posts: what to do, the text to copy, what became of it."""

from collections.abc import Callable

from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Button, Content, Link, Mono, Span
from bot.messengers.serialization import unpack_media
from bot.messengers.text_fitting import utf16_units
from bot.views.callback_codes import Op, pack
from bot.views.render_context import RenderContext


def post_by_hand(note: NoteFacts, context: RenderContext) -> Content:
    """Where to post; the text follows as a message of its own, to be copied with one tap."""
    number = note.facts["number"]
    spans: list[Span | str] = [
        Bold(f"✍️ Ответ на №{number} нужно опубликовать вручную"),
        f" · {note.message_source}" if note.message_source else "",
        "\nБот там не отвечает. Скопируйте текст из следующего сообщения, откройте сообщение жителя и ответьте на него "
        "от своего имени или от имени сообщества. Когда ответ появится, бот заметит его сам; если не заметит, нажмите "
        "«Опубликовано».",
    ]
    if note.message_link:
        spans += ["\n", Link("Открыть сообщение жителя", note.message_link)]
    elif note.author_name:
        spans.append(f"\nЖитель: {note.author_name}. Ссылки на его сообщение мессенджер не даёт.")
    rows = [[Button("✅ Опубликовано", pack(Op.POSTED, number, note.facts["publication_id"]))]]
    text = note.answer_text or ""
    if 0 < utf16_units(Mono(text)) <= context.capabilities.copy_button_limit:
        rows.append([Button("📋 Скопировать текст", copies=text)])
    return Content.of(*spans, keyboard=rows)


def answer_text(note: NoteFacts, context: RenderContext) -> Content:
    """The approved words alone, with their files."""
    return Content.of(Mono(note.answer_text or "")).with_media(unpack_media(note.answer_media))


def hand_posted(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"✅ Ответ на №{note.facts['number']} опубликован вручную.")


def hand_noticed(note: NoteFacts, context: RenderContext) -> Content:
    there = f" ({note.message_source})" if note.message_source else ""
    return Content.of(f"✅ Ответ на №{note.facts['number']} опубликован: бот увидел его в переписке{there}.")


def hand_withdrawn(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"Ответ на №{note.facts['number']} публиковать больше не нужно: так теперь указано в настройках.")


MANUAL_POSTING: dict[str, Callable[[NoteFacts, RenderContext], Content]] = {
    view.__name__: view for view in (post_by_hand, answer_text, hand_posted, hand_noticed, hand_withdrawn)
}
