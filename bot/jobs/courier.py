"""Takes one parcel to its messenger, part by part, and writes down what became of it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, repeat

from bot.domain import channels
from bot.domain.clock import Clock
from bot.domain.records import OutboxKind, OutboxRow
from bot.jobs.parcels import Parcel, Way, prepare
from bot.jobs.turn import Turn
from bot.messengers.base import Messenger, Sent, Target
from bot.messengers.content import Content, Link, Text
from bot.messengers.errors import (
    BadCredentials,
    ChatMigrated,
    FileUnavailable,
    MessageGone,
    MessengerError,
    NotModified,
    PressExpired,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.events import Attachment, Media
from bot.services import answers, chats, fallback, notes, people
from bot.services.centre import Centre, Work
from storage.database import Database

logger = logging.getLogger(__name__)

GIVE_UP = timedelta(hours=24)
"""A message that could not be delivered for so long is given up, and a person is told."""

Carried = tuple[list[Sent], str | None]
"""What was sent, and the message among it that carries the buttons."""

CREDENTIALS_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = 60
DRAWING_TRIES = 5

QUOTING = "quoting"
"""The form of a message whose target of reply is gone: it quotes instead."""


class _Lost(Exception):
    """The row is in other hands."""


@dataclass(slots=True)
class Courier:
    """Delivers rows; knows every account of ours."""

    database: Database
    messengers: Mapping[str, Messenger]
    centre: Callable[[], Centre]
    clock: Clock
    hold: Callable[[OutboxRow, RetryAfter], None]

    async def deliver(self, row: OutboxRow, turn: Turn) -> None:
        """Deliver one claimed row, whatever happens; raises nothing that a messenger does. *turn* is asked before every
        message."""
        messenger = self.messengers[row.account]
        if row.expires_at is not None and row.expires_at <= self.clock.now():
            await self._close(row, "dropped", "expired")
            return
        try:
            async with self.database.read() as uow:
                if not await uow.outbox.is_held(row):
                    self._lost(row)
                    return
                was_failing = await uow.outages.lasting(row.account, channels.Way.OUT)
                parcel = await prepare(Work(self.centre(), uow, self.clock.now()), row, messenger.capabilities)
        except Exception as error:  # noqa: BLE001 - one row that cannot be drawn must not hold up those behind it
            await self._broken(row, error)
            return
        if parcel is None:
            await self._close(row, "dropped", "not needed")
            return
        try:
            sent, pressable = await self._carry(messenger, row, parcel, turn)
        except MessengerError as error:
            await self._trouble(row, error, messenger)
            return
        except _Lost:
            self._lost(row)
            return
        async with self.database.begin() as uow:
            work = Work(self.centre(), uow, self.clock.now())
            ours = await uow.outbox.finish(row, work.now)
            repeated = not ours or row.error in ("interrupted", "unknown outcome")
            if repeated and not messenger.capabilities.idempotent:
                await uow.chronicle.record("resent", work.now, ticket_id=row.ticket_id, facts={"outbox": row.id})
            if not ours:
                self._lost(row)
                return
            if was_failing and parcel.way in (Way.SEND, Way.EDIT):
                await uow.outages.end(row.account, channels.Way.OUT)
            if parcel.arrived is not None:
                await parcel.arrived(work, sent)
            if parcel.asked is not None and pressable is not None:
                await parcel.asked(work, pressable)

    async def _carry(self, messenger: Messenger, row: OutboxRow, parcel: Parcel, turn: Turn) -> Carried:
        """Raises what the messenger raises."""
        match parcel.way:
            case Way.PRESS:
                words = parcel.content.plain or None
                await messenger.answer_press(parcel.press_id, words, alert=parcel.alert)
                return [], None
            case Way.MENU:
                await messenger.show_commands(parcel.target.chat, parcel.commands)
                return [], None
            case Way.EDIT:
                return await self._edit(messenger, row, parcel, turn)
            case Way.SEND:
                quoting = parcel.quoting
                # A message that has been sent in part goes on in the form in which it was begun.
                quotes = row.form == QUOTING if row.progress else parcel.quotes
                try:
                    if quoting is None or not quotes:
                        return await self._send(messenger, row, parcel.target, parcel.content, turn)
                except ReplyTargetGone:
                    if quoting is None:
                        raise
                return await self._send(messenger, row, Target(parcel.target.chat), quoting, turn, QUOTING)

    async def _send(
        self,
        messenger: Messenger,
        row: OutboxRow,
        target: Target,
        content: Content,
        turn: Turn,
        form: str | None = None,
    ) -> Carried:
        """Send part by part, after what an earlier try has sent in the same *form*."""
        content = await self._fetch_media(messenger, content, whole=row.kind is OutboxKind.PUBLICATION)
        done = [Sent(tuple(ids.split(","))) for ids in row.progress]
        parts = messenger.parts(content, target.chat.kind)
        for index, part in enumerate(parts):
            if index < len(done):
                continue
            to = target if index == 0 else replace(target, reply_to=None)
            cost = max(1, len(part.media)) if messenger.capabilities.limits.albums else 1
            async with turn(cost):
                done.append(await messenger.send(to, part, key=f"{row.id}:{index}", silent=row.silent))
            if index < len(parts) - 1:
                await self._progressed(row, done, form)
        pressable = [sent.ids[0] for sent, part in zip(done, parts, strict=False) if part.keyboard]
        return done, pressable[-1] if pressable else None

    async def _progressed(self, row: OutboxRow, done: Sequence[Sent], form: str | None) -> None:
        async with self.database.begin() as uow:
            if not await uow.outbox.progressed(row, [",".join(one.ids) for one in done], form):
                raise _Lost

    def _lost(self, row: OutboxRow) -> None:
        """We were asleep for longer than our lease: others have taken the row, and see to it."""
        logger.warning("the row is in other hands", extra={"outbox": row.id, "kind": row.kind.value})

    async def _edit(self, messenger: Messenger, row: OutboxRow, parcel: Parcel, turn: Turn) -> Carried:
        """Change messages of ours; a card that is gone is sent anew."""
        chat = parcel.target.chat
        parts = messenger.parts(parcel.content, chat.kind)
        ids = parcel.message_ids
        if parcel.was is not None:  # words come first; pictures that followed them stay as they are
            ids = ids[: max(1, sum(1 for part in messenger.parts(parcel.was, chat.kind) if part.spans))]
        if len(parts) > len(ids):
            raise Rejected("the correction needs more messages than were published", RejectReason.TOO_LONG)
        try:
            for message_id, part in zip(ids, chain(parts, repeat(parcel.leftover)), strict=False):
                try:
                    async with turn():
                        await messenger.edit(chat, message_id, part)
                except NotModified:
                    continue
        except MessageGone:
            if row.kind not in (OutboxKind.CARD, OutboxKind.DOUBTS):
                raise
            return await self._send(messenger, row, parcel.target, parcel.content, turn)
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

    async def _trouble(self, row: OutboxRow, error: MessengerError, messenger: Messenger) -> None:
        """What becomes of a row after *error*."""
        now = self.clock.now()
        logger.warning(
            "delivery failed: %s",
            type(error).__name__,
            extra={"outbox": row.id, "kind": row.kind.value, "account": row.account, "reason": str(error)},
        )
        async with self.database.begin() as uow:
            if not await uow.outbox.is_held(row):
                self._lost(row)
                return
            work = Work(self.centre(), uow, now)
            if isinstance(error, TemporaryFailure | BadCredentials):
                await uow.outages.begin(row.account, channels.Way.OUT, now)
            match error:
                case RetryAfter():
                    self.hold(row, error)
                    await uow.outbox.retry(
                        row, now + timedelta(seconds=error.seconds), "asked for patience", counts=False
                    )
                case ChatMigrated():
                    await chats.migrated(work, row.account, row.chat_id, error.new_id)
                    await uow.outbox.retry(row, now, "migrated", counts=False)
                    await uow.outbox.redirect(row.account, row.chat_id, error.new_id)
                case BadCredentials():
                    await notes.bad_credentials(work, row.account, messenger.title)
                    await uow.outbox.retry(row, now + CREDENTIALS_PAUSE, "credentials", counts=False)
                case PressExpired():
                    await uow.outbox.finish(row, now, "dropped", "expired")
                case TemporaryFailure() if now - row.created_at < GIVE_UP:
                    pause = min(2 ** (row.attempts - 1), LONGEST_PAUSE)
                    reason = "unknown outcome" if error.outcome_unknown else "temporary"
                    await uow.outbox.retry(row, now + timedelta(seconds=pause), reason)
                case _:
                    await self._give_up(work, row, error)

    async def _give_up(self, work: Work, row: OutboxRow, error: MessengerError) -> None:
        """The final failure reaches a person."""
        await work.uow.outbox.finish(row, work.now, "failed", f"{type(error).__name__}: {error}")
        if row.kind is OutboxKind.PUBLICATION and row.subject_id is not None:
            await answers.failed(work, row.subject_id, _reason(error))
            return
        if row.kind is OutboxKind.CORRECTION:
            await answers.correction_failed(work, row.ticket_id or 0, row.subject_id or 0, _reason(error))
            return
        if isinstance(error, RecipientUnreachable) and row.person_id is not None:
            await people.became_unreachable(work, row.account, row.chat_id)
            await fallback.redirect(work, row)
            return
        if row.kind in (OutboxKind.CARD, OutboxKind.NOTE) and not isinstance(error, MessageGone):
            day = work.now.date().isoformat()
            once = f"undelivered:{row.kind}:{type(error).__name__}:{day}"
            await notes.tell_administrator(work, "undelivered", once=once, row=row.id, reason=_reason(error))

    async def _broken(self, row: OutboxRow, error: Exception) -> None:
        """The row cannot be drawn: tried again a few times, then given up and told to the administrator."""
        logger.error("row cannot be drawn: %s", type(error).__name__, extra={"outbox": row.id, "kind": row.kind.value})
        logger.debug("row cannot be drawn", exc_info=error)
        async with self.database.begin() as uow:
            if not await uow.outbox.is_held(row):
                self._lost(row)
                return
            now = self.clock.now()
            if row.attempts < DRAWING_TRIES:
                await uow.outbox.retry(row, now + timedelta(seconds=2**row.attempts), type(error).__name__)
                return
            refused = Rejected(f"cannot be drawn: {type(error).__name__}", RejectReason.BAD_REQUEST)
            await self._give_up(Work(self.centre(), uow, now), row, refused)

    async def _close(self, row: OutboxRow, status: str, why: str) -> None:
        async with self.database.begin() as uow:
            await uow.outbox.finish(row, self.clock.now(), status, why)


def _reason(error: MessengerError) -> str:
    if isinstance(error, Rejected):
        return error.reason.value
    if isinstance(error, RecipientUnreachable):
        return "unreachable"
    if isinstance(error, FileUnavailable):
        return "file"
    return "gone" if isinstance(error, MessageGone | ReplyTargetGone) else "temporary"
