"""Notifications about an official's own accounts: settings, failover, restored channels."""

from collections.abc import Sequence

from bot.domain.notice_budgets import NoticeBudget
from bot.domain.notifications.staff import ChannelSetting, Diverted, Settings, StartLink
from bot.domain.russian_text import plural
from bot.domain.sources import messenger_title
from bot.domain.tickets import Ticket
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Link, Mono, Span
from bot.views.callback_codes import Op, pack
from bot.views.listings import ticket_lines_with_buttons
from bot.views.notifications import own_times
from bot.views.render_context import RenderContext

SUMMARY_HOURS = (8, 9, 12, 16, 17, 18, 19, 20)
"""Hours that the page of the daily summary offers."""

BUDGET_TITLES = {
    NoticeBudget.ALL: "Все уведомления",
    NoticeBudget.IMPORTANT: "Только важные",
    NoticeBudget.SUMMARIES: "Только сводки",
}


def diverted(note: Diverted, data: NotificationData, context: RenderContext) -> Content:
    name = messenger_title(note.messenger)
    if note.blocked:
        return Content.of(
            f"⚠️ {name} не принимает для вас сообщения: вы не открыли там бота или запретили ему писать. "
            "Карточки и уведомления пока приходят сюда. Где их получать, можно выбрать: /settings"
        )
    return Content.of(f"⚠️ {name} не отвечает. Карточки и уведомления пока приходят сюда. Всё, что ждёт вас: /my")


def render_channel_restored(
    account: str, elsewhere: Sequence[str], tickets: Sequence[Ticket], context: RenderContext
) -> Content:
    """Say that a messenger delivers again, and list the cards that went elsewhere: buttons open them here."""
    titles = " и ".join(messenger_title(other) for other in elsewhere) or "другой мессенджер"
    opening = f"✅ {messenger_title(account)} снова доступен. "
    if not tickets:
        return Content.of(f"{opening}Пока он молчал, уведомления приходили в {titles}; карточки здесь обновлены.")
    amount = plural(len(tickets), "карточка", "карточки", "карточек")
    lines, keyboard = ticket_lines_with_buttons(tickets, context)
    words = f"{opening}Пока он молчал, сюда не дошло: {amount}. Они в {titles}, здесь их можно открыть кнопкой."
    return Content.of(words, *lines, keyboard=keyboard)


def settings(note: Settings, data: NotificationData, context: RenderContext) -> Content:
    """Return one page: the overview, a list to choose from, or how to connect one more messenger."""
    match note.page:
        case "cards":
            words = "Где получать карточки и уведомления? Можно в нескольких мессенджерах сразу."
            return _choice_page(note, context, words, "cards")
        case "reports":
            return _choice_page(note, context, "Где получать сводки и отчёты?", "reports")
        case "connect":
            return _connect_page(note)
        case "budget":
            return _budget_page(note)
        case "quiet" if note.times is not None:
            return own_times.quiet_page(note.times, _back_row())
        case "days" if note.times is not None:
            return own_times.days_page(note.times, _back_row())
        case "summary" if note.digest_at is not None:
            return _summary_page(note)
    return _overview_page(note)


def _summary_page(note: Settings) -> Content:
    hours = [Button(f"{one:02}:00", pack(Op.SETTINGS, 0, f"summary={one:02}")) for one in SUMMARY_HOURS]
    usual = [Button("Как у всех", pack(Op.SETTINGS, 0, "summary=usual"))] if note.digest_is_own else []
    rows = [hours[start : start + 2] for start in range(0, len(hours), 2)]
    sound = "со звуком" if note.budget is NoticeBudget.SUMMARIES else "без звука"
    return Content.of(
        Bold(f"🕕 Сводка дня: {_summary_hour(note)}"),
        f"\nКаждый день в этот час, {sound}. Сводка своего блока в пустой день не приходит, общая приходит всегда.",
        keyboard=[*rows, [*usual, *_back_row()]],
    )


def _summary_hour(note: Settings) -> str:
    return f"{note.digest_at}" if note.digest_is_own else f"{note.digest_at} (общий час)"


def _overview_page(note: Settings) -> Content:
    channels = note.channels
    rows = []
    if len(channels) > 1:
        rows = [
            [Button("🗂 Карточки и уведомления", pack(Op.SETTINGS, 0, "cards"))],
            [Button("📊 Сводки и отчёты", pack(Op.SETTINGS, 0, "reports"))],
        ]
    if note.times is not None:
        rows.append(own_times.buttons())
    if note.digest_at is not None:
        rows.append([Button("🕕 Сводка дня", pack(Op.SETTINGS, 0, "summary"))])
    rows.append([Button(f"🔔 {BUDGET_TITLES[note.budget]}", pack(Op.SETTINGS, 0, "budget"))])
    if note.others:
        rows.append([Button("➕ Подключить ещё мессенджер", pack(Op.SETTINGS, 0, "connect"))])
    spans: list[Span | str] = [Bold("⚙️ Куда приходят карточки и сводки")]
    for purpose, title in (("cards", "Карточки и уведомления"), ("reports", "Сводки и отчёты")):
        chosen = ", ".join(_channel_title(one, channels) for one in channels if _is_chosen(one, purpose))
        spans.append(f"\n{title}: {chosen}")
    spans += [f"\n⚠️ {_channel_title(one, channels)}: {fault}" for one in channels if (fault := _channel_fault(one))]
    if note.times is not None:
        spans.append(own_times.describe(note.times))
    if note.digest_at is not None:
        spans.append(f"\nСводка дня: {_summary_hour(note)}")
    if len(channels) > 1:
        spans.append("\nВ остальных мессенджерах карточки открываются по /my и /find.")
    return Content.of(*spans, keyboard=rows)


def _budget_page(note: Settings) -> Content:
    rows = [
        [Button(f"{'✅' if one is note.budget else '▫️'} {title}", pack(Op.SETTINGS, 0, f"budget={one.value}"))]
        for one, title in BUDGET_TITLES.items()
    ]
    return Content.of(
        Bold("🔔 О чём сообщать со звуком?"),
        "\nТолько важные: напоминания и дополнения жителей приходят без звука.",
        "\nТолько сводки: карточки и всё остальное приходят без звука, напоминания и просрочки собраны в списки.",
        "\nОб опасности для людей сообщу со звуком всегда. Карточки приходят в любом случае.",
        keyboard=[*rows, _back_row()],
    )


def _choice_page(note: Settings, context: RenderContext, words: str, purpose: str) -> Content:
    rows = [
        [
            Button(
                f"{'✅' if _is_chosen(one, purpose) else '▫️'} {_channel_title(one, note.channels)}",
                pack(Op.SETTINGS, 0, f"{purpose}={one.name}"),
            )
        ]
        for one in note.channels[: context.capabilities.button_rows - 1]
    ]
    return Content.of(words, keyboard=[*rows, _back_row()])


def _is_chosen(channel: ChannelSetting, purpose: str) -> bool:
    return channel.receives_cards if purpose == "cards" else channel.receives_reports


def _connect_page(note: Settings) -> Content:
    code = note.invitation or ""
    spans: list[Span | str] = [
        Bold("➕ Ещё один мессенджер"),
        f"\nОткройте там нашего бота ({', '.join(one.title for one in note.others)}) и отправьте ему эту "
        "команду целиком:\n",
        Mono(f"/start {code}"),
        *start_links(note.others, code),
        "\nКод личный и действует один раз, никому его не пересылайте."
        + (f" Срок кода: {note.valid}." if note.valid else ""),
    ]
    return Content.of(*spans, keyboard=[_back_row()])


def start_links(links: Sequence[StartLink], code: str) -> list[Span | str]:
    """Return the links that bring the code along: after them any word will do."""
    spans: list[Span | str] = []
    for title, url in links:
        if url is not None:
            spans += ["\n", Link(f"{title}: откройте по ссылке", url.format(code=code)), " и напишите любое слово."]
    return spans


def _back_row() -> list[Button]:
    return [Button("← Назад", pack(Op.SETTINGS, 0))]


def _channel_title(channel: ChannelSetting, channels: Sequence[ChannelSetting]) -> str:
    """Return the messenger, with the official's number there if they have several."""
    title = messenger_title(channel.account)
    alike = [other for other in channels if messenger_title(other.account) == title]
    return title if len(alike) == 1 else f"{title} {channel.name.partition('.')[2]}"


def _channel_fault(channel: ChannelSetting) -> str:
    if channel.blocked:
        return "бот там не может вам писать; откройте его и напишите любое слово"
    return "сейчас не отвечает" if channel.unavailable else ""
