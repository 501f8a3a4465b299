"""Short texts to officials: one function a code, one table of codes. Append-only: rows outlive releases."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.russian_text import plural
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span
from bot.views import digest, history, listings
from bot.views.callback_codes import Op, pack
from bot.views.dialogs import prompts
from bot.views.notifications import (
    manual_posting,
    official_pages,
    posting_policy,
    problems,
    reminders,
    settings,
    verification,
)
from bot.views.render_context import RenderContext, shorten

NoteView = Callable[[NoteFacts, RenderContext], Content]

FAILURE_REASONS = {
    "unreachable": "житель запретил сообщения или удалил переписку",
    "no_rights": "мессенджер не разрешает там писать: комментарии закрыты или бота убрали",
    "captcha": "VK просит подтвердить, что пишет человек",
    "too_long": "текст слишком длинный",
    "bad_markup": "мессенджер не принял оформление",
    "gone": "сообщение жителя или запись удалены",
    "bad_request": "мессенджер отклонил запрос",
    "file": "не удалось загрузить вложение: оно больше 20 МБ или удалено",
    "no_edits": "мессенджер не даёт там менять опубликованное",
}


def addition(note: NoteFacts, context: RenderContext) -> Content:
    words = note.message_text
    opening = f"➕ Житель дополнил сообщение №{note.facts['number']}"
    return Content.of(f"{opening}:\n", Quote(shorten(words, 1000))) if words else Content.of(f"{opening}: вложение.")


def became_urgent(note: NoteFacts, context: RenderContext) -> Content:
    number, by = note.facts["number"], note.facts.get("by")
    if by is not None:
        return Content.of(f"🔥 Проблема №{number} теперь срочная: так пишут в сообщении №{by}.")
    return Content.of(f"🔥 Сообщение №{number} теперь срочное.")


def urgent_news(note: NoteFacts, context: RenderContext) -> Content:
    """To who watches and does not work it."""
    return Content.of(Bold(f"🔥 Срочно: №{note.facts['number']} · {note.facts['sector']}"), *_urgent_details(note))


def burst(note: NoteFacts, context: RenderContext) -> Content:
    about, name, usual = note.facts["about"], note.facts["name"], note.facts["usual"]
    where = f"улица «{name}»" if about == "street" else f"тема «{name}»"
    people = plural(note.facts["count"], "человек", "человека", "человек")
    often = f"около {usual:.0f} в час" if usual >= 1 else "меньше одного в час"
    return Content.of(
        Bold(f"📈 Всплеск: {where}"),
        f"\nЗа последний час написали {people}, обычно {often}. Посмотрите, нет ли общей причины: /find {name}",
    )


def duty(note: NoteFacts, context: RenderContext) -> Content:
    """To the duty officer."""
    return Content.of(
        Bold(f"🚨 Дежурному: сообщение №{note.facts['number']}"),
        *_urgent_details(note),
        "\nПохоже на преступление или угрозу жизни. Проверьте и, если подтвердится, сообщите по 112.",
    )


def _urgent_details(note: NoteFacts) -> list[Span | str]:
    ticket = note.tickets.get(note.facts.get("by") or note.facts["number"])
    spans: list[Span | str] = []
    if ticket is not None and ticket.text:
        spans += ["\n", Quote(shorten(ticket.text, 1000))]
    if ticket is not None and ticket.place:
        spans.append(f"\n📍 {ticket.place}")
    if note.message_link:
        spans += ["\n", Link("Открыть сообщение жителя", note.message_link)]
    return spans


def staff_reply(note: NoteFacts, context: RenderContext) -> Content:
    number, message = note.facts["number"], note.facts["message_id"]
    yes = Button("Да, это ответ", pack(Op.ADOPT, number, message))
    no = Button("Нет", pack(Op.CANCEL, number, "no"))
    return Content.of(
        f"💬 На сообщение №{number} ответили в самом чате ({note.facts['name']}):\n",
        Quote(shorten(note.message_text or "", 1500)),
        "\nСчитать это ответом?",
        keyboard=[[yes, no]],
    )


def pass_answer_on(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"☎️ Есть ответ на №{note.facts['number']}"),
        "\nСообщение пришло не из мессенджера, передайте ответ жителю:\n",
        Quote(note.answer_text or ""),
    )


def publication_failed(note: NoteFacts, context: RenderContext) -> Content:
    number = note.facts["number"]
    reason = FAILURE_REASONS.get(note.facts["reason"], "мессенджер не ответил")
    spans: list[Span | str] = [
        Bold(f"⚠️ Ответ на №{number} не опубликован"),
        *_location_suffix(note),
        f"\nПричина: {reason}.\n",
    ]
    if not note.facts["back"]:
        spans.append("В других местах ответ опубликован или ещё отправляется.\n")
    else:
        spans.append("Сообщение снова у вас в работе, текст ответа сохранён:\n")
    spans.append(Quote(shorten(note.answer_text or "", 2500)))
    if note.message_link:
        spans += ["\n", Link("Открыть сообщение жителя", note.message_link)]
    retry = Button("🔁 Отправить ещё раз", pack(Op.RETRY, number, note.facts["publication_id"]))
    return Content.of(*spans, keyboard=[[retry]] if note.facts["back"] else ())


def _location_suffix(note: NoteFacts) -> list[Span | str]:
    return [f" · {note.message_source}"] if note.message_source else []


def correction_failed(note: NoteFacts, context: RenderContext) -> Content:
    reason = FAILURE_REASONS.get(note.facts["reason"], "мессенджер не ответил")
    spans: list[Span | str] = [
        Bold(f"⚠️ Ответ на №{note.facts['number']} исправить не удалось"),
        *_location_suffix(note),
        f"\nПричина: {reason}. Там остался прежний текст.",
    ]
    if note.message_link:
        spans += ["\n", Link("Открыть сообщение жителя", note.message_link)]
    return Content.of(*spans)


def undelivered(note: NoteFacts, context: RenderContext) -> Content:
    reason = FAILURE_REASONS.get(note.facts["reason"], "мессенджер не ответил")
    return Content.of(
        f"⚠️ Сообщение сотруднику не доставлено (запись №{note.facts['row']}): {reason}. "
        "Подробности — в журнале работы бота."
    )


def unreachable(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"⚠️ {note.facts['name']} не получает карточки: не открыл бота или заблокировал его. "
        "Попросите открыть бота и нажать «Старт». Пока этого нет, новые сообщения этого блока приходят и вам: "
        "их можно передать другому блоку."
    )


def reachable(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"✅ {note.facts['name']} снова получает карточки.")


def not_joined(note: NoteFacts, context: RenderContext) -> Content:
    names = ", ".join(note.facts["names"])
    return Content.of(
        Bold("Ещё не вошли в бота: "),
        f"{names}. Пока их сообщения получает следующий по порядку: заместитель, координатор, руководитель центра. "
        "Коды для входа: команда /invite у администратора.",
    )


def draft_void_handed(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"Сообщение №{note.facts['number']} передали другому блоку, ваш черновик отменён.")


def draft_void_dismissed(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"Сообщение №{note.facts['number']} закрыли без ответа, ваш черновик отменён.")


def draft_void_answered(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"На сообщение №{note.facts['number']} уже ответил коллега, ваш черновик отменён.")


def draft_void_merged(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"Сообщение №{note.facts['number']} объединили с другими, ваш черновик отменён.")


def returned(note: NoteFacts, context: RenderContext) -> Content:
    return _returned_text(note, context, f"↩️ №{note.facts['number']} возвращено в работу")


def handed_to_you(note: NoteFacts, context: RenderContext) -> Content:
    return _returned_text(note, context, f"↪️ №{note.facts['number']} снова передано вам")


def _returned_text(note: NoteFacts, context: RenderContext, words: str) -> Content:
    ticket = note.tickets.get(note.facts["number"])
    until = (
        f": примите до {context.format_short(ticket.accept_due)}" if ticket and ticket.accept_due > context.now else ""
    )
    return Content.of(f"{words}{until}.")


def chat_unknown(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"Бота добавили в чат «{note.facts['title']}» (id {note.facts['chat_id']}), которого нет в настройках. "
        "Сообщения оттуда не учитываются. Чтобы следить за ним, добавьте чат в файл настроек и перезапустите бота."
    )


def chat_lost(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"⚠️ Бота удалили из чата «{note.facts['title']}» (id {note.facts['chat_id']}). "
        "Сообщения оттуда больше не приходят. Верните бота в чат."
    )


def chat_muted(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"⚠️ Боту запретили писать в чате «{note.facts['title']}» (id {note.facts['chat_id']}). "
        "Ответы там не появятся. Верните боту право писать."
    )


def chat_migrated(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"Группа «{note.facts['title']}» стала супергруппой, её новый id {note.facts['new_id']}. "
        f"Настройки сохранились. При случае замените id {note.facts['old_id']} в файле настроек."
    )


def check_fault(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(Bold(f"⚠️ {note.facts['subject']}"), f"\n{note.facts['text']}")


def unknown_update(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"{note.facts['title']}: пришло событие неизвестного вида «{note.facts['kind']}». Оно сохранено и отложено, "
        "остальные обрабатываются как обычно. Возможно, пора обновить бота."
    )


def dead_update(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"⚠️ {note.facts['title']}: событие №{note.facts['row']} не удалось обработать, оно сохранено и отложено. "
        "Остальные обрабатываются как обычно. Подробности — в журнале работы бота."
    )


def credentials(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(
        f"⚠️ {note.facts['title']}: токен не принят. Проверьте токен в настройках. Остальные мессенджеры работают."
    )


def doubts_below(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of("Список сообщений, о которых бот не уверен, теперь ниже.")


def model_updated(note: NoteFacts, context: RenderContext) -> Content:
    """Shares as «0,93»: what the new model got right of messages that neither model had seen."""
    before, after = (f"{note.facts[name]:.2f}".replace(".", ",") for name in ("before", "after"))
    judged = plural(note.facts["judged"], "последнем сообщении", "последних сообщениях", "последних сообщениях")
    return Content.of(
        Bold("🧠 Модель обновлена: "),
        f"верно было {before}, стало {after} на {judged}. Вернуть прежнюю: python -m bot train --back",
    )


def model_broken(note: NoteFacts, context: RenderContext) -> Content:
    return Content.of(f"⚠️ {note.facts['fault']} Пока работает то, что работало до неё.")


INCIDENT_TEXTS = {
    "inbox": "входящие сообщения не обрабатываются. Перезапустите бота; если не поможет, посмотрите журнал работы",
    "outbox": (
        "{subject}: сообщения слишком долго ждут отправки. Проверьте сеть и токен: python -m bot check; причина видна "
        "в журнале работы"
    ),
    "terms": "напоминания о сроках не срабатывают. Перезапустите бота",
    "digest": "сводка не отправлена вовремя. Перезапустите бота",
    "hush": (
        "{subject}: нет ни одного сообщения, обычно за это время их много. Проверьте, что бот на месте и всё видит: "
        "Telegram — режим приватности выключен или бот администратор; VK — включены типы событий; MAX — право "
        "«Читать все сообщения». Поможет python -m bot check"
    ),
    "silent": "{subject} не отвечает. Проверьте сеть и токен: python -m bot check. Остальное работает",
}


def trouble(note: NoteFacts, context: RenderContext) -> Content:
    since = context.format_short(datetime.fromisoformat(note.facts["since"]))
    words = INCIDENT_TEXTS[note.facts["trouble"]].format(subject=_subject(note))
    return Content.of(Bold("⚠️ Самопроверка: "), f"{words}. Так с {since}.")


def trouble_over(note: NoteFacts, context: RenderContext) -> Content:
    words = INCIDENT_TEXTS[note.facts["trouble"]].partition(".")[0].format(subject=_subject(note))
    return Content.of(f"✅ Самопроверка: снова в порядке. Было: {words}.")


def _subject(note: NoteFacts) -> str:
    """Earlier releases did not say through which messenger nothing leaves."""
    return str(note.facts["subject"] or "Бот")


NOTE_VIEWS: dict[str, NoteView] = {
    "addition": addition,
    "became_urgent": became_urgent,
    "members": problems.members,
    "answers_failed": problems.answers_failed,
    "urgent_news": urgent_news,
    "duty": duty,
    "burst": burst,
    "staff_reply": staff_reply,
    **manual_posting.MANUAL_POSTING,
    "answer_lost": verification.answer_lost,
    "pages_week": official_pages.pages_week,
    "choices": posting_policy.choices,
    "pass_answer_on": pass_answer_on,
    "publication_failed": publication_failed,
    "correction_failed": correction_failed,
    "undelivered": undelivered,
    "unreachable": unreachable,
    "not_joined": not_joined,
    "diverted": settings.diverted,
    "settings": settings.settings,
    "reachable": reachable,
    "draft_void_handed": draft_void_handed,
    "draft_void_dismissed": draft_void_dismissed,
    "draft_void_answered": draft_void_answered,
    "draft_void_merged": draft_void_merged,
    "returned": returned,
    "handed_to_you": handed_to_you,
    "chat_unknown": chat_unknown,
    "chat_lost": chat_lost,
    "chat_muted": chat_muted,
    "chat_migrated": chat_migrated,
    "check_fault": check_fault,
    "unknown_update": unknown_update,
    "dead_update": dead_update,
    "credentials": credentials,
    "trouble": trouble,
    "trouble_over": trouble_over,
    "doubts_below": doubts_below,
    "model_updated": model_updated,
    "model_broken": model_broken,
    "listing": listings.listing,
    "digest": digest.digest,
    "stats": digest.stats,
    "history": history.history,
    "accept_reminder": reminders.accept_reminder,
    "accept_overdue": reminders.accept_overdue,
    "answer_reminder": reminders.answer_reminder,
    "answer_overdue": reminders.answer_overdue,
    "posting_reminder": reminders.posting_reminder,
    "watch_overdue": reminders.watch_overdue,
    "notices": reminders.notices,
    "catch_up": reminders.catch_up,
    **prompts.DIALOG_VIEWS,
}


def render_note(facts: NoteFacts, context: RenderContext) -> Content:
    """The words of a note; ``KeyError`` for a code that no release ever had."""
    return NOTE_VIEWS[facts.code](facts, context)
