"""What an official reads while writing to a citizen: the question, the preview, what became of the draft."""

from bot.domain.facts import NoteFacts
from bot.domain.russian import plural
from bot.messengers.codec import unpack_media
from bot.messengers.content import Bold, Button, Content, Quote, Span
from bot.views.codes import Op, pack
from bot.views.look import Look, shorten


def cancel_row(note: NoteFacts) -> list[list[Button]]:
    """The last row under a question; its code fits this step of this dialog alone."""
    if note.draft is None:
        return []
    return [[Button("Отмена", pack(Op.CANCEL, note.facts.get("number") or 0, note.draft.version))]]


def ask_answer(note: NoteFacts, look: Look) -> Content:
    number = note.facts["number"]
    ticket = note.tickets.get(number)
    spans: list[Span | str] = [Bold(f"✍️ Ответ на №{number}")]
    if ticket is not None and ticket.text:
        spans += ["\n", Quote(shorten(ticket.text, 300))]
    if not note.facts.get("bare"):
        spans.append("\nНапишите текст. Можно приложить фото и документы. Перед отправкой покажу, как увидит житель.")
    return Content.of(*spans, keyboard=cancel_row(note))


def ask_correct(note: NoteFacts, look: Look) -> Content:
    number = note.facts["number"]
    return Content.of(
        Bold(f"✏️ Исправление ответа на №{number}"),
        "\nСейчас опубликовано:\n",
        Quote(shorten(note.answer_text or "", 3000)),
        "" if note.facts.get("bare") else "\nПришлите новый текст целиком.",
        keyboard=cancel_row(note),
    )


def preview(note: NoteFacts, look: Look) -> Content:
    """The draft as the citizen will see it; ``draft`` is what it is when the note leaves."""
    draft, number = note.draft, note.facts["number"]
    if draft is None:
        return Content.of("Черновика уже нет.")
    correcting = draft.step.startswith("correct")
    heading = "Так будет выглядеть исправленный ответ" if correcting else "Так ответ увидит житель"
    send = Button("📤 Опубликовать исправление" if correcting else "📤 Отправить", pack(Op.SEND, number, draft.version))
    change = Button("✍️ Переписать" if correcting else "✍️ Изменить", pack(Op.CHANGE, number, draft.version))
    cancel = Button("Отмена", pack(Op.CANCEL, number, draft.version))
    content = Content.of(Bold(f"{heading} (№{number}):"), f"\n\n{draft.text}", keyboard=[[send], [change, cancel]])
    return content.with_media(unpack_media(draft.media))


def draft_sent(note: NoteFacts, look: Look) -> Content:
    files = note.facts.get("files", 0)
    tail = f"\n📎 {plural(files, 'вложение', 'вложения', 'вложений')}" if files else ""
    return Content.of(
        f"📤 Ответ на №{note.facts['number']} отправлен на публикацию:\n", Quote(note.facts["text"] or "—"), tail
    )


def correction_sent(note: NoteFacts, look: Look) -> Content:
    return Content.of(f"✏️ Ответ на №{note.facts['number']} исправляется:\n", Quote(note.facts["text"]))


def draft_cancelled(note: NoteFacts, look: Look) -> Content:
    return Content.of("Отменено, жителю ничего не отправлено.")


def correction_cancelled(note: NoteFacts, look: Look) -> Content:
    return Content.of("Отменено, у жителя остаётся прежний ответ.")


def cancelled(note: NoteFacts, look: Look) -> Content:
    return Content.of("Отменено.")


def draft_again(note: NoteFacts, look: Look) -> Content:
    """After «Изменить»: the old words stay in sight, to be copied."""
    old = note.facts.get("text")
    asked = "" if note.facts.get("bare") else f"Хорошо, пришлите новый ответ на №{note.facts['number']} целиком."
    spans: list[Span | str] = [asked, "\nБыло:\n" if asked else "Было:\n", Quote(old)] if old else [asked or "Было: —"]
    return Content.of(*spans, keyboard=cancel_row(note))


def preview_replaced(note: NoteFacts, look: Look) -> Content:
    return Content.of(f"Черновик ответа на №{note.facts['number']} изменён, новый вид — ниже.")


def draft_closed(note: NoteFacts, look: Look) -> Content:
    """What became of a draft that was not sent; its words can still be copied."""
    why = {"other": "отложен: вы начали другое действие", "expired": "закрыт: прошли сутки"}
    said = why.get(note.facts["why"], "закрыт")
    spans: list[Span | str] = [f"Черновик ответа на №{note.facts['number']} {said}. Жителю ничего не отправлено."]
    if note.facts.get("text"):
        spans += ["\n", Quote(shorten(note.facts["text"], 3500))]
    return Content.of(*spans)


DRAFTS = (
    ask_answer,
    ask_correct,
    preview,
    draft_sent,
    correction_sent,
    draft_cancelled,
    correction_cancelled,
    cancelled,
    draft_again,
    preview_replaced,
    draft_closed,
)
