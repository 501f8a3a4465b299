"""Notifications about answers that officials post themselves."""

from bot.domain.notifications.manual_posting import (
    AnswerText,
    ManualPostNoticed,
    PostByHand,
    PostedByHand,
    PostRequestWithdrawn,
)
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Link, Mono, Span
from bot.messengers.serialization import unpack_media
from bot.messengers.text_fitting import utf16_units
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import text_title
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, citizen_name


def post_by_hand(note: PostByHand, data: NotificationData, context: RenderContext) -> Content:
    """Say where to post; the text follows as a message of its own, to be copied with one tap."""
    spans: list[Span | str] = [
        Bold(f"✍️ {text_title(data.answer_kind, note.ticket_id)} нужно опубликовать вручную"),
        f" · {data.message_source}" if data.message_source else "",
        "\nБот там не отвечает. Скопируйте текст из следующего сообщения, откройте сообщение жителя и ответьте на него "
        "от своего имени или от имени сообщества. Когда ответ появится, бот заметит его сам; если не заметит, нажмите "
        "«Опубликовано».",
    ]
    if data.message_deleted:
        spans.append(
            f"\nЖитель ({citizen_name(data.author_name)}) удалил сообщение: ответьте ему по имени, не цитируя."
        )
    elif data.message_link:
        spans += ["\n", Link("Открыть сообщение жителя", data.message_link)]
    elif data.message_source:
        spans.append(f"\nЖитель: {citizen_name(data.author_name)}. Ссылки на его сообщение мессенджер не даёт.")
    rows = [[Button("✅ Опубликовано", pack(Op.POSTED, note.ticket_id, note.publication_id))]]
    text = data.answer_text or ""
    if 0 < utf16_units(Mono(text)) <= context.capabilities.copy_button_limit:
        rows.append([Button("📋 Скопировать текст", copies=text)])
    return Content.of(*spans, keyboard=rows)


def answer_text(note: AnswerText, data: NotificationData, context: RenderContext) -> Content:
    """Return the approved text alone, with its files."""
    return Content.of(Mono(data.answer_text or "")).with_media(unpack_media(data.answer_media))


def hand_noticed(note: ManualPostNoticed, data: NotificationData, context: RenderContext) -> Content:
    there = f" ({data.message_source})" if data.message_source else ""
    title = text_title(data.answer_kind, note.ticket_id)
    return Content.of(f"✅ {title} опубликован: бот увидел его в переписке{there}.")


def posted_by_hand(note: PostedByHand, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"✅ {text_title(data.answer_kind, note.ticket_id)} опубликован вручную.")


MANUAL_POSTING_VIEWS = (
    row(PostByHand, post_by_hand),
    row(AnswerText, answer_text),
    row(ManualPostNoticed, hand_noticed),
    row(PostedByHand, posted_by_hand),
    template_row(
        PostRequestWithdrawn,
        "Ответ на №{note.ticket_id} публиковать больше не нужно: так теперь указано в настройках.",
    ),
)
