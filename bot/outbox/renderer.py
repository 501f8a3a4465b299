"""An outbox row becomes a parcel: what to say, where, and what follows when it has arrived."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.domain.answers import PublicationState
from bot.domain.cards import Dialog
from bot.domain.outbox import OutboxKind, OutboxRow
from bot.messengers.content import Content
from bot.messengers.port import Capabilities, Command, Sent, Target
from bot.messengers.serialization import chat_of, unpack_media
from bot.outbox import render_data
from bot.services.answers import answers, corrections
from bot.services.context import Work
from bot.services.dialogs import dialogs as service_dialogs
from bot.services.intake import review_queue as service_doubts
from bot.services.notifications import cards as service_cards
from bot.services.notifications import notify as service_notes
from bot.services.staff import failover
from bot.views import cards as card_view
from bot.views import citizen, review_queue
from bot.views.dialogs import prompts
from bot.views.notifications import registry, settings
from bot.views.render_context import Look
from bot.views.toasts import said

Arrived = Callable[[Work, Sequence[Sent]], Awaitable[None]]
Asked = Callable[[Work, str], Awaitable[None]]


class Way(Enum):
    """What to ask of the messenger."""

    SEND = "send"
    EDIT = "edit"
    PRESS = "press"
    MENU = "menu"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Ready to leave. ``quoting`` replaces ``content`` where the message to reply to is gone; ``quotes``: we know that
    it is."""

    way: Way
    target: Target
    content: Content = field(default_factory=Content)
    quoting: Content | None = None
    quotes: bool = False
    message_ids: tuple[str, ...] = ()
    was: Content | None = None  # how it was published, when it is corrected
    leftover: Content = field(default_factory=Content)  # what replaces messages that are not needed any more
    press_id: str = ""
    alert: bool = False
    commands: tuple[Command, ...] = ()
    arrived: Arrived | None = None
    asked: Asked | None = None  # what follows for the message that carries the buttons


async def _nothing(work: Work, sent: Sequence[Sent]) -> None:
    """Nothing follows."""


async def prepare(work: Work, row: OutboxRow, capabilities: Capabilities) -> Parcel | None:
    """The parcel of *row* as things are now; ``None`` when nobody needs it any more."""
    look = Look(work.centre.zone, work.now, capabilities)
    return await _PREPARE[row.kind](work, row, look)


def _target(row: OutboxRow, reply_to: str | None = None) -> Target:
    return Target(chat_of(row.account, row.chat_id, row.chat_kind, row.root, row.thread), reply_to)


async def _card(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    ticket = await work.uow.tickets.get(row.ticket_id or 0)
    person = work.centre.staff.by_id(row.person_id or 0)
    if ticket is None or person is None:
        return None
    card = await work.uow.cards.get(person.id, ticket.id, row.account)
    if card is None:  # withdrawn before it was shown
        return None
    content = card_view.card(await render_data.card_facts(work, ticket, person, card), look)
    shown = hashlib.sha256(repr(content).encode()).hexdigest()[:32]
    external_id = card.external_id
    if external_id is not None and card.hash == shown:
        return None

    async def arrived(after: Work, sent: Sequence[Sent]) -> None:
        new_id = sent[0].ids[0] if sent else external_id
        present = await after.uow.cards.get(person.id, ticket.id, row.account)
        if present is not None and present.external_id != external_id:
            # Asked for anew at the bottom of the chat while this was on its way; that card is queued already.
            if new_id is not None:
                await service_notes.change_note(after, row.account, row.chat_id, new_id, "card_below", number=ticket.id)
            return
        # Where a repetition shows nothing new, an earlier try's card stands, of which we know no more how it looked.
        stale = external_id is None and row.may_have_arrived and look.capabilities.idempotent
        await after.uow.cards.save(
            *(person.id, ticket.id, row.account, row.chat_id, after.now),
            external_id=new_id,
            hash=None if stale else shown,
        )
        await _remember(after, row, sent, "card")
        if stale and present is not None:
            await service_cards.redraw(after, ticket, present, at_once=True)

    way = Way.SEND if external_id is None else Way.EDIT
    return Parcel(way, _target(row), content, message_ids=(external_id,) if external_id else (), arrived=arrived)


async def _card_media(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    card = await work.uow.cards.get(row.person_id or 0, row.ticket_id or 0, row.account)
    if card is None or card.external_id is None:
        return None
    media = await render_data.new_media(work, card.ticket_id, card.media_shown)
    if not media:
        return None
    shown = card.media_shown + len(media)

    async def arrived(after: Work, sent: Sequence[Sent]) -> None:
        await after.uow.cards.save(
            card.person_id, card.ticket_id, row.account, row.chat_id, after.now, media_shown=shown
        )
        await _remember(after, row, sent, "media")

    content = Content(media=tuple(media))
    return Parcel(Way.SEND, _target(row, card.external_id), content, quoting=content, arrived=arrived)


async def _note(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    if await render_data.is_moved(work, row):
        return None
    facts = await render_data.note_facts(work, row)
    draft = facts.draft
    if "user_id" in row.facts and (draft is None or _is_overtaken(row, draft)):
        return None  # a question of a dialog that has gone on or ended meanwhile
    content = registry.note(facts, look)
    reply_to = None
    if row.ticket_id is not None and row.person_id is not None:
        card = await work.uow.cards.get(row.person_id, row.ticket_id, row.account)
        reply_to = card.external_id if card else None

    async def arrived(after: Work, sent: Sequence[Sent]) -> None:
        about = draft.ticket_id if draft is not None else None
        await _remember(after, row, sent, row.facts.get("letter", "note"), about)

    async def asked(after: Work, message_id: str) -> None:
        if draft is not None:
            await service_dialogs.asked(after, draft, message_id, row.facts)

    return Parcel(Way.SEND, _target(row, reply_to), content, quoting=content, arrived=arrived, asked=asked)


def _is_overtaken(row: OutboxRow, draft: Dialog) -> bool:
    if row.facts["code"] == "preview":  # it shows the newest words, but never those of another draft
        return draft.ticket_id != row.facts["number"] or not draft.step.endswith("_preview")
    return bool(row.facts.get("version", draft.version) != draft.version)


async def _publication(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    found = await render_data.publication_of(work, row)
    if found is None or found[0].state is not PublicationState.QUEUED:
        return None
    publication, answer, message = found
    media = unpack_media(answer.media)
    reply = citizen.publication(render_data.publication_facts(answer, message, quoting=False)).with_media(media)
    quoting = citizen.publication(render_data.publication_facts(answer, message, quoting=True)).with_media(media)
    gone = row.chat_id != message.chat_id or message.deleted_at is not None

    async def arrived(after: Work, sent: Sequence[Sent]) -> None:
        ids = [external_id for one in sent for external_id in one.ids]
        await answers.posted(after, publication.id, ids, sent[0].link if sent else None)
        await _remember(after, row, sent, "answer")

    target = _target(row, message.external_id)
    return Parcel(Way.SEND, target, reply, quoting=quoting, quotes=gone, arrived=arrived)


async def _correction(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    found = await render_data.publication_of(work, row)
    if found is None or found[0].state is not PublicationState.POSTED:
        return None
    publication, answer, message = found
    quoted = row.chat_id != message.chat_id or message.deleted_at is not None
    content = citizen.publication(render_data.publication_facts(answer, message, quoting=quoted))
    published = replace(answer, text=publication.text or row.facts.get("was", answer.text))
    was = citizen.publication(render_data.publication_facts(published, message, quoting=quoted))

    async def arrived(after: Work, sent: Sequence[Sent]) -> None:
        await corrections.corrected(after, publication.id, answer.text)

    return Parcel(
        Way.EDIT,
        _target(row),
        content,
        message_ids=publication.external_ids,
        was=was.with_media(unpack_media(answer.media)),
        leftover=citizen.leftover(),
        arrived=arrived,
    )


async def _citizen_note(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    content = citizen.citizen_note(row.facts["code"], row.facts)
    return Parcel(Way.SEND, _target(row, row.facts.get("reply_to")), content, quoting=content, arrived=_nothing)


async def _press(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    words = said(row.facts["code"], row.facts)
    return Parcel(
        Way.PRESS,
        _target(row),
        Content.of(words),
        press_id=row.facts["press_id"],
        alert=bool(row.facts.get("alert")),
        arrived=_nothing,
    )


async def _edit_note(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    content = registry.note(await render_data.note_facts(work, row), look)
    if row.facts.get("bare"):
        content = replace(content, keyboard=())
    content = replace(content, whole=True)  # it is one message, whatever becomes of its words
    return Parcel(Way.EDIT, _target(row), content, message_ids=(row.facts["edits"],), arrived=_nothing)


async def _resumed(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    person = work.centre.staff.by_id(row.person_id or 0)
    if person is None:
        return None
    missed = await failover.missed(work, person, row.account)
    content = settings.resumed(row.account, missed.elsewhere, missed.tickets, look)

    async def arrived(after: Work, sent: Sequence[Sent]) -> None:
        await failover.resumed(after, person, row.account)

    return Parcel(Way.SEND, _target(row), content, arrived=arrived)


async def _doubts(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    facts = await service_doubts.facts(work, row.person_id or 0, row.account, review_queue.size_of_page(look))
    if facts is None:
        return None
    known, content = facts.where, review_queue.listing(facts, look)
    shown = hashlib.sha256(repr(content).encode()).hexdigest()[:32]
    external_id = known.external_id
    if external_id is not None and known.hash == shown:
        return None

    async def arrived(after: Work, sent: Sequence[Sent]) -> None:
        new_id = sent[0].ids[0] if sent else external_id
        if not await after.uow.doubts.shown(known, new_id, shown) and new_id is not None:
            await service_notes.change_note(after, row.account, row.chat_id, new_id, "doubts_below")

    way = Way.SEND if external_id is None else Way.EDIT
    return Parcel(way, _target(row), content, message_ids=(external_id,) if external_id else (), arrived=arrived)


async def _menu(work: Work, row: OutboxRow, look: Look) -> Parcel | None:
    commands = tuple(Command(name, words) for name, words in prompts.menu(row.facts["commands"]))
    return Parcel(Way.MENU, _target(row), commands=commands, arrived=_nothing)


async def _remember(
    work: Work, row: OutboxRow, sent: Sequence[Sent], kind: str, drafted_for: int | None = None
) -> None:
    """Replies to these messages are about the ticket."""
    ticket_id = row.ticket_id or drafted_for
    if ticket_id is not None:
        ids = [external_id for one in sent for external_id in one.ids]
        twin = row.facts.get("twin")
        await work.uow.letters.remember(row.account, row.chat_id, ids, ticket_id, kind, work.now, twin=twin)


_PREPARE: Mapping[OutboxKind, Callable[[Work, OutboxRow, Look], Awaitable[Parcel | None]]] = {
    OutboxKind.CARD: _card,
    OutboxKind.CARD_MEDIA: _card_media,
    OutboxKind.NOTE: _note,
    OutboxKind.PUBLICATION: _publication,
    OutboxKind.CORRECTION: _correction,
    OutboxKind.CITIZEN_NOTE: _citizen_note,
    OutboxKind.PRESS: _press,
    OutboxKind.EDIT_NOTE: _edit_note,
    OutboxKind.MENU: _menu,
    OutboxKind.RESUMED: _resumed,
    OutboxKind.DOUBTS: _doubts,
}
