"""Official pages: do they speak, do they answer? A note a week."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.channels import Purpose
from bot.domain.local_time import local_to_utc
from bot.domain.official_pages import PageComment
from bot.domain.outbox import Priority
from bot.domain.recipients import Audience
from bot.domain.sources import OfficialPage
from bot.messengers.events import AuthorKind, ChatKind, MessageDeleted, MessagePosted, PagePosted
from bot.services.context import UseCaseContext
from bot.services.manual_posting import staff_replies
from bot.services.notifications import notify
from bot.services.sources.messages import clean_text

MAX_COMMENT_AGE = timedelta(days=30)
"""How old a comment may be that the weekly note still tells of; older ones are forgotten."""

MAX_LINKS_SHOWN = 3


async def start_watching(ctx: UseCaseContext) -> None:
    """Begin to watch what is configured."""
    for page in ctx.municipality.pages:
        await ctx.uow.official_pages.start_watching(page.account, page.source_id, ctx.now)


async def on_page_posted(ctx: UseCaseContext, event: PagePosted) -> None:
    """A page has posted something."""
    page = _find_page(ctx, event.chat.account, event.chat.source_id)
    if page is not None:
        await ctx.uow.official_pages.record_post(page.account, page.source_id, event.at)


async def on_message_posted(ctx: UseCaseContext, event: MessagePosted) -> bool:
    """Whether *event* is a page's own post, which is nobody's message. A comment is remembered, and goes its way."""
    chat = event.chat
    speaker = _find_page(ctx, chat.account, event.author.id if event.automatic else chat.source_id)
    if speaker is not None and (event.automatic or chat.kind is ChatKind.CHANNEL):
        await ctx.uow.official_pages.record_post(speaker.account, speaker.source_id, event.sent_at)
        return True
    heard = (
        page
        for page in ctx.municipality.pages
        if (page.account, page.comments_source_id) == (chat.account, chat.source_id)
    )
    page = next(heard, None)
    if page is not None and chat.kind in (ChatKind.WALL, ChatKind.SHOWCASE, ChatKind.GROUP) and not event.service:
        await _record_comment(ctx, page, event)
    return False


async def on_message_deleted(ctx: UseCaseContext, event: MessageDeleted) -> None:
    """A comment that was taken back needs no answer."""
    if ctx.municipality.pages:
        await ctx.uow.official_pages.delete_comment(event.chat.account, event.chat.id, event.message_id)


async def _record_comment(ctx: UseCaseContext, page: OfficialPage, event: MessagePosted) -> None:
    ours = (
        staff_replies.find_official_author(ctx, event) is not None
        or staff_replies.is_posted_as_chat(event)
        or (event.author.kind is AuthorKind.CHAT and event.author.id.lstrip("-") == page.source_id.lstrip("-"))
    )
    said = event.author.kind is AuthorKind.PERSON and _needs_answer(ctx, event)
    if not (ours or said):
        return
    chat = event.chat
    replied = event.reply_to if event.reply_to != chat.thread else None  # all comments hang under the post
    thread = await ctx.uow.official_pages.find_comment_thread(chat.account, chat.id, replied) if replied else None
    await ctx.uow.official_pages.add_comment(
        PageComment(
            account=chat.account,
            chat_id=chat.id,
            external_id=event.message_id,
            root=page.source_id,
            place=chat.thread[:64],
            thread=thread or replied or event.message_id,
            ours=ours,
            to_all=ours and replied is None,
            sent_at=event.sent_at,
            link=event.link,
        )
    )


def _needs_answer(ctx: UseCaseContext, event: MessagePosted) -> bool:
    """Greetings, thanks and «+» need no answer."""
    text = clean_text(event.text)
    return bool(text) and ctx.municipality.understanding.read(text).noise is None


def _find_page(ctx: UseCaseContext, account: str, root: str) -> OfficialPage | None:
    return next((page for page in ctx.municipality.pages if (page.account, page.source_id) == (account, root)), None)


async def is_due(ctx: UseCaseContext) -> bool:
    """Whether this week's note shall go out: on Monday, with the digest; not for a time when nobody listened."""
    if not ctx.municipality.pages:
        return False
    week, at = _report_week(ctx)
    started = await ctx.uow.once_keys.get("first_start")
    if ctx.now < at or started is None or started > at:
        return False
    return await ctx.uow.once_keys.get(f"pages:{week}") is None


def _report_week(ctx: UseCaseContext) -> tuple[str, datetime]:
    """This week's name, and the moment of its note."""
    today = ctx.now.astimezone(ctx.municipality.zone).date()
    monday = today - timedelta(days=today.weekday())
    return monday.isoformat(), local_to_utc(monday, ctx.municipality.digest_at, ctx.municipality.zone)


async def send_weekly(ctx: UseCaseContext) -> None:
    """Tell those who read the digest, once a week."""
    week, _ = _report_week(ctx)
    if not await is_due(ctx) or not await ctx.uow.once_keys.claim(f"pages:{week}", ctx.now):
        return
    silent, unanswered = [], []
    for page in ctx.municipality.pages:
        silent += await _silent_page_facts(ctx, page)
        unanswered += await _unanswered_facts(ctx, page)
    facts: dict[str, Any] = {"quiet": silent, "unanswered": unanswered}
    for person in ctx.municipality.staff.recipients(Audience.DIGEST):
        await notify.notify(ctx, person, "pages_week", priority=Priority.BULK, purpose=Purpose.REPORTS, **facts)


async def _silent_page_facts(ctx: UseCaseContext, page: OfficialPage) -> list[list[Any]]:
    """(title, whole days, whether we have ever seen a post) of a page that has been silent too long."""
    known = await ctx.uow.official_pages.find_last_post(page.account, page.source_id)
    if known is None:
        return []
    quiet = ctx.now - (known[1] or known[0])
    return [[page.title, quiet.days, known[1] is not None]] if quiet >= page.silent_after else []


async def _unanswered_facts(ctx: UseCaseContext, page: OfficialPage) -> list[list[Any]]:
    """(title, how many, since when the oldest waits, links to the oldest) of a page with unanswered comments."""
    found = await ctx.uow.official_pages.list_unanswered(page.account, page.source_id, ctx.now - MAX_COMMENT_AGE)
    if not found:
        return []
    links = [one.link for one in found[:MAX_LINKS_SHOWN] if one.link]
    return [[page.title, len(found), found[0].sent_at.isoformat(), links]]
