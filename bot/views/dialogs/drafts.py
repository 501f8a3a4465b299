"""Views of drafts: the prompt, the preview, and the state of the answer afterwards."""

from collections.abc import Sequence

from bot.domain.answers import PublicationState
from bot.domain.dialogs import DraftKind, EndReason
from bot.domain.drafts import Wording
from bot.domain.notifications.dialogs import (
    AskAnswer,
    AskCorrection,
    AskFurtherAnswer,
    CorrectionCancelled,
    CorrectionSent,
    DialogCancelled,
    DraftCancelled,
    DraftClosed,
    DraftPreview,
    DraftRestarted,
    DraftSent,
    DraftVoidAnswered,
    DraftVoidDismissed,
    DraftVoidHanded,
    DraftVoidMerged,
    OfferedText,
    PreviewReplaced,
)
from bot.domain.russian_text import plural
from bot.domain.templates import list_fields
from bot.domain.view_data import NotificationData, PublicationFacts, SubmissionFacts
from bot.messengers.content import Bold, Button, Content, Quote, Span, Text
from bot.messengers.serialization import unpack_media
from bot.views import citizen
from bot.views.answer_marks import describe_marks
from bot.views.callback_codes import Op, pack
from bot.views.notifications.problems import audience_size
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, shorten
from bot.views.worded_promises import noting_button

MAX_OFFER_CHARS = 60
"""Most characters of a text on the button that begins an answer with it."""

MAX_SENT_CHARS = 1000
"""Most characters of a sent answer that stay in the chat with the bot."""


_TITLES = {
    Wording.QUESTION: "Вопрос жителю по №{number}",
    Wording.INTERIM: "Промежуточный ответ на №{number}",
    Wording.REFERRAL: "Ответ о передаче №{number}",
    Wording.FIRST_WORD: "Текст «взято в работу» по №{number}",
    Wording.EXTENSION: "Текст о новом сроке №{number}",
}

_GENITIVES = {
    Wording.QUESTION: "Текст вопроса жителю по №{number}",
    Wording.INTERIM: "Текст промежуточного ответа на №{number}",
}


def text_title(kind: Wording, number: int) -> str:
    """Return the words for a text of *kind*, with the number of its ticket; all of them are masculine."""
    return _TITLES.get(kind, "Ответ на №{number}").format(number=number)


def cancel_row(data: NotificationData, ticket_id: int = 0) -> list[list[Button]]:
    """Return the last row under a prompt; its code is valid for this step of this dialog only."""
    if data.draft is None:
        return []
    return [[Button("Отмена", pack(Op.CANCEL, ticket_id, data.draft.version))]]


def ask_answer(note: AskAnswer, data: NotificationData, context: RenderContext) -> Content:
    ticket = data.tickets.get(note.ticket_id)
    spans: list[Span | str] = [Bold(f"✍️ Ответ на №{note.ticket_id}")]
    if ticket is not None and ticket.text:
        spans += ["\n", Quote(shorten(ticket.text, 300))]
    if data.problem is not None:
        spans.append(f"\nОтвет получат все, кто об этом написал: {audience_size(data.problem)}.")
    if not data.without_buttons:
        spans.append(
            "\nНапишите текст. Можно приложить фото и документы. Перед отправкой покажу, как его увидит житель."
        )
    if note.offers and not data.without_buttons:
        spans.append("\nИли начните с готового текста: шаблона (📄) или ответа на похожее сообщение (🔎).")
    offers = [
        [Button(_offer_title(one), pack(Op.TEMPLATE_USE, note.ticket_id, one.source))]
        for one in (note.offers if data.draft is not None else ())
    ]
    return Content.of(*spans, keyboard=[*offers, *cancel_row(data, note.ticket_id)])


def _offer_title(offer: OfferedText) -> str:
    return f"{'📄' if offer.source.startswith('t') else '🔎'} {shorten(offer.text, MAX_OFFER_CHARS)}"


def ask_further(note: AskFurtherAnswer, data: NotificationData, context: RenderContext) -> Content:
    """Ask for one more message to everybody who wrote about a problem."""
    all_ = f": {audience_size(data.problem)}" if data.problem is not None else ""
    spans: list[Span | str] = [
        Bold(f"✍️ Ещё одно сообщение по проблеме №{note.ticket_id}"),
        f"\nЕго получат все, кто об этом написал{all_}.",
    ]
    if not data.without_buttons:
        spans.append("\nНапишите текст. Перед отправкой покажу, как его увидят жители.")
    return Content.of(*spans, keyboard=cancel_row(data, note.ticket_id))


def ask_correct(note: AskCorrection, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"✏️ Исправление ответа на №{note.ticket_id}"),
        "\nСейчас опубликовано:\n",
        Quote(shorten(data.answer_text or "", 3000)),
        "" if data.without_buttons else "\nПришлите новый текст целиком.",
        keyboard=cancel_row(data, note.ticket_id),
    )


def preview(note: DraftPreview, data: NotificationData, context: RenderContext) -> Content:
    """Show the draft as the citizen will see it; its text is read when the notification is sent."""
    draft, number = data.draft, note.ticket_id
    if draft is None:
        return Content.of("Черновика уже нет.")
    correcting = draft.step.draft_kind is DraftKind.CORRECTION
    system = entering_system(data, number, context)
    heading, label, hint = _CORRECTING if correcting else _preview_labels(data)
    if system is not None:  # nothing is published there by the bot
        label, hint = "✅ Утвердить", "\n".join(filter(None, [_ENTERED.format(system=system), hint]))
    if data.submission is not None:
        published = "✅ Утвердить" if system is not None else "📤 Опубликовать"
        label = published if data.submission.is_published else "📨 На согласование"
        hint = "\n".join(filter(None, [hint, _approver_hint(data.submission)]))
    send = Button(label, pack(Op.SEND, number, draft.version))
    change = Button("✍️ Переписать" if correcting else "✍️ Изменить", pack(Op.CHANGE, number, draft.version))
    cancel = Button("Отмена", pack(Op.CANCEL, number, draft.version))
    spans: list[Span | str] = [Bold(f"{heading} (№{number}):"), "\n\n", *_as_published(data, draft.text)]
    if data.must_confirm:
        send = Button("⚠️ Всё равно отправить", pack(Op.SEND, number, draft.version))
    if fields := list_fields(draft.text):
        hint = f"✏️ Заполните {', '.join(dict.fromkeys(fields))}: пришлите значение сообщением, по одному."
    hints = [*filter(None, [hint, "" if correcting else _name_hint(data)])]
    if hints:
        spans.append("\n\n" + "\n".join(hints))
    if checked := describe_marks(data.marks, draft.text):
        spans.append(f"\n\n{checked}")
    if data.problem is not None and not correcting:
        spans = [f"Получат все, кто об этом написал: {audience_size(data.problem)}.\n", *spans]
    rows = [[send], [change, cancel]]
    if data.promise is not None and _may_remember(data):
        words = label.partition(" ")[2]  # without its sign
        rows.append([noting_button(words, data.promise, pack(Op.SEND_NOTING, number, draft.version))])
    content = Content.of(*spans, keyboard=rows)
    return content.with_media(unpack_media(draft.media))


def entering_system(data: NotificationData, ticket_id: int, context: RenderContext) -> str | None:
    """Return the title of the system into which a person enters the texts of the ticket; ``None`` if nobody does."""
    ticket = data.tickets.get(ticket_id)
    code = context.systems.entered(ticket.account, ticket.source) if ticket is not None else None
    return context.systems.title(code) if code is not None else None


def _may_remember(data: NotificationData) -> bool:
    """Return whether the next press lets a citizen read the draft: then it can remember the promise as well."""
    is_published = data.submission is None or data.submission.is_published
    is_read = set(data.expected_states) != {PublicationState.KEPT}
    is_complete = data.draft is not None and not list_fields(data.draft.text)
    return is_published and is_read and is_complete and not data.must_confirm


def _approver_hint(submission: SubmissionFacts) -> str:
    if submission.is_published:
        return ""
    return f"ℹ️ Сначала ответ согласует: {submission.approver or 'пока некому, скажите администратору'}."


def _as_published(data: NotificationData, text: str) -> Sequence[Span]:
    """Return the draft letter for letter as it will be read, after the citizen's name if it cannot be a reply."""
    only_place = data.previewed_places[0] if len(data.previewed_places) == 1 else PublicationFacts(text)
    # A mention would open somebody else's page in the official's messenger.
    return [Text(span.text) for span in citizen.render_publication(only_place).spans]


def _name_hint(data: NotificationData) -> str:
    """Say what will be added if a message to be answered is gone by then, or is gone at some of several places."""
    places = data.previewed_places
    if not places or (len(places) == 1 and places[0].by_name):
        return ""
    if data.problem is not None:
        return "ℹ️ Если сообщение жителя удалено, ответ начнётся с его имени."
    opening = "".join(span.text for span in citizen.address_by_name(places[0])).strip()
    return f"ℹ️ Если сообщение жителя удалено, ответ начнётся так: «{opening}»"


_CORRECTING = ("Так будет выглядеть исправленный ответ", "📤 Опубликовать исправление", "")

_PREVIEWED = {DraftKind.QUESTION: "вопрос", DraftKind.INTERIM: "промежуточный ответ"}
_EFFECTS = {
    DraftKind.QUESTION: "ℹ️ Пока житель не ответит, срок ответа стоит.",
    DraftKind.INTERIM: "ℹ️ Сообщение останется у вас, об обещанном дне напомню.",
    DraftKind.REFERRAL: "ℹ️ После публикации сообщение считается отвеченным и стоит на контроле.",
}

_ENTERED = "ℹ️ Бот туда не пишет: готовый текст внесут и нажмут «Внесено в {system}»."
_BY_HAND = "ℹ️ {there} бот не отвечает: после подтверждения пришлю текст и ссылку, а опубликуете ответ вы."
_KEPT = "ℹ️ {there} ответы выключены настройкой: житель ответа не увидит, он сохранится для отчётов."


def _preview_labels(data: NotificationData) -> tuple[str, str, str]:
    """Return heading, button and hint of a preview; they say how the answer will be published."""
    states = set(data.expected_states)
    hints = []
    if PublicationState.BY_PERSON in states:
        hints.append(_BY_HAND.format(there="Там" if len(states) == 1 else "В некоторых местах"))
    if PublicationState.KEPT in states:
        hints.append(_KEPT.format(there="Там" if len(states) == 1 else "В некоторых местах"))
    if states == {PublicationState.KEPT}:
        return "Ответ сохранится без публикации", "💾 Сохранить", "\n".join(hints)
    label = "✅ Утвердить" if states and PublicationState.QUEUED not in states else "📤 Отправить"
    kind = data.draft.step.draft_kind if data.draft is not None else None
    hints.append(_EFFECTS.get(kind or DraftKind.ANSWER, ""))
    return (
        f"Так {_PREVIEWED.get(kind or DraftKind.ANSWER, 'ответ')} увидит житель",
        label,
        "\n".join(filter(None, hints)),
    )


def draft_sent(note: DraftSent, data: NotificationData, context: RenderContext) -> Content:
    """Show the state of a sent answer; its text stays in the chat."""
    files = len(data.answer_media) or note.files_count
    tail = f"\n📎 {plural(files, 'вложение', 'вложения', 'вложений')}" if files else ""
    text = shorten(data.answer_text or note.text or "", MAX_SENT_CHARS)
    if data.problem is not None:
        whom = f"📤 Ответ на проблему №{note.ticket_id} отправлен всем, кто об этом написал"
        return Content.of(f"{whom}: {audience_size(data.problem)}.\n", Quote(text or "—"), tail)
    status = _status_text([publication.state for publication in data.publications])
    if not data.publications and (system := entering_system(data, note.ticket_id, context)) is not None:
        status = _entry_status(data, note.ticket_id, system)
    title = text_title(data.answer_kind, note.ticket_id)
    words = _GENITIVES.get(data.answer_kind, "Текст ответа на №{number}").format(number=note.ticket_id)
    opening = status.format(title=title, lower_title=title[:1].lower() + title[1:], text_title=words)
    return Content.of(f"{opening}:\n", Quote(text or "—"), tail)


def _status_text(states: Sequence[PublicationState]) -> str:
    """Describe the state of a sent answer, all its places of publication taken together."""
    posted = states.count(PublicationState.POSTED)
    of = f" (в {posted} из {len(states)} мест)" if posted and posted < len(states) else ""
    if PublicationState.QUEUED in states:
        return f"📤 {{title}} отправлен на публикацию{of}"
    if PublicationState.BY_PERSON in states:
        return f"✍️ {{text_title}} готов, теперь его нужно опубликовать{of}"
    if posted:
        return f"✅ {{title}} опубликован{of}"
    if PublicationState.KEPT in states:
        return "💾 {title} сохранён без публикации"
    if PublicationState.REMOVED in states:
        return "⚠️ {title} был опубликован и исчез"
    return "⚠️ Опубликовать {lower_title} не удалось" if states else "☎️ {title} записан"


def _entry_status(data: NotificationData, ticket_id: int, system: str) -> str:
    """Describe an answer that a person enters into *system*; an earlier text is only said to be on its way."""
    ticket = data.tickets[ticket_id]
    if data.answer_kind is Wording.ANSWER and ticket.answered_at is not None and not ticket.is_open:
        return f"✅ {{title}} внесён в {system}"
    return f"⏳ {{title}} ждёт внесения в {system}"


def correction_sent(note: CorrectionSent, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"✏️ Ответ на №{note.ticket_id} исправляется:\n", Quote(shorten(note.text, MAX_SENT_CHARS)))


def draft_again(note: DraftRestarted, data: NotificationData, context: RenderContext) -> Content:
    """Ask for a new text after «Изменить»; the old one stays, to be copied."""
    old = note.text
    asked = "" if data.without_buttons else f"Хорошо, пришлите новый ответ на №{note.ticket_id} целиком."
    spans: list[Span | str] = [asked, "\nБыло:\n" if asked else "Было:\n", Quote(old)] if old else [asked or "Было: —"]
    return Content.of(*spans, keyboard=cancel_row(data, note.ticket_id))


def draft_closed(note: DraftClosed, data: NotificationData, context: RenderContext) -> Content:
    """Say why a draft was closed; its text stays, to be copied."""
    reasons = {EndReason.REPLACED: "отложен: вы начали другое действие", EndReason.EXPIRED: "закрыт: прошли сутки"}
    state = reasons.get(note.reason, "закрыт")
    spans: list[Span | str] = [f"Черновик ответа на №{note.ticket_id} {state}. Жителю ничего не отправлено."]
    if note.text:
        spans += ["\n", Quote(shorten(note.text, 3500))]
    return Content.of(*spans)


DRAFT_VIEWS = (
    row(AskAnswer, ask_answer),
    row(AskFurtherAnswer, ask_further),
    row(AskCorrection, ask_correct),
    row(DraftPreview, preview),
    row(DraftSent, draft_sent),
    row(CorrectionSent, correction_sent),
    row(DraftRestarted, draft_again),
    row(DraftClosed, draft_closed),
    template_row(DraftCancelled, "Отменено, жителю ничего не отправлено."),
    template_row(CorrectionCancelled, "Отменено, у жителя остаётся прежний ответ."),
    template_row(DialogCancelled, "Отменено."),
    template_row(PreviewReplaced, "Черновик ответа на №{note.ticket_id} изменён, новый вид — ниже."),
    template_row(DraftVoidHanded, "Сообщение №{note.ticket_id} передали другому блоку, ваш черновик отменён."),
    template_row(DraftVoidDismissed, "Сообщение №{note.ticket_id} закрыли без ответа, ваш черновик отменён."),
    template_row(DraftVoidAnswered, "На сообщение №{note.ticket_id} уже ответил коллега, ваш черновик отменён."),
    template_row(DraftVoidMerged, "Сообщение №{note.ticket_id} объединили с другими, ваш черновик отменён."),
)
