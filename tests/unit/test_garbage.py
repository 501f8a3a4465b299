"""Python's collector is off while the bot starts, and looks at new objects alone afterwards."""

import gc
from collections.abc import Iterator

import pytest

from bot.runtime.garbage import pause_collection, resume_collection


@pytest.fixture
def restored_collector() -> Iterator[None]:
    """Leave the collector of the test process as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


@pytest.mark.usefixtures("restored_collector")
def test_collection_goes_on_after_the_start() -> None:
    pause_collection()
    assert not gc.isenabled()
    resume_collection()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
