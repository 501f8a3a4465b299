"""What an official is in the middle of: kept in the database, so that a half-written answer survives a restart.

A dialog shows one question (or preview) at a time. When it goes on or ends, the buttons of what it has shown go: nobody
is left with a button that means something else by now.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.answers import Answer
from bot.domain.cards import Dialog
from bot.domain.channels import Address
from bot.domain.errors import DialogOver
from bot.domain.json_types import Json
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import Work
from bot.services.notifications import notify

LIFETIME = timedelta(hours=24)
"""An unfinished draft is forgotten after this."""

ALBUM_WAIT = timedelta(seconds=1)
"""The files of one album come one by one; one preview shows them all."""

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)

_PRESSES_KEPT = 5

_GIVEN_UP = frozenset({"other", "expired", "void"})
"""Why a draft has ended though its writer has neither sent nor cancelled it."""

DRAFT_STEPS = frozenset(
    {"answer", "answer_preview", "further", "further_preview", "correct", "correct_preview"},
)
"""Steps in which words for a citizen are being written."""


async def begin(work: Work, person: Person, step: str, ticket: Ticket | None = None, **facts: Any) -> Dialog:
    """Start a dialog where *person* is working; one that was under way there is given up, and what it has shown says
    so."""
    address = work.desk(person)
    if address is None:
        raise DialogOver()
    left = await work.uow.dialogs.get(address.account, address.user_id, work.now, lock=True)
    if left is not None:
        await _withdraw(work, left, "other")
    dialog = Dialog(
        account=address.account,
        user_id=address.user_id,
        chat_id=address.chat_id,
        step=step,
        ticket_id=ticket.id if ticket else None,
        text="",
        media=(),
        facts={**facts, **await _pressed(work, address.account, address.user_id)},
        version=await _fresh_version(work, address.account, address.user_id),
        expires_at=work.now + LIFETIME,
    )
    await work.uow.dialogs.save(dialog)
    return dialog


async def _pressed(work: Work, account: str, user_id: str, more: str | None = None) -> dict[str, Any]:
    """As a fact of a dialog: the messages whose buttons this person has pressed last (*more* is the newest). Whoever
    handled the press has changed them, perhaps before we knew that they had arrived."""
    known = [*await work.uow.dialogs.pressed(account, user_id), *([more] if more is not None else [])]
    return {"pressed": known[-_PRESSES_KEPT:]} if known else {}


async def _fresh_version(work: Work, account: str, user_id: str) -> int:
    """Above all that this person's buttons were ever given, also when the last dialog has been forgotten."""
    last = await work.uow.dialogs.last_version(account, user_id)
    by_clock = int((work.now - _FIRST_DAY).total_seconds())
    return by_clock if last is None else max(by_clock, last + 1)


async def current(work: Work, person: Person) -> Dialog | None:
    """The dialog that *person* has under way where the person is working."""
    address = work.desk(person)
    return await work.uow.dialogs.get(address.account, address.user_id, work.now, lock=True) if address else None


async def ask(
    work: Work, person: Person, dialog: Dialog, code: str, *, ticket: Ticket | None = None, **facts: Any
) -> None:
    """Show the question *code* of *dialog*, with its buttons."""
    if ticket is not None:
        facts["number"] = ticket.id
    await notify.tell(
        work,
        person,
        code,
        ticket=ticket,
        priority=Priority.PRESS,
        at=_place(dialog),
        user_id=dialog.user_id,
        version=dialog.version,
        **facts,
    )


async def asked(work: Work, dialog: Dialog, message_id: str, facts: Json) -> None:
    """A question or preview of *dialog* has arrived as *message_id*: it is what will be withdrawn later."""
    shown = {"id": message_id, **{name: value for name, value in facts.items() if name not in _OWN_FACTS}}
    if dialog.facts.get("shown", {"id": message_id})["id"] != message_id:
        await _withdraw(work, dialog, "moved")  # the same step was shown before: one question at a time
    marked = replace(dialog, facts={**dialog.facts, "shown": shown})
    if await work.uow.dialogs.note_facts(marked):
        return
    # It went on while this was on its way.
    if message_id in await work.uow.dialogs.pressed(dialog.account, dialog.user_id):
        return  # because of a button of this very message, which says what became of it
    now = await work.uow.dialogs.get(dialog.account, dialog.user_id, work.now)
    if now is not None:
        await _withdraw(work, marked, "moved" if _continues(now, dialog) else "other")
    elif (answer := await _sent(work, dialog)) is not None:
        await _say_sent(work, marked, message_id, answer)
    else:
        await _withdraw(work, marked, "void")


def _continues(now: Dialog, dialog: Dialog) -> bool:
    """Whether *now* is a later step of the same draft."""
    return now.ticket_id == dialog.ticket_id and now.step.partition("_")[0] == dialog.step.partition("_")[0]


async def _sent(work: Work, dialog: Dialog) -> Answer | None:
    """The answer that this preview has become, from another copy of it: an earlier try had arrived, too."""
    if dialog.ticket_id is None or not dialog.step.endswith("_preview"):
        return None
    answer = await work.uow.answers.latest(dialog.ticket_id)
    return answer if answer is not None and answer.text == dialog.text else None


async def _say_sent(work: Work, dialog: Dialog, message_id: str, answer: Answer) -> None:
    code = "correction_sent" if dialog.step.startswith("correct") else "draft_sent"
    facts = {"number": dialog.ticket_id, "answer_id": answer.id, "text": dialog.text}
    await notify.change_note(work, dialog.account, dialog.chat_id, message_id, code, **facts)


_OWN_FACTS = ("user_id", "version")


async def step(work: Work, dialog: Dialog, to: str, *, pressed: str | None = None, **facts: Any) -> Dialog:
    """Go on to another step. *pressed*: the message whose button led here; whoever handles the press changes it."""
    await _withdraw(work, dialog, "moved", but=pressed)
    changed = replace(
        dialog,
        step=to,
        facts={
            **_without_shown(dialog),
            **await _pressed(work, dialog.account, dialog.user_id, pressed),
            **facts,
        },
        version=dialog.version + 1,
        expires_at=work.now + LIFETIME,
    )
    await work.uow.dialogs.save(changed)
    return changed


async def end(work: Work, dialog: Dialog, *, pressed: str | None = None) -> None:
    """It is over. *pressed* as for :func:`step`."""
    await _withdraw(work, dialog, "over", but=pressed)
    facts = await _pressed(work, dialog.account, dialog.user_id, pressed)
    await work.uow.dialogs.end(dialog.account, dialog.user_id, facts)


async def void(work: Work, ticket: Ticket, steps: tuple[str, ...]) -> list[Dialog]:
    """What people were in the middle of about *ticket* has lost its point; what that was."""
    ended = await work.uow.dialogs.void(ticket.id, steps, work.now)
    for dialog in ended:
        await _withdraw(work, dialog, "void")
    return ended


async def expire(work: Work) -> None:
    """Close what nobody went on with for a day; a draft stays readable."""
    for dialog in await work.uow.dialogs.expired(work.now):
        await _withdraw(work, dialog, "expired")
        await work.uow.dialogs.end(dialog.account, dialog.user_id)


async def add_to_draft(
    work: Work,
    dialog: Dialog,
    person: Person,
    text: str,
    media: Sequence[Json],
    *,
    album: bool = False,
    message_id: str = "",
) -> Dialog:
    """More words or files for the draft, from the writer's message *message_id*; its preview follows, one for a whole
    album."""
    pieces = [*dialog.facts.get("pieces", ()), [message_id, text]]
    return await _draft(work, replace(dialog, media=(*dialog.media, *media)), person, pieces, album=album)


async def reword(work: Work, dialog: Dialog, person: Person, text: str, message_id: str) -> None:
    """The writer has changed a message that is a part of the draft."""
    pieces = dialog.facts.get("pieces", ())
    changed = [[known, text if known == message_id else words] for known, words in pieces]
    if dialog.step.endswith("_preview") and changed != list(pieces):
        await _draft(work, dialog, person, changed)


async def _draft(work: Work, dialog: Dialog, person: Person, pieces: list[list[str]], *, album: bool = False) -> Dialog:
    preview = dialog.step if dialog.step.endswith("_preview") else f"{dialog.step}_preview"
    draft = replace(dialog, text="\n\n".join(words for _, words in pieces if words))
    changed = await step(work, draft, preview, pieces=pieces)
    await notify.tell(
        work,
        person,
        "preview",
        priority=Priority.PRESS,
        at=_place(dialog),
        due_at=work.now + ALBUM_WAIT if album else None,
        dedupe=f"preview:{dialog.account}:{dialog.user_id}:{dialog.ticket_id}",
        number=dialog.ticket_id,
        user_id=dialog.user_id,
    )
    return changed


async def rewrite(work: Work, dialog: Dialog, *, pressed: str | None = None) -> Dialog:
    """«Изменить»: the draft begins anew."""
    return await step(work, emptied(dialog), dialog.step.removesuffix("_preview"), pressed=pressed)


def emptied(dialog: Dialog) -> Dialog:
    """The same dialog with nothing written yet."""
    facts = {name: value for name, value in dialog.facts.items() if name != "pieces"}
    return replace(dialog, text="", media=(), facts=facts)


def require(dialog: Dialog | None, ticket_id: int, version: str) -> Dialog:
    """The dialog that a pressed preview belongs to; :class:`DialogOver` for one that has ended or moved on."""
    if dialog is None or (dialog.ticket_id or 0) != ticket_id or str(dialog.version) != version:
        raise DialogOver(number=ticket_id)
    return dialog


def _place(dialog: Dialog) -> Address:
    """A dialog belongs to the chat in which it was begun."""
    return Address(dialog.account, dialog.user_id)


def _without_shown(dialog: Dialog) -> dict[str, Any]:
    return {name: value for name, value in dialog.facts.items() if name != "shown"}


async def _withdraw(work: Work, dialog: Dialog, why: str, *, but: str | None = None) -> None:
    """Take the buttons off what *dialog* has shown last; a preview that loses its point keeps its words for copying."""
    shown = dialog.facts.get("shown")
    if shown is None and why in _GIVEN_UP:
        await _return_words(work, dialog, why)
    if shown is None or shown["id"] == but:
        return
    facts = {name: value for name, value in shown.items() if name not in ("id", "code")}
    if shown["code"] != "preview":
        facts["bare"] = True
        await notify.change_note(work, dialog.account, dialog.chat_id, shown["id"], shown["code"], **facts)
        return
    code = "preview_replaced" if why == "moved" else "draft_closed"
    await notify.change_note(
        work, dialog.account, dialog.chat_id, shown["id"], code, number=dialog.ticket_id, text=dialog.text, why=why
    )


async def _return_words(work: Work, dialog: Dialog, why: str) -> None:
    """A draft is given up that its writer has not been shown yet: its words come back, to be copied."""
    writer = work.centre.person_at(dialog.account, dialog.user_id)
    if writer is None or dialog.step not in DRAFT_STEPS or not (dialog.text or dialog.media):
        return
    await notify.tell(
        work,
        writer,
        "draft_closed",
        priority=Priority.PRESS if why == "other" else Priority.NOTE,
        at=_place(dialog),
        number=dialog.ticket_id,
        text=dialog.text,
        why=why,
    )
