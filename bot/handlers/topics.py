"""``/topics``: the town's themes, topics and words; one message, edited in place."""

from collections.abc import Awaitable, Callable, Sequence

from bot.domain.dialogs import DialogStep
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.base import Notification
from bot.domain.notifications.topics import (
    AddedWord,
    AskNewTopic,
    AskTopicTitle,
    AskTopicWords,
    TopicBlocks,
    TopicEntry,
    TopicList,
    TopicMove,
    TopicPage,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.topic_book import Owner, OwnerKind
from bot.handlers.replies import answer_callback, edit_pressed_note
from bot.handlers.types import ButtonHandlers, ButtonPress, CommandHandlers, DialogStepHandlers, OfficialMessage
from bot.services.context import UseCaseContext
from bot.services.dialogs import dialogs
from bot.services.notifications import notify
from bot.services.topics import changes
from bot.views.callback_codes import MAX_NUMBER_DIGITS, Op

Page = Callable[[UseCaseContext, Person, Sequence[str]], Awaitable[Notification]]


async def send_topics(ctx: UseCaseContext, person: Person, argument: str) -> None:
    await notify.notify(ctx, person, await _blocks(ctx, person, ["0"]), priority=Priority.INTERACTIVE)


async def on_press(ctx: UseCaseContext, press: ButtonPress) -> None:
    """Show a page, change something and show its page, or ask for words; e.g. ``item=t1a2b3c4d``."""
    changes.check_may_edit(ctx, press.person)
    verb, _, rest = press.callback.arg.partition("=")
    if verb in PROMPTS:
        await answer_callback(ctx, press)
        await PROMPTS[verb](ctx, press, rest)
    elif verb in PAGES:
        page = await PAGES[verb](ctx, press.person, rest.split("."))
        await answer_callback(ctx, press)
        await edit_pressed_note(ctx, press, page)
    else:
        raise OutdatedButton()


def _entry(ctx: UseCaseContext, owner: Owner) -> TopicEntry:
    book = ctx.municipality.topics
    is_theme = owner.kind is OwnerKind.THEME
    words = len(book.keywords_of(owner))
    return TopicEntry(owner.key, changes.title_of(ctx, owner), is_theme, book.is_off(owner), words)


def _block_entries(ctx: UseCaseContext) -> list[TopicEntry]:
    return [_entry(ctx, Owner(OwnerKind.SECTOR, code)) for code in ctx.municipality.sectors]


async def _blocks(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> Notification:
    changes.check_may_edit(ctx, by)
    blocks = _block_entries(ctx)
    if not blocks:
        return await _list(ctx, by, ["", "0"])
    if changes.list_topics(ctx, None):
        blocks.append(TopicEntry("", "", is_theme=False, is_off=False, word_count=0))
    return TopicBlocks(blocks=tuple(blocks), page=_number(args, 0))


async def _list(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicList:
    owner = changes.find_owner(ctx, args[0]) if args[0] else None
    if owner is not None and owner.kind is not OwnerKind.SECTOR:
        raise OutdatedButton()
    entries = [_entry(ctx, one) for one in changes.list_topics(ctx, owner.code if owner is not None else None)]
    return TopicList(
        key=args[0],
        title=changes.title_of(ctx, owner) if owner is not None else "",
        words=ctx.municipality.topics.words_of(owner) if owner is not None else (),
        entries=tuple(entries),
        page=_number(args, 1),
    )


async def _item(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicPage:
    return _page_of(ctx, changes.find_owner(ctx, args[0]))


async def _words(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicPage:
    return _page_of(ctx, changes.find_owner(ctx, args[0]), removes=True, page=_number(args, 1))


def _page_of(
    ctx: UseCaseContext, owner: Owner, *, removes: bool = False, page: int = 0, asks_removal: bool = False
) -> TopicPage:
    block = _block_of(ctx, owner)
    keywords = ctx.municipality.topics.keywords_of(owner)
    return TopicPage(
        entry=_entry(ctx, owner),
        block_key=block.key if block is not None else "",
        block=changes.title_of(ctx, block) if block is not None else "",
        kind=owner.kind.value,
        file_words=tuple(one.word for one in keywords if one.added_by is None),
        added=tuple(AddedWord(one.id, one.word) for one in keywords if one.added_by is not None),
        removes=removes,
        page=page,
        is_own=_is_own(ctx, owner),
        asks_removal=asks_removal and _is_own(ctx, owner),
    )


def _is_own(ctx: UseCaseContext, owner: Owner) -> bool:
    """Return whether *owner* is a theme that was added in the chat."""
    theme = ctx.municipality.topics.find_theme(owner.code) if owner.kind is OwnerKind.THEME else None
    return theme is not None and theme.added_by is not None


def _block_of(ctx: UseCaseContext, owner: Owner) -> Owner | None:
    """Return the block whose list shows the owner; a topic of several is shown by the first."""
    if owner.kind is OwnerKind.SECTOR:
        return owner
    blocks = (Owner(OwnerKind.SECTOR, code) for code in ctx.municipality.sectors)
    return next((one for one in blocks if owner in changes.list_topics(ctx, one.code)), None)


async def _move(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicMove:
    entry = _entry(ctx, changes.find_owner(ctx, args[0]))
    nowhere = TopicEntry("", "", is_theme=False, is_off=False, word_count=0)
    return TopicMove(entry=entry, blocks=(*_block_entries(ctx), nowhere), page=_number(args, 1))


async def _move_to(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicPage:
    key = args[1] if len(args) > 1 else ""
    sector = changes.find_owner(ctx, key) if key else None
    if sector is not None and sector.kind is not OwnerKind.SECTOR:
        raise OutdatedButton()
    return _page_of(ctx, await changes.move_theme(ctx, by, args[0], sector.code if sector is not None else None))


async def _switch_on(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicPage:
    return _page_of(ctx, await changes.switch(ctx, by, args[0], on=True))


async def _switch_off(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicPage:
    return _page_of(ctx, await changes.switch(ctx, by, args[0], on=False))


async def _remove(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicPage:
    return _page_of(ctx, await changes.remove_word(ctx, by, _number(args, 0)), removes=True)


async def _removal(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicPage:
    return _page_of(ctx, changes.find_owner(ctx, args[0]), asks_removal=True)


async def _remove_theme(ctx: UseCaseContext, by: Person, args: Sequence[str]) -> TopicList:
    sector = await changes.remove_theme(ctx, by, args[0])
    known = sector is not None and sector in ctx.municipality.sectors
    return await _list(ctx, by, [Owner(OwnerKind.SECTOR, sector or "").key if known else "", "0"])


async def _ask_words(ctx: UseCaseContext, press: ButtonPress, key: str) -> None:
    title = changes.title_of(ctx, changes.find_owner(ctx, key))
    dialog = await dialogs.start(ctx, press.person, DialogStep.TOPIC_WORDS, facts={"owner": key})
    await dialogs.prompt(ctx, press.person, dialog, AskTopicWords(title=title))


async def _ask_title(ctx: UseCaseContext, press: ButtonPress, key: str) -> None:
    title = changes.title_of(ctx, changes.find_owner(ctx, key))
    dialog = await dialogs.start(ctx, press.person, DialogStep.TOPIC_TITLE, facts={"owner": key})
    await dialogs.prompt(ctx, press.person, dialog, AskTopicTitle(title=title))


async def _ask_new(ctx: UseCaseContext, press: ButtonPress, key: str) -> None:
    block = changes.title_of(ctx, changes.find_owner(ctx, key)) if key else ""
    dialog = await dialogs.start(ctx, press.person, DialogStep.TOPIC_NEW, facts={"owner": key})
    await dialogs.prompt(ctx, press.person, dialog, AskNewTopic(block=block))


async def on_words(ctx: UseCaseContext, message: OfficialMessage) -> None:
    owner, _ = await changes.add_words(ctx, message.person, message.dialog.facts["owner"], message.require_text())
    await _send_page(ctx, message, owner)


async def on_title(ctx: UseCaseContext, message: OfficialMessage) -> None:
    owner = await changes.rename_theme(ctx, message.person, message.dialog.facts["owner"], message.require_text())
    await _send_page(ctx, message, owner)


async def on_new(ctx: UseCaseContext, message: OfficialMessage) -> None:
    owner = await changes.add_theme(ctx, message.person, message.dialog.facts["owner"], message.require_text())
    await _send_page(ctx, message, owner)


async def _send_page(ctx: UseCaseContext, message: OfficialMessage, owner: Owner) -> None:
    await dialogs.end(ctx, message.dialog)
    await notify.notify(ctx, message.person, _page_of(ctx, owner), priority=Priority.INTERACTIVE)


def _number(args: Sequence[str], index: int) -> int:
    text = args[index] if index < len(args) else "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_DIGITS):
        raise OutdatedButton()
    return int(text)


PAGES: dict[str, Page] = {
    "blocks": _blocks,
    "block": _list,
    "item": _item,
    "words": _words,
    "del": _remove,
    "on": _switch_on,
    "off": _switch_off,
    "move": _move,
    "to": _move_to,
    "drop": _removal,
    "gone": _remove_theme,
}
"""Buttons that show another page in the same message, some after a change."""

PROMPTS: dict[str, Callable[[UseCaseContext, ButtonPress, str], Awaitable[None]]] = {
    "add": _ask_words,
    "name": _ask_title,
    "new": _ask_new,
}
"""Buttons that ask for words."""

BUTTON_HANDLERS: ButtonHandlers = {Op.TOPICS: on_press}
COMMAND_HANDLERS: CommandHandlers = {"topics": send_topics}
STEP_HANDLERS: DialogStepHandlers = {
    DialogStep.TOPIC_WORDS: on_words,
    DialogStep.TOPIC_TITLE: on_title,
    DialogStep.TOPIC_NEW: on_new,
}
