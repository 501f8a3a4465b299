"""All messages of the bot in all messengers, with the process that sent each."""

import asyncio
import itertools
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crashtest.messenger_clients import CARD_HEADER
from sandbox.server import Sandbox

Location = tuple[str, Any]


class Reader(StrEnum):
    """The reader of a message, who decides how many of its kind a crash may repeat."""

    CITIZEN = "citizens"
    OFFICIAL = "officials"


@dataclass(slots=True)
class History:
    """Record of the bot's messages."""

    sandbox: Sandbox
    officials: frozenset[int] | None = None
    """The people whose private chats are those of officials; without it, all private chats are."""
    process_number: int = 0
    ends: list[float] = field(default_factory=list)
    """The moments at which processes ended, by the clock of :mod:`crashtest.call_log`."""
    forgotten_lives: set[int] = field(default_factory=set)
    """Processes of whose messages the database knows nothing since a restore: those may be sent once more."""
    occurrences: dict[tuple[Location, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    """(Location, text) → the processes that sent it; one, if all is well."""
    _message_counts: dict[Location, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Record new messages after every change until cancelled."""
        journal = self.sandbox.change_log
        while True:
            revision = journal.revision
            self.record_new_messages()
            await journal.wait_for_change(revision, 1.0)

    def record_new_messages(self) -> None:
        for place, messages in self._iter_locations():
            known = self._message_counts.get(place, 0)
            if len(messages) > known:
                self._message_counts[place] = len(messages)
                for message in itertools.islice(messages.values(), known, None):
                    said = self._bot_message_text(place, message)
                    if said is not None:
                        self.occurrences[place, _message_key(said)].append(self.process_number)

    async def on_process_killed(self) -> None:
        """Record the last messages of a killed process and count the next one."""
        journal = self.sandbox.change_log
        for _ in range(3):
            await journal.wait_for_change(journal.revision, 0.02)
            await asyncio.sleep(0)
        self.record_new_messages()
        self.ends.append(time.monotonic())
        self.process_number += 1

    def _iter_locations(self) -> Iterator[tuple[Location, dict[Any, Any]]]:
        sandbox = self.sandbox
        for chat_id, chat in sandbox.telegram.world.chats.items():
            yield ("telegram", chat_id), chat.messages
        for key, dialog in sandbox.vk.world.dialogs.items():
            yield ("vk", key), dialog.messages
        for key_, post in sandbox.vk.world.posts.items():
            yield ("vk comment", key_), post.comments
        for max_id, talk in sandbox.max.world.chats.items():
            yield ("max", max_id), talk.messages

    def _bot_message_text(self, place: Location, message: Any) -> str | None:
        """Return the text with the message that it replies to, if the bot wrote it."""
        match place[0]:
            case "telegram":
                is_ours = message.get("from", {}).get("is_bot")
                text, replied = str(message.get("text", "")), message.get("reply_to_message", {}).get("message_id")
            case "vk":
                is_ours, text, replied = message.out, message.text, message.reply.cmid if message.reply else None
            case "vk comment":
                is_ours, text, replied = message.from_id < 0, message.text, message.reply_to_comment
            case _:
                is_ours = message.sender_id == self.sandbox.max.world.me.user_id
                text, replied = message.text, message.reply_to
        return _with_reply_target(text, replied) if is_ours else None

    def duplicates(self) -> list[tuple[Location, str]]:
        """List messages that appear twice where the messenger removes repetitions."""
        return [
            what for what, lives in self.occurrences.items() if what[0][0].startswith("vk") and self._known(lives[:-1])
        ]

    def repeats_after(self, messenger: str, reader: Reader, life: int) -> list[str]:
        """List messages to *reader* that were repeated after the kill of process *life*."""
        found = [
            (self._known(lives[:-1]).count(life), said)
            for (place, said), lives in self.occurrences.items()
            if place[0] == messenger and self._reader_of(place) is reader
        ]
        return [said for times, said in found for _ in range(times)]

    def find_life(self, moment: float) -> int:
        """Return the number of the process that ended next after *moment*."""
        return bisect_left(self.ends, moment)

    def repeat_counts(self) -> dict[tuple[str, Reader], Counter[int]]:
        """Count the repeated messages per killed process, for messengers without an idempotency key."""
        found = {(name, reader): Counter[int]() for name in ("telegram", "max") for reader in Reader}
        for (place, _), lives in self.occurrences.items():
            key = (place[0], self._reader_of(place))
            if key in found:
                found[key].update(self._known(lives[:-1]))
        return found

    def _reader_of(self, place: Location) -> Reader:
        is_private = isinstance(place[1], int) and place[1] > 0
        is_theirs = is_private and (self.officials is None or place[1] in self.officials)
        return Reader.OFFICIAL if is_theirs else Reader.CITIZEN

    def _known(self, lives: Sequence[int]) -> list[int]:
        return [life for life in lives if life not in self.forgotten_lives]


def _message_key(said: str) -> str:
    """Return a text's key; for a card its number, because a repeated card may look different."""
    card = CARD_HEADER.match(said)
    return f"card {card[1]}" if card else said


def _with_reply_target(text: str, replied: object) -> str:
    return text if CARD_HEADER.match(text) else f"{text}\n↩ {replied}"
