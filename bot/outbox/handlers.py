"""The table of outbox kinds: rendering a row, and recording its delivery."""

from collections.abc import Mapping
from typing import Any

from bot.domain.outbox import OutboxKind
from bot.outbox import board_handlers
from bot.outbox.answer_handlers import record_correction, record_publication, render_correction, render_publication
from bot.outbox.card_handlers import (
    record_card,
    record_card_media,
    record_review_list,
    render_card,
    render_card_media,
    render_review_list,
)
from bot.outbox.notification_handlers import (
    record_channel_restored,
    record_citizen_note,
    record_notification,
    record_notification_edit,
    render_callback_answer,
    render_channel_restored,
    render_citizen_note,
    render_menu,
    render_notification,
    render_notification_edit,
)
from bot.outbox.outgoing import OutboxHandler

# Each entry is checked for its own type of snapshot; a mapping can not name the type that differs from entry to entry.
OUTBOX_HANDLERS: Mapping[OutboxKind, OutboxHandler[Any]] = {
    OutboxKind.CARD: OutboxHandler(render_card, record_card),
    OutboxKind.CARD_MEDIA: OutboxHandler(render_card_media, record_card_media),
    OutboxKind.NOTE: OutboxHandler(render_notification, record_notification),
    OutboxKind.PUBLICATION: OutboxHandler(render_publication, record_publication),
    OutboxKind.CORRECTION: OutboxHandler(render_correction, record_correction),
    OutboxKind.CITIZEN_NOTE: OutboxHandler(render_citizen_note, record_citizen_note),
    OutboxKind.CALLBACK_ANSWER: OutboxHandler(render_callback_answer),
    OutboxKind.EDIT_NOTE: OutboxHandler(render_notification_edit, record_notification_edit),
    OutboxKind.MENU: OutboxHandler(render_menu),
    OutboxKind.CHANNEL_RESTORED: OutboxHandler(render_channel_restored, record_channel_restored),
    OutboxKind.BOARD: OutboxHandler(board_handlers.render, board_handlers.record),
    OutboxKind.REVIEW_LIST: OutboxHandler(render_review_list, record_review_list),
}
