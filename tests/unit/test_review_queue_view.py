"""The list of doubtful messages on the keyboards of every messenger."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cards import ReviewList
from bot.domain.messages import Message
from bot.domain.view_data import MessageFacts, ReviewListFacts
from bot.messengers.max.messenger import CAPABILITIES as MAX
from bot.messengers.port import Capabilities
from bot.messengers.telegram.messenger import CAPABILITIES as TELEGRAM
from bot.messengers.vk.messenger import CAPABILITIES as VK
from bot.views.render_context import RenderContext
from bot.views.review_queue import page_size, render_review_list

NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)


def message(number: int) -> Message:
    words = f"{number} что-то у бани опять не так " * 40
    return Message(
        number, "telegram", "-1", "group", "-1", "", None, str(number), "7", "Мария", words, (), None, None, None, None,
        NOW, None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize("capabilities", [TELEGRAM, VK, MAX])
def test_a_middle_page_fits_the_keyboard_and_one_message(capabilities: Capabilities) -> None:
    look = RenderContext(ZoneInfo("Asia/Vladivostok"), NOW, capabilities)
    size = page_size(look)
    page = [(message(number), MessageFacts("Telegram «Дворы»", None, False)) for number in range(size)]
    known = ReviewList(1, "telegram", "1003", None, None, 1, NOW)

    content = render_review_list(ReviewListFacts(known, 1, 3, 3 * size, page), look)

    assert size >= 4
    assert len(content.keyboard) == size + 1 <= capabilities.button_rows
    assert max(map(len, content.keyboard)) <= capabilities.buttons_per_row
    assert len(content.plain_text) < capabilities.text_limit
    assert f"{size + 1}. Не требует ответа" in [button.text for row in content.keyboard for button in row]
