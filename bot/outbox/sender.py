"""Sending of one rendered message, part by part: the network side of a delivery."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat

from bot.domain.outbox import OutboxKind, OutboxRow, Priority, is_read_by_citizens
from bot.messengers.content import Content, Span, Text
from bot.messengers.errors import (
    FileUnavailable,
    MessageGone,
    NotModified,
    Rejected,
    RejectReason,
    ReplyTargetGone,
)
from bot.messengers.events import Attachment, Chat, Media, MediaKind, Upload
from bot.messengers.port import Messenger, Sent, Target
from bot.outbox.in_flight import InFlightGuard, InFlightMessage, InFlightWindow
from bot.outbox.outgoing import Operation, OutgoingMessage, SendResult
from bot.outbox.permits import Permit
from bot.outbox.shown_content import EditsUnderWay, EditTurn, hash_shown, list_shown
from bot.runtime.commit_retry import retry_until_committed
from bot.runtime.runtime import Runtime
from bot.views.attachments import render_unshown

logger = logging.getLogger(__name__)

FRESH_CLAIM_AGE = timedelta(seconds=1)
"""Rows that were claimed within this time are not checked again: only a stalled process loses its lease."""

UNREPLIED_FORM = "quoting"
"""The stored form of a message that could not be a reply to the message that it answers."""


class LeaseLost(Exception):
    """Another worker has claimed the row."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """The delivery of one row that was claimed at ``claimed_at``.

    ``permit``: None for rows that are no messages. ``unrecorded_sends`` is closed when the last send has been recorded
    (see `bot.outbox.in_flight`).
    """

    row: OutboxRow
    claimed_at: datetime
    messenger: Messenger
    permit: Permit | None
    unrecorded_sends: AsyncExitStack

    async def reserve(self, cost: int = 1) -> None:
        """Wait until *cost* messages may leave, as far as the rate is concerned."""
        if self.permit is not None:
            await self.permit.reserve(cost)

    def call(self) -> AbstractAsyncContextManager[None]:
        """Wait until the reserved call may leave; the block is the call."""
        return nullcontext() if self.permit is None else self.permit.call()


@dataclass(slots=True)
class Sender:
    """Sending through all accounts."""

    runtime: Runtime
    citizens: InFlightGuard = field(default_factory=InFlightGuard)
    edits: EditsUnderWay = field(default_factory=EditsUnderWay)
    _windows: dict[str, InFlightWindow] = field(default_factory=dict)

    async def send(self, attempt: DeliveryAttempt, message: OutgoingMessage[object]) -> SendResult:
        """Send, edit or answer; raises `LeaseLost` and the messenger's errors."""
        match message.operation:
            case Operation.ANSWER_CALLBACK:
                text = message.content.plain_text or None
                await attempt.messenger.answer_callback(message.callback_id, text, alert=message.alert)
                return SendResult()
            case Operation.MENU:
                await attempt.messenger.set_commands(message.target.chat, message.commands)
                return SendResult()
            case Operation.EDIT:
                return await self._edit(attempt, message)
            case Operation.SEND:
                unreplied, row = message.unreplied_content, attempt.row
                # A partly sent message is completed in the form in which it was begun.
                without_reply = row.form == UNREPLIED_FORM if row.progress else message.reply_target_gone
                try:
                    if unreplied is None or not without_reply:
                        return await self._send_parts(attempt, message.target, message.content)
                except ReplyTargetGone:
                    if unreplied is None:
                        raise
                result = await self._send_parts(attempt, Target(message.target.chat), unreplied, UNREPLIED_FORM)
                return replace(result, found_target_gone=not message.reply_target_gone)

    async def _send_parts(
        self, attempt: DeliveryAttempt, target: Target, content: Content, form: str | None = None
    ) -> SendResult:
        """Send the parts that an earlier attempt in the same *form* has not sent."""
        row, messenger = attempt.row, attempt.messenger
        content = await self._fetch_media(messenger, content, all_or_nothing=row.kind is OutboxKind.PUBLICATION)
        done = [Sent(tuple(ids.split(","))) for ids in row.progress]
        parts = messenger.split(content, target.chat.kind)
        for index, part in enumerate(parts):
            if index < len(done):
                continue
            to = target if index == 0 else replace(target, reply_to=None)
            done.append(await self._send_part(attempt, to, part, row.send_key(index)))
            if index < len(parts) - 1:
                await retry_until_committed(partial(self._record_progress, row, done, form))
                await attempt.unrecorded_sends.aclose()
        pressable = [sent.ids[0] for sent, part in zip(done, parts, strict=False) if part.keyboard]
        return SendResult(done, pressable[-1] if pressable else None, shown=list_shown(done, parts))

    async def _send_part(self, attempt: DeliveryAttempt, to: Target, part: Content, key: str) -> Sent:
        """Send one part. If an official's messenger refuses a file, the others are sent each alone, and it is named.

        A citizen's answer is sent whole or not at all.
        """
        try:
            return await self._send_once(attempt, to, part, key)
        except (FileUnavailable, Rejected) as error:
            if not part.media or attempt.row.kind is OutboxKind.PUBLICATION or not _may_concern_file(error):
                raise
            logger.warning("files refused: %s", error, extra={"outbox": attempt.row.id, "files": len(part.media)})
        sent: list[Sent] = []
        spans: list[Span] = list(part.spans)
        for number, item in enumerate(part.media):
            try:
                sent.append(await self._send_alone(attempt, to, part, item, f"{key}.{number}"))
            except (FileUnavailable, Rejected):
                spans += [Text("\n" if spans else ""), *render_unshown(item)]
        words = Content(tuple(spans), part.keyboard, whole=part.whole)
        if spans or part.keyboard:
            for number, text in enumerate(reversed(attempt.messenger.split(words, to.chat.kind))):
                sent.insert(0, await self._send_again(attempt, to, text, f"{key}.text{number}"))
        return Sent(tuple(chain.from_iterable(one.ids for one in sent)), sent[0].link if sent else None)

    async def _send_alone(self, attempt: DeliveryAttempt, to: Target, part: Content, item: Media, key: str) -> Sent:
        """Send a file of a refused part; a picture that is none to the messenger goes as a document."""
        if len(part.media) > 1:
            try:
                return await self._send_again(attempt, to, Content(media=(item,)), key)
            except (FileUnavailable, Rejected):
                pass
        if not isinstance(item, Upload) or item.kind is not MediaKind.PHOTO:
            raise FileUnavailable("refused")
        document = replace(item, kind=MediaKind.DOCUMENT)
        return await self._send_again(attempt, to, Content(media=(document,)), f"{key}d")

    async def _send_again(self, attempt: DeliveryAttempt, to: Target, part: Content, key: str) -> Sent:
        """Send a piece of a refused part. What was sent of it before is repeated if the process dies meanwhile."""
        await attempt.unrecorded_sends.aclose()
        return await self._send_once(attempt, to, part, key)

    async def _send_once(self, attempt: DeliveryAttempt, to: Target, part: Content, key: str) -> Sent:
        limits = attempt.messenger.capabilities.rate_limits
        cost = max(1, len(part.media)) if limits.count_album_items else 1
        await attempt.reserve(cost)
        message = await attempt.unrecorded_sends.enter_async_context(self._acquire_in_flight(attempt))
        if not await self.is_still_claimed(attempt.row, attempt.claimed_at):
            raise LeaseLost
        async with attempt.call():
            message.mark_begun()
            sent = await attempt.messenger.send(to, part, key=key, silent=attempt.row.silent)
        message.mark_accepted()
        return sent

    def _acquire_in_flight(self, attempt: DeliveryAttempt) -> AbstractAsyncContextManager[InFlightMessage]:
        """Enter when this send may be unrecorded together with others, until `attempt.unrecorded_sends` is closed."""
        if is_read_by_citizens(attempt.row.kind) and not attempt.messenger.capabilities.idempotent:
            if attempt.permit is not None:
                attempt.permit.leave_queue()
            return self.citizens.acquire(attempt.messenger.account)
        return self.window(attempt.messenger).acquire(first=attempt.row.priority == Priority.INTERACTIVE)

    def window(self, messenger: Messenger) -> InFlightWindow:
        """Return the messages under way through an account."""
        if messenger.account not in self._windows:
            overall = messenger.capabilities.rate_limits.overall
            self._windows[messenger.account] = InFlightWindow(overall.max_calls / overall.seconds)
        return self._windows[messenger.account]

    async def is_still_claimed(self, row: OutboxRow, claimed_at: datetime) -> bool:
        """Return whether the claim on *row* is still valid."""
        return self.runtime.clock.now() - claimed_at <= FRESH_CLAIM_AGE or await retry_until_committed(
            partial(self._is_claimed_in_database, row)
        )

    async def _is_claimed_in_database(self, row: OutboxRow) -> bool:
        async with self.runtime.database.read_statements() as uow:
            return await uow.outbox.is_claimed_by_us(row)

    async def _record_progress(self, row: OutboxRow, done: Sequence[Sent], form: str | None) -> None:
        async with self.runtime.database.begin(priority=True) as uow:
            if not await uow.outbox.save_progress(row, [",".join(one.ids) for one in done], form):
                raise LeaseLost

    async def _edit(self, attempt: DeliveryAttempt, message: OutgoingMessage[object]) -> SendResult:
        """Edit the bot's messages; a deleted card or review list is sent again."""
        chat, messenger = message.target.chat, attempt.messenger
        parts = messenger.split(message.content, chat.kind)
        ids = message.message_ids
        if message.previous_content is not None:  # text comes first; media that followed it stay
            ids = ids[: max(1, sum(1 for part in messenger.split(message.previous_content, chat.kind) if part.spans))]
        if len(parts) > len(ids):
            raise Rejected("the correction needs more messages than were published", RejectReason.TOO_LONG)
        wanted = dict(zip(ids, chain(parts, repeat(message.filler)), strict=False))
        hashes = {message_id: found for message_id, part in wanted.items() if (found := hash_shown(part)) is not None}
        try:
            turn = await attempt.unrecorded_sends.enter_async_context(self.edits.edit(attempt.row, ids))
            unchanged = await self._list_unchanged(attempt.row, message, hashes, turn)
            self.edits.forget(attempt.row, [one for one in ids if one not in unchanged])
            for message_id, part in wanted.items():
                if message_id not in unchanged:
                    await self._edit_one(attempt, chat, message_id, part)
            self.edits.remember(attempt.row, hashes)
        except MessageGone:
            if attempt.row.kind not in (OutboxKind.CARD, OutboxKind.REVIEW_LIST, OutboxKind.BOARD):
                raise
            return await self._send_parts(attempt, message.target, message.content)
        return SendResult(shown=hashes)

    async def _list_unchanged(
        self, row: OutboxRow, message: OutgoingMessage[object], hashes: Mapping[str, str], turn: EditTurn
    ) -> set[str]:
        """Return the messages that show already what they are to show.

        They are read once more: another edit may have been recorded since this one was rendered.
        """
        known = {**turn.shown, **message.shown}
        may_be_same = any(known.get(message_id) == found for message_id, found in hashes.items())
        if not turn.is_alone or not (may_be_same or turn.has_waited):
            return set()
        async with self.runtime.database.read_statements() as uow:
            stored = await uow.sent_messages.list_shown(row.account, row.chat_id, list(hashes))
        shown = {**turn.shown, **stored}
        return {message_id for message_id, found in hashes.items() if shown.get(message_id) == found}

    async def _edit_one(self, attempt: DeliveryAttempt, chat: Chat, message_id: str, part: Content) -> None:
        await attempt.reserve()
        with suppress(NotModified):
            async with attempt.call():
                await attempt.messenger.edit(chat, message_id, part)

    async def _fetch_media(self, messenger: Messenger, content: Content, *, all_or_nothing: bool) -> Content:
        """Download attachments that another account received; replace those that cannot be with a link.

        *all_or_nothing*: raise `FileUnavailable` instead of a link, because a citizen reads the message.
        """
        if all(not isinstance(item, Attachment) or item.origin == messenger.account for item in content.media):
            return content
        media: list[Media] = []
        spans: list[Span] = list(content.spans)
        for item in content.media:
            origin = self.runtime.messengers.get(item.origin) if isinstance(item, Attachment) else None
            if not isinstance(item, Attachment) or item.origin == messenger.account or item.latitude is not None:
                media.append(item)
                continue
            try:
                if origin is None:
                    raise FileUnavailable("its account is not configured any more")
                media.append(replace(await origin.download(item), link=item.link))
            except FileUnavailable:
                if all_or_nothing:
                    raise
                spans += [Text("\n" if spans else ""), *render_unshown(item)]
        return replace(content, spans=tuple(spans), media=tuple(media))


def _may_concern_file(error: FileUnavailable | Rejected) -> bool:
    """Return whether another file might be accepted: a messenger that forbids writing refuses all of them."""
    return isinstance(error, FileUnavailable) or error.reason in (RejectReason.BAD_REQUEST, RejectReason.TOO_LONG)
