"""What an official reads while writing to a citizen: the question, the preview, what became of the draft."""

from collections.abc import Sequence

from bot.domain.answers import PublicationState
from bot.domain.russian_text import plural
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Button, Content, Quote, Span
from bot.messengers.serialization import unpack_media
from bot.views.callback_codes import Op, pack
from bot.views.notifications.problems import audience_size
from bot.views.render_context import RenderContext, shorten

MAX_SENT_CHARS = 1000
"""Characters of a sent answer that stay in sight in the chat with the bot."""


def cancel_row(note: NoteFacts) -> list[list[Button]]:
    """The last row under a question; its code fits this step of this dialog alone."""
    if note.draft is None:
        return []
    return [[Button("Отмена", pack(Op.CANCEL, note.facts.get("number") or 0, note.draft.version))]]


def ask_answer(note: NoteFacts, context: RenderContext) -> Content:
    number = note.facts["number"]
    ticket = note.tickets.get(number)
    spans: list[Span | str] = [Bold(f"✍️ Ответ на №{number}")]
    if ticket is not None and ticket.text:
        spans += ["\n", Quote(shorten(ticket.text, 300))]
    if note.problem is not None:
        spans.append(f"\nОтвет получат все, кто об этом написал: {audience_size(note.problem)}.")
    if not note.facts.get("bare"):
        spans.append(
            "\nНапишите текст. Можно приложить фото и документы. Перед отправкой покажу, как его увидит житель."
        )
    return Content.of(*spans, keyboard=cancel_row(note))


def ask_further(note: NoteFacts, context: RenderContext) -> Content:
    """Once more to everybody who wrote about a problem."""
    all_ = f": {audience_size(note.problem)}" if note.problem is not None else ""
    spans: list[Span | str] = [
        Bold(f"✍️ Ещё одно сообщение по проблеме №{note.facts['number']}"),
        f"\nЕго получат все, кто об этом написал{all_}.",
    ]
    if not note.facts.get("bare"):
        spans.append("\nНапишите текст. Перед отправкой покажу, как его увидят жители.")
    return Content.of(*spans, keyboard=cancel_row(note))


def ask_correct(note: NoteFacts, context: RenderContext) -> Content:
    number = note.facts["number"]
    return Content.of(
        Bold(f"✏️ Исправление ответа на №{number}"),
        "\nСейчас опубликовано:\n",
        Quote(shorten(note.answer_text or "", 3000)),
        "" if note.facts.get("bare") else "\nПришлите новый текст целиком.",
        keyboard=cancel_row(note),
    )


def preview(note: NoteFacts, context: RenderContext) -> Content:
    """The draft as the citizen will see it; ``draft`` is what it is when the note leaves."""
    draft, number = note.draft, note.facts["number"]
    if draft is None:
        return Content.of("Черновика уже нет.")
    correcting = draft.step.startswith("correct")
    heading, label, hint = _CORRECTING if correcting else _preview_labels(note)
    send = Button(label, pack(Op.SEND, number, draft.version))
    change = Button("✍️ Переписать" if correcting else "✍️ Изменить", pack(Op.CHANGE, number, draft.version))
    cancel = Button("Отмена", pack(Op.CANCEL, number, draft.version))
    spans: list[Span | str] = [Bold(f"{heading} (№{number}):"), f"\n\n{draft.text}"]
    if hint:
        spans.append(f"\n\n{hint}")
    if note.problem is not None and not correcting:
        spans = [f"Получат все, кто об этом написал: {audience_size(note.problem)}.\n", *spans]
    content = Content.of(*spans, keyboard=[[send], [change, cancel]])
    return content.with_media(unpack_media(draft.media))


_CORRECTING = ("Так будет выглядеть исправленный ответ", "📤 Опубликовать исправление", "")

_BY_HAND = "ℹ️ {there} бот не отвечает: после подтверждения пришлю текст и ссылку, а опубликуете ответ вы."
_KEPT = "ℹ️ {there} ответы выключены настройкой: житель ответа не увидит, он сохранится для отчётов."


def _preview_labels(note: NoteFacts) -> tuple[str, str, str]:
    """Heading, button and hint of a preview: what will really become of the words."""
    ways = set(note.expected_states)
    hints = []
    if PublicationState.BY_PERSON in ways:
        hints.append(_BY_HAND.format(there="Там" if len(ways) == 1 else "В некоторых местах"))
    if PublicationState.KEPT in ways:
        hints.append(_KEPT.format(there="Там" if len(ways) == 1 else "В некоторых местах"))
    if ways == {PublicationState.KEPT}:
        return "Ответ сохранится без публикации", "💾 Сохранить", "\n".join(hints)
    label = "✅ Утвердить" if ways and PublicationState.QUEUED not in ways else "📤 Отправить"
    return "Так ответ увидит житель", label, "\n".join(hints)


def draft_sent(note: NoteFacts, context: RenderContext) -> Content:
    """After «Отправить»: where the answer stands by now; the words stay in sight."""
    files = len(note.answer_media) or note.facts.get("files", 0)
    tail = f"\n📎 {plural(files, 'вложение', 'вложения', 'вложений')}" if files else ""
    text = shorten(note.answer_text or note.facts.get("text") or "", MAX_SENT_CHARS)
    if note.problem is not None:
        whom = f"📤 Ответ на проблему №{note.facts['number']} отправлен всем, кто об этом написал"
        return Content.of(f"{whom}: {audience_size(note.problem)}.\n", Quote(text or "—"), tail)
    said = _status_text([publication.state for publication in note.publications])
    return Content.of(f"{said.format(number=note.facts['number'])}:\n", Quote(text or "—"), tail)


def _status_text(states: Sequence[PublicationState]) -> str:
    """What became of a sent answer at all its places together."""
    posted = states.count(PublicationState.POSTED)
    of = f" (в {posted} из {len(states)} мест)" if posted and posted < len(states) else ""
    if PublicationState.QUEUED in states:
        return f"📤 Ответ на №{{number}} отправлен на публикацию{of}"
    if PublicationState.BY_PERSON in states:
        return f"✍️ Текст ответа на №{{number}} готов, теперь его нужно опубликовать{of}"
    if posted:
        return f"✅ Ответ на №{{number}} опубликован{of}"
    if PublicationState.KEPT in states:
        return "💾 Ответ на №{number} сохранён без публикации"
    if PublicationState.REMOVED in states:
        return "⚠️ Ответ на №{number} был опубликован и исчез"
    return "⚠️ Опубликовать ответ на №{number} не удалось" if states else "☎️ Ответ на №{number} записан"


def correction_sent(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"✏️ Ответ на №{note.facts['number']} исправляется:\n", Quote(shorten(note.facts["text"], MAX_SENT_CHARS))
    )


def draft_cancelled(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of("Отменено, жителю ничего не отправлено.")


def correction_cancelled(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of("Отменено, у жителя остаётся прежний ответ.")


def cancelled(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of("Отменено.")


def draft_again(note: NoteFacts, context: RenderContext) -> Content:
    """After «Изменить»: the old words stay in sight, to be copied."""
    old = note.facts.get("text")
    asked = "" if note.facts.get("bare") else f"Хорошо, пришлите новый ответ на №{note.facts['number']} целиком."
    spans: list[Span | str] = [asked, "\nБыло:\n" if asked else "Было:\n", Quote(old)] if old else [asked or "Было: —"]
    return Content.of(*spans, keyboard=cancel_row(note))


def preview_replaced(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"Черновик ответа на №{note.facts['number']} изменён, новый вид — ниже.")


def draft_closed(note: NoteFacts, context: RenderContext) -> Content:
    """What became of a draft that was not sent; its words can still be copied."""
    why = {"other": "отложен: вы начали другое действие", "expired": "закрыт: прошли сутки"}
    said = why.get(note.facts["why"], "закрыт")
    spans: list[Span | str] = [f"Черновик ответа на №{note.facts['number']} {said}. Жителю ничего не отправлено."]
    if note.facts.get("text"):
        spans += ["\n", Quote(shorten(note.facts["text"], 3500))]
    return Content.of(*spans)


DRAFT_VIEWS = (
    ask_answer,
    ask_further,
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
