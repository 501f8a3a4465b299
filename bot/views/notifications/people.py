"""Views of the notifications about people who come, change and go."""

from collections.abc import Sequence

from bot.domain.notifications.people import (
    ChangedPerson,
    PeopleApplied,
    PeopleDiffer,
    PlaceChanged,
    PlaceFacts,
    PostVacant,
)
from bot.domain.people_plan import PersonField
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext
from bot.views.role_titles import role_title

FIELD_TITLES = {
    PersonField.NAME: "имя",
    PersonField.TITLE: "должность",
    PersonField.ROLES: "роли",
    PersonField.SECTORS: "блоки",
    PersonField.DISTRICTS: "районы",
    PersonField.STANDS_IN: "кого замещает",
    PersonField.SYSTEMS: "системы",
    PersonField.DIGEST_AT: "час сводки",
    PersonField.ACCOUNTS: "номера в мессенджерах",
}

MAX_NAMED = 15
"""People named one by one in a notification; more are only counted."""


def people_differ(note: PeopleDiffer, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold("👥 Сотрудники в файле настроек не те, что в базе"),
        "\nНичего не изменено: действуют сотрудники из базы.",
        *_steps(note, "есть только в файле", "в файле другие", "нет в файле"),
        "\nВзять из файла: python -m bot people apply --config ФАЙЛ (сначала покажет, что изменится). "
        "Записать в файл тех, что в базе: python -m bot people export --config ФАЙЛ.",
    )


def people_applied(note: PeopleApplied, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold("👥 Сотрудники взяты из файла настроек"),
        *_steps(note, "новый сотрудник", "изменены", "больше не работает"),
    )


def _steps(note: PeopleDiffer | PeopleApplied, added: str, changed: str, dismissed: str) -> Sequence[str]:
    lines = [f"\n• {added}: {name}" for name in note.added]
    lines += [f"\n• {one.name}: {changed} {_fields(one)}" for one in note.changed]
    lines += [f"\n• {dismissed}: {name}" for name in note.dismissed]
    more = len(lines) - MAX_NAMED
    return lines if more <= 0 else [*lines[:MAX_NAMED], f"\n…и ещё {more}"]


def _fields(one: ChangedPerson) -> str:
    return ", ".join(FIELD_TITLES[field] for field in one.fields)


def place_changed(note: PlaceChanged, data: NotificationData, context: RenderContext) -> Content:
    lost = (
        f"\nВы больше не: {', '.join(role_title(role, context) for role in note.lost_roles)}."
        if note.lost_roles
        else ""
    )
    return Content.of(Bold("👤 Теперь вы: "), f"{describe_place(note.now, context)}.", lost, "\nЧто вы можете: /help")


def post_vacant(note: PostVacant, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold("📭 Место освободилось: "),
        f"{describe_place(note.place, context)}. Пока там никого нет, новые сообщения получает следующий по порядку. "
        "Пригласить на это место: /people",
    )


def describe_place(place: PlaceFacts, context: RenderContext) -> str:
    """Return «Начальник отдела дорог: руководитель отраслевого блока; блоки: Дороги; районы: Центральный»."""
    parts = [", ".join(role_title(role, context) for role in place.roles)]
    parts += [f"блоки: {', '.join(place.sectors)}"] if place.sectors else []
    parts += [f"районы: {', '.join(place.districts)}"] if place.districts else []
    return (f"{place.title}: " if place.title else "") + "; ".join(parts)


PEOPLE_VIEWS = (
    row(PeopleDiffer, people_differ),
    row(PeopleApplied, people_applied),
    row(PlaceChanged, place_changed),
    row(PostVacant, post_vacant),
)
