"""Mutated updates: every messenger reads an update of any shape or reports it as unreadable."""

import asyncio
import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messengers.content import Button, Content
from bot.messengers.errors import MalformedUpdate, UnknownUpdate
from bot.messengers.port import Target
from tests.contract.harness import MessengerHarness

Path = tuple[str | int, ...]

POLLS = 20

REMOVED = object()
NUMBERS = (True, 0, -1, 2**70, 0.5, float("nan"), float("inf"))
WORDS = ("", "0", "-", "№", "\ud800", "9" * 5_000)
SHAPES = ([], {}, [None], [[]], [{}], {"id": {}}, {"type": "photo"}, [{"type": []}])
ODD = st.sampled_from([REMOVED, None, *NUMBERS, *WORDS, *SHAPES])


async def all_updates(harness: MessengerHarness) -> list[dict[str, Any]]:
    """Collect the updates of everything that a citizen can do."""
    await harness.write_privately("На Мира 7 нет света", photo=b"a picture")
    first = await harness.write_publicly("На Ленина 45 открыт люк")
    second = await harness.write_publicly("И на Кирова 3", photo=b"another picture", reply_to=first)
    await harness.edit_publicly(first, "На Ленина 45 открыт люк, два")
    await harness.delete_publicly(second)
    question = Content.of("Это всё?", keyboard=[[Button("Да", "t1:a")]])
    sent = await harness.messenger.send(Target(harness.private), question, key="1:0")
    await harness.press_button(sent.ids[0], "Да")
    await harness.block_bot()
    found: list[dict[str, Any]] = []
    with suppress(TimeoutError):
        for _ in range(POLLS):  # the last one waits in vain
            async with asyncio.timeout(1):
                found += [dict(one.payload) for one in (await harness.messenger.fetch()).updates]
    assert len(found) >= 4
    return found


def list_paths(value: Any, path: Path = ()) -> list[Path]:
    """List the paths of all values, at any depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in inner for place in [(*path, key), *list_paths(one, (*path, key))]]


def replace_at(value: Any, place: Path, odd: Any) -> None:
    *way, last = place
    for key in way:
        value = value[key]
    if odd is REMOVED:
        del value[last]
    else:
        value[last] = deepcopy(odd)


async def test_no_mutated_update_breaks_anything(harness: MessengerHarness) -> None:
    updates = json.loads(json.dumps(await all_updates(harness)))
    for update in updates:  # without a change all can be read
        with suppress(UnknownUpdate):
            harness.messenger.parse(update)

    @settings(max_examples=150)
    @given(st.data())
    def is_read_or_set_aside(data: st.DataObject) -> None:
        update = deepcopy(data.draw(st.sampled_from(updates)))
        for _ in range(data.draw(st.integers(1, 3))):
            if where := list_paths(update):
                replace_at(update, data.draw(st.sampled_from(where)), data.draw(ODD))
        with suppress(UnknownUpdate, MalformedUpdate):
            harness.messenger.parse(update)

    is_read_or_set_aside()
