"""The card of a ticket: all that a head needs to decide with one thumb."""

from bot.domain.answers import PublicationState
from bot.domain.audit import Remark
from bot.domain.russian_text import plural
from bot.domain.tickets import UNACCEPTED, DismissReason, State
from bot.domain.view_data import CardFacts
from bot.messengers.content import Bold, Content, Link, Quote, Span, Text
from bot.views.card_keyboards import REASONS, under_card
from bot.views.notifications.problems import crowd, reached
from bot.views.render_context import Look, shorten

TEXT_SHOWN = 2000
"""Characters of the citizen's words on the card: the rest is one press away, the terms must stay in sight."""

ADDITION_SHOWN = 300
ANSWER_SHOWN = 500

_SIGNS = {
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

_REMARKS = {"hand_over": "передано", "dismiss": "без ответа"}


def card(facts: CardFacts, look: Look) -> Content:
    """The card, as its owner shall see it now."""
    spans: list[Span] = [*_title(facts), *_words(facts), *_where(facts), *_who(facts, look), *crowd(facts, look)]
    spans += _status(facts, look)
    spans += [_remark(name, remark, look) for name, remark in facts.remarks if remark is not _typed_reason(facts)]
    return Content(tuple(spans), under_card(facts, look), whole=True)


def _title(facts: CardFacts) -> list[Span]:
    ticket = facts.ticket
    sign = "🔥" if ticket.urgent and ticket.is_open else _SIGNS.get(ticket.state, "🆕")
    sector = "нужно выбрать отрасль" if ticket.state is State.TRIAGE else facts.sector_title
    title: list[Span] = [Bold(f"{sign} №{ticket.id} · {sector}")]
    if ticket.urgent:
        title.append(Bold(" [срочно]"))
    return title


def _words(facts: CardFacts) -> list[Span]:
    ticket = facts.ticket
    words: list[Span] = []
    if facts.forwarded_from:
        words.append(Text(f"\nПереслано от: {facts.forwarded_from}"))
    if ticket.text:
        words += [Text("\n"), Quote(shorten(ticket.text, TEXT_SHOWN))]
    else:
        words.append(Text("\nБез текста, только вложения"))
    for addition in facts.additions:
        words += [Text("\n➕ "), Text(shorten(addition, ADDITION_SHOWN))]
    if facts.media_count:
        words.append(Text(f"\n📎 {plural(facts.media_count, 'вложение', 'вложения', 'вложений')}"))
    return words


def _where(facts: CardFacts) -> list[Span]:
    where: list[Span] = []
    if facts.ticket.place:
        where.append(Text(f"\n📍 {facts.ticket.place}"))
    if facts.location:
        latitude, longitude = facts.location
        url = f"https://yandex.ru/maps/?pt={longitude},{latitude}&z=17"
        where += [Text(" · " if where else "\n📍 "), Link("точка на карте", url)]
    return where


def _who(facts: CardFacts, look: Look) -> list[Span]:
    ticket = facts.ticket
    spans: list[Span] = [Text(f"\n👤 {ticket.author_name or 'Житель'}")]
    if not facts.places:
        spans.append(Text(f" · {ticket.source}"))
    if facts.created_by:
        spans.append(Text(f" · внесено: {facts.created_by}"))
    for place in facts.places:
        spans.append(Text(f" · {place.title}"))
        if place is facts.places[0]:
            spans.append(Text(f" · {look.full(facts.sent_at)}"))
        if place.deleted:
            spans.append(Text(" · житель удалил сообщение"))
        elif place.link:
            spans += [Text(" · "), Link("открыть", place.link)]
    if facts.voices:
        spans.append(Text(f"\n👥 Поддержали: {plural(facts.voices, 'человек', 'человека', 'человек')}"))
    if ticket.external_number:
        spans.append(Text(f"\n🔢 Номер в источнике: {ticket.external_number}"))
    if ticket.previous_id:
        spans.append(Text(f"\n🔗 Житель уже писал: №{ticket.previous_id}"))
    return spans


def _status(facts: CardFacts, look: Look) -> list[Span]:
    ticket = facts.ticket
    match ticket.state:
        case State.DISMISSED:
            return [Text(f"\n🚫 Не требует ответа: {_reason(facts)}")]
        case State.ANSWERED | State.CLOSED:
            return _answered(facts, look)
        case State.PUBLISHING | State.ANSWERING:
            return _publishing(facts)
    spans: list[Span] = []
    if ticket.state is State.ACCEPTED:
        spans.append(Text(f"\n🛠 В работе: {facts.assignee or '—'}, до {look.moment(ticket.answer_due)}"))
        if ticket.answer_due <= look.now:
            spans.append(Bold(" · Просрочено"))
        if any(publication.state is PublicationState.REMOVED for publication in facts.publications):
            spans.append(Text("\n⚠️ Ответ был опубликован, но исчез"))
        return spans
    accept = f"принять до {look.moment(ticket.accept_due)} · " if ticket.state in UNACCEPTED else ""
    spans.append(Text(f"\n⏱ {accept}ответить до {look.moment(ticket.answer_due)}"))
    if ticket.answer_due <= look.now or (accept and ticket.accept_due <= look.now):
        spans.append(Bold(" · Просрочено"))
    if accept and not facts.is_responsible and facts.owners:
        spans.append(Text(f"\n👉 Сейчас у: {', '.join(facts.owners)}"))
    return spans


def _reason(facts: CardFacts) -> str:
    typed = _typed_reason(facts)
    if typed is not None:
        return shorten(typed.text, ADDITION_SHOWN)
    reason = facts.ticket.dismiss_reason
    return REASONS[reason].partition(":")[0].lower() if reason else "—"


def _typed_reason(facts: CardFacts) -> Remark | None:
    """What was typed instead of pressing a reason: it stands in the status line, not among the remarks."""
    ticket = facts.ticket
    if ticket.state is not State.DISMISSED or ticket.dismiss_reason is not DismissReason.OTHER:
        return None
    typed = [one for _, one in facts.remarks if one.kind == "dismiss" and one.at == ticket.ended_at]
    return typed[-1] if typed else None


def _publishing(facts: CardFacts) -> list[Span]:
    if not facts.by_hand:
        return [Text(f"\n📤 Ответ отправляется: {facts.assignee or '—'}")]
    spans = _by_hand(facts)
    if facts.answer:
        spans += [Text("\n"), Quote(shorten(facts.answer, ANSWER_SHOWN))]
    return spans


def _by_hand(facts: CardFacts) -> list[Span]:
    """Where a person still has to post the answer."""
    if not facts.by_hand:
        return []
    spans: list[Span] = [Text(f"\n✍️ Ответ ждёт публикации вручную: {facts.assignee or '—'}")]
    for _, place in facts.by_hand:
        spans.append(Text(f" · {place.title}"))
        if place.link and not place.deleted:
            spans += [Text(" · "), Link("открыть", place.link)]
    return spans


def _answered(facts: CardFacts, look: Look) -> list[Span]:
    at = look.full(facts.ticket.answered_at) if facts.ticket.answered_at else "—"
    spans: list[Span] = [Text(f"\n✅ Отвечено: {facts.assignee or '—'}, {at}")]
    for publication in facts.publications:
        if publication.link:
            spans += [Text(" · "), Link("ответ", publication.link)]
    spans += _by_hand(facts)
    if any(publication.state is PublicationState.KEPT for publication in facts.publications):
        spans.append(Text("\nОтвет сохранён: публиковать его там не разрешено настройкой"))
    spans += reached(facts)
    if facts.answer:
        spans += [Text("\n"), Quote(shorten(facts.answer, ANSWER_SHOWN))]
    return spans


def _remark(name: str, remark: Remark, look: Look) -> Span:
    what = _REMARKS.get(remark.kind, "пояснение")
    return Text(f"\n💬 {name} ({what}, {look.moment(remark.at)}): {shorten(remark.text, ADDITION_SHOWN)}")
