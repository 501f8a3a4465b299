"""Views of drafts that others approve: the text, the question, and what became of both."""

from bot.domain.drafts import Wording
from bot.domain.notifications.approvals import (
    AboutDraft,
    ApprovalAsked,
    ApprovalAwaited,
    ApprovalClosed,
    ApprovalEnd,
    ApprovalGiven,
    AskRemark,
    DraftConflict,
    DraftLapsed,
    DraftReturnDone,
    DraftReturned,
    DraftText,
    DraftVoided,
)
from bot.domain.view_data import ApprovalFacts, NotificationData
from bot.messengers.content import Bold, Button, Content, Quote, Span, Text
from bot.messengers.serialization import unpack_media
from bot.views import citizen
from bot.views.answer_marks import describe_marks
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row, entering_system, text_title
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, shorten
from bot.views.worded_promises import describe_promise, noting_button

MAX_QUOTED_CHARS = 1000

WORDING_TITLES = {
    Wording.ANSWER: "Ответ",
    Wording.FOLLOW_UP: "Ещё одно сообщение",
    Wording.CORRECTION: "Исправление ответа",
    Wording.QUESTION: "Вопрос жителю",
    Wording.INTERIM: "Промежуточный ответ",
    Wording.REFERRAL: "Сообщение о передаче",
    Wording.FIRST_WORD: "Сообщение о приёме в работу",
    Wording.EXTENSION: "Продление срока",
}

_ENDS = {
    ApprovalEnd.PUBLISHED: "✅ №{number}: согласовано к публикации",
    ApprovalEnd.APPROVED: "✅ №{number}: согласовано",
    ApprovalEnd.RETURNED: "↩️ №{number}: возвращено с замечанием",
    ApprovalEnd.CHANGED: "✍️ №{number}: текст изменён, этот вариант больше не действует",
    ApprovalEnd.LAPSED: "↪️ №{number}: сообщение передали, согласование отменено",
    ApprovalEnd.VOID: "🚫 №{number}: согласовывать больше нечего",
    ApprovalEnd.MOVED: "👉 №{number}: ответ согласует другой сотрудник",
}


def draft_text(note: DraftText, data: NotificationData, context: RenderContext) -> Content:
    """Return the text letter for letter as it will be read, with its files."""
    if data.approval is None:
        return Content.of(f"Этот вариант ответа на №{note.ticket_id} уже не действует.")
    forms = data.approval.forms
    published = citizen.render_publication(forms[min(note.form, len(forms) - 1)])
    # A mention would open somebody else's page in the official's messenger.
    return Content(tuple(Text(span.text) for span in published.spans)).with_media(unpack_media(data.approval.media))


def approval_asked(note: ApprovalAsked, data: NotificationData, context: RenderContext) -> Content:
    """Ask for a decision on the text above."""
    facts = data.approval
    if facts is None:
        return approval_closed(ApprovalClosed(ticket_id=note.ticket_id, end=ApprovalEnd.CHANGED), data, context)
    title = WORDING_TITLES[facts.draft.kind]
    spans: list[Span | str] = [Bold(f"📝 {title} на согласовании (№{note.ticket_id})")]
    spans.append(f"\nТекст целиком — в сообщении выше. Подготовлено: {facts.author or '—'}.")
    if facts.reason is not None:
        spans.append(f"\nПричина (житель её не увидит): {facts.reason}")
    if facts.parts:
        spans.append(f"\nЧасти ответа дали: {', '.join(facts.parts)}. Житель этого не увидит.")
    if data.problem is not None:
        spans.append("\nОтвет получат все, кто об этом написал.")
    if checked := describe_marks(facts.marks, facts.forms[0].text):
        spans.append(f"\n{checked}")
    if facts.promise is not None:
        spans.append(f"\n{describe_promise(facts.promise)}")
    if note.instead_of is not None:
        spans.append(f"\nВы согласуете за: {note.instead_of}.")
    elif note.substitute:
        spans.append("\nВы согласуете, потому что тот, кто должен, сейчас недоступен.")
    elif not facts.may_decide:
        spans.append(f"\nСогласует: {facts.approver or '—'}.")
    if facts.draft.step_due is not None:
        spans.append(f"\n⏱ Согласовать до {context.format_short(facts.draft.step_due)}")
    return Content.of(*spans, keyboard=_decision_rows(note, facts, entering_system(data, note.ticket_id, context)))


def _decision_rows(note: AboutDraft, facts: ApprovalFacts, system: str | None) -> list[list[Button]]:
    """Return the buttons of an approver. *system*: where a person enters the text, so that nobody publishes it here."""
    number, arg = note.ticket_id, f"{note.draft_id}.{note.version}"
    rows = []
    if facts.may_decide:
        label = "✅ Опубликовать" if facts.is_last and system is None else "✅ Согласовать"
        rows.append([Button(label, pack(Op.APPROVE_DRAFT, number, arg))])
        rows.append([Button("↩️ Вернуть с замечанием", pack(Op.RETURN_DRAFT, number, arg))])
    if (facts.may_decide or facts.may_write) and facts.draft.kind is not Wording.EXTENSION:
        rows.append([Button("✍️ Изменить", pack(Op.CHANGE_DRAFT, number, arg))])
    if facts.may_decide and facts.is_last and facts.promise is not None:
        words = "Опубликовать" if system is None else "Согласовать"
        rows.append([noting_button(words, facts.promise, pack(Op.APPROVE_NOTING, number, arg))])
    return rows


def approval_closed(note: ApprovalClosed, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(_ENDS[note.end].format(number=note.ticket_id) + (f" — {note.name}" if note.name else ""))


def approval_awaited(note: ApprovalAwaited, data: NotificationData, context: RenderContext) -> Content:
    """Say who approves the text that its writer has submitted."""
    heading = f"📨 {text_title(note.kind, note.ticket_id)} — на согласовании у: {note.approver}"
    if note.approver is None:
        title = text_title(note.kind, note.ticket_id)
        heading = f"⚠️ {title} сохранён, но согласовать его сейчас некому. Скажите администратору."
    return Content.of(heading, "\n", Quote(shorten(note.text, MAX_QUOTED_CHARS) or "—"))


def approval_given(note: ApprovalGiven, data: NotificationData, context: RenderContext) -> Content:
    system = entering_system(data, note.ticket_id, context)
    published = "теперь его опубликуют" if system is None else f"теперь его внесут в {system}"
    what = f"теперь согласует {note.approver}" if note.approver else published
    return Content.of(f"✅ Ваш ответ на №{note.ticket_id} согласован ({note.name}), {what}.")


def returned(note: DraftReturned, data: NotificationData, context: RenderContext) -> Content:
    """Show the remark, and offer to write the text again."""
    arg = f"{note.draft_id}.{note.version}"
    change = Button("✍️ Исправить", pack(Op.CHANGE_DRAFT, note.ticket_id, arg))
    heading = Bold(f"↩️ Ответ на №{note.ticket_id} возвращён с замечанием")
    return Content.of(heading, f"\n{note.name}: {note.remark}", keyboard=[[change]])


def ask_remark(note: AskRemark, data: NotificationData, context: RenderContext) -> Content:
    asked = "" if data.without_buttons else "\nНапишите, что исправить. Замечание увидят коллеги, житель его не увидит."
    return Content.of(
        Bold(f"↩️ Замечание к ответу на №{note.ticket_id}"), asked, keyboard=cancel_row(data, note.ticket_id)
    )


def conflict(note: DraftConflict, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"Ваш текст сохранён, но пока вы писали, ответ на №{note.ticket_id} уже отправили на согласование "
        f"({note.name}):\n",
        Quote(shorten(note.text, MAX_QUOTED_CHARS) or "—"),
        "\nВаш вариант — ниже. Нажмите кнопку ещё раз, если он должен заменить этот.",
    )


APPROVAL_VIEWS = (
    row(DraftText, draft_text),
    row(ApprovalAsked, approval_asked),
    row(ApprovalClosed, approval_closed),
    row(ApprovalAwaited, approval_awaited),
    row(ApprovalGiven, approval_given),
    row(DraftReturned, returned),
    row(AskRemark, ask_remark),
    row(DraftConflict, conflict),
    template_row(DraftReturnDone, "↩️ Ответ на №{note.ticket_id} возвращён автору с вашим замечанием."),
    template_row(
        DraftLapsed,
        "↪️ Сообщение №{note.ticket_id} передали. Ваш текст сохранён и ушёл вместе с ним, согласовать его нужно заново.",
    ),
    template_row(
        DraftVoided, "Ваш ответ на №{note.ticket_id} больше не нужен: сообщение закрыто или объединено с другими."
    ),
)
