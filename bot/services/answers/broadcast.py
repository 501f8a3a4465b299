"""One answer to everybody who wrote about a problem: under each message, but once for all in a group chat."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.answers import Answer, NewPublication, Poster, Publication, PublicationState
from bot.domain.drafts import Wording
from bot.domain.messages import Message
from bot.domain.notifications.problems import AnswersFailed
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.problems import AnswerTarget
from bot.domain.sources import PRIVATE_SOURCE_ID
from bot.domain.tickets import State, Ticket
from bot.messengers.events import ChatKind
from bot.services.context import UseCaseContext
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import problem_members, workflow

MAX_POSTS_AT_ANSWER_PRIORITY = 10
"""Posts; an answer with more of them is sent at bulk priority, so that other messages overtake it."""

FAILURE_NOTICE_DELAY = timedelta(seconds=30)
"""Failures within this time are reported in one notification."""

_LATECOMER_TEXTS: Mapping[State, Wording] = {State.PUBLISHING: Wording.ANSWER, State.POSTPONED: Wording.INTERIM}
"""The text that somebody who joins a problem in this state has missed."""

_MESSAGE_FIELDS = ("account", "chat_id", "chat_kind", "root", "thread", "author_id")

_PENDING_OR_KEPT_STATES = (PublicationState.QUEUED, PublicationState.BY_PERSON, PublicationState.KEPT)


@dataclass(frozen=True, slots=True)
class _PostTarget:
    """One post of an answer: the audience that reads it (``audience_key``) and its initial state."""

    audience_key: str
    state: PublicationState


async def publish_to_all(
    ctx: UseCaseContext,
    lead: Ticket,
    answer: Answer,
    person: Person,
    states: Collection[State],
    staff_reply: Message | None = None,
) -> int:
    """Publish *answer* to all members in *states*.

    *staff_reply*: a colleague's reply in the chat that is already the answer, to all members in its group chat or else
    to *lead* alone. Return the id of the publication created for it, else 0.
    """
    targets = await ctx.uow.problems.list_reply_targets(lead.problem_id or 0, states)
    targets.sort(key=lambda target: target.ticket_id != lead.id)
    current_chats: dict[str, str] = {}
    posts = {target.message_id: await _target_of(ctx, target, current_chats) for target in targets}
    staff_publication_id = await _record_staff_reply(ctx, lead, answer, staff_reply) if staff_reply is not None else 0
    publication_ids: dict[str, int] = {}  # by audience
    if staff_reply is not None:
        reading = [target for target in targets if _sees_staff_reply(target, lead, staff_reply)]
        publication_ids = {posts[target.message_id].audience_key: staff_publication_id for target in reading}
    first: dict[str, AnswerTarget] = {}  # one post for every other audience, under the first of its messages
    for target in targets:
        audience_key = posts[target.message_id].audience_key
        if audience_key not in publication_ids:
            first.setdefault(audience_key, target)
    created = await _create_publications(ctx, answer, list(first.values()), posts)
    publication_ids |= {one.spot or "": one.id for one in created}
    own = {one.message_id for one in created}
    await _cover(ctx, answer, [target for target in targets if target.message_id not in own], posts, publication_ids)
    manual = [one for one in created if one.state is PublicationState.BY_PERSON]
    if manual:
        await handout.ask_to_post(ctx, lead, answer, manual, person)
    kept_ids = {target.ticket_id for target in targets if posts[target.message_id].state is PublicationState.KEPT}
    if kept_ids - {lead.id}:
        await problem_members.mark_answered(ctx, lead.id, sorted(kept_ids - {lead.id}))
    return staff_publication_id


async def _cover(
    ctx: UseCaseContext,
    answer: Answer,
    targets: Sequence[AnswerTarget],
    posts: Mapping[int, _PostTarget],
    publication_ids: Mapping[str, int],
) -> None:
    """Record for each target which publication its audience reads."""
    covered = []
    for target in targets:
        post = posts[target.message_id]
        covering_id = publication_ids[post.audience_key]
        covered.append(NewPublication(target.ticket_id, target.message_id, post.state, post.audience_key, covering_id))
    await ctx.uow.answers.add_publications(answer.id, covered)


async def _record_staff_reply(ctx: UseCaseContext, lead: Ticket, answer: Answer, staff_reply: Message) -> int:
    wanted = NewPublication(
        lead.id,
        staff_reply.id,
        PublicationState.BY_PERSON,
        f"{staff_reply.account}|{staff_reply.chat_id}|{staff_reply.id}",
    )
    [publication_id] = await ctx.uow.answers.add_publications(answer.id, [wanted])
    return publication_id


def _sees_staff_reply(target: AnswerTarget, lead: Ticket, staff_reply: Message) -> bool:
    same_chat = (target.account, target.chat_id) == (staff_reply.account, staff_reply.chat_id)
    return same_chat and (ChatKind(staff_reply.chat_kind) is ChatKind.GROUP or target.ticket_id == lead.id)


async def queue_corrections(ctx: UseCaseContext, answer: Answer) -> int | None:
    """Queue edits of all publications of *answer*; return the id of one that cannot be edited, if any."""
    posted = await ctx.uow.answers.list_posted(answer.id)
    publications = {publication.message_id: publication for publication in posted}
    drafts, uneditable_id = [], None
    for target in await ctx.uow.problems.list_reply_targets_of(publications):
        publication, bot_account = publications[target.message_id], ctx.municipality.bot_accounts.get(target.account)
        is_posted_by_bot = publication.external_ids and publication.poster in (None, Poster.BOT)
        if (
            bot_account is None
            or not is_posted_by_bot
            or ChatKind(target.chat_kind) not in bot_account.capabilities.can_edit_in
        ):
            uneditable_id = publication.id
            continue
        draft = await _outbox_draft(ctx, target, publication.id, is_bulk=len(posted) > MAX_POSTS_AT_ANSWER_PRIORITY)
        key = f"{OutboxKind.CORRECTION.value}:{publication.id}"
        drafts.append(replace(draft, kind=OutboxKind.CORRECTION, dedupe=key, facts={"was": answer.text}))
    await ctx.uow.outbox.enqueue_all(drafts, ctx.now)
    return uneditable_id


async def _create_publications(
    ctx: UseCaseContext, answer: Answer, targets: Sequence[AnswerTarget], posts: Mapping[int, _PostTarget]
) -> Sequence[Publication]:
    """Create publications under the messages of *targets*; queue those that the bot posts."""
    wanted = [
        NewPublication(s.ticket_id, s.message_id, posts[s.message_id].state, posts[s.message_id].audience_key)
        for s in targets
    ]
    ids = await ctx.uow.answers.add_publications(answer.id, wanted)
    created = [
        Publication(
            publication_id,
            answer.id,
            one.ticket_id,
            one.message_id,
            one.state,
            (),
            None,
            None,
            None,
            spot=one.audience_key,
        )
        for publication_id, one in zip(ids, wanted, strict=True)
    ]
    queued_ids = {one.message_id: one.id for one in created if one.state is PublicationState.QUEUED}
    await _queue_posts(ctx, [target for target in targets if target.message_id in queued_ids], queued_ids)
    return created


async def retry_failed(ctx: UseCaseContext, lead: Ticket, answer: Answer, person: Person) -> int:
    """Queue failed publications again; return their number."""
    failed = await ctx.uow.answers.list_failed(answer.id)
    if not failed:
        return 0
    await problem_members.requeue(ctx, lead, person)
    await ctx.uow.answers.requeue_publications([publication.id for publication in failed])
    targets = await ctx.uow.problems.list_reply_targets_of([publication.message_id for publication in failed])
    publication_ids = {publication.message_id: publication.id for publication in failed}
    await _queue_posts(ctx, targets, publication_ids)
    return len(targets)


async def _queue_posts(
    ctx: UseCaseContext, targets: Sequence[AnswerTarget], publication_ids: Mapping[int, int]
) -> None:
    is_bulk = len(targets) > MAX_POSTS_AT_ANSWER_PRIORITY
    drafts = [
        await _outbox_draft(ctx, target, publication_ids[target.message_id], is_bulk=is_bulk) for target in targets
    ]
    await ctx.uow.outbox.enqueue_all(drafts, ctx.now)


async def _outbox_draft(
    ctx: UseCaseContext, target: AnswerTarget, publication_id: int, *, is_bulk: bool
) -> OutboxDraft:
    is_group = ChatKind(target.chat_kind) is ChatKind.GROUP
    return OutboxDraft(
        OutboxKind.PUBLICATION,
        target.account,
        await _current_chat_id(ctx, target) if is_group else target.chat_id,
        chat_kind=target.chat_kind,
        thread=target.thread,
        source_id=target.root or PRIVATE_SOURCE_ID,
        ticket_id=target.ticket_id,
        subject_id=publication_id,
        priority=Priority.BULK if is_bulk and not is_group else Priority.ANSWER,
        dedupe=f"{OutboxKind.PUBLICATION.value}:{publication_id}",
    )


async def _target_of(ctx: UseCaseContext, target: AnswerTarget, current_chats: dict[str, str]) -> _PostTarget:
    """Return the post that answers *target*; *current_chats* caches the current ids of groups."""
    state = await handout.decide_poster(ctx, target)
    if state is PublicationState.BY_PERSON:  # one request per source: its poster sees all messages there
        root = "" if ChatKind(target.chat_kind) is ChatKind.PRIVATE else target.root
        return _PostTarget(f"{target.account}|{target.chat_kind}|{root}", state)
    if ChatKind(target.chat_kind) is ChatKind.GROUP:
        chat = f"{target.account}|{target.chat_id}"
        if chat not in current_chats:
            current_chats[chat] = f"{target.account}|{await _current_chat_id(ctx, target)}"
        return _PostTarget(current_chats[chat], state)
    return _PostTarget(f"{target.account}|{target.chat_id}|{target.thread}|{target.author_id}"[:300], state)


async def _current_chat_id(ctx: UseCaseContext, target: AnswerTarget) -> str:
    return await ctx.uow.chat_aliases.find_current_id(target.account, target.chat_id) or target.chat_id


async def answer_latecomer(ctx: UseCaseContext, member: Ticket, message: Message) -> None:
    """Tell a citizen who writes about a problem that has been answered, or promised about, what the others were told.

    In a group chat the answer is repeated at most once per ``repeat_interval``; in between it can be read there.
    """
    kind = _LATECOMER_TEXTS.get(member.state)
    answer = await ctx.uow.answers.find_latest(member.lead_id or 0, kind) if kind is not None else None
    if answer is None:
        return
    target = AnswerTarget(member.id, message.id, *(getattr(message, name) for name in _MESSAGE_FIELDS))
    post = await _target_of(ctx, target, {})
    earlier = await ctx.uow.answers.find_last_for_audience(answer.id, post.audience_key)
    if earlier is not None and _is_seen_by_latecomer(ctx, earlier):
        wanted = NewPublication(
            member.id, message.id, earlier.state, post.audience_key, earlier.id, earlier.link, earlier.posted_at
        )
        await ctx.uow.answers.add_publications(answer.id, [wanted])
        state = earlier.state
    else:
        created = await _create_publications(ctx, answer, [target], {message.id: post})
        state = post.state
        if state is PublicationState.BY_PERSON:
            await _ask_to_post(ctx, member, answer, created)
    if kind is Wording.ANSWER and state in (PublicationState.POSTED, PublicationState.KEPT):
        await problem_members.mark_answered(ctx, member.lead_id or 0, [member.id])


async def _ask_to_post(
    ctx: UseCaseContext, member: Ticket, answer: Answer, publications: Sequence[Publication]
) -> None:
    lead = await workflow.get(ctx, member.lead_id or 0)
    for person in await cards.answer_owners(ctx, lead, answer.person_id):
        await handout.ask_to_post(ctx, lead, answer, publications, person)


def _is_seen_by_latecomer(ctx: UseCaseContext, earlier: Publication) -> bool:
    """Return whether somebody who writes now can read the earlier post."""
    if earlier.state in _PENDING_OR_KEPT_STATES:
        return True
    if earlier.state is not PublicationState.POSTED or earlier.posted_at is None:
        return False
    return ctx.now - earlier.posted_at < ctx.municipality.repeat_interval


async def on_published(ctx: UseCaseContext, publication: Publication, link: str | None) -> None:
    """Mark all members that the posted publication covers as answered."""
    await ctx.uow.answers.mark_covered_posted(publication.id, link, ctx.now)
    await problem_members.mark_answered_by(ctx, publication.id)


async def on_failed(ctx: UseCaseContext, publication: Publication, answer: Answer, reason: str) -> Ticket:
    """Return all members that the failed publication covers to work; return the problem's lead."""
    await ctx.uow.answers.mark_covered_failed(publication.id, reason)
    await problem_members.mark_failed_by(ctx, publication.id)
    await problem_members.sync_lead_card(ctx, answer.ticket_id)
    return await workflow.get(ctx, answer.ticket_id)


async def notify_failures(ctx: UseCaseContext, person: Person, lead: Ticket, publication: Publication) -> None:
    """Notify *person* of failed publications; failures within a short time share one notification."""
    await notify.notify(
        ctx,
        person,
        AnswersFailed(ticket_id=lead.id, publication_id=publication.id),
        ticket=lead,
        priority=Priority.ANSWER,
        due_at=ctx.now + FAILURE_NOTICE_DELAY,
        dedupe=f"answers_failed:{publication.answer_id}:{person.id}",
    )
