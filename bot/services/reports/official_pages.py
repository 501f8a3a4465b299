"""The weekly report on official pages: long silence and unanswered comments."""

from datetime import datetime, timedelta

from bot.domain.channels import Purpose
from bot.domain.local_time import local_to_utc
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.reports import PagesReport, SilentPage, UnansweredComments
from bot.domain.official_pages import PageComment
from bot.domain.once_keys import FIRST_START
from bot.domain.outbox import Priority
from bot.domain.recipients import Audience
from bot.domain.sources import OfficialPage
from bot.messengers.events import AuthorKind, ChatKind, MessageDeleted, MessagePosted, PagePosted
from bot.services.context import UseCaseContext, messages
from bot.services.context.messages import CONTENT_MEDIA, clean_text, is_of_citizen
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated

MAX_COMMENT_AGE = timedelta(days=30)
"""The greatest age of a comment in the weekly report; older ones are ignored."""

MAX_LINKS_SHOWN = 3


async def start_watching(ctx: UseCaseContext) -> None:
    """Start watching the configured pages."""
    for page in ctx.municipality.pages:
        await ctx.uow.official_pages.start_watching(page.account, page.source_id, ctx.now)


async def on_page_posted(ctx: UseCaseContext, event: PagePosted) -> None:
    """Record that a page has posted."""
    page = _find_page(ctx, event.chat.account, event.chat.source_id)
    if page is not None:
        await ctx.uow.official_pages.record_post(page.account, page.source_id, event.at)


async def on_message_posted(ctx: UseCaseContext, event: MessagePosted) -> bool:
    """Record a post or a comment of a page; return whether *event* is the page's own post."""
    chat = event.chat
    own_page = _find_page(ctx, chat.account, event.author.id if event.automatic else chat.source_id)
    if own_page is not None and (event.automatic or chat.kind is ChatKind.CHANNEL):
        await ctx.uow.official_pages.record_post(own_page.account, own_page.source_id, event.sent_at)
        return True
    commented_pages = (
        page
        for page in ctx.municipality.pages
        if (page.account, page.comments_source_id) == (chat.account, chat.source_id)
    )
    page = next(commented_pages, None)
    if page is not None and chat.kind in (ChatKind.WALL, ChatKind.SHOWCASE, ChatKind.GROUP) and not event.service:
        await _record_comment(ctx, page, event)
    return False


async def on_message_deleted(ctx: UseCaseContext, event: MessageDeleted) -> None:
    """Delete a stored comment: it needs no answer."""
    if ctx.municipality.pages:
        await ctx.uow.official_pages.delete_comment(event.chat.account, event.chat.id, event.message_id)


async def _record_comment(ctx: UseCaseContext, page: OfficialPage, event: MessagePosted) -> None:
    is_official = (
        messages.find_official_author(ctx, event) is not None
        or messages.is_posted_as_chat(event)
        or (event.author.kind is AuthorKind.CHAT and event.author.id.lstrip("-") == page.source_id.lstrip("-"))
    )
    needs_answer = is_of_citizen(ctx.municipality, event) and _needs_answer(ctx, event)
    if not (is_official or needs_answer):
        return
    chat = event.chat
    replied = event.reply_to if event.reply_to != chat.thread else None  # all comments are under the post
    thread = await ctx.uow.official_pages.find_comment_thread(chat.account, chat.id, replied) if replied else None
    await ctx.uow.official_pages.add_comment(
        PageComment(
            account=chat.account,
            chat_id=chat.id,
            external_id=event.message_id,
            root=page.source_id,
            place=chat.thread[:64],
            thread=thread or replied or event.message_id,
            ours=is_official,
            to_all=is_official and replied is None,
            sent_at=event.sent_at,
            link=event.link,
        )
    )


def _needs_answer(ctx: UseCaseContext, event: MessagePosted) -> bool:
    """Return whether a comment needs an answer: greetings, thanks and «+» do not, but pictures do."""
    text = clean_text(event.text)
    if not text:
        return any(item.kind in CONTENT_MEDIA for item in event.attachments)
    return ctx.municipality.understanding.read(text).noise is None


def _find_page(ctx: UseCaseContext, account: str, root: str) -> OfficialPage | None:
    return next((page for page in ctx.municipality.pages if (page.account, page.source_id) == (account, root)), None)


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether this week's report is due: on Monday with the digest, if the bot had its first start before."""
    if not ctx.municipality.pages:
        return False
    week, at = _report_week(ctx)
    started = await ctx.uow.once_keys.get(FIRST_START)
    if ctx.now < at or started is None or started > at:
        return False
    return await ctx.uow.once_keys.get(f"pages:{week}") is None


def _report_week(ctx: UseCaseContext) -> tuple[str, datetime]:
    """Return the key of this week and the moment of its report."""
    today = ctx.now.astimezone(ctx.municipality.zone).date()
    monday = today - timedelta(days=today.weekday())
    return monday.isoformat(), local_to_utc(monday, ctx.municipality.digest_at, ctx.municipality.zone)


async def send_weekly(ctx: UseCaseContext) -> None:
    """Send the report once a week."""
    week, _ = _report_week(ctx)
    if not await is_due(ctx) or not await ctx.uow.once_keys.claim(f"pages:{week}", ctx.now):
        return
    silent, unanswered = list[SilentPage](), list[UnansweredComments]()
    for page in ctx.municipality.pages:
        async with isolated(ctx, "official_pages"):
            silent += await _silent_page_facts(ctx, page)
            unanswered += await _unanswered_facts(ctx, page)
    note = PagesReport(silent=tuple(silent), unanswered=tuple(unanswered))
    for person in ctx.municipality.staff.recipients(Audience.PAGES):
        async with isolated(ctx, "official_pages"):
            envelope = NoteEnvelope(purpose=Purpose.REPORTS)
            await notify.notify(ctx, person, note, priority=Priority.BULK, envelope=envelope)


async def _silent_page_facts(ctx: UseCaseContext, page: OfficialPage) -> list[SilentPage]:
    """Return (title, days, whether a post is known) of a page that has been silent for too long."""
    known = await ctx.uow.official_pages.find_last_post(page.account, page.source_id)
    if known is None:
        return []
    quiet = ctx.now - (known[1] or known[0])
    return [SilentPage(page.title, quiet.days, known[1] is not None)] if quiet >= page.silent_after else []


async def _unanswered_facts(ctx: UseCaseContext, page: OfficialPage) -> list[UnansweredComments]:
    """Return (title, count, time of the oldest, links to the oldest) of a page with unanswered comments."""
    found = await ctx.uow.official_pages.list_unanswered(page.account, page.source_id, ctx.now - MAX_COMMENT_AGE)
    if not found:
        return []
    links = tuple(one.link for one in found[:MAX_LINKS_SHOWN] if one.link)
    return [UnansweredComments(page.title, len(found), found[0].sent_at, links)]
