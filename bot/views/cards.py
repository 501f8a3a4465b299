"""The card of a ticket: everything that an official needs to decide on a telephone."""

from bot.domain.answers import PublicationState
from bot.domain.audit import Remark
from bot.domain.entries import EntryState
from bot.domain.importance import Importance, ImportanceReason
from bot.domain.posts import StandIn
from bot.domain.russian_text import plural
from bot.domain.tickets import UNACCEPTED_STATES, DismissReason, State, Ticket
from bot.domain.view_data import CardFacts
from bot.messengers.content import Bold, Content, Link, Quote, Span, Text
from bot.views.applicants import describe_applicant
from bot.views.card_keyboards import DISMISS_REASON_TITLES, card_keyboard
from bot.views.danger import DANGER_TITLES
from bot.views.export import source_title
from bot.views.external_terms import system_of_term
from bot.views.inquiries import inquiry_lines
from bot.views.notifications.problems import delivery_progress, problem_summary
from bot.views.notifications.solutions import solution_lines
from bot.views.render_context import RenderContext, shorten
from bot.views.system_facts import finished_there, system_lines

MAX_TEXT_CHARS = 2000
"""Characters of the citizen's text on the card: the rest is one press away, and the deadlines must stay in sight."""

MAX_ADDITION_CHARS = 300
MAX_ANSWER_CHARS = 500

_STATE_ICONS = {
    State.TRIAGE: "❓",
    State.ACCEPTED: "🛠",
    State.ANSWERING: "📝",
    State.PUBLISHING: "📤",
    State.POSTPONED: "📅",
    State.ANSWERED: "✅",
    State.REOPENED: "🔁",
    State.DISMISSED: "🚫",
    State.CLOSED: "✅",
}

_IMPORTANCE_REASONS = {
    ImportanceReason.CHILDREN: "дети",
    ImportanceReason.DISABLED: "инвалид или тяжелобольной",
    ImportanceReason.VETERANS: "пожилые или льготная семья",
    ImportanceReason.COLD: "нет тепла в холодное время",
    ImportanceReason.REPEATED: "пишут не первый раз",
    ImportanceReason.SUPERVISOR: "надзор или суд",
    ImportanceReason.MEDIA: "пресса и огласка",
    ImportanceReason.MANY: "касается многих",
    ImportanceReason.LASTING: "длится давно",
}

_REMARK_TITLES = {
    "not_ours": "не наше",
    "hand_over": "передано",
    "dismiss": "без ответа",
    "return": "ответ возвращён",
    "word": "слово исполнителю",
}


def render_card(facts: CardFacts, context: RenderContext) -> Content:
    """Return the card as its owner should see it now."""
    spans: list[Span] = [
        *_approval_line(facts),
        *_title(facts),
        *_text_lines(facts),
        *_place_line(facts),
        *_author_lines(facts, context),
        *problem_summary(facts, context),
    ]
    spans += _status_lines(facts, context)
    spans += _entry_lines(facts, context)
    spans += _external_line(facts, context)
    spans += system_lines(facts, context)
    if facts.promise is not None:
        spans.append(Text(f"\n📅 Обещано жителю: до {context.format_short(facts.promise.due_at)}"))
    spans += inquiry_lines(facts, context)
    spans += solution_lines(facts.solution, context)
    spans += _delegation_lines(facts, context)
    spans += [
        _remark_line(name, remark, context) for name, remark in facts.remarks if remark is not _typed_reason(facts)
    ]
    return Content(tuple(spans), card_keyboard(facts, context), whole=True)


def _approval_line(facts: CardFacts) -> list[Span]:
    """Name the person whose approval the answer waits for; it is the first line of the card."""
    if facts.approval is None:
        return []
    return [Bold(f"📝 На согласовании у: {facts.approval.approver or 'пока некому согласовать'}"), Text("\n")]


def _delegation_lines(facts: CardFacts, context: RenderContext) -> list[Span]:
    return [
        Text(f"\n👤 Поручено: {one.name}, с {context.format_short(one.at)}{', текст готов' if one.given else ''}")
        for one in facts.delegations
    ]


def _title(facts: CardFacts) -> list[Span]:
    ticket = facts.ticket
    sign = "🔥" if ticket.urgent and ticket.is_open else _STATE_ICONS.get(ticket.state, "🆕")
    sector = "нужно выбрать отрасль" if ticket.state is State.TRIAGE else facts.sector_title
    title: list[Span] = [Bold(f"{sign} №{ticket.id} · {sector}")]
    if facts.theme:
        title.append(Bold(f" · {facts.theme}"))
    if ticket.urgent:
        title.append(Bold(" [срочно]"))
    if ticket.importance is Importance.HIGH:
        title.append(Bold(" [важно]"))
    if facts.importance_reasons:
        reasons = ", ".join(_IMPORTANCE_REASONS[one] for one in facts.importance_reasons)
        title.append(Text(f"\n❗ Возможно, важное: {reasons}. Решить: «Изменить данные» → «Важность»"))
    if ticket.danger is not None:
        title.append(Text(f"\n🚨 Опасность: {DANGER_TITLES[ticket.danger]}"))
    return title


def _text_lines(facts: CardFacts) -> list[Span]:
    ticket = facts.ticket
    lines: list[Span] = []
    if facts.forwarded_from:
        lines.append(Text(f"\nПереслано от: {facts.forwarded_from}"))
    if ticket.anonymized_at is not None:
        return [Text("\nДанные жителя стёрты")]
    if ticket.text:
        lines += [Text("\n"), Quote(shorten(ticket.text, MAX_TEXT_CHARS))]
    else:
        lines.append(Text("\nБез текста, только вложения"))
    if facts.divided:
        others = ", ".join(f"№{number} · {sector}" for number, sector in facts.divided)
        said = "Это часть сообщения" if ticket.divided_from is not None else "Сообщение разделено, остальное"
        lines.append(Text(f"\n✂️ {said}: {others}"))
    elif facts.matters:
        lines.append(Text("\n✂️ Здесь, похоже, несколько вопросов:"))
        lines += [Text(f"\n{number}. {sector}: {words}") for number, (sector, words) in enumerate(facts.matters, 1)]
        lines.append(Text("\nОтрасль у сообщения одна. «Разделить» даст остальному свои карточки."))
    for addition in facts.additions:
        lines += [Text("\n➕ "), Text(shorten(addition, MAX_ADDITION_CHARS))]
    if facts.media_count:
        lines.append(Text(f"\n📎 {plural(facts.media_count, 'вложение', 'вложения', 'вложений')}"))
    return lines


def _place_line(facts: CardFacts) -> list[Span]:
    where: list[Span] = []
    if facts.ticket.place:
        where.append(Text(f"\n📍 {facts.ticket.place}"))
    if facts.location:
        latitude, longitude = facts.location
        url = f"https://yandex.ru/maps/?pt={longitude},{latitude}&z=17"
        where += [Text(" · " if where else "\n📍 "), Link("точка на карте", url)]
    if facts.districts and facts.ticket.district:
        where.append(Text((" · " if where else "\n📍 ") + f"район: {facts.ticket.district}"))
    return where


def _author_lines(facts: CardFacts, context: RenderContext) -> list[Span]:
    ticket = facts.ticket
    if ticket.anonymized_at is not None:
        return [Text(f"\n👤 {context.systems.title(ticket.source)}")]
    spans: list[Span] = [Text(f"\n👤 {_applicant(facts)}")]
    if not facts.messages:
        spans.append(Text(f" · {source_title(context.systems.title(ticket.source))}"))
    if facts.forwarded_at is not None:
        spans.append(Text(f" · написано {context.format_full(facts.forwarded_at)}, переслано боту"))
    if facts.created_by:
        spans.append(Text(f" · внесено: {facts.created_by}"))
    for place in facts.messages:
        spans.append(Text(f" · {place.title}"))
        if place is facts.messages[0]:
            spans.append(Text(f" · {context.format_full(facts.sent_at)}"))
        if place.deleted:
            spans.append(Text(" · житель удалил сообщение"))
        elif place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
    if facts.upvotes:
        spans.append(Text(f"\n👥 Поддержали: {plural(facts.upvotes, 'человек', 'человека', 'человек')}"))
    if ticket.external_number:
        spans.append(Text(f"\n🔢 Номер в источнике: {ticket.external_number}"))
    if facts.previous:
        spans.append(_previous_line(facts.previous, ticket))
    return spans


def _applicant(facts: CardFacts) -> str:
    if facts.applicant_shown_in is None:
        return describe_applicant(facts.ticket, has_account=bool(facts.messages))
    where = ", ".join(facts.applicant_shown_in)
    return f"Заявитель скрыт: имя и телефон есть в карточке {f'в {where}' if where else 'у координатора'}"


def _previous_line(previous: Ticket, ticket: Ticket) -> Span:
    """Name the author's earlier ticket, or the stranger's under whose answer the message was written."""
    if not previous.is_by_author_of(ticket):
        return Text(f"\n↪️ Написано под ответом на чужое сообщение: №{previous.id}")
    return Text(f"\n🔗 Житель уже писал: №{previous.id}")


def _status_lines(facts: CardFacts, context: RenderContext) -> list[Span]:
    ticket = facts.ticket
    match ticket.state:
        case State.DISMISSED:
            return [Text(f"\n🚫 Не требует ответа: {_dismiss_reason_text(facts)}")]
        case State.CLOSED if (ended := finished_there(facts, context)) is not None:
            return ended
        case State.ANSWERED | State.CLOSED:
            return _answered_lines(facts, context)
        case State.ANSWERING:
            author = facts.approval.author if facts.approval is not None else facts.assignee
            due = context.format_short(ticket.answer_due)
            late = [Bold(" · Просрочено")] if ticket.answer_due <= context.now else []
            return [Text(f"\n📝 Ответ подготовлен: {author or '—'}, ответить до {due}"), *late]
        case State.PUBLISHING:
            return _publishing_lines(facts)
    spans: list[Span] = []
    if ticket.state is State.ACCEPTED:
        spans.append(Text(f"\n🛠 В работе: {facts.assignee or '—'}, до {context.format_short(ticket.answer_due)}"))
        if ticket.answer_due <= context.now:
            spans.append(Bold(" · Просрочено"))
        if any(publication.state is PublicationState.REMOVED for publication in facts.publications):
            spans.append(Text("\n⚠️ Ответ был опубликован, но исчез"))
        return spans
    accept = f"принять до {context.format_short(ticket.accept_due)} · " if ticket.state in UNACCEPTED_STATES else ""
    spans.append(Text(f"\n⏱ {accept}ответить до {context.format_short(ticket.answer_due)}"))
    if ticket.answer_due <= context.now or (accept and ticket.accept_due <= context.now):
        spans.append(Bold(" · Просрочено"))
    return [*spans, *_responsible_lines(facts)] if accept else spans


def _entry_lines(facts: CardFacts, context: RenderContext) -> list[Span]:
    """Say whether the text is in the system that the ticket came from."""
    if facts.entry is None:
        return []
    entry, system = facts.entry.entry, facts.entry.system
    what = "Исправление" if entry.is_correction else "Ответ"
    if entry.state is EntryState.WAITING:
        return [Text(f"\n⏳ {what} ждёт внесения в {system} с {context.format_short(entry.asked_at)}")]
    if entry.state is EntryState.ENTERED and entry.ended_at is not None:
        return [Text(f"\n📥 Внесено в {system}: {facts.entry.ended_by or '—'}, {context.format_full(entry.ended_at)}")]
    return []


def _external_line(facts: CardFacts, context: RenderContext) -> list[Span]:
    """Name the foreign system's own deadline next to the town's, where they differ."""
    ticket, due = facts.ticket, facts.ticket.external_due
    if due is None or not ticket.is_open:
        return []
    is_joined = ticket.account is not None and facts.system_title
    system = facts.system_title if is_joined else system_of_term(ticket.source, context)
    where = f"\n📆 Срок в источнике ({system}): до {context.format_short(due)}"
    if due <= context.now:
        return [Text(where), Bold(f" · Срок в {system} прошёл")]
    return [Text(where)] if due != ticket.answer_due else []


def _responsible_lines(facts: CardFacts) -> list[Span]:
    """Name the people who have the ticket, and say why those of its block do not."""
    spans: list[Span] = []
    if facts.stand_in is StandIn.AWAY:
        spans.append(Text("\n🏖 Ответственный в отпуске, его замещают"))
    elif facts.stand_in is StandIn.UNAVAILABLE:
        spans.append(Text(f"\n⚠️ Ответственный недоступен в боте: {facts.post}"))
    elif facts.stand_in is StandIn.DISTRICT_UNKNOWN:
        spans.append(Text("\n❓ Район неизвестен: выберите его, и сообщение уйдёт ответственному"))
    if not facts.is_responsible and facts.owners:
        spans.append(Text(f"\n👉 Сейчас у: {', '.join(facts.owners)}"))
    return spans


def _dismiss_reason_text(facts: CardFacts) -> str:
    typed = _typed_reason(facts)
    if typed is not None:
        return shorten(typed.text, MAX_ADDITION_CHARS)
    reason = facts.ticket.dismiss_reason
    return DISMISS_REASON_TITLES[reason].partition(":")[0].lower() if reason else "—"


def _typed_reason(facts: CardFacts) -> Remark | None:
    """Return the reason that was typed instead of chosen: it belongs to the status line, not to the remarks."""
    ticket = facts.ticket
    if ticket.state is not State.DISMISSED or ticket.dismiss_reason is not DismissReason.OTHER:
        return None
    typed = [one for _, one in facts.remarks if one.kind == "dismiss" and one.at == ticket.ended_at]
    return typed[-1] if typed else None


def _publishing_lines(facts: CardFacts) -> list[Span]:
    if facts.entry is not None:
        spans: list[Span] = [Text(f"\n📝 Ответ готов: {facts.assignee or '—'}")]
    elif not facts.manual_publications:
        return [Text(f"\n📤 Ответ отправляется: {facts.assignee or '—'}")]
    else:
        spans = _manual_posting_lines(facts)
    if facts.answer:
        spans += [Text("\n"), Quote(shorten(facts.answer, MAX_ANSWER_CHARS))]
    return spans


def _manual_posting_lines(facts: CardFacts) -> list[Span]:
    """Name the places where a person still has to post the answer."""
    if not facts.manual_publications:
        return []
    spans: list[Span] = [Text(f"\n✍️ Ответ ждёт публикации вручную: {facts.assignee or '—'}")]
    for _, place in facts.manual_publications:
        spans.append(Text(f" · {place.title}"))
        if place.link and not place.deleted:
            spans += [Text(" · "), Link("открыть", place.link)]
    return spans


def _answered_lines(facts: CardFacts, context: RenderContext) -> list[Span]:
    at = context.format_full(facts.ticket.answered_at) if facts.ticket.answered_at else "—"
    spans: list[Span] = [Text(f"\n✅ Отвечено: {facts.assignee or '—'}, {at}")]
    if facts.publisher is not None:
        spans.append(Text(f" · опубликовано: {facts.publisher}"))
    for publication in facts.publications:
        if publication.link:
            spans += [Text(" · "), Link("ответ", publication.link)]
    spans += _manual_posting_lines(facts)
    if any(publication.state is PublicationState.KEPT for publication in facts.publications):
        spans.append(Text("\nОтвет сохранён: публиковать его там не разрешено настройкой"))
    spans += delivery_progress(facts)
    if facts.answer:
        spans += [Text("\n"), Quote(shorten(facts.answer, MAX_ANSWER_CHARS))]
    return spans


def _remark_line(name: str, remark: Remark, context: RenderContext) -> Span:
    what = _REMARK_TITLES.get(remark.kind, "пояснение")
    return Text(f"\n💬 {name} ({what}, {context.format_short(remark.at)}): {shorten(remark.text, MAX_ADDITION_CHARS)}")
