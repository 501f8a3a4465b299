"""Read-only access with an application's key to pages of the municipality whose communities have given no key.

New comments and posts, read in batches of ``execute``, become the same updates that a long poll would have brought.
Older ones than the first reading are ignored.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.clock import Clock
from bot.messengers.base import BaseMessenger
from bot.messengers.content import Content
from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    FileUnavailable,
    MalformedUpdate,
    MessengerError,
    Rejected,
    RejectReason,
)
from bot.messengers.events import Attachment, AuthorKind, Chat, ChatKind, Event, MessageEdited, MessagePosted, Upload
from bot.messengers.json_reader import get_objects
from bot.messengers.port import (
    Batch,
    Capabilities,
    CheckResult,
    Finding,
    PublishedAnswer,
    RawUpdate,
    SendRateLimits,
    Sent,
    Severity,
    Target,
)
from bot.messengers.rate_limits import Rate
from bot.messengers.vk.chats import VkChats
from bot.messengers.vk.client import API_VERSION, SERVICE_KEY_RATE, VkClient
from bot.messengers.vk.execute import ApiCall, execute_calls
from bot.messengers.vk.parsing import parse_update, raw_update
from bot.messengers.vk.publication_check import VkPublicationChecker
from bot.messengers.vk.rendering import TEXT_LIMIT, split_content
from bot.messengers.vk.transport import VkTimeouts
from bot.messengers.vk.user_names import UserNameLoader

ACCOUNT = "vk:pages"

POSTS_PER_PAGE = 20
"""The number of newest posts of a page whose comments are read."""

COMMENTS_PER_CALL = 100
THREAD_COMMENTS_PER_CALL = 10
MAX_COMMENT_PAGES = 5
"""Pages of a hundred comments of one post per reading; the next reading takes the rest."""

_NO_CHAT_KINDS = frozenset[ChatKind]()
_CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT,
    buttons_per_row=2,
    button_rows=5,
    can_answer_in=_NO_CHAT_KINDS,
    can_edit_in=_NO_CHAT_KINDS,
    idempotent=True,
    rate_limits=SendRateLimits(Rate(3)),
    checks_per_call=12,
)


@dataclass(frozen=True, slots=True)
class WallPage:
    """A community to read; ``account`` is the bot's own account of it, or `ACCOUNT`."""

    id: int
    title: str
    account: str = ACCOUNT


@dataclass(slots=True)
class _ReadPosition:
    """The position up to which the pages were read.

    ``since`` is the time of the first reading (Unix time). The others are by page: the highest comment, the highest
    post, and the numbers of comments of the newest posts.
    """

    since: int = 0
    comments: dict[str, int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "_ReadPosition | None":
        try:
            return cls(**json.loads(cursor)) if cursor else None
        except (ValueError, TypeError):
            return None

    def to_cursor(self) -> str:
        known = {"since": self.since, "comments": self.comments, "posts": self.posts, "counts": self.counts}
        return json.dumps(known, separators=(",", ":"))


class VkWallReader(BaseMessenger):
    """A reader of pages, every *poll_interval* seconds; it refuses to write, so that a person does it.

    Nothing is missed in a gap: every reading continues where the last stored one ended.
    """

    def __init__(
        self,
        service_token: str,
        api_base: str,
        pages: Sequence[WallPage],
        clock: Clock,
        *,
        poll_interval: float = 300.0,
        timeouts: VkTimeouts | None = None,
        proxy: str | None = None,
    ) -> None:
        super().__init__(ACCOUNT, "Страницы VK", _CAPABILITIES)
        self._client = VkClient(service_token, api_base, timeouts or VkTimeouts(), SERVICE_KEY_RATE, proxy)
        self._pages = tuple(pages)
        self._chats = {page.id: VkChats(page.account, page.id, page.title) for page in pages}
        self._clock = clock
        self._poll_interval = poll_interval
        self._names = UserNameLoader(self._client)
        self._publication_checker = VkPublicationChecker(self._client, self._client)
        self._position: _ReadPosition | None = None
        self._skip_next_wait = True

    def set_cursor(self, cursor: str | None) -> None:
        self._position = _ReadPosition.from_cursor(cursor)

    async def fetch(self) -> Batch:
        """Read every page, the first time without waiting."""
        if not self._skip_next_wait:
            await asyncio.sleep(self._poll_interval)
        self._skip_next_wait = False
        position = self._position or _ReadPosition(since=int(self._clock.now().timestamp()))
        position = replace(
            position, comments=dict(position.comments), posts=dict(position.posts), counts={**position.counts}
        )  # if the batch is not stored, it is read again
        updates: list[RawUpdate] = []
        calls = [ApiCall("wall.get", {"owner_id": -page.id, "count": POSTS_PER_PAGE}) for page in self._pages]
        for page, wall in zip(self._pages, await execute_calls(self._client, calls), strict=True):
            if not isinstance(wall, MessengerError):
                updates += await self._read_page(page, get_objects(wall, "items"), position)
        self._position = position
        return Batch(tuple(updates), position.to_cursor())

    async def _read_page(
        self, page: WallPage, posts: Sequence[Mapping[str, Any]], position: _ReadPosition
    ) -> list[RawUpdate]:
        """Return what is new on one page; *position* advances only if all of it could be read."""
        key = str(page.id)
        numbered = [post for post in posts if isinstance(post.get("id"), int)]
        fresh = [_as_update(page, "wall_post_new", post) for post in self._new_posts(key, numbered, position)]
        counts = {str(post["id"]): _comment_count(post) for post in numbered}
        known = position.counts.get(key, {})
        changed = [int(number) for number, count in counts.items() if count and count != known.get(number)]
        comments = await self._fetch_new_comments(page, changed, position.comments.get(key, 0), position.since)
        if comments is None:
            return fresh
        position.counts[key] = counts
        position.posts[key] = max([position.posts.get(key, 0), *(int(number) for number in counts)])
        position.comments[key] = max([position.comments.get(key, 0), *(one["id"] for one in comments)])
        new = [one for one in comments if one.get("date", 0) >= position.since and not one.get("deleted")]
        return fresh + [_as_update(page, "wall_reply_new", one) for one in sorted(new, key=lambda one: int(one["id"]))]

    def _new_posts(
        self, key: str, posts: Iterable[Mapping[str, Any]], position: _ReadPosition
    ) -> list[Mapping[str, Any]]:
        """Return posts since the last reading.

        The first reading also takes the page's own newest post, which shows how long the page is silent.
        """
        last = position.posts.get(key)
        new = [post for post in posts if post["id"] > (last or 0)]
        if last is not None:
            return new
        own = [post for post in new if post.get("from_id", 0) < 0]
        newest = sorted(own, key=lambda post: -int(post["id"]))[:1]
        return newest + [post for post in new if post.get("date", 0) >= position.since and post not in newest]

    async def _fetch_new_comments(
        self, page: WallPage, posts: Sequence[int], last: int, since: int
    ) -> list[dict[str, Any]] | None:
        """Return comments under *posts* with ids above *last*, threads included; ``None`` if one could not be read."""
        found: list[dict[str, Any]] = []
        queries = [(post, 0, 0) for post in posts]  # the post, the thread (0: the post's own level), the offset
        while queries:
            answers = await execute_calls(self._client, [_comments_call(page, *query) for query in queries])
            following = []
            for (post, thread, offset), answer in zip(queries, answers, strict=True):
                if isinstance(answer, Rejected):
                    continue  # comments are closed or the post is gone
                if isinstance(answer, MessengerError):
                    return None
                level = [dict(one, owner_id=-page.id, post_id=post) for one in get_objects(answer, "items")]
                level = [one for one in level if isinstance(one.get("id"), int)]
                found += [one for one in level if one["id"] > last]
                for one in level:
                    inner = one.get("thread")
                    shown = get_objects(inner, "items") if isinstance(inner, Mapping) else []
                    found += [dict(deep, owner_id=-page.id, post_id=post) for deep in shown if deep.get("id", 0) > last]
                    if isinstance(inner, Mapping) and inner.get("count", 0) > len(shown):
                        following.append((post, one["id"], 0))
                full = len(level) == COMMENTS_PER_CALL and min(one["id"] for one in level) > last
                if (
                    full
                    and min(one.get("date", 0) for one in level) >= since
                    and offset < COMMENTS_PER_CALL * MAX_COMMENT_PAGES
                ):
                    following.append((post, thread, offset + COMMENTS_PER_CALL))
            queries = following
        return list({one["id"]: one for one in found}.values())

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        chats = self._chats.get(payload.get("group_id", 0))
        if chats is None:
            raise MalformedUpdate("VK: a page that is no longer watched")
        return parse_update(chats, payload)

    async def enrich(self, event: Event) -> Event:
        if isinstance(event, MessageEdited) or not isinstance(event, MessagePosted):
            return event
        author = event.author
        if author.name is None and author.kind in (AuthorKind.PERSON, AuthorKind.CHAT):
            author = replace(author, name=await self._names.find_name(int(author.id)))
        return replace(event, author=author)

    async def check_published(self, published: Sequence[PublishedAnswer]) -> Sequence[CheckResult]:
        return await self._publication_checker.check_published(published)

    async def check(self) -> Sequence[Finding]:
        """Check that the key is accepted and every page can be read."""
        calls = [ApiCall("wall.get", {"owner_id": -page.id, "count": 1}) for page in self._pages]
        try:
            answers = await execute_calls(self._client, calls)
        except BadCredentials:
            words = "Сервисный ключ не подходит. Возьмите ключ в настройках приложения: dev.vk.com, «Мои приложения»."
            return [Finding(Severity.FAULT, self.title, words)]
        closed = [page for page, one in zip(self._pages, answers, strict=True) if isinstance(one, MessengerError)]
        why = "не читается: она закрыта, удалена или её id указан неверно"
        found = [Finding(Severity.FAULT, self.title, f"Страница «{page.title}» {why}.") for page in closed]
        return found or [Finding(Severity.OK, self.title, f"Читаются все страницы: {len(self._pages)}.")]

    # Unsupported

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        return split_content(content)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        raise Rejected("VK: this page is only read", RejectReason.NO_RIGHTS)

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        raise Rejected("VK: this page is only read", RejectReason.NO_RIGHTS)

    async def answer_callback(self, callback_id: str, text: str | None = None, *, alert: bool = False) -> None:
        raise CallbackExpired("VK: this page has no buttons")

    async def download(self, attachment: Attachment) -> Upload:
        raise FileUnavailable("VK: files of this page are opened by their links")

    async def close(self) -> None:
        await self._client.close()


def _comments_call(page: WallPage, post: int, thread: int, offset: int) -> ApiCall:
    params = {
        "owner_id": -page.id,
        "post_id": post,
        "comment_id": thread or None,
        "sort": "desc",
        "count": COMMENTS_PER_CALL,
        "offset": offset or None,
        "thread_items_count": None if thread else THREAD_COMMENTS_PER_CALL,
    }
    return ApiCall("wall.getComments", params)


def _comment_count(post: Mapping[str, Any]) -> int:
    comments = post.get("comments")
    count = comments.get("count") if isinstance(comments, Mapping) else 0
    return count if isinstance(count, int) else 0


def _as_update(page: WallPage, kind: str, thing: Mapping[str, Any]) -> RawUpdate:
    """Return *thing* as the long poll would have brought it."""
    return raw_update(
        {
            "type": kind,
            "group_id": page.id,
            "event_id": f"page:{kind}:{page.id}:{thing.get('id')}",
            "v": API_VERSION,
            "object": dict(thing),
        }
    )
