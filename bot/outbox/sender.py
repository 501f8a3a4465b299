"""Carries one parcel to its messenger, part by part: the network's side of a delivery."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from typing import TypeVar

from bot.domain.clock import Clock
from bot.domain.outbox import OutboxKind, OutboxRow
from bot.messengers.content import Content, Link, Text
from bot.messengers.errors import (
    FileUnavailable,
    MessageGone,
    NotModified,
    Rejected,
    RejectReason,
    ReplyTargetGone,
)
from bot.messengers.events import Attachment, Media
from bot.messengers.port import Messenger, Sent, Target
from bot.outbox.in_flight import Exposure
from bot.outbox.permits import Turn
from bot.outbox.renderer import Parcel, Way
from storage.database import Database
from storage.errors import refusal_of

T = TypeVar("T")

Carried = tuple[list[Sent], str | None]
"""What was sent, and the message among it that carries the buttons."""

PAUSES = (0.2, 1.0, 3.0)
"""Seconds between tries to write down what has been sent; the last for ever."""

FRESH = timedelta(seconds=1)
"""A row that was claimed just now is still ours. Later we may have been asleep, and others have taken it."""

QUOTING = "quoting"
"""The form of a message whose target of reply is gone: it quotes instead."""


class Lost(Exception):
    """The row is in other hands."""


async def written(write: Callable[[], Awaitable[T]]) -> T:
    """*write* down what became of a message, however long the database refuses: else it would be sent again."""
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return await write()
        except Exception as error:
            if refusal_of(error) is None:
                raise
        await asyncio.sleep(pause)
    raise AssertionError("the pauses never end")


@dataclass(frozen=True, slots=True)
class Trip:
    """One row on its way, claimed at that moment. *turn* is asked before every call that counts. *unmarked* is left
    when what was sent last has been written down (see :mod:`bot.outbox.in_flight`)."""

    row: OutboxRow
    taken_at: datetime
    messenger: Messenger
    turn: Turn
    unmarked: AsyncExitStack


@dataclass(slots=True)
class Carrier:
    """Knows every account of ours."""

    database: Database
    messengers: Mapping[str, Messenger]
    clock: Clock
    exposure: Exposure = field(default_factory=Exposure)

    async def carry(self, trip: Trip, parcel: Parcel) -> Carried:
        """Raises what the messenger raises, and :class:`Lost`."""
        match parcel.way:
            case Way.PRESS:
                words = parcel.content.plain or None
                await trip.messenger.answer_press(parcel.press_id, words, alert=parcel.alert)
                return [], None
            case Way.MENU:
                await trip.messenger.show_commands(parcel.target.chat, parcel.commands)
                return [], None
            case Way.EDIT:
                return await self._edit(trip, parcel)
            case Way.SEND:
                quoting, row = parcel.quoting, trip.row
                # A message that has been sent in part goes on in the form in which it was begun.
                quotes = row.form == QUOTING if row.progress else parcel.quotes
                try:
                    if quoting is None or not quotes:
                        return await self._send(trip, parcel.target, parcel.content)
                except ReplyTargetGone:
                    if quoting is None:
                        raise
                return await self._send(trip, Target(parcel.target.chat), quoting, QUOTING)

    async def _send(self, trip: Trip, target: Target, content: Content, form: str | None = None) -> Carried:
        """Send part by part, after what an earlier try has sent in the same *form*."""
        row, messenger = trip.row, trip.messenger
        content = await self._fetch_media(messenger, content, whole=row.kind is OutboxKind.PUBLICATION)
        done = [Sent(tuple(ids.split(","))) for ids in row.progress]
        parts = messenger.parts(content, target.chat.kind)
        for index, part in enumerate(parts):
            if index < len(done):
                continue
            to = target if index == 0 else replace(target, reply_to=None)
            cost = max(1, len(part.media)) if messenger.capabilities.limits.albums else 1
            async with trip.turn(cost), self._alone(trip):
                done.append(await messenger.send(to, part, key=f"{row.id}:{index}", silent=row.silent))
            if index < len(parts) - 1:
                await written(partial(self._progressed, row, done, form))
                await trip.unmarked.aclose()
        pressable = [sent.ids[0] for sent, part in zip(done, parts, strict=False) if part.keyboard]
        return done, pressable[-1] if pressable else None

    @asynccontextmanager
    async def _alone(self, trip: Trip) -> AsyncIterator[None]:
        """The block sends, when nothing else of the account is unmarked; it stays unmarked itself after the block."""
        if trip.messenger.capabilities.idempotent:
            yield
            return
        exposed = await trip.unmarked.enter_async_context(self.exposure.take(trip.messenger.account))
        if not await self.is_ours(trip.row, trip.taken_at):
            raise Lost
        yield
        exposed.arrive()

    async def is_ours(self, row: OutboxRow, taken_at: datetime) -> bool:
        """Whether nobody else has taken *row* since it was claimed."""
        return self.clock.now() - taken_at <= FRESH or await written(partial(self._is_held, row))

    async def _is_held(self, row: OutboxRow) -> bool:
        async with self.database.read() as uow:
            return await uow.outbox.is_held(row)

    async def _progressed(self, row: OutboxRow, done: Sequence[Sent], form: str | None) -> None:
        async with self.database.begin(first=True) as uow:
            if not await uow.outbox.progressed(row, [",".join(one.ids) for one in done], form):
                raise Lost

    async def _edit(self, trip: Trip, parcel: Parcel) -> Carried:
        """Change messages of ours; a card that is gone is sent anew."""
        chat, messenger = parcel.target.chat, trip.messenger
        parts = messenger.parts(parcel.content, chat.kind)
        ids = parcel.message_ids
        if parcel.was is not None:  # words come first; pictures that followed them stay as they are
            ids = ids[: max(1, sum(1 for part in messenger.parts(parcel.was, chat.kind) if part.spans))]
        if len(parts) > len(ids):
            raise Rejected("the correction needs more messages than were published", RejectReason.TOO_LONG)
        try:
            for message_id, part in zip(ids, chain(parts, repeat(parcel.leftover)), strict=False):
                try:
                    async with trip.turn():
                        await messenger.edit(chat, message_id, part)
                except NotModified:
                    continue
        except MessageGone:
            if trip.row.kind not in (OutboxKind.CARD, OutboxKind.DOUBTS):
                raise
            return await self._send(trip, parcel.target, parcel.content)
        return [], None

    async def _fetch_media(self, messenger: Messenger, content: Content, *, whole: bool) -> Content:
        """What another account of ours saw is downloaded; what cannot be is named with its link.

        *whole*: then it is no message at all, and :class:`FileUnavailable` is raised: a citizen should not read of our
        troubles.
        """
        if all(not isinstance(item, Attachment) or item.origin == messenger.account for item in content.media):
            return content
        media: list[Media] = []
        spans = list(content.spans)
        for item in content.media:
            origin = self.messengers.get(item.origin) if isinstance(item, Attachment) else None
            if not isinstance(item, Attachment) or item.origin == messenger.account or item.latitude is not None:
                media.append(item)
                continue
            try:
                if origin is None:
                    raise FileUnavailable("its account is not configured any more")
                media.append(await origin.download(item))
            except FileUnavailable:
                if whole:
                    raise
                named = Link("📎 открыть вложение", item.link) if item.link else Text("📎 вложение не загрузилось")
                spans += [Text("\n" if spans else ""), named]
        return replace(content, spans=tuple(spans), media=tuple(media))
