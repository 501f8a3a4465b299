"""Where an official is written to: why it is elsewhere now, what was missed, what can be chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.russian_text import plural
from bot.domain.sources import messenger_title
from bot.domain.tickets import Ticket
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Button, Content, Link, Mono, Span
from bot.views.callback_codes import Op, pack
from bot.views.listings import ticket_lines_with_buttons
from bot.views.render_context import RenderContext


def diverted(note: NoteFacts, context: RenderContext) -> Content:
    """Why it comes here now."""
    name = messenger_title(note.facts["messenger"])
    if note.facts["blocked"]:
        return Content.of(
            f"⚠️ {name} не принимает для вас сообщения: вы не открыли там бота или запретили ему писать. "
            "Карточки и уведомления пока приходят сюда. Где их получать, можно выбрать: /settings"
        )
    return Content.of(f"⚠️ {name} не отвечает. Карточки и уведомления пока приходят сюда. Всё, что ждёт вас: /my")


def render_channel_restored(
    account: str, elsewhere: Sequence[str], tickets: Sequence[Ticket], context: RenderContext
) -> Content:
    """A messenger delivers again. What came meanwhile stands elsewhere and is opened from here on demand."""
    titles = " и ".join(messenger_title(other) for other in elsewhere) or "другой мессенджер"
    opening = f"✅ {messenger_title(account)} снова доступен. "
    if not tickets:
        return Content.of(f"{opening}Пока он молчал, уведомления приходили в {titles}; карточки здесь обновлены.")
    amount = plural(len(tickets), "карточка", "карточки", "карточек")
    lines, keyboard = ticket_lines_with_buttons(tickets, context)
    words = f"{opening}Пока он молчал, сюда не дошло: {amount}. Они в {titles}, здесь их можно открыть кнопкой."
    return Content.of(words, *lines, keyboard=keyboard)


def settings(note: NoteFacts, context: RenderContext) -> Content:
    """One page of the settings: the overview, a list to choose from, or how to connect one more messenger."""
    match note.facts["page"]:
        case "cards":
            words = "Где получать карточки и уведомления? Можно в нескольких мессенджерах сразу."
            return _choice_page(note, context, words, "cards")
        case "reports":
            return _choice_page(note, context, "Где получать сводки и отчёты?", "reports")
        case "connect":
            return _connect_page(note)
    return _overview_page(note)


def _overview_page(note: NoteFacts) -> Content:
    places = note.facts["places"]
    rows = []
    if len(places) > 1:
        rows = [
            [Button("🗂 Карточки и уведомления", pack(Op.SETTINGS, 0, "cards"))],
            [Button("📊 Сводки и отчёты", pack(Op.SETTINGS, 0, "reports"))],
        ]
    if note.facts["others"]:
        rows.append([Button("➕ Подключить ещё мессенджер", pack(Op.SETTINGS, 0, "connect"))])
    spans: list[Span | str] = [Bold("⚙️ Куда приходят карточки и сводки")]
    for purpose, title in (("cards", "Карточки и уведомления"), ("reports", "Сводки и отчёты")):
        chosen = ", ".join(_channel_title(place, places) for place in places if place[purpose])
        spans.append(f"\n{title}: {chosen}")
    ill = [f"\n⚠️ {_channel_title(place, places)}: {_channel_fault(place)}" for place in places if _channel_fault(place)]
    spans += ill
    if len(places) > 1:
        spans.append("\nВ остальных мессенджерах карточки открываются по /my и /find.")
    return Content.of(*spans, keyboard=rows)


def _choice_page(note: NoteFacts, context: RenderContext, words: str, purpose: str) -> Content:
    places = note.facts["places"]
    rows = [
        [Button(f"{'✅' if place[purpose] else '▫️'} {_channel_title(place, places)}", _choice_code(purpose, place))]
        for place in places[: context.capabilities.button_rows - 1]
    ]
    return Content.of(words, keyboard=[*rows, _back_row()])


def _choice_code(purpose: str, place: Mapping[str, Any]) -> str:
    return pack(Op.SETTINGS, 0, f"{purpose}={place['name']}")


def _connect_page(note: NoteFacts) -> Content:
    code = note.facts["invitation"]
    spans: list[Span | str] = [
        Bold("➕ Ещё один мессенджер"),
        f"\nОткройте там нашего бота ({', '.join(title for title, _ in note.facts['others'])}) и отправьте ему эту "
        "команду целиком:\n",
        Mono(f"/start {code}"),
        *start_links(note.facts["others"], code),
        "\nКод личный и действует один раз, никому его не пересылайте.",
    ]
    return Content.of(*spans, keyboard=[_back_row()])


def start_links(offices: Sequence[tuple[str, str | None]], code: str) -> list[Span | str]:
    """Where a link brings the code along: there any word will do."""
    spans: list[Span | str] = []
    for title, link in offices:
        if link is not None:
            spans += ["\n", Link(f"{title}: откройте по ссылке", link.format(code=code)), " и напишите любое слово."]
    return spans


def _back_row() -> list[Button]:
    return [Button("← Назад", pack(Op.SETTINGS, 0))]


def _channel_title(place: Mapping[str, Any], places: Sequence[Mapping[str, Any]]) -> str:
    """The messenger; with the person's number where there are two of one messenger."""
    title = messenger_title(place["account"])
    alike = [other for other in places if messenger_title(other["account"]) == title]
    return title if len(alike) == 1 else f"{title} {place['name'].partition('.')[2]}"


def _channel_fault(place: Mapping[str, Any]) -> str:
    if place["blocked"]:
        return "бот там не может вам писать; откройте его и напишите любое слово"
    return "сейчас не отвечает" if place["silent"] else ""
