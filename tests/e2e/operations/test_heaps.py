"""The running bot takes its memory from few heaps, however many threads it has."""

import platform
from itertools import pairwise
from pathlib import Path

import pytest

from bot.runtime.heaps import MAX_HEAPS
from tests.e2e.reliability.test_kill import StationsHarness

HEAP_BYTES = 64 << 20
"""Addresses that glibc reserves for each heap but the first, and by which it aligns them."""


def count_heaps(process_id: int) -> int:
    """Count the heaps of a process: the first, and each used part that is followed by the rest of its addresses."""
    maps = map(str.split, Path(f"/proc/{process_id}/maps").read_text(encoding="utf-8").splitlines())
    parts = [([int(bound, 16) for bound in fields[0].split("-")], fields[1]) for fields in maps]
    return 1 + sum(
        (used, rest) == ("rw-p", "---p") and start % HEAP_BYTES == 0 and end == start + HEAP_BYTES
        for ((start, _), used), ((_, end), rest) in pairwise(parts)
    )


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has heaps of another kind")
async def test_threads_share_heaps(tmp_path: Path) -> None:
    stations = StationsHarness(tmp_path)
    await stations.open()
    try:
        await stations.bot.start()
        await stations.wait_for_polls()
        await stations.send_complaints(1)
        await stations.wait_for_cards(1)

        process_id = stations.bot.process_id
        assert len(list(Path(f"/proc/{process_id}/task").iterdir())) > MAX_HEAPS
        assert count_heaps(process_id) == MAX_HEAPS
    finally:
        await stations.close()
