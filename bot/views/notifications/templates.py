"""Templates of answers in words."""

from bot.domain.notifications.templates import AskTemplate, TemplateList, TemplateSaved
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Quote, Span
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_TEXT_CHARS = 700

_HOW = (
    "Поля пишите в фигурных скобках: {имя}, {место} и {номер} заполнит бот, остальные, например {дата}, спросит "
    "у отвечающего. Если первая строка — название отрасли или темы, шаблон будет предлагаться только для неё."
)


def template_list(note: TemplateList, data: NotificationData, context: RenderContext) -> Content:
    add = Button("➕ Добавить", pack(Op.TEMPLATES, 0, "add"))
    if not note.templates:
        return Content.of(Bold("📄 Шаблонов пока нет."), f"\n{_HOW}", keyboard=[[add]])
    where = f", страница {note.page + 1} из {note.pages}" if note.pages > 1 else ""
    spans: list[Span | str] = [Bold(f"📄 Шаблоны ответов{where}")]
    rows = []
    for number, one in enumerate(note.templates, 1):
        spans += [f"\n\n{number}. {one.purpose}\n", Quote(shorten(one.text, MAX_TEXT_CHARS))]
        change = Button(f"✏️ Изменить {number}", pack(Op.TEMPLATES, 0, f"e{one.id}"))
        rows.append([change, Button(f"🗑 Удалить {number}", pack(Op.TEMPLATES, 0, f"d{one.id}"))])
    turns = [Button("‹ Раньше", pack(Op.TEMPLATES, 0, note.page - 1))] if note.page > 0 else []
    turns.append(add)
    if note.page < note.pages - 1:
        turns.append(Button("Дальше ›", pack(Op.TEMPLATES, 0, note.page + 1)))
    return Content.of(*spans, keyboard=[*rows, turns])


def ask_template(note: AskTemplate, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span | str] = [Bold("📄 Пришлите текст шаблона целиком."), f"\n{_HOW}"]
    if note.text is not None:
        spans += ["\nСейчас:\n", Quote(note.text)]
    return Content.of(*spans, keyboard=cancel_row(data))


def template_saved(note: TemplateSaved, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"✅ Шаблон сохранён: {note.purpose}. Все шаблоны: /templates")


TEMPLATE_VIEWS = (
    row(TemplateList, template_list),
    row(AskTemplate, ask_template),
    row(TemplateSaved, template_saved),
)
