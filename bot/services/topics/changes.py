"""Changes of the town's topics in the chat: each takes a lock, is in the audit, and counts in all processes at once."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.domain.errors import (
    KeywordCommon,
    KeywordInvalid,
    KeywordTaken,
    NotAllowed,
    OutdatedButton,
    TextRequired,
    TitleUnsuitable,
    TooManyKeywords,
    TooManyThemes,
)
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.sectors import Theme
from bot.domain.text_normal import fold
from bot.domain.topic_book import (
    MAX_THEMES,
    MAX_TITLE_CHARS,
    MAX_WORD_CHARS,
    MAX_WORDS_AT_ONCE,
    MAX_WORDS_OF_ONE,
    Owner,
    OwnerKind,
    new_theme_code,
)
from bot.services.context import UseCaseContext
from bot.services.topics import directory

_SEPARATORS = re.compile(r"[,;\n]")
_WORD = re.compile(r"[А-Яа-яЁё0-9]+(?:[ -][А-Яа-яЁё0-9]+){0,3}")
_MIN_LETTERS = 3


def check_may_edit(ctx: UseCaseContext, by: Person) -> None:
    if not ctx.municipality.edits_topics(by):
        raise NotAllowed(right=Right.MANAGE_ROLES.value)


def list_topics(ctx: UseCaseContext, sector: str | None) -> list[Owner]:
    """List the themes and built-in topics of a block (``None``: of a town without blocks, or those of no block)."""
    themes = [Owner(OwnerKind.THEME, one.code) for one in ctx.municipality.themes.values() if one.sector == sector]
    if sector is None and ctx.municipality.sectors:
        return themes
    names = ctx.municipality.understanding.topic_names(sector, with_unused=True)
    return [*themes, *(Owner(OwnerKind.TOPIC, name) for name in names)]


def find_owner(ctx: UseCaseContext, key: str) -> Owner:
    """Return the block, theme or topic behind a button; refuse one that is gone."""
    town = ctx.municipality
    names = town.understanding.topic_names(None, with_unused=True)
    known = [Owner(OwnerKind.SECTOR, code) for code in town.sectors]
    known += [Owner(OwnerKind.THEME, code) for code in town.themes]
    known += [Owner(OwnerKind.TOPIC, name) for name in names]
    found = next((one for one in known if one.key == key), None)
    if found is None:
        raise OutdatedButton()
    return found


def title_of(ctx: UseCaseContext, owner: Owner) -> str:
    """Return the words for an owner of keywords."""
    if owner.kind is OwnerKind.SECTOR:
        return ctx.municipality.sector_title(owner.code)
    return (ctx.municipality.theme_title(owner.code) or "") if owner.kind is OwnerKind.THEME else owner.code


async def add_words(ctx: UseCaseContext, by: Person, key: str, text: str) -> tuple[Owner, tuple[str, ...]]:
    """Add the words of *text*, separated by commas or lines; none of them if one is refused."""
    owner = await _begin(ctx, by, key)
    words = list(dict.fromkeys(word for part in _SEPARATORS.split(text) if (word := " ".join(part.split()))))
    if not words:
        raise TextRequired()
    own = ctx.municipality.topics.keywords_of(owner)
    if len(words) > MAX_WORDS_AT_ONCE or len(own) + len(words) > MAX_WORDS_OF_ONE:
        raise TooManyKeywords(limit=MAX_WORDS_AT_ONCE if len(words) > MAX_WORDS_AT_ONCE else MAX_WORDS_OF_ONE)
    for number, word in enumerate(words):
        _check_word(ctx, owner, word, words[:number])
    words = [word.lower() for word in words]
    await ctx.uow.topic_books.add_words(owner, words, by.id, ctx.now)
    await _end(ctx, by, "topic_words_added", owner, words=words)
    return owner, tuple(words)


def _check_word(ctx: UseCaseContext, owner: Owner, word: str, before: list[str]) -> None:
    letters = sum(letter.isalpha() for letter in word)
    if len(word) > MAX_WORD_CHARS or letters < _MIN_LETTERS or not _WORD.fullmatch(word):
        raise KeywordInvalid(name=word[:MAX_WORD_CHARS])
    understanding = ctx.municipality.understanding
    key = understanding.word_key(word)
    if not key or understanding.is_stop_word(key):
        raise KeywordCommon(name=word)
    if key in map(understanding.word_key, before):
        raise KeywordTaken(name=word, owner=title_of(ctx, owner))
    for one in ctx.municipality.topics.keywords:
        if understanding.word_key(one.word) == key and not _is_block_of(ctx, one.owner, owner):
            raise KeywordTaken(name=word, owner=title_of(ctx, one.owner))


def _is_block_of(ctx: UseCaseContext, holder: Owner, owner: Owner) -> bool:
    """Return whether *holder* is the block of the theme or topic *owner*, or the reverse: they do not compete."""
    for block, part in ((holder, owner), (owner, holder)):
        if block.kind is OwnerKind.SECTOR and part.kind is not OwnerKind.SECTOR:
            return part in list_topics(ctx, block.code)
    return False


async def remove_word(ctx: UseCaseContext, by: Person, keyword_id: int) -> Owner:
    """Remove a word that was added in the chat; the file's words are removed in the file."""
    check_may_edit(ctx, by)
    await directory.lock(ctx)
    found = next((one for one in ctx.municipality.topics.keywords if one.id == keyword_id), None)
    if found is None or found.added_by is None:
        raise OutdatedButton()
    await ctx.uow.topic_books.remove_word(found.id)
    await _end(ctx, by, "topic_word_removed", found.owner, words=[found.word])
    return found.owner


async def add_theme(ctx: UseCaseContext, by: Person, key: str, title: str) -> Owner:
    """Add a theme to the block *key*; without one to none: who sorts decides, or the town has no blocks."""
    check_may_edit(ctx, by)
    await directory.lock(ctx)
    sector = find_owner(ctx, key) if key else None
    if sector is not None and sector.kind is not OwnerKind.SECTOR:
        raise OutdatedButton()
    title = _check_title(ctx, title, ctx.municipality.themes.values())
    if len(ctx.municipality.themes) >= MAX_THEMES:
        raise TooManyThemes(limit=MAX_THEMES)
    code = new_theme_code(title, {*ctx.municipality.themes, *ctx.municipality.sectors})
    sector_code = sector.code if sector is not None else None
    await ctx.uow.topic_books.add_theme(Theme(code, title, sector_code), by.id)
    owner = Owner(OwnerKind.THEME, code)
    await _end(ctx, by, "theme_added", owner, title=title, sector=sector_code)
    return owner


async def remove_theme(ctx: UseCaseContext, by: Person, key: str) -> str | None:
    """Remove a theme that was added in the chat; return its block. Tickets keep it, and figures its title."""
    owner, theme = await _begin_theme(ctx, by, key)
    if theme.added_by is None:
        raise OutdatedButton()
    await ctx.uow.topic_books.remove_theme(owner, ctx.now)
    await _end(ctx, by, "theme_removed", owner, title=theme.title)
    return theme.sector


def _check_title(ctx: UseCaseContext, title: str, others: Iterable[Theme]) -> str:
    """Return the title of a theme without needless spaces; refuse one that says nothing or that *others* have."""
    title = " ".join(title.split())
    titles = {fold(one.title) for one in others}
    if not any(map(str.isalpha, title)) or len(title) > MAX_TITLE_CHARS or fold(title) in titles:
        raise TitleUnsuitable()
    return title


async def rename_theme(ctx: UseCaseContext, by: Person, key: str, title: str) -> Owner:
    """Give a theme another title."""
    owner, theme = await _begin_theme(ctx, by, key)
    title = _check_title(ctx, title, (one for one in ctx.municipality.themes.values() if one.code != theme.code))
    await ctx.uow.topic_books.update_theme(replace(theme, title=title))
    await _end(ctx, by, "theme_renamed", owner, title=title)
    return owner


async def move_theme(ctx: UseCaseContext, by: Person, key: str, sector: str | None) -> Owner:
    """Give a theme to another block; ``None``: who sorts decides."""
    owner, theme = await _begin_theme(ctx, by, key)
    if sector is not None and sector not in ctx.municipality.sectors:
        raise OutdatedButton()
    await ctx.uow.topic_books.update_theme(replace(theme, sector=sector))
    await _end(ctx, by, "theme_moved", owner, sector=sector)
    return owner


async def switch(ctx: UseCaseContext, by: Person, key: str, *, on: bool) -> Owner:
    """Switch a theme or a built-in topic on or off for the town."""
    owner = await _begin(ctx, by, key)
    if owner.kind is OwnerKind.SECTOR:
        raise OutdatedButton()
    if ctx.municipality.topics.is_off(owner) is on:
        await ctx.uow.topic_books.switch(owner, by.id, ctx.now, on=on)
        await _end(ctx, by, "topic_switched_on" if on else "topic_switched_off", owner)
    return owner


async def _begin(ctx: UseCaseContext, by: Person, key: str) -> Owner:
    check_may_edit(ctx, by)
    await directory.lock(ctx)
    return find_owner(ctx, key)


async def _begin_theme(ctx: UseCaseContext, by: Person, key: str) -> tuple[Owner, Theme]:
    owner = await _begin(ctx, by, key)
    theme = ctx.municipality.topics.find_theme(owner.code) if owner.kind is OwnerKind.THEME else None
    if theme is None:
        raise OutdatedButton()
    return owner, theme


async def _end(ctx: UseCaseContext, by: Person, action: str, owner: Owner, **facts: object) -> None:
    await directory.reload(ctx)
    about = {"kind": owner.kind.value, "code": owner.code, **facts}
    await ctx.uow.audit_log.record(action, ctx.now, person_id=by.id, facts=about)
