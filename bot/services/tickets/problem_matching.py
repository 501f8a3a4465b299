"""Is a new ticket about an event that others have written about already? The same judge as ``group`` has, on what the
database knows: so a restart changes nothing, and several processes agree."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.messages import Message
from bot.domain.problems import Candidate
from bot.domain.sources import author_key
from bot.messengers.events import ChatKind
from bot.services.context import UseCaseContext
from bot.understanding.events.matcher import EventMatcher, MessageToMatch, OpenEvent
from bot.understanding.events.signatures import Signature
from bot.understanding.reading import Reading
from storage.batching.candidate_cache import CandidateQuery

MAX_CANDIDATES = 60
"""Candidates, of problems and of lone tickets each: the latest count."""

ECHO_WINDOW = timedelta(minutes=20)
"""«И у нас» is about what was said within this time."""

LOCK_KEY = "problems"


@dataclass(frozen=True, slots=True)
class ProblemMatch:
    """What was found: the ``candidate`` that the ticket joins, if any, and the ``event`` with the ticket in it."""

    candidate: Candidate | None
    event: OpenEvent
    subject_family: str


async def prefetch(ctx: UseCaseContext, authors: Collection[str], texts: Collection[str]) -> None:
    """Fetch at once what :func:`look` will ask, and who counts, for these words of citizens that were read ahead."""
    judge = ctx.municipality.understanding.event_matcher
    known = {text: ctx.prefetched[text, None] for text in texts if (text, None) in ctx.prefetched}
    wanted = [
        _candidate_query(ctx, judge, one.signature, one.reading.sector if one.reading.is_confident else None)
        for text, one in known.items()
        if one.signature is not None and one.reading.appeal and _can_join(ctx, text, one.reading)
    ]
    if wanted:
        await ctx.uow.lock(LOCK_KEY)
        await ctx.uow.problems.prefetch(authors, wanted, MAX_CANDIDATES)


def _can_join(ctx: UseCaseContext, text: str, reading: Reading) -> bool:
    if ctx.municipality.problem_window is None or reading.noise is not None or not text:
        return False
    return (
        reading.urgency is None or not reading.urgency.needs_duty_officer
    )  # one person's life is not one of many voices


async def find_matching_problem(
    ctx: UseCaseContext,
    text: str,
    reading: Reading,
    message: Message | None,
    sector: str | None,
    exclude_problem_id: int | None = None,
) -> ProblemMatch | None:
    """Which problem a new ticket of these words belongs to; ``None``: it can neither join one nor begin one.

    *but*: a problem whose answer the author has had already. Until the transaction ends nobody else looks: otherwise
    two processes would each begin a problem of their own.
    """
    if not _can_join(ctx, text, reading):
        return None
    judge = ctx.municipality.understanding.event_matcher
    seen = ctx.signature(text, reading)
    await ctx.uow.lock(LOCK_KEY)
    found = await ctx.uow.problems.list_candidates(
        _candidate_query(ctx, judge, seen, sector, exclude_problem_id, message), MAX_CANDIDATES
    )
    candidates = (
        found if reading.urgency is None else [one for one in found if not _is_graver_than_answered(one, reading)]
    )
    events = judge.load_events((candidate.lead_id, candidate.fingerprint) for candidate in candidates)
    post = _build_post(ctx, text, message)
    seen = judge.with_known_streets(seen, events)
    event, _ = judge.match(post, reading, seen, events, await _find_replied_event(ctx, message, candidates, events))
    candidate = None if event is None else next(one for one in candidates if one.lead_id == event.number)
    if candidate is None and not judge.can_start(reading, seen):
        return None
    event = (
        OpenEvent(0, post.timestamp)
        if candidate is None
        else OpenEvent.from_record(candidate.lead_id, candidate.fingerprint)
    )
    event.add(post, seen)
    return ProblemMatch(
        candidate, event, min((judge.subject_family(subject) for subject in event.subjects), default="")
    )


def _is_graver_than_answered(candidate: Candidate, reading: Reading) -> bool:
    """Whether the words tell of something graver than what was answered: a person must see them."""
    graver = reading.urgency is not None and reading.urgency.is_graver_than(candidate.urgency)
    return candidate.answered and graver


async def suggest_problems(
    ctx: UseCaseContext, text: str, reading: Reading, message: Message | None
) -> list[Candidate]:
    """Problems and lone tickets that people may want to put a ticket to, the likeliest first."""
    if ctx.municipality.problem_window is None:
        return []
    judge = ctx.municipality.understanding.event_matcher
    seen = judge.signature(text, reading)
    wide = CandidateQuery(
        (), ctx.now - ctx.municipality.problem_window, ctx.now - ctx.municipality.problem_window, None
    )
    candidates = await ctx.uow.problems.list_candidates(wide, MAX_CANDIDATES)
    events = judge.load_events((candidate.lead_id, candidate.fingerprint) for candidate in candidates)
    ranked = judge.rank_events(_build_post(ctx, text, message), reading, judge.with_known_streets(seen, events), events)
    by_lead = {candidate.lead_id: candidate for candidate in candidates}
    best = [by_lead[event.number] for event in ranked]
    return best + [candidate for candidate in candidates if candidate not in best]


def _candidate_query(
    ctx: UseCaseContext,
    judge: EventMatcher,
    signature: Signature,
    sector: str | None,
    exclude_problem_id: int | None = None,
    message: Message | None = None,
) -> CandidateQuery:
    return CandidateQuery(
        subject_families=sorted(judge.subject_family(subject) for subject in signature.subjects),
        since=ctx.now - (ctx.municipality.problem_window or timedelta()),
        lone_since=ctx.now - ECHO_WINDOW if signature.is_me_too else None,
        sector=sector,
        exclude_problem_id=exclude_problem_id,
        exclude_author=author_key(message.account, message.author_id) if message is not None else None,
    )


def _build_post(ctx: UseCaseContext, text: str, message: Message | None) -> MessageToMatch:
    if message is None or ChatKind(message.chat_kind) is ChatKind.PRIVATE:
        return MessageToMatch("", ctx.now.timestamp(), "", "", text)
    source = ctx.municipality.sources.get((message.account, message.root))
    author = author_key(message.account, message.author_id)
    title = source.title if source is not None else message.chat_title or ""
    in_group = ChatKind(message.chat_kind) is ChatKind.GROUP  # comments of a whole community are one talk
    chat = f"{message.account}|{message.chat_id if in_group else message.root}"
    return MessageToMatch(str(message.id), ctx.now.timestamp(), author, chat, text, message.reply_to, title)


async def _find_replied_event(
    ctx: UseCaseContext, message: Message | None, candidates: list[Candidate], events: list[OpenEvent]
) -> OpenEvent | None:
    """The event of the post that *message* replies to; what all comments hang under is no such post."""
    if message is None or message.reply_to in (None, message.thread):
        return None
    replied = await ctx.uow.problems.find_by_message(message.account, message.chat_id, message.reply_to or "")
    if replied is None:
        return None
    ticket_id, problem_id = replied
    for candidate, event in zip(candidates, events, strict=True):
        if candidate.lead_id == ticket_id or (problem_id is not None and candidate.problem_id == problem_id):
            return event
    return None
