"""Pages of ``/settings`` about own quiet hours and days off."""

from bot.domain.notifications.staff import AskDaysOff, AskQuietHours, TimesSetting
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row
from bot.views.render_context import RenderContext

WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")

MAX_SHOWN_DATES = 12


def buttons() -> list[Button]:
    """Return the buttons of the overview that open these pages."""
    return [Button("🌙 Тихие часы", pack(Op.SETTINGS, 0, "quiet")), Button("🗓 Выходные", pack(Op.SETTINGS, 0, "days"))]


def describe(times: TimesSetting) -> str:
    """Return the lines of the overview."""
    return f"\nТихие часы: {_hours(times)}\nВыходные: {_days(times)}"


def _hours(times: TimesSetting) -> str:
    hours = f"{times.quiet_from}–{times.quiet_to}" if times.quiet_from != times.quiet_to else "нет"
    return hours if times.is_own else f"{hours} (общие)"


def _days(times: TimesSetting) -> str:
    days = [WEEKDAYS[one] for one in times.weekdays]
    days += [f"{one:%d.%m.%Y}" for one in times.dates[:MAX_SHOWN_DATES]]
    more = len(times.dates) - MAX_SHOWN_DATES
    return (", ".join(days) + (f" и ещё {more}" if more > 0 else "")) or "нет"


def quiet_page(times: TimesSetting, back: list[Button]) -> Content:
    tools = [Button("Изменить", pack(Op.SETTINGS, 0, "quiet=ask"))]
    if times.is_own:
        tools.append(Button("Как у всех", pack(Op.SETTINGS, 0, "quiet=usual")))
    return Content.of(
        Bold(f"🌙 Тихие часы: {_hours(times)}"),
        "\nВ это время карточки приходят без звука, а напоминания ждут утра. Об опасности для людей сообщу сразу.",
        keyboard=[tools, back],
    )


def days_page(times: TimesSetting, back: list[Button]) -> Content:
    days = [
        Button(f"{'✅ ' if one in times.weekdays else ''}{title}", pack(Op.SETTINGS, 0, f"days={one}"))
        for one, title in enumerate(WEEKDAYS)
    ]
    tools = [Button("Добавить даты", pack(Op.SETTINGS, 0, "days=ask"))]
    if times.dates:
        tools.append(Button("Убрать даты", pack(Op.SETTINGS, 0, "days=clear")))
    return Content.of(
        Bold(f"🗓 Выходные: {_days(times)}"),
        "\nВ выходной карточки приходят без звука, а напоминания ждут утра рабочего дня. Об опасности для людей сообщу "
        "сразу. Сообщения остаются у вас; чтобы они перешли к другому, отметьте отпуск: /away",
        keyboard=[days[:4], days[4:], tools, back],
    )


def ask_quiet_hours(note: AskQuietHours, data: NotificationData, context: RenderContext) -> Content:
    return Content.of("🌙 С какого и до какого часа не беспокоить? Например: 22:00–08:00", keyboard=cancel_row(data))


def ask_days_off(note: AskDaysOff, data: NotificationData, context: RenderContext) -> Content:
    return Content.of("🗓 Какие дни выходные? Например: 31.12, 02.01–05.01", keyboard=cancel_row(data))
