"""The history of a ticket in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.answer_marks import MarkKind
from bot.domain.audit import AuditRow
from bot.domain.escalation import After
from bot.domain.inquiries import InquiryKind
from bot.domain.notifications.tickets import TicketHistory
from bot.domain.systems import Systems
from bot.domain.tickets import DismissReason, State, Ticket
from bot.domain.view_data import NotificationData, TroubleFacts
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.answer_marks import mark_titles
from bot.views.callback_codes import Op, pack
from bot.views.card_keyboards import DISMISS_REASON_TITLES
from bot.views.external_terms import system_of_term
from bot.views.render_context import RenderContext, format_duration, shorten
from bot.views.ticket_data import FIELD_TITLES

_ACTIONS = {
    "route": "определена отрасль",
    "accept": "принято в работу",
    "approve": "ответ утверждён",
    "return": "ответ возвращён в работу",
    "delegate_withdrawn": "поручение снято",
    "delegate_part": "передана часть ответа",
    "approval_moved": "согласует другой сотрудник",
    "draft_moved": "возвращённый ответ исправляет другой сотрудник",
    "approval_lapsed": "согласование отменено: сообщение передали",
    "approval_void": "подготовленный ответ больше не нужен",
    "confirm": "ответ опубликован",
    "fail": "ответ опубликовать не удалось",
    "correct": "ответ исправлен",
    "correction_failed": "исправить ответ не удалось, остался прежний",
    "settle": "закрыто, новый ответ не нужен",
    "reopen": "возвращено в работу",
    "erase": "закрыто: данные жителя стёрты",
    "anonymized": "данные жителя стёрты",
    "edited": "житель изменил сообщение",
    "removed": "житель удалил сообщение",
    "restored": "житель вернул удалённое сообщение",
    "addition": "житель дополнил",
    "copy": "житель написал то же в другом месте",
    "staff_reply": "ответ сотрудника в самом чате",
    "forwarded": "внесено из пересланного сообщения",
    "unsure": "возвращено тому, кто распределяет сообщения",
    "word": "слово исполнителю",
    "not_ours": "сказано «не наше»",
    "in_work": "ответили: «В работе»",
    "passed_around": "передают по кругу",
    "inquiry_silent": "житель не ответил на вопрос",
    "inquiry_void": "ответ жителя больше не нужен",
    "promise_due": "настал обещанный день",
    "promise_passed": "настал обещанный день, сообщение снова в работе",
    "first_word": "жителю сообщили, что вопрос взят в работу",
    "extended": "срок продлён",
    "promise_noted": "записано обещание из ответа",
    "promise_kept": "обещание выполнено",
    "promise_moved": "обещание перенесено",
    "promise_broken": "обещание не выполнено",
    "first_word_skipped": "взято в работу без сообщения жителю: там бот не пишет",
    "postpone": "дан промежуточный ответ",
    "referred": "передано вне центра",
    "call_missed": "заявитель не ответил на звонок",
    "decision_control": "напоминание о сроке решения",
    "correction_accepted": "исправление принято",
    "correction_returned": "исправление возвращено",
    "asked": "жителя спросили, решён ли вопрос",
    "solved": "житель подтвердил, что вопрос решён",
    "thanked": "житель поблагодарил",
    "reaction": "житель написал под ответом",
    "not_solved": "вопрос не решён, возвращено в работу",
    "nudged": "просьба поторопиться",
    "control": "поставлено на контроль",
    "control_over": "снято с контроля",
    "resent": "исход отправки был неизвестен, отправлено ещё раз",
}

_REMOVAL_REASONS = {
    "gone": "опубликованный ответ исчез",
    "closed": "комментарии закрыли, ответа не видно",
    "changed": "житель изменил сообщение после ответа, ответ больше не считается",
    "rewritten": "опубликованный ответ переписали в самом чате",
}

_POSTED_BY = {
    "person": "ответ опубликован вручную",
    "noticed": "ответ опубликован вручную, бот увидел его в переписке",
    "staff_reply": "ответом считается сообщение сотрудника в переписке",
}

_EARLY_POSTED = {
    "question": "вопрос жителю опубликован",
    "interim": "промежуточный ответ опубликован",
    "first_word": "житель прочитает, что вопрос взят в работу",
    "extension": "житель прочитает новый срок",
}

_ENTERED = {"interim": "промежуточный ответ внесён", "extension": "новый срок внесён"}

_REQUEST_ACTIONS = {
    "inquiry_asked": "запрошены сведения",
    "inquiry_answered": "получен ответ на запрос",
    "inquiry_late": "ответ на запрос просрочен",
}

_DECISION_ACTIONS = {
    "inquiry_asked": "вопрос вынесен на рассмотрение",
    "inquiry_answered": "принято решение",
    "inquiry_late": "решение просрочено",
}

_CITIZEN_ACTIONS = {"inquiry_asked": "вопрос жителю, срок ответа стоит", "inquiry_answered": "житель ответил на вопрос"}
_CORRECTION_ACTIONS = {
    "inquiry_asked": "запрошено исправление",
    "inquiry_answered": "отмечено: исправлено",
    "inquiry_late": "исправление просрочено",
}

DATA_FIELD_TITLES = {field.value: title.lower() for field, title in FIELD_TITLES.items()}

_DEADLINE_VERBS = {
    "accept": "принять",
    "answer": "ответить",
    "draft": "подготовить ответ",
    "approve": "согласовать ответ",
    "rework": "исправить ответ",
    "not_ours": "сказать «не наше»",
    "solve": "решить вопрос",
    "first_word": "сообщить жителю",
}


def history(note: TicketHistory, data: NotificationData, context: RenderContext) -> Content:
    """List every step with its moment and person, then the deadlines and the days that they skip."""
    ticket, past = data.tickets.get(note.ticket_id), data.history
    if ticket is None or past is None:
        return Content.of(f"Сообщение №{note.ticket_id} не найдено.")
    spans: list[Span] = [Bold(f"🕘 История №{ticket.id}")]
    lines: list[tuple[datetime, str]] = []
    posted = {row.at for row, _ in past.rows if row.action == "posted"}
    by_hand = answered_by = None
    for row, name in past.rows:
        if row.action == "answer":
            answered_by = name
        if row.action == "posted" and row.facts.get("by") in _POSTED_BY:
            by_hand = row.at
            name = name or (answered_by if row.facts["by"] == "person" else None)
        elif row.action == "confirm" and row.at == by_hand:
            continue  # the line before says the same
        kept = row.action == "confirm" and row.at not in posted
        words = "ответ сохранён без публикации" if kept else action_text(row, past.sectors, context.systems)
        if row.action == "registered" and past.deciding_words:
            words = f"{words} ({', '.join(f'„{one}“' for one in past.deciding_words)})"
        if words and (replaced := past.replaced.get(row.facts.get("instead_of", 0))):
            words = f"{words} (за: {replaced})"
        if words:
            lines.append((row.at, words + (f" — {name}" if name else "")))
    for remark, name in past.remarks:
        lines.append((remark.at, f"{name or 'сотрудник'}: {shorten(remark.text, 200)}"))
    for at, words in sorted(lines, key=lambda line: line[0]):
        spans.append(Text(f"\n{context.format_full(at)} · {words}"))
    spans += [
        Text(
            f"\n\n⏱ Принять до {context.format_full(ticket.accept_due)},"
            f" ответить до {context.format_full(ticket.answer_due)}"
        ),
        *_external_line(ticket, context),
        Text(f"\nСрок считается с {context.format_full(ticket.registered_at)}"),
    ]
    if past.trouble is not None:
        spans += _trouble(past.trouble, past.sectors, context)
    if past.similar:
        spans.append(Text("\n\n🔎 Похожие: " + ", ".join(f"№{number}" for number in past.similar)))
    if past.skipped:
        spans.append(Text(". Не считается: " + "; ".join(past.skipped)))
    why = Button("❓ Почему такой срок?", pack(Op.WHY_TERM, ticket.id))
    return Content(tuple(spans), ((why,),) if ticket.is_open else ())


def _external_line(ticket: Ticket, context: RenderContext) -> list[Span]:
    """Name the deadline of the system that the ticket came from, and whether the answer met it."""
    due = ticket.external_due
    if due is None:
        return []
    met = ""
    if ticket.answered_at is not None and not ticket.is_open:
        met = ", соблюдён" if ticket.answered_at <= due else ", пропущен"
    elif due <= context.now and ticket.is_open:
        met = ", прошёл"
    return [Text(f"\nСрок в {system_of_term(ticket.source, context)}: {context.format_full(due)}{met}")]


def _trouble(trouble: TroubleFacts, sectors: Mapping[str, str], context: RenderContext) -> list[Span]:
    """Say what went wrong: the missed deadlines, and the longest gap with the post that held the ticket."""
    spans: list[Span] = [Text("\n\n"), Bold("❗ Что пошло не так")]
    for at, limit in trouble.missed:
        spans.append(Text(f"\nСрок пропущен {context.format_full(at)}: {_DEADLINE_VERBS.get(limit, 'выполнить')}"))
    gap = trouble.gap
    if gap is None:
        return spans
    until = context.format_full(gap.until) if gap.until is not None else "сейчас"
    length = format_duration(gap.length(trouble.now).total_seconds())
    spans.append(Text(f"\nДольше всего ждали {length}: {context.format_full(gap.since)} – {until}"))
    if words := action_text(gap.last, sectors, context.systems):
        spans.append(Text(f"\nПеред этим: {words}"))
    held = trouble.post
    if trouble.person and trouble.person != held:
        held = f"{held} ({trouble.person})" if held else trouble.person
    spans.append(Text(f"\nТогда сообщение было у: {held or 'никого'}"))
    if gap.is_on_approval:
        spans.append(Text("; подготовленный ответ ждал согласования"))
    return spans


def action_text(row: AuditRow, titles: Mapping[str, str], systems: Systems) -> str | None:
    """Return what a record of a ticket says; *titles* are those of the sectors, *systems* those of the town."""
    facts: dict[str, Any] = dict(row.facts)
    sector = titles.get(facts.get("sector") or "", facts.get("sector") or "")
    match row.action:
        case "entry_asked":
            return f"текст ждёт внесения в {systems.title(facts.get('system', ''))}"
        case "entered":
            what = "исправление внесено" if facts.get("correction") else _ENTERED.get(facts.get("kind", ""), "внесено")
            return f"{what} в {systems.title(facts.get('system', ''))}"
        case "entry_returned":
            return f"не внесено в {systems.title(facts.get('system', ''))}, возвращено с замечанием"
        case "registered" if facts.get("with"):
            return f"получено, отнесено к проблеме №{facts['with']}"
        case "problem":
            return "об этом пишут и другие: сообщения объединены"
        case "split":
            return f"отделено от проблемы №{facts.get('from')}"
        case "merge":
            return f"объединено с №{facts.get('with')}"
        case "delegate_asked":
            return "поручено подготовить ответ"
        case "approval_submitted":
            return f"подготовлен текст, вариант {facts.get('version')}"
        case "approval_approved":
            return f"согласован вариант {facts.get('version')}"
        case "approval_returned":
            return f"вариант {facts.get('version')} возвращён с замечанием"
        case "approval_published":
            return f"опубликован вариант {facts.get('version')}"
        case "follow_up":
            return "всем, кто об этом написал, отправлено ещё одно сообщение"
        case "changed_by_import":
            return _imported_change_text(facts, systems)
        case "joined_by_import":
            return f"это же сообщение есть в системе: {systems.title(facts.get('system', ''))}"
        case "registered" if facts.get("state") == State.CLOSED.value:
            return f"внесено из системы, где оно уже завершено: {systems.title(facts.get('system', ''))}"
        case "registered":
            chosen = f", отрасль: {sector}" if sector else ", отрасль выбирает координатор" if titles else ""
            where = f" ({systems.title(facts.get('system', ''))})" if facts.get("system") else ""
            return f"получено{where}{chosen}"
        case "choose_sector":
            return f"выбрана отрасль: {sector}"
        case "escalated":
            return _escalated_text(facts)
        case "passed_over":
            return "шаги цепочки пропущены: сразу наступил более поздний" if "newer" in facts else None
        case "hand_over" if row.person_id is None:
            return "передано по цепочке: срок вышел"
        case "hand_over" if facts.get("district"):
            return f"другой район, передано: {facts['district']}"
        case "hand_over":
            return f"передано: {sector}"
        case "district":
            return f"район: {facts.get('now') or 'неизвестен'}"
        case "dismiss":
            reason = facts.get("reason")
            named = DISMISS_REASON_TITLES[DismissReason(reason)].partition(":")[0].lower() if reason else ""
            return f"не требует ответа: {named}" if named else "не требует ответа"
        case "posted" if facts.get("kind"):
            return _EARLY_POSTED.get(facts["kind"])
        case "posted":
            return _POSTED_BY.get(facts.get("by", ""))
        case "answer_lost":
            return _REMOVAL_REASONS.get(facts.get("why", ""))
        case "answer_marked":
            return f"отметка на ответе: {mark_titles([MarkKind(facts['mark'])])}"
        case "answer_unmarked":
            return f"снята отметка на ответе: {mark_titles([MarkKind(facts['mark'])])}"
        case "close":
            return "закрыто: после ответа никто не писал" if facts.get("why") == "silence" else "закрыто"
        case "overdue":
            return f"просрочено: {_DEADLINE_VERBS.get(facts.get('limit', ''), '')}"
        case "inquiry_asked" | "inquiry_answered" | "inquiry_late":
            return _inquiry_text(row.action, facts.get("kind"), sector)
        case "data_changed":
            return f"изменено: {DATA_FIELD_TITLES.get(facts.get('field', ''), 'данные')}"
        case "sector_corrected":
            return f"отрасль исправлена: {sector}"
        case _:
            return _ACTIONS.get(row.action)


def _imported_change_text(facts: Mapping[str, Any], systems: Systems) -> str:
    """Return what another system has changed at its side."""
    news = []
    if "finished" in facts:
        news.append("там завершено" if facts["finished"] else "там снова в работе")
    if "due" in facts:
        news.append("там другой срок")
    return f"{systems.title(facts.get('system', ''))}: {', '.join(news)}"


def _escalated_text(facts: Mapping[str, Any]) -> str:
    after = After(facts.get("after", After.ANSWER))
    if after is After.SILENT:
        return "по цепочке: от принявшего нет вестей"
    return f"сообщено по цепочке: срок {_DEADLINE_VERBS.get(after.deadline, 'выполнить')}"


def _inquiry_text(action: str, kind: str | None, sector: str) -> str:
    if kind == InquiryKind.CALL:
        return "дозвонились до заявителя" if action == "inquiry_answered" else "звонок заявителю просрочен"
    if kind == InquiryKind.CITIZEN:
        return _CITIZEN_ACTIONS.get(action, "")
    if kind == InquiryKind.CORRECTION:
        return _CORRECTION_ACTIONS[action]
    if kind == InquiryKind.DECISION:
        return _DECISION_ACTIONS[action]
    return f"{_REQUEST_ACTIONS[action]}: {sector or 'другая организация'}"
