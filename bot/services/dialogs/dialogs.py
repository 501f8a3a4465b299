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
from bot.domain.errors import DialogEnded
from bot.domain.json_types import Json
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

DIALOG_LIFETIME = timedelta(hours=24)
"""An unfinished draft is forgotten after this."""

ALBUM_DELAY = timedelta(seconds=1)
"""The files of one album come one by one; one preview shows them all."""

_VERSION_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

_MAX_PRESSED_MESSAGES = 5

_ABANDONED_REASONS = frozenset({"other", "expired", "void"})
"""Why a draft has ended though its writer has neither sent nor cancelled it."""

DRAFT_STEPS = frozenset(
    {"answer", "answer_preview", "further", "further_preview", "correct", "correct_preview"},
)
"""Steps in which words for a citizen are being written."""


async def start(ctx: UseCaseContext, person: Person, step: str, ticket: Ticket | None = None, **facts: Any) -> Dialog:
    """Start a dialog where *person* is working; one that was under way there is given up, and what it has shown says
    so."""
    address = ctx.reply_address(person)
    if address is None:
        raise DialogEnded()
    left = await ctx.uow.dialogs.get(address.account, address.user_id, ctx.now, lock=True)
    if left is not None:
        await _remove_buttons(ctx, left, "other")
    dialog = Dialog(
        account=address.account,
        user_id=address.user_id,
        chat_id=address.chat_id,
        step=step,
        ticket_id=ticket.id if ticket else None,
        text="",
        media=(),
        facts={**facts, **await _pressed_messages_fact(ctx, address.account, address.user_id)},
        version=await _next_version(ctx, address.account, address.user_id),
        expires_at=ctx.now + DIALOG_LIFETIME,
    )
    await ctx.uow.dialogs.upsert(dialog)
    return dialog


async def _pressed_messages_fact(
    ctx: UseCaseContext, account: str, user_id: str, newest: str | None = None
) -> dict[str, Any]:
    """As a fact of a dialog: the messages whose buttons this person has pressed last (*more* is the newest). Whoever
    handled the press has changed them, perhaps before we knew that they had arrived."""
    known = [*await ctx.uow.dialogs.list_pressed_buttons(account, user_id), *([newest] if newest is not None else [])]
    return {"pressed": known[-_MAX_PRESSED_MESSAGES:]} if known else {}


async def _next_version(ctx: UseCaseContext, account: str, user_id: str) -> int:
    """Above all that this person's buttons were ever given, also when the last dialog has been forgotten."""
    last = await ctx.uow.dialogs.find_last_version(account, user_id)
    by_clock = int((ctx.now - _VERSION_EPOCH).total_seconds())
    return by_clock if last is None else max(by_clock, last + 1)


async def find_current(ctx: UseCaseContext, person: Person) -> Dialog | None:
    """The dialog that *person* has under way where the person is working."""
    address = ctx.reply_address(person)
    return await ctx.uow.dialogs.get(address.account, address.user_id, ctx.now, lock=True) if address else None


async def prompt(
    ctx: UseCaseContext, person: Person, dialog: Dialog, code: str, *, ticket: Ticket | None = None, **facts: Any
) -> None:
    """Show the question *code* of *dialog*, with its buttons."""
    if ticket is not None:
        facts["number"] = ticket.id
    await notify.notify(
        ctx,
        person,
        code,
        ticket=ticket,
        priority=Priority.INTERACTIVE,
        to_address=_chat_address(dialog),
        user_id=dialog.user_id,
        version=dialog.version,
        **facts,
    )


async def on_prompt_delivered(ctx: UseCaseContext, dialog: Dialog, message_id: str, facts: Json) -> None:
    """A question or preview of *dialog* has arrived as *message_id*: it is what will be withdrawn later."""
    shown = {"id": message_id, **{name: value for name, value in facts.items() if name not in _OWN_FACTS}}
    if dialog.facts.get("shown", {"id": message_id})["id"] != message_id:
        await _remove_buttons(ctx, dialog, "moved")  # the same step was shown before: one question at a time
    marked = replace(dialog, facts={**dialog.facts, "shown": shown})
    if await ctx.uow.dialogs.update_facts(marked):
        return
    # It went on while this was on its way.
    if message_id in await ctx.uow.dialogs.list_pressed_buttons(dialog.account, dialog.user_id):
        return  # because of a button of this very message, which says what became of it
    now = await ctx.uow.dialogs.get(dialog.account, dialog.user_id, ctx.now)
    if now is not None:
        await _remove_buttons(ctx, marked, "moved" if _is_same_draft(now, dialog) else "other")
    elif (answer := await _find_sent_answer(ctx, dialog)) is not None:
        await _mark_sent(ctx, marked, message_id, answer)
    else:
        await _remove_buttons(ctx, marked, "void")


def _is_same_draft(later: Dialog, earlier: Dialog) -> bool:
    """Whether *now* is a later step of the same draft."""
    return later.ticket_id == earlier.ticket_id and later.step.partition("_")[0] == earlier.step.partition("_")[0]


async def _find_sent_answer(ctx: UseCaseContext, dialog: Dialog) -> Answer | None:
    """The answer that this preview has become, from another copy of it: an earlier try had arrived, too."""
    if dialog.ticket_id is None or not dialog.step.endswith("_preview"):
        return None
    answer = await ctx.uow.answers.find_latest(dialog.ticket_id)
    return answer if answer is not None and answer.text == dialog.text else None


async def _mark_sent(ctx: UseCaseContext, dialog: Dialog, message_id: str, answer: Answer) -> None:
    code = "correction_sent" if dialog.step.startswith("correct") else "draft_sent"
    facts = {"number": dialog.ticket_id, "answer_id": answer.id, "text": dialog.text}
    await notify.edit_notification(ctx, dialog.account, dialog.chat_id, message_id, code, **facts)


_OWN_FACTS = ("user_id", "version")


async def advance(
    ctx: UseCaseContext, dialog: Dialog, next_step: str, *, pressed_message_id: str | None = None, **facts: Any
) -> Dialog:
    """Go on to another step. *pressed*: the message whose button led here; whoever handles the press changes it."""
    await _remove_buttons(ctx, dialog, "moved", exclude_message_id=pressed_message_id)
    changed = replace(
        dialog,
        step=next_step,
        facts={
            **_facts_without_shown(dialog),
            **await _pressed_messages_fact(ctx, dialog.account, dialog.user_id, pressed_message_id),
            **facts,
        },
        version=dialog.version + 1,
        expires_at=ctx.now + DIALOG_LIFETIME,
    )
    await ctx.uow.dialogs.upsert(changed)
    return changed


async def end(ctx: UseCaseContext, dialog: Dialog, *, pressed_message_id: str | None = None) -> None:
    """It is over. *pressed* as for :func:`step`."""
    await _remove_buttons(ctx, dialog, "over", exclude_message_id=pressed_message_id)
    facts = await _pressed_messages_fact(ctx, dialog.account, dialog.user_id, pressed_message_id)
    await ctx.uow.dialogs.end(dialog.account, dialog.user_id, facts)


async def cancel_for_ticket(ctx: UseCaseContext, ticket: Ticket, steps: tuple[str, ...]) -> list[Dialog]:
    """What people were in the middle of about *ticket* has lost its point; what that was."""
    ended = await ctx.uow.dialogs.cancel_for_ticket(ticket.id, steps, ctx.now)
    for dialog in ended:
        await _remove_buttons(ctx, dialog, "void")
    return ended


async def expire_abandoned(ctx: UseCaseContext) -> None:
    """Close what nobody went on with for a day; a draft stays readable."""
    for dialog in await ctx.uow.dialogs.list_expired(ctx.now):
        await _remove_buttons(ctx, dialog, "expired")
        await ctx.uow.dialogs.end(dialog.account, dialog.user_id)


async def add_to_draft(
    ctx: UseCaseContext,
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
    return await _update_draft(ctx, replace(dialog, media=(*dialog.media, *media)), person, pieces, album=album)


async def edit_part(ctx: UseCaseContext, dialog: Dialog, person: Person, text: str, message_id: str) -> None:
    """The writer has changed a message that is a part of the draft."""
    pieces = dialog.facts.get("pieces", ())
    changed = [[known, text if known == message_id else words] for known, words in pieces]
    if dialog.step.endswith("_preview") and changed != list(pieces):
        await _update_draft(ctx, dialog, person, changed)


async def _update_draft(
    ctx: UseCaseContext, dialog: Dialog, person: Person, pieces: list[list[str]], *, album: bool = False
) -> Dialog:
    preview = dialog.step if dialog.step.endswith("_preview") else f"{dialog.step}_preview"
    draft = replace(dialog, text="\n\n".join(words for _, words in pieces if words))
    changed = await advance(ctx, draft, preview, pieces=pieces)
    await notify.notify(
        ctx,
        person,
        "preview",
        priority=Priority.INTERACTIVE,
        to_address=_chat_address(dialog),
        due_at=ctx.now + ALBUM_DELAY if album else None,
        dedupe=f"preview:{dialog.account}:{dialog.user_id}:{dialog.ticket_id}",
        number=dialog.ticket_id,
        user_id=dialog.user_id,
    )
    return changed


async def restart_draft(ctx: UseCaseContext, dialog: Dialog, *, pressed_message_id: str | None = None) -> Dialog:
    """«Изменить»: the draft begins anew."""
    return await advance(
        ctx, without_draft(dialog), dialog.step.removesuffix("_preview"), pressed_message_id=pressed_message_id
    )


def without_draft(dialog: Dialog) -> Dialog:
    """The same dialog with nothing written yet."""
    facts = {name: value for name, value in dialog.facts.items() if name != "pieces"}
    return replace(dialog, text="", media=(), facts=facts)


def require_current(dialog: Dialog | None, ticket_id: int, version: str) -> Dialog:
    """The dialog that a pressed preview belongs to; :class:`DialogOver` for one that has ended or moved on."""
    if dialog is None or (dialog.ticket_id or 0) != ticket_id or str(dialog.version) != version:
        raise DialogEnded(number=ticket_id)
    return dialog


def _chat_address(dialog: Dialog) -> Address:
    """A dialog belongs to the chat in which it was begun."""
    return Address(dialog.account, dialog.user_id)


def _facts_without_shown(dialog: Dialog) -> dict[str, Any]:
    return {name: value for name, value in dialog.facts.items() if name != "shown"}


async def _remove_buttons(
    ctx: UseCaseContext, dialog: Dialog, reason: str, *, exclude_message_id: str | None = None
) -> None:
    """Take the buttons off what *dialog* has shown last; a preview that loses its point keeps its words for copying."""
    shown = dialog.facts.get("shown")
    if shown is None and reason in _ABANDONED_REASONS:
        await _return_draft_text(ctx, dialog, reason)
    if shown is None or shown["id"] == exclude_message_id:
        return
    facts = {name: value for name, value in shown.items() if name not in ("id", "code")}
    if shown["code"] != "preview":
        facts["bare"] = True
        await notify.edit_notification(ctx, dialog.account, dialog.chat_id, shown["id"], shown["code"], **facts)
        return
    code = "preview_replaced" if reason == "moved" else "draft_closed"
    await notify.edit_notification(
        ctx, dialog.account, dialog.chat_id, shown["id"], code, number=dialog.ticket_id, text=dialog.text, why=reason
    )


async def _return_draft_text(ctx: UseCaseContext, dialog: Dialog, reason: str) -> None:
    """A draft is given up that its writer has not been shown yet: its words come back, to be copied."""
    writer = ctx.municipality.find_official(dialog.account, dialog.user_id)
    if writer is None or dialog.step not in DRAFT_STEPS or not (dialog.text or dialog.media):
        return
    await notify.notify(
        ctx,
        writer,
        "draft_closed",
        priority=Priority.INTERACTIVE if reason == "other" else Priority.NOTE,
        to_address=_chat_address(dialog),
        number=dialog.ticket_id,
        text=dialog.text,
        why=reason,
    )
