"""Notifications about answers: offered, failed, removed."""

from bot.domain.notifications.answers import (
    AlreadyAnswered,
    AnswerDelayed,
    AnswerHeld,
    AnswerLost,
    AnswerToPassOn,
    CorrectionFailed,
    PublicationFailed,
    ReplyOffered,
)
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, citizen_name, shorten

_FAILURE_REASONS = {
    "unreachable": "житель запретил сообщения или удалил переписку",
    "no_rights": "мессенджер не разрешает там писать: комментарии закрыты или бота убрали",
    "captcha": "VK просит подтвердить, что пишет человек",
    "too_long": "текст слишком длинный",
    "links": "VK не пропускает ссылки в этих комментариях; уберите ссылку из ответа и отправьте его снова",
    "bad_markup": "мессенджер не принял оформление",
    "gone": "сообщение жителя или запись удалены",
    "bad_request": "мессенджер отклонил запрос",
    "broken": "ошибка в самом боте, причина видна в журнале работы",
    "file": "не удалось загрузить вложение: оно больше 20 МБ или удалено",
    "restored": "база восстановлена из копии, ответ мог уже выйти",
    "off": "ответы в этом месте выключены настройкой",
    "no_edits": "мессенджер не даёт там менять опубликованное",
}

_REMOVAL_REASONS = {
    "gone": "опубликованный ответ удалён",
    "closed": "комментарии под записью закрыли, ответа не видно",
    "changed": "житель изменил сообщение после ответа",
    "rewritten": "опубликованный ответ переписали в самом чате",
}


_UNKNOWN_POSTER = (
    "💬 Ответ на №{note.ticket_id} вашими словами появился в чате, но автора бот не знает: {name}. "
    "Это мог быть и посторонний.\n"
)


def failure_reason(code: str) -> str:
    """Return the words for the reason why a message could not be sent."""
    return _FAILURE_REASONS.get(code, "мессенджер не ответил")


def staff_reply(note: ReplyOffered, data: NotificationData, context: RenderContext) -> Content:
    yes = Button("Да, это ответ", pack(Op.ADOPT, note.ticket_id, note.message_id))
    no = Button("Нет", pack(Op.CANCEL, note.ticket_id, "no"))
    return Content.of(
        _UNKNOWN_POSTER.format(note=note, name=citizen_name(note.name))
        if note.unknown_account
        else f"💬 На сообщение №{note.ticket_id} ответили в самом чате ({note.name}):\n",
        Quote(shorten(data.message_text or "", 1500)),
        "\nСчитать это ответом?",
        keyboard=[[yes, no]],
    )


def pass_answer_on(note: AnswerToPassOn, data: NotificationData, context: RenderContext) -> Content:
    ticket = data.tickets.get(note.ticket_id)
    why = "Сообщение пришло не из мессенджера"
    if ticket is not None and ticket.account is not None:
        why = "Сообщение переслали боту, и ответить его автору он не может"
    return Content.of(
        Bold(f"☎️ Есть ответ на №{note.ticket_id}"),
        f"\n{why}, передайте ответ жителю:\n",
        Quote(data.answer_text or ""),
    )


def publication_failed(note: PublicationFailed, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span | str] = [
        Bold(f"⚠️ Ответ на №{note.ticket_id} не опубликован"),
        *_source_suffix(data),
        f"\nПричина: {failure_reason(note.reason)}.\n",
    ]
    if not note.returned_to_work:
        spans.append("В других местах ответ опубликован или ещё отправляется.\n")
    else:
        spans.append("Сообщение снова у вас в работе, текст ответа сохранён:\n")
    spans.append(Quote(shorten(data.answer_text or "", 2500)))
    spans += _message_link(data)
    retry = Button("🔁 Отправить ещё раз", pack(Op.RETRY, note.ticket_id, note.publication_id))
    return Content.of(*spans, keyboard=[[retry]] if note.returned_to_work else ())


def answer_held(note: AnswerHeld, data: NotificationData, context: RenderContext) -> Content:
    """Ask whether an answer that may be published already is to be published."""
    publish = Button("Опубликовать", pack(Op.PUBLISH_HELD, note.ticket_id, note.publication_id))
    decline = Button("Не публиковать", pack(Op.DECLINE_HELD, note.ticket_id, note.publication_id))
    return Content.of(
        Bold(f"⏸ Ответ на №{note.ticket_id} ждёт вашего решения"),
        *_source_suffix(data),
        "\nБаза бота восстановлена из копии. В копии этот ответ ещё не опубликован, но он мог выйти после неё. "
        "Проверьте, нет ли его на месте:\n",
        Quote(shorten(data.answer_text or "", 2500)),
        *_message_link(data),
        keyboard=[[publish, decline]],
    )


def correction_failed(note: CorrectionFailed, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"⚠️ Ответ на №{note.ticket_id} исправить не удалось"),
        *_source_suffix(data),
        f"\nПричина: {failure_reason(note.reason)}. Там остался прежний текст.",
        *_message_link(data),
    )


def answer_lost(note: AnswerLost, data: NotificationData, context: RenderContext) -> Content:
    """Say what has happened to a published answer, and offer to publish it again or to close the ticket."""
    changed = note.reason == "changed"
    what = _REMOVAL_REASONS.get(note.reason, _REMOVAL_REASONS["gone"])
    spans: list[Span | str] = [Bold(f"⚠️ №{note.ticket_id}: {what}"), *_source_suffix(data)]
    if changed and note.words is not None:
        spans += ["\nБыло:\n", Quote(shorten(note.words, 1000) or "без текста")]
    if changed:
        spans += ["\nТеперь житель пишет:\n", Quote(shorten(data.message_text or "", 1000) or "без текста")]
    elif note.reason == "rewritten":
        spans += ["\nТеперь там:\n", Quote(shorten(note.words or "", 1500) or "без текста")]
    spans += ["\nОтвет был такой:\n", Quote(shorten(data.answer_text or "", 1500))]
    if note.returned_to_work:
        spans.append("\nСообщение снова у вас в работе.")
    elif changed or note.reason == "rewritten":
        spans.append("\nОтвет остаётся опубликованным.")
    else:
        spans.append("\nВ других местах ответ остаётся.")
    spans += _message_link(data)
    again = Button("🔁 Опубликовать снова", pack(Op.RETRY, note.ticket_id, note.publication_id))
    if changed:
        again = Button("✍️ Ответить заново", pack(Op.ANSWER, note.ticket_id))
    fine = "✅ Ответ подходит, закрыть" if changed else "✅ Закрыть"
    close = Button(fine, pack(Op.CLOSE_WITHOUT_ANSWER, note.ticket_id, note.publication_id))
    return Content.of(*spans, keyboard=[[again], [close]] if note.returned_to_work else ())


def _source_suffix(data: NotificationData) -> list[Span | str]:
    return [f" · {data.message_source}"] if data.message_source else []


def _message_link(data: NotificationData) -> list[Span | str]:
    return ["\n", Link("Открыть сообщение жителя", data.message_link)] if data.message_link else []


ANSWER_VIEWS = (
    row(ReplyOffered, staff_reply),
    row(AnswerToPassOn, pass_answer_on),
    row(PublicationFailed, publication_failed),
    row(AnswerHeld, answer_held),
    template_row(
        AnswerDelayed,
        "⏳ Ответ на №{note.ticket_id} ещё не опубликован: {note.messenger} не отвечает. Ответ уйдёт сам, как только"
        " связь восстановится, делать ничего не нужно.",
    ),
    row(CorrectionFailed, correction_failed),
    row(AnswerLost, answer_lost),
    template_row(
        AlreadyAnswered,
        "На сообщение №{note.ticket_id} уже отвечено. Чтобы изменить ответ, нажмите «Исправить ответ» под карточкой.",
    ),
)
