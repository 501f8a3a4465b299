"""Notifications about messages that an official forwards to the bot."""

from bot.domain.notifications.forwards import ForwardDeclined, ForwardKnown, ForwardPreview, ForwardRegistered
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Quote, Span
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, citizen_name, shorten

MAX_QUOTED_CHARS = 1500


def preview(note: ForwardPreview, data: NotificationData, context: RenderContext) -> Content:
    """Show whose message it is and when it was written, before anything is registered."""
    at = context.format_full(note.sent_at) if note.sent_at is not None else "мессенджер не сообщает"
    spans: list[Span | str] = [
        Bold("↪️ Пересланное сообщение"),
        f"\n👤 {citizen_name(data.author_name)}",
        f"\n🕘 Написано: {at}\n",
        Quote(shorten(data.message_text or "", MAX_QUOTED_CHARS) or "Без текста, только вложения"),
    ]
    if note.by_official:
        spans.append("\nЭто написал сотрудник. После «Внести» спрошу, откуда сообщение и кто заявитель.")
    else:
        spans.append("\nВнести его как сообщение этого жителя? Ответ бот передаст вам: ответить ему сам он не сможет.")
    if note.own_words:
        spans.append("\nℹ️ Ваши слова при пересылке в сообщение жителя не войдут.")
    take = Button("✅ Внести", pack(Op.FORWARD_TAKE, 0, note.message_id))
    return Content.of(*spans, keyboard=[[take, Button("Отмена", pack(Op.FORWARD_DECLINE, 0, note.message_id))]])


def registered(note: ForwardRegistered, data: NotificationData, context: RenderContext) -> Content:
    where = f"передано: {note.sector}" if note.sector else "выберите отрасль в карточке"
    open_card = Button(f"Открыть №{note.ticket_id}", pack(Op.OPEN, note.ticket_id))
    return Content.of(f"✅ Сообщение №{note.ticket_id} внесено, {where}.", keyboard=[[open_card]])


FORWARD_VIEWS = (
    row(ForwardPreview, preview),
    row(ForwardRegistered, registered),
    template_row(ForwardDeclined, "Отменено, пересланное сообщение не внесено."),
    template_row(ForwardKnown, "Это сообщение уже зарегистрировано: №{note.ticket_id}. Вот его карточка."),
)
