"""Views of ``/topics``: blocks, their topics, the words of one, and the note about a file that differs."""

from collections.abc import Sequence

from bot.domain.notifications.topics import (
    AskNewTopic,
    AskTopicTitle,
    AskTopicWords,
    TopicBlocks,
    TopicEntry,
    TopicList,
    TopicMove,
    TopicPage,
    TopicsDiffer,
)
from bot.domain.topic_book import MAX_WORDS_AT_ONCE, OwnerKind
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.people_pages import MAX_BUTTON_CHARS, Pager, in_rows
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_WORDS_CHARS = 900
MAX_NAMED = 15

_NO_BLOCK = "Без блока: решает тот, кто распределяет"


def _button(label: str, argument: str) -> Button:
    return Button(shorten(label, MAX_BUTTON_CHARS), pack(Op.TOPICS, 0, argument))


def _title(entry: TopicEntry) -> str:
    return entry.title or _NO_BLOCK


def _line(entry: TopicEntry) -> str:
    words = f" · своих слов: {entry.word_count}" if entry.word_count else ""
    return f"\n• {_title(entry)}{words}{' · выключена' if entry.is_off else ''}"


def blocks(note: TopicBlocks, data: NotificationData, context: RenderContext) -> Content:
    page = Pager(context, note.page, len(note.blocks), "blocks", width=1, other_rows=0, op=Op.TOPICS)
    shown = page.cut(note.blocks)
    return Content.of(
        Bold("🗂 Темы и слова"),
        "\nПо словам города и встроенным темам бот решает, чьё сообщение. Изменения действуют сразу. Выберите блок.",
        keyboard=[*([_button(_title(one), f"block={one.key}.0")] for one in shown), *page.turns()],
    )


def topic_list(note: TopicList, data: NotificationData, context: RenderContext) -> Content:
    page = Pager(context, note.page, len(note.entries), f"block={note.key}", width=2, other_rows=1, op=Op.TOPICS)
    shown = page.cut(note.entries)
    spans: list[Span | str] = [Bold(f"🗂 {note.title or 'Темы'}")]
    if note.words:
        spans.append(f"\nСвои слова: {shorten(', '.join(note.words), MAX_WORDS_CHARS)}")
    spans += [_line(one) for one in shown] or ["\nТем здесь нет."]
    last = [_button("➕ Новая тема", f"new={note.key}")]
    last += [_button("Слова блока", f"item={note.key}")] if note.key else []
    last.append(_button("← Назад", "blocks=0"))
    items = [_button(one.title, f"item={one.key}") for one in shown]
    return Content.of(*spans, keyboard=[*in_rows(items, 2), *page.turns(), last])


def topic_page(note: TopicPage, data: NotificationData, context: RenderContext) -> Content:
    entry, kind = note.entry, OwnerKind(note.kind)
    state = " · выключена" if entry.is_off else ""
    spans: list[Span | str] = [Bold(f"🗂 {entry.title}{state}")]
    if kind is not OwnerKind.SECTOR:
        spans.append(f"\nБлок: {note.block or 'решает тот, кто распределяет'}")
    if kind is OwnerKind.TOPIC:
        spans.append("\nВстроенная тема: её словарь нельзя удалить, но тему можно выключить.")
    if note.file_words:
        spans.append(f"\nСлова из файла настроек: {shorten(', '.join(note.file_words), MAX_WORDS_CHARS)}")
    added = ", ".join(one.word for one in note.added)
    spans.append(f"\nДобавлено в чате: {shorten(added, MAX_WORDS_CHARS) or 'пока ничего'}")
    back = _button("← Назад", f"block={note.block_key}.0")
    if note.asks_removal:
        spans.append("\n\nУдалить тему вместе с её словами? Прежние сообщения и отчёты её сохранят.")
        remove = _button("🗑 Удалить", f"gone={entry.key}")
        return Content.of(*spans, keyboard=[[remove, _button("← Назад", f"item={entry.key}")]])
    if note.removes:
        page = Pager(context, note.page, len(note.added), f"words={entry.key}", width=2, other_rows=1, op=Op.TOPICS)
        words = [_button(f"🗑 {one.word}", f"del={one.keyword_id}") for one in page.cut(note.added)]
        back = _button("← Назад", f"item={entry.key}")
        return Content.of(*spans, keyboard=[*in_rows(words, 2), *page.turns(), [back]])
    buttons = [_button("➕ Добавить слова", f"add={entry.key}")]
    if note.added:
        buttons.append(_button("🗑 Убрать слово", f"words={entry.key}.0"))
    if kind is OwnerKind.THEME:
        buttons.append(_button("✏️ Переименовать", f"name={entry.key}"))
        buttons.append(_button("↪️ Другой блок", f"move={entry.key}.0"))
    if kind is not OwnerKind.SECTOR:
        switch = ("▶️ Включить", "on") if entry.is_off else ("⏸ Выключить", "off")
        buttons.append(_button(switch[0], f"{switch[1]}={entry.key}"))
    if note.is_own:
        buttons.append(_button("🗑 Удалить тему", f"drop={entry.key}"))
    return Content.of(*spans, keyboard=[*in_rows(buttons, 2), [back]])


def topic_move(note: TopicMove, data: NotificationData, context: RenderContext) -> Content:
    page = Pager(context, note.page, len(note.blocks), f"move={note.entry.key}", width=1, other_rows=1, op=Op.TOPICS)
    rows = [[_button(_title(one), f"to={note.entry.key}.{one.key}")] for one in page.cut(note.blocks)]
    back = [_button("← Назад", f"item={note.entry.key}")]
    return Content.of(
        Bold(f"🗂 {note.entry.title}"),
        "\nВ какой блок перенести тему? Открытые сообщения останутся там, где они есть.",
        keyboard=[*rows, *page.turns(), back],
    )


def ask_words(note: AskTopicWords, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"➕ {note.title}"),
        f"\nНапишите слова или их начала через запятую, не больше {MAX_WORDS_AT_ONCE}, например: график вывоза, "
        "контейнер. Сообщение с таким словом пойдёт сюда.",
        keyboard=cancel_row(data),
    )


def ask_title(note: AskTopicTitle, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"Как назвать тему «{note.title}»? Напишите новое название.", keyboard=cancel_row(data))


def ask_new(note: AskNewTopic, data: NotificationData, context: RenderContext) -> Content:
    block = f"блок «{note.block}»" if note.block else "без блока: решает тот, кто распределяет"
    return Content.of(
        Bold("➕ Новая тема"), f"\n{block[0].upper()}{block[1:]}. Напишите название темы.", keyboard=cancel_row(data)
    )


def difference_lines(
    added: Sequence[str], changed: Sequence[str], removed: Sequence[str], reworded: Sequence[str]
) -> list[str]:
    """Return a line for each difference between the file and the database."""
    return [
        *(f"• есть только в файле: {title}" for title in added),
        *(f"• {title}: в файле другое название или другой блок" for title in changed),
        *(f"• нет в файле: {title}" for title in removed),
        *(f"• {title}: в файле другие слова" for title in reworded),
    ]


def topics_differ(note: TopicsDiffer, data: NotificationData, context: RenderContext) -> Content:
    lines = [f"\n{line}" for line in difference_lines(note.added, note.changed, note.removed, note.reworded)]
    more = [f"\n…и ещё {len(lines) - MAX_NAMED}"] if len(lines) > MAX_NAMED else []
    return Content.of(
        Bold("🗂 Темы и слова в файле настроек изменились"),
        "\nНичего не изменено: действуют темы и слова из базы.",
        *lines[:MAX_NAMED],
        *more,
        "\nВзять из файла: python -m bot topics apply --config ФАЙЛ (сначала покажет, что изменится). Посмотреть и "
        "изменить те, что в базе: /topics",
    )


TOPIC_VIEWS = (
    row(TopicBlocks, blocks),
    row(TopicList, topic_list),
    row(TopicPage, topic_page),
    row(TopicMove, topic_move),
    row(AskTopicWords, ask_words),
    row(AskTopicTitle, ask_title),
    row(AskNewTopic, ask_new),
    row(TopicsDiffer, topics_differ),
)
