"""The head of a block: accept, answer, hand over, dismiss, correct."""

from typing import Any

from bot.domain.answers import PublicationState
from bot.domain.errors import DialogOver, EmptyAnswer, EmptyCorrection, NeedsWords, OutdatedButton
from bot.domain.outbox import Priority
from bot.domain.people import Person, Right
from bot.domain.tickets import DismissReason, State, Step, Ticket, allowed
from bot.handlers.types import Pressed, Presses, Said, Steps
from bot.messengers.events import MediaKind, MessagePosted
from bot.messengers.serialization import pack_media
from bot.services.answers import adopt_reply, answers, corrections, verify_published
from bot.services.context import Work
from bot.services.dialogs import dialogs
from bot.services.intake.receive import clean
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow
from bot.views.callback_codes import Op
from bot.views.render_context import shorten

SENT_SHOWN = 1000
REWRITTEN_SHOWN = 3500
LONGEST_NUMBER = 15

_NOT_FOR_ANSWERS = frozenset({MediaKind.STICKER, MediaKind.OTHER})


async def accept(work: Work, act: Pressed) -> None:
    await workflow.accept(work, act.ticket_id, act.person)
    await _say(work, act, "accepted")


async def ask_answer(work: Work, act: Pressed) -> None:
    ticket = await answers.check_can_answer(work, act.ticket_id, act.person)
    dialog = await dialogs.begin(work, act.person, "answer", ticket)
    await _say(work, act)
    await dialogs.ask(work, act.person, dialog, "ask_answer", ticket=ticket)


async def answer_to_card(work: Work, person: Person, ticket_id: int, event: MessagePosted) -> None:
    """A plain reply to a card is an answer: at once to the preview."""
    ticket = await workflow.get(work, ticket_id)
    if ticket.leads and ticket.state is State.ANSWERED:
        ticket = await answers.check_can_follow_up(work, ticket_id, person)
        await _draft(work, Said(person, event, await dialogs.begin(work, person, "further", ticket)))
        return
    if ticket.state in (State.ANSWERED, State.PUBLISHING) and ticket.assignee_id == person.id:
        await notify.tell(work, person, "already_answered", ticket=ticket, number=ticket.id)
        return
    ticket = await answers.check_can_answer(work, ticket_id, person)
    dialog = await dialogs.begin(work, person, "answer", ticket)
    await _draft(work, Said(person, event, dialog))


async def _draft(work: Work, said: Said) -> None:
    files = [item for item in said.event.attachments if item.kind not in _NOT_FOR_ANSWERS]
    text, media = clean(said.event.text), pack_media(files)
    if not (text or media):
        raise EmptyAnswer(number=said.dialog.ticket_id)
    event = said.event
    await dialogs.add_to_draft(
        work, said.dialog, said.person, text, media, album=event.album is not None, message_id=event.message_id
    )


async def reword(work: Work, person: Person, event: MessagePosted) -> None:
    """An official has changed an own message: if it is a part of a draft, the draft changes with it."""
    dialog, words = await dialogs.current(work, person), clean(event.text)
    if dialog is not None and dialog.step in dialogs.DRAFT_STEPS and words:
        await dialogs.reword(work, dialog, person, words, event.message_id)


async def send(work: Work, act: Pressed) -> None:
    """«Отправить» (or «Исправить») under the preview."""
    dialog = dialogs.require(await dialogs.current(work, act.person), act.ticket_id, act.press.arg)
    if not dialog.step.endswith("_preview"):
        raise DialogOver(number=act.ticket_id)
    await dialogs.end(work, dialog, pressed=act.event.message_id)
    if dialog.step == "correct_preview":
        await corrections.correct(work, act.ticket_id, act.person, dialog.text)
        await _say(work, act, "correcting")
        text = shorten(dialog.text, SENT_SHOWN)
        await _close_note(work, act, "correction_sent", number=act.ticket_id, text=text)
        return
    answering = answers.follow_up if dialog.step == "further_preview" else answers.send
    ticket = await answering(work, act.ticket_id, act.person, dialog.text, dialog.media)
    await _tell_sent(work, act, ticket)


async def _tell_sent(work: Work, act: Pressed, ticket: Ticket) -> None:
    """What is becoming of the answer: the press says it, the preview goes on to say it."""
    answer = await work.uow.answers.latest(ticket.id)
    if answer is None:
        raise OutdatedButton(number=ticket.id)
    states = await work.uow.answers.tally(answer.id)
    await _say(work, act, next((code for state, code in _SENT.items() if state in states), "noted"))
    await _close_note(work, act, "draft_sent", number=ticket.id, answer_id=answer.id)
    chat, pressed = act.event.chat, act.event.message_id
    if pressed is not None:
        await handout.remember_draft(work, ticket, answer, chat.account, chat.id, pressed)


_SENT = {
    PublicationState.QUEUED: "sending",
    PublicationState.BY_PERSON: "by_hand",
    PublicationState.KEPT: "kept",
}
"""What a press of «Отправить» says: the first of these that is true of some place."""


async def change(work: Work, act: Pressed) -> None:
    """«Изменить»: the draft is written anew."""
    dialog = dialogs.require(await dialogs.current(work, act.person), act.ticket_id, act.press.arg)
    if not dialog.step.endswith("_preview"):
        raise DialogOver(number=act.ticket_id)
    pressed = act.event.message_id
    fresh = await dialogs.rewrite(work, dialog, pressed=pressed)
    await _say(work, act)
    facts: dict[str, Any] = {"number": act.ticket_id, "text": shorten(dialog.text, REWRITTEN_SHOWN)}
    if pressed is None:
        await dialogs.ask(work, act.person, fresh, "draft_again", **facts)
        return
    await _close_note(work, act, "draft_again", user_id=fresh.user_id, **facts)
    await dialogs.asked(work, fresh, pressed, {"code": "draft_again", **facts})


async def cancel(work: Work, act: Pressed) -> None:
    """«Отмена» of whatever is under way; «Нет» under an offered reply."""
    if act.press.arg == "no":
        await _say(work, act)
        await _close_note(work, act, "closed", text=f"Хорошо, №{act.ticket_id} остаётся без ответа.")
        return
    dialog = await dialogs.current(work, act.person)
    # Buttons of the first release name no version.
    dialog = dialogs.require(dialog, act.ticket_id, act.press.arg or str(dialog.version if dialog else ""))
    await dialogs.end(work, dialog, pressed=act.event.message_id)
    await _say(work, act, "cancelled")
    code = "correction_cancelled" if dialog.step.startswith("correct") else "draft_cancelled"
    await _close_note(work, act, code if dialog.step in dialogs.DRAFT_STEPS else "cancelled")


async def hand_over_page(work: Work, act: Pressed) -> None:
    ticket = await workflow.get(work, act.ticket_id)
    workflow.permit(work, act.person, Right.HAND_OVER, ticket)
    if not allowed(ticket.state, Step.HAND_OVER):
        raise OutdatedButton(number=ticket.id)
    await cards.turn_page(work, ticket, act.person, f"hand:{act.press.arg or 0}")
    await _say(work, act)


async def hand_over(work: Work, act: Pressed) -> None:
    """The press moves the ticket at once; a reason can be added after it."""
    ticket = await workflow.hand_over(work, act.ticket_id, act.person, act.press.arg)
    sector = work.centre.sector_title(ticket.sector)
    await _say(work, act, "handed", sector=sector)
    await notify.tell(work, act.person, "handed", ticket=ticket, number=ticket.id, sector=sector)


async def ask_reason(work: Work, act: Pressed) -> None:
    ticket = await workflow.get(work, act.ticket_id)
    await workflow.check_handed_over_by(work, ticket, act.person)
    dialog = await dialogs.begin(work, act.person, "hand_over_reason", ticket)
    await _say(work, act)
    await _close_note(work, act, "handed", number=ticket.id, sector=work.centre.sector_title(ticket.sector), bare=True)
    await dialogs.ask(work, act.person, dialog, "ask_reason", ticket=ticket)


async def give_reason(work: Work, said: Said) -> None:
    words = _words(said)
    if said.dialog.ticket_id is None:
        return
    ticket = await workflow.explain_hand_over(work, said.dialog.ticket_id, said.person, words)
    await dialogs.end(work, said.dialog)
    await notify.tell(work, said.person, "reason_added", ticket=ticket, number=ticket.id)


async def dismiss_page(work: Work, act: Pressed) -> None:
    ticket = await workflow.get(work, act.ticket_id)
    workflow.permit(work, act.person, Right.DISMISS, ticket)
    if not allowed(ticket.state, Step.DISMISS):
        raise OutdatedButton(number=ticket.id)
    await cards.turn_page(work, ticket, act.person, "dismiss")
    await _say(work, act)


async def dismiss(work: Work, act: Pressed) -> None:
    try:
        reason = DismissReason(act.press.arg)
    except ValueError:
        raise OutdatedButton(number=act.ticket_id) from None
    if reason is DismissReason.OTHER:
        ticket = await workflow.get(work, act.ticket_id)
        workflow.permit(work, act.person, Right.DISMISS, ticket)
        if not allowed(ticket.state, Step.DISMISS):
            raise OutdatedButton(number=ticket.id)
        dialog = await dialogs.begin(work, act.person, "dismiss_reason", ticket)
        await cards.turn_page(work, ticket, act.person, "")
        await _say(work, act)
        await dialogs.ask(work, act.person, dialog, "ask_dismiss_reason", ticket=ticket)
        return
    await workflow.dismiss(work, act.ticket_id, act.person, reason)
    await _say(work, act, "dismissed")


async def dismiss_with_words(work: Work, said: Said) -> None:
    words = _words(said)
    if said.dialog.ticket_id is None:
        return
    await dialogs.end(work, said.dialog)
    ticket = await workflow.dismiss(work, said.dialog.ticket_id, said.person, DismissReason.OTHER, words)
    await notify.tell(work, said.person, "dismissed", ticket=ticket, priority=Priority.PRESS, number=ticket.id)


async def ask_correct(work: Work, act: Pressed) -> None:
    ticket, answer = await corrections.check_can_correct(work, act.ticket_id, act.person)
    dialog = await dialogs.begin(work, act.person, "correct", ticket)
    await _say(work, act)
    await dialogs.ask(work, act.person, dialog, "ask_correct", ticket=ticket, answer_id=answer.id)


async def correct(work: Work, said: Said) -> None:
    """Only the words of a published answer can change; what is sent last counts."""
    words = clean(said.event.text)
    if not words:
        raise EmptyCorrection(number=said.dialog.ticket_id)
    await dialogs.add_to_draft(
        work, dialogs.emptied(said.dialog), said.person, words, (), message_id=said.event.message_id
    )


async def reopen(work: Work, act: Pressed) -> None:
    await workflow.reopen(work, act.ticket_id, act.person, act.press.arg or None)
    await _say(work, act, "reopened")


async def reopen_page(work: Work, act: Pressed) -> None:
    ticket = await workflow.get(work, act.ticket_id)
    workflow.permit(work, act.person, Right.REOPEN, ticket)
    await cards.turn_page(work, ticket, act.person, f"reopen:{act.press.arg or 0}")
    await _say(work, act)


async def posted_by_hand(work: Work, act: Pressed) -> None:
    ticket = await answers.posted_by_hand(work, act.ticket_id, act.person, _number(act))
    await _say(work, act, "thanks")
    pressed = await work.uow.letters.subject(act.event.chat.account, act.event.chat.id, act.event.message_id or "")
    if pressed is not None and pressed[1] == "note":  # of the first release; newer ones are told without us
        await _close_note(work, act, "hand_posted", number=ticket.id)


async def retry(work: Work, act: Pressed) -> None:
    """After a failed publication, or one that was lost: the same words again, through the preview; of a problem's
    answer at once, to all whom it did not reach."""
    if (await workflow.get(work, act.ticket_id)).leads:
        lead = await answers.send_again(work, act.ticket_id, act.person, _number(act))
        await _say(work, act, "sending")
        await _close_note(work, act, "closed", text=f"🔁 Ответ на проблему №{lead.id} отправляется ещё раз.")
        return
    ticket, answer, publication = await answers.check_can_retry(work, act.ticket_id, act.person, _number(act))
    dialog = await dialogs.begin(work, act.person, "answer", ticket)
    await dialogs.add_to_draft(work, dialog, act.person, answer.text, answer.media)
    await _say(work, act)
    facts: dict[str, Any] = {"number": ticket.id, "publication_id": publication.id}
    if publication.state is PublicationState.REMOVED:
        await _close_note(work, act, "answer_lost", back=True, bare=True, why=publication.error or "gone", **facts)
        return
    reason = publication.error or ""
    await _close_note(work, act, "publication_failed", back=True, bare=True, reason=reason, **facts)


async def settle(work: Work, act: Pressed) -> None:
    """A lost answer needs no other."""
    ticket = await verify_published.settle(work, act.ticket_id, act.person, _number(act))
    await _say(work, act, "closed")
    await _close_note(work, act, "closed", text=f"✅ №{ticket.id} закрыто, новый ответ не нужен.")


async def adopt(work: Work, act: Pressed) -> None:
    """A colleague's reply in the chat was the answer."""
    ticket = await adopt_reply.adopt(work, act.ticket_id, act.person, _number(act))
    await _say(work, act, "thanks")
    await _close_note(work, act, "closed", text=f"✅ №{ticket.id}: ответом считается сообщение в чате.")


def _words(said: Said) -> str:
    words = clean(said.event.text)
    if not words:
        raise NeedsWords(number=said.dialog.ticket_id)
    return words


def _number(act: Pressed) -> int:
    if not act.press.arg.isdecimal() or len(act.press.arg) > LONGEST_NUMBER:
        raise OutdatedButton(number=act.ticket_id)
    return int(act.press.arg)


async def _say(work: Work, act: Pressed, code: str = "", **facts: str) -> None:
    await notify.answer_press(work, act.event.chat.account, act.event.press_id, code, **facts)


async def _close_note(work: Work, act: Pressed, code: str, **facts: str | int) -> None:
    """The pressed message reads otherwise now."""
    if act.event.message_id is not None:
        await notify.change_note(work, act.event.chat.account, act.event.chat.id, act.event.message_id, code, **facts)


PRESSES: Presses = {
    Op.ACCEPT: accept,
    Op.ANSWER: ask_answer,
    Op.HAND_OVER: hand_over_page,
    Op.HAND_TO: hand_over,
    Op.REASON: ask_reason,
    Op.DISMISS: dismiss_page,
    Op.DISMISS_FOR: dismiss,
    Op.CORRECT: ask_correct,
    Op.REOPEN: reopen,
    Op.REOPEN_ALL: reopen_page,
    Op.SEND: send,
    Op.CHANGE: change,
    Op.CANCEL: cancel,
    Op.POSTED: posted_by_hand,
    Op.RETRY: retry,
    Op.SETTLE: settle,
    Op.ADOPT: adopt,
}

STEPS: Steps = {
    "answer": _draft,
    "answer_preview": _draft,
    "further": _draft,
    "further_preview": _draft,
    "correct": correct,
    "correct_preview": correct,
    "hand_over_reason": give_reason,
    "dismiss_reason": dismiss_with_words,
}
