"""The menu «Изменить данные» of a card, and the words of its dialog."""

from bot.domain.importance import Importance
from bot.domain.notifications.ticket_data import AskDataValue, DataChanged
from bot.domain.ticket_data import DataField
from bot.domain.view_data import CardFacts, NotificationData
from bot.messengers.content import Button, Content
from bot.views.applicants import APPLICANT_KIND_TITLES
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.dates import EXAMPLES, date_fault, passed_row
from bot.views.dialogs.drafts import cancel_row
from bot.views.more_menu import paged
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext

FIELD_TITLES: dict[DataField, str] = {
    DataField.SECTOR: "Отрасль",
    DataField.TOPIC: "Тема",
    DataField.PLACE: "Место",
    DataField.URGENCY: "Срочность",
    DataField.IMPORTANCE: "Важность",
    DataField.APPLICANT: "Заявитель",
    DataField.KIND: "Вид заявителя",
    DataField.NUMBER: "Номер в источнике",
    DataField.TERM: "Срок ответа",
}

_QUESTIONS: dict[DataField, str] = {
    DataField.PLACE: "Где это? Напишите улицу и дом, например: Ленина, 45 или с. Ключи, Ленина, 45",
    DataField.APPLICANT: "Кто заявитель? Напишите имя и телефон одним сообщением.",
    DataField.NUMBER: "Какой номер у сообщения в той системе?",
    DataField.TERM: "До какого времени нужно ответить? Например: " + EXAMPLES,
}


def data_rows(facts: CardFacts, argument: str, back: Button, context: RenderContext) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of the menu: the fields, or after «field.page» the values of that field."""
    name, _, page = argument.partition(".")
    number = facts.ticket.id
    if name not in set(DataField):
        fields = [Button(FIELD_TITLES[one], pack(Op.DATA_FIELD, number, one.value)) for one in facts.data_fields]
        return (*(tuple(fields[at : at + 2]) for at in range(0, len(fields), 2)), (back,))
    field = DataField(name)
    rows = [
        (Button(title, pack(Op.DATA_VALUE, number, f"{field.value}.{code}")),) for code, title in _choices(facts, field)
    ]
    size = max(1, min(8, context.capabilities.button_rows - 2))
    at = int(page) if page.isdecimal() else 0
    return paged(rows, size, at, back, Op.DATA_FIELD, number, prefix=f"{field.value}.")


def _choices(facts: CardFacts, field: DataField) -> list[tuple[str, str]]:
    match field:
        case DataField.SECTOR:
            return [(code, title) for code, title in facts.sectors if code != facts.ticket.sector]
        case DataField.TOPIC:
            return list(facts.topics)
        case DataField.KIND:
            return [(kind.value, title) for kind, title in APPLICANT_KIND_TITLES.items()]
        case DataField.URGENCY:
            return [("no", "Снять срочность")] if facts.ticket.urgent else [("yes", "Сделать срочным")]
        case DataField.IMPORTANCE:
            choices = {Importance.HIGH: "Высокая", Importance.NORMAL: "Обычная"}
            return [(one.value, title) for one, title in choices.items() if one is not facts.ticket.importance]
        case _:
            return []


def ask_value(note: AskDataValue, data: NotificationData, context: RenderContext) -> Content:
    rows = [*passed_row(note, data, context, note.ticket_id), *cancel_row(data, note.ticket_id)]
    fault = date_fault(note, context)
    return Content.of(f"№{note.ticket_id}. {fault}{_QUESTIONS[note.field]}", keyboard=rows)


def data_changed(note: DataChanged, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"✅ №{note.ticket_id}: изменено, {FIELD_TITLES[note.field].lower()}.")


TICKET_DATA_VIEWS = (row(AskDataValue, ask_value), row(DataChanged, data_changed))
