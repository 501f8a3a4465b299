"""The table of outbox kinds."""

import pytest

from bot.domain.outbox import OutboxKind
from bot.outbox.handlers import OUTBOX_HANDLERS


@pytest.mark.parametrize("kind", OutboxKind)
def test_every_outbox_kind_has_a_handler(kind: OutboxKind) -> None:
    assert kind in OUTBOX_HANDLERS
