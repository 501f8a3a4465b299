"""Official pages: do they speak, do they answer? A note a week."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.channels import Purpose
from bot.domain.local_time import at_local
from bot.domain.outbox import Priority
from bot.domain.sources import Page
from bot.messengers.events import AuthorKind, ChatKind, MessageDeleted, MessagePosted, PagePosted
from bot.services.context import Work
from bot.services.manual_posting import staff_replies
from bot.services.notifications import notify
from bot.services.reports import digest
from bot.services.sources.messages import clean

LOOK_BACK = timedelta(days=30)
"""How old a comment may be that the weekly note still tells of; older ones are forgotten."""

OLDEST_SHOWN = 3


async def watch(work: Work) -> None:
    """Begin to watch what is configured."""
    for page in work.centre.pages:
        await work.uow.pages.watch(page.account, page.root, work.now)


async def posted(work: Work, event: PagePosted) -> None:
    """A page has posted something."""
    page = _named(work, event.chat.account, event.chat.root)
    if page is not None:
        await work.uow.pages.posted(page.account, page.root, event.at)


async def hear(work: Work, event: MessagePosted) -> bool:
    """Whether *event* is a page's own post, which is nobody's message. A comment is remembered, and goes its way."""
    chat = event.chat
    speaker = _named(work, chat.account, event.author.id if event.automatic else chat.root)
    if speaker is not None and (event.automatic or chat.kind is ChatKind.CHANNEL):
        await work.uow.pages.posted(speaker.account, speaker.root, event.sent_at)
        return True
    heard = (page for page in work.centre.pages if (page.account, page.heard_in) == (chat.account, chat.root))
    page = next(heard, None)
    if page is not None and chat.kind in (ChatKind.WALL, ChatKind.SHOWCASE, ChatKind.GROUP) and not event.service:
        await _remember(work, page, event)
    return False


async def removed(work: Work, event: MessageDeleted) -> None:
    """A comment that was taken back needs no answer."""
    if work.centre.pages:
        await work.uow.pages.remove(event.chat.account, event.chat.id, event.message_id)


async def _remember(work: Work, page: Page, event: MessagePosted) -> None:
    ours = (
        staff_replies.speaker(work, event) is not None
        or staff_replies.speaks_for_the_place(event)
        or (event.author.kind is AuthorKind.CHAT and event.author.id.lstrip("-") == page.root.lstrip("-"))
    )
    said = event.author.kind is AuthorKind.PERSON and _says_something(work, event)
    if not (ours or said):
        return
    chat = event.chat
    replied = event.reply_to if event.reply_to != chat.thread else None  # all comments hang under the post
    thread = await work.uow.pages.thread_of(chat.account, chat.id, replied) if replied else None
    await work.uow.pages.add(
        {
            "account": chat.account,
            "chat_id": chat.id,
            "external_id": event.message_id,
            "root": page.root,
            "place": chat.thread[:64],
            "thread": thread or replied or event.message_id,
            "ours": ours,
            "to_all": ours and replied is None,
            "sent_at": event.sent_at,
            "link": event.link,
        }
    )


def _says_something(work: Work, event: MessagePosted) -> bool:
    """Greetings, thanks and «+» need no answer."""
    text = clean(event.text)
    return bool(text) and work.centre.understanding.read(text).noise is None


def _named(work: Work, account: str, root: str) -> Page | None:
    return next((page for page in work.centre.pages if (page.account, page.root) == (account, root)), None)


async def is_due(work: Work) -> bool:
    """Whether this week's note shall go out: on Monday, with the digest; not for a time when nobody listened."""
    if not work.centre.pages:
        return False
    week, at = _week(work)
    started = await work.uow.chronicle.when("first_start")
    if work.now < at or started is None or started > at:
        return False
    return await work.uow.chronicle.when(f"pages:{week}") is None


def _week(work: Work) -> tuple[str, datetime]:
    """This week's name, and the moment of its note."""
    today = work.now.astimezone(work.centre.zone).date()
    monday = today - timedelta(days=today.weekday())
    return monday.isoformat(), at_local(monday, work.centre.digest_at, work.centre.zone)


async def send_weekly(work: Work) -> None:
    """Tell those who read the digest, once a week."""
    week, _ = _week(work)
    if not await is_due(work) or not await work.uow.chronicle.once(f"pages:{week}", work.now):
        return
    silent, unanswered = [], []
    for page in work.centre.pages:
        silent += await _silence(work, page)
        unanswered += await _debts(work, page)
    facts: dict[str, Any] = {"quiet": silent, "unanswered": unanswered}
    for person in digest.readers(work):
        await notify.tell(work, person, "pages_week", priority=Priority.BULK, purpose=Purpose.REPORTS, **facts)


async def _silence(work: Work, page: Page) -> list[list[Any]]:
    """(title, whole days, whether we have ever seen a post) of a page that has been silent too long."""
    known = await work.uow.pages.quiet_since(page.account, page.root)
    if known is None:
        return []
    quiet = work.now - (known[1] or known[0])
    return [[page.title, quiet.days, known[1] is not None]] if quiet >= page.silent_after else []


async def _debts(work: Work, page: Page) -> list[list[Any]]:
    """(title, how many, since when the oldest waits, links to the oldest) of a page with unanswered comments."""
    found = await work.uow.pages.unanswered(page.account, page.root, work.now - LOOK_BACK)
    if not found:
        return []
    links = [one.link for one in found[:OLDEST_SHOWN] if one.link]
    return [[page.title, len(found), found[0].sent_at.isoformat(), links]]
