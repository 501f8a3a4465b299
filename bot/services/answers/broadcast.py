"""One answer to everybody who wrote about a problem: under each one's own message, in a group chat once for all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.answers import Answer, NewPublication, Poster, Publication, PublicationState
from bot.domain.messages import Message
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
"""Posts; an answer with more of them lets other people's messages pass."""

FAILURE_NOTICE_DELAY = timedelta(seconds=30)
"""What fails together is told together."""

_MESSAGE_FIELDS = ("account", "chat_id", "chat_kind", "root", "thread", "author_id")

_PENDING_OR_KEPT_STATES = (PublicationState.QUEUED, PublicationState.BY_PERSON, PublicationState.KEPT)


@dataclass(frozen=True, slots=True)
class _PostTarget:
    """Where one post is heard by all it concerns (``key``), and who posts it."""

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

    *there*: a colleague's reply that is the answer already, to all in its group chat or else to *lead* alone; its
    publication is made, too, and is the number returned.
    """
    spots = await ctx.uow.problems.list_reply_targets(lead.problem_id or 0, states)
    spots.sort(key=lambda spot: spot.ticket_id != lead.id)
    present: dict[str, str] = {}
    ways = {spot.message_id: await _target_of(ctx, spot, present) for spot in spots}
    stands = await _record_staff_reply(ctx, lead, answer, staff_reply) if staff_reply is not None else 0
    heard: dict[str, int] = {}
    if staff_reply is not None:
        heard = {ways[s.message_id].audience_key: stands for s in spots if _sees_staff_reply(s, lead, staff_reply)}
    speaking = []
    for spot in spots:
        if ways[spot.message_id].audience_key not in heard:
            heard[ways[spot.message_id].audience_key] = 0
            speaking.append(spot)
    made = await _create_publications(ctx, answer, speaking, ways)
    heard |= {one.spot or "": one.id for one in made}
    silent = [spot for spot in spots if spot.message_id not in {one.message_id for one in made}]
    wanted = [
        NewPublication(spot.ticket_id, spot.message_id, way.state, way.audience_key, heard[way.audience_key])
        for spot, way in ((spot, ways[spot.message_id]) for spot in silent)
    ]
    await ctx.uow.answers.add_publications(answer.id, wanted)
    by_hand = [one for one in made if one.state is PublicationState.BY_PERSON]
    if by_hand:
        await handout.ask_to_post(ctx, lead, answer, by_hand, person)
    kept = {spot.ticket_id for spot in spots if ways[spot.message_id].state is PublicationState.KEPT} - {lead.id}
    if kept:
        await problem_members.mark_answered(ctx, lead.id, sorted(kept))
    return stands


async def _record_staff_reply(ctx: UseCaseContext, lead: Ticket, answer: Answer, staff_reply: Message) -> int:
    wanted = NewPublication(
        lead.id,
        staff_reply.id,
        PublicationState.BY_PERSON,
        f"{staff_reply.account}|{staff_reply.chat_id}|{staff_reply.id}",
    )
    [publication_id] = await ctx.uow.answers.add_publications(answer.id, [wanted])
    return publication_id


def _sees_staff_reply(spot: AnswerTarget, lead: Ticket, staff_reply: Message) -> bool:
    same_chat = (spot.account, spot.chat_id) == (staff_reply.account, staff_reply.chat_id)
    return same_chat and (ChatKind(staff_reply.chat_kind) is ChatKind.GROUP or spot.ticket_id == lead.id)


async def queue_corrections(ctx: UseCaseContext, answer: Answer) -> int | None:
    """Change the published words of *answer* wherever that can be done; a publication where it cannot, if any."""
    posted = await ctx.uow.answers.list_posted(answer.id)
    number = {publication.message_id: publication for publication in posted}
    drafts, fixed = [], None
    for spot in await ctx.uow.problems.list_reply_targets_of(number):
        publication, office = number[spot.message_id], ctx.municipality.bot_accounts.get(spot.account)
        ours = publication.external_ids and publication.poster in (None, Poster.BOT)
        if office is None or not ours or ChatKind(spot.chat_kind) not in office.capabilities.can_edit_in:
            fixed = publication.id
            continue
        draft = await _outbox_draft(ctx, spot, publication.id, is_bulk=len(posted) > MAX_POSTS_AT_ANSWER_PRIORITY)
        key = f"{OutboxKind.CORRECTION.value}:{publication.id}"
        drafts.append(replace(draft, kind=OutboxKind.CORRECTION, dedupe=key, facts={"was": answer.text}))
    await ctx.uow.outbox.enqueue_all(drafts, ctx.now)
    return fixed


async def _create_publications(
    ctx: UseCaseContext, answer: Answer, spots: Sequence[AnswerTarget], targets: Mapping[int, _PostTarget]
) -> Sequence[Publication]:
    """Posts under these messages; the bot's own are queued."""
    wanted = [
        NewPublication(s.ticket_id, s.message_id, targets[s.message_id].state, targets[s.message_id].audience_key)
        for s in spots
    ]
    ids = await ctx.uow.answers.add_publications(answer.id, wanted)
    made = [
        Publication(
            number, answer.id, one.ticket_id, one.message_id, one.state, (), None, None, None, spot=one.audience_key
        )
        for number, one in zip(ids, wanted, strict=True)
    ]
    number = {one.message_id: one.id for one in made if one.state is PublicationState.QUEUED}
    await _queue_posts(ctx, [spot for spot in spots if spot.message_id in number], number)
    return made


async def retry_failed(ctx: UseCaseContext, lead: Ticket, answer: Answer, person: Person) -> int:
    """Try once more what has failed; how many posts that is."""
    failed = await ctx.uow.answers.list_failed(answer.id)
    if not failed:
        return 0
    await problem_members.requeue(ctx, lead, person)
    await ctx.uow.answers.requeue_publications([publication.id for publication in failed])
    spots = await ctx.uow.problems.list_reply_targets_of([publication.message_id for publication in failed])
    number = {publication.message_id: publication.id for publication in failed}
    await _queue_posts(ctx, spots, number)
    return len(spots)


async def _queue_posts(ctx: UseCaseContext, spots: Sequence[AnswerTarget], publication_ids: Mapping[int, int]) -> None:
    crowd = len(spots) > MAX_POSTS_AT_ANSWER_PRIORITY
    drafts = [await _outbox_draft(ctx, spot, publication_ids[spot.message_id], is_bulk=crowd) for spot in spots]
    await ctx.uow.outbox.enqueue_all(drafts, ctx.now)


async def _outbox_draft(ctx: UseCaseContext, spot: AnswerTarget, publication_id: int, *, is_bulk: bool) -> OutboxDraft:
    is_group = ChatKind(spot.chat_kind) is ChatKind.GROUP
    return OutboxDraft(
        OutboxKind.PUBLICATION,
        spot.account,
        await _current_chat_id(ctx, spot) if is_group else spot.chat_id,
        chat_kind=spot.chat_kind,
        thread=spot.thread,
        source_id=spot.root or PRIVATE_SOURCE_ID,
        ticket_id=spot.ticket_id,
        subject_id=publication_id,
        priority=Priority.BULK if is_bulk and not is_group else Priority.ANSWER,
        dedupe=f"{OutboxKind.PUBLICATION.value}:{publication_id}",
    )


async def _target_of(ctx: UseCaseContext, spot: AnswerTarget, current_chats: dict[str, str]) -> _PostTarget:
    """*present*: the ids that groups have by now."""
    state = await handout.decide_poster(ctx, spot)
    if state is PublicationState.BY_PERSON:  # asked for once a place: whoever posts there sees the others, too
        root = "" if ChatKind(spot.chat_kind) is ChatKind.PRIVATE else spot.root
        return _PostTarget(f"{spot.account}|{spot.chat_kind}|{root}", state)
    if ChatKind(spot.chat_kind) is ChatKind.GROUP:
        place = f"{spot.account}|{spot.chat_id}"
        if place not in current_chats:
            current_chats[place] = f"{spot.account}|{await _current_chat_id(ctx, spot)}"
        return _PostTarget(current_chats[place], state)
    return _PostTarget(f"{spot.account}|{spot.chat_id}|{spot.thread}|{spot.author_id}"[:300], state)


async def _current_chat_id(ctx: UseCaseContext, spot: AnswerTarget) -> str:
    return await ctx.uow.chat_aliases.find_current_id(spot.account, spot.chat_id) or spot.chat_id


async def answer_latecomer(ctx: UseCaseContext, member: Ticket, message: Message) -> None:
    """Who writes about a problem that has been answered gets that answer at once; in a group chat it is repeated, but
    not too often: in between, who writes can read it there."""
    answer = await ctx.uow.answers.find_latest(member.lead_id or 0) if member.state is State.PUBLISHING else None
    if answer is None:
        return
    spot = AnswerTarget(member.id, message.id, *(getattr(message, name) for name in _MESSAGE_FIELDS))
    way = await _target_of(ctx, spot, {})
    before = await ctx.uow.answers.find_last_for_audience(answer.id, way.audience_key)
    if before is not None and _is_seen_by_latecomer(ctx, before):
        wanted = NewPublication(
            member.id, message.id, before.state, way.audience_key, before.id, before.link, before.posted_at
        )
        await ctx.uow.answers.add_publications(answer.id, [wanted])
        state = before.state
    else:
        made = await _create_publications(ctx, answer, [spot], {message.id: way})
        state = way.state
        if state is PublicationState.BY_PERSON:
            await _ask_to_post(ctx, member, answer, made)
    if state in (PublicationState.POSTED, PublicationState.KEPT):
        await problem_members.mark_answered(ctx, member.lead_id or 0, [member.id])


async def _ask_to_post(
    ctx: UseCaseContext, member: Ticket, answer: Answer, publications: Sequence[Publication]
) -> None:
    lead = await workflow.get(ctx, member.lead_id or 0)
    for person in cards.answer_owners(ctx, lead, answer.person_id):
        await handout.ask_to_post(ctx, lead, answer, publications, person)


def _is_seen_by_latecomer(ctx: UseCaseContext, earlier: Publication) -> bool:
    """Whether who writes now reads that post."""
    if earlier.state in _PENDING_OR_KEPT_STATES:
        return True
    if earlier.state is not PublicationState.POSTED or earlier.posted_at is None:
        return False
    return ctx.now - earlier.posted_at < ctx.municipality.repeat_interval


async def on_published(ctx: UseCaseContext, publication: Publication, link: str | None) -> None:
    """A post of the answer is there: all whom it speaks to have been answered."""
    await ctx.uow.answers.mark_covered_posted(publication.id, link, ctx.now)
    await problem_members.mark_answered_by(ctx, publication.id)


async def on_failed(ctx: UseCaseContext, publication: Publication, answer: Answer, reason: str) -> Ticket:
    """A post cannot be made: all whom it was to speak to are back in work. The ticket that leads them."""
    await ctx.uow.answers.mark_covered_failed(publication.id, reason)
    await problem_members.mark_failed_by(ctx, publication.id)
    await problem_members.sync_lead_card(ctx, answer.ticket_id)
    return await workflow.get(ctx, answer.ticket_id)


async def notify_failures(ctx: UseCaseContext, person: Person, lead: Ticket, publication: Publication) -> None:
    """One note for all that has failed within a while."""
    await notify.notify(
        ctx,
        person,
        "answers_failed",
        ticket=lead,
        priority=Priority.ANSWER,
        due_at=ctx.now + FAILURE_NOTICE_DELAY,
        dedupe=f"answers_failed:{publication.answer_id}:{person.id}",
        number=lead.id,
        publication_id=publication.id,
    )
