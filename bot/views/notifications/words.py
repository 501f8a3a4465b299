"""Words of those who watch to the post, and their confirmation."""

from bot.domain.notifications.words import WordSent, WordsForWhich, WordToPost
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, shorten

MAX_WORDS = 1500
"""Characters of the words that the post reads at once; the card shows their beginning, too."""


def word_to_post(note: WordToPost, data: NotificationData, context: RenderContext) -> Content:
    heading = Bold(f"💬 {note.name} о сообщении №{note.ticket_id}:")
    return Content.of(heading, f"\n{shorten(note.text, MAX_WORDS)}", keyboard=open_row(note.ticket_id))


def word_sent(note: WordSent, data: NotificationData, context: RenderContext) -> Content:
    if not note.names:
        return Content.of(f"Записано в карточку №{note.ticket_id}. Сейчас сообщением никто не занимается.")
    return Content.of(f"Передано: {', '.join(note.names)}. Слова видны в карточке и истории №{note.ticket_id}.")


def open_row(ticket_id: int) -> list[list[Button]]:
    return [[Button("Открыть", pack(Op.OPEN, ticket_id))]]


WORD_VIEWS = (
    row(WordToPost, word_to_post),
    row(WordSent, word_sent),
    template_row(
        WordsForWhich,
        "О каком сообщении из списка? Ответьте на список ещё раз и начните с номера: №{note.ticket_id} …",
    ),
)
