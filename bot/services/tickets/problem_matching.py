"""Matching of a new ticket to a problem that others have written about.

The event matcher is the one of the ``group`` command, applied to what the database holds: a restart changes nothing,
and several processes agree.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.messages import Message
from bot.domain.problems import Candidate
from bot.domain.sources import author_key
from bot.domain.urgency import Urgency
from bot.messengers.events import ChatKind
from bot.services.context import UseCaseContext
from bot.understanding.events.matcher import EventMatcher, MessageToMatch, OpenEvent
from bot.understanding.events.signatures import Signature
from bot.understanding.reading import Reading
from storage.batching.candidate_cache import CandidateQuery

MAX_CANDIDATES = 60
"""Candidates; the latest ones, of problems and of single tickets each."""

ECHO_WINDOW = timedelta(minutes=20)
"""The time for which «и у нас» refers to an earlier message."""

LOCK_KEY = "problems"


@dataclass(frozen=True, slots=True)
class ProblemMatch:
    """The ``candidate`` that a ticket joins, if any, and the ``event`` that includes the ticket."""

    candidate: Candidate | None
    event: OpenEvent
    subject_family: str


async def prefetch(ctx: UseCaseContext, authors: Collection[str], texts: Collection[str]) -> None:
    """Prefetch in bulk what :func:`find_matching_problem` will query for these classified texts and authors."""
    matcher = ctx.municipality.understanding.event_matcher
    known = {text: ctx.prefetched[text, None] for text in texts if (text, None) in ctx.prefetched}
    queries = [
        _candidate_query(
            ctx, matcher, one.signature, one.reading, one.reading.sector if one.reading.is_confident else None
        )
        for text, one in known.items()
        if one.signature is not None and one.reading.appeal and _can_join(ctx, text, one.reading)
    ]
    if queries:
        await ctx.uow.lock(LOCK_KEY)
        await ctx.uow.problems.prefetch(authors, queries, MAX_CANDIDATES)


def _can_join(ctx: UseCaseContext, text: str, reading: Reading) -> bool:
    if ctx.municipality.problem_window is None or reading.noise is not None or not text:
        return False
    # An alert about one person's life must not disappear among the members of a problem.
    return reading.urgency is None or not reading.urgency.needs_duty_officer


async def find_matching_problem(
    ctx: UseCaseContext,
    text: str,
    reading: Reading,
    message: Message | None,
    sector: str | None,
    exclude_problem_id: int | None = None,
) -> ProblemMatch | None:
    """Find the problem that a new ticket belongs to; ``None`` if it can neither join one nor start one.

    *exclude_problem_id*: a problem whose answer the author already received. Holds the "problems" lock until commit, so
    that two processes cannot create the same problem.
    """
    if not _can_join(ctx, text, reading):
        return None
    found = await match_event(ctx, text, reading, message, sector, exclude_problem_id)
    matcher, post, signature, candidate = found.matcher, found.post, found.signature, found.candidate
    if signature.says_over:  # «дали свет, но кран течёт» is no report of the outage
        return None
    if candidate is None and not matcher.can_start(reading, signature):
        return None
    event = (
        OpenEvent(0, post.timestamp)
        if candidate is None
        else OpenEvent.from_record(candidate.lead_id, candidate.fingerprint)
    )
    event.add(post, signature)
    return ProblemMatch(
        candidate, event, min((matcher.subject_family(subject) for subject in event.subjects), default="")
    )


@dataclass(frozen=True, slots=True)
class MatchedEvent:
    """A message as the matcher sees it, and the candidate that it is about, if any."""

    matcher: EventMatcher
    post: MessageToMatch
    signature: Signature
    candidate: Candidate | None


async def match_event(
    ctx: UseCaseContext,
    text: str,
    reading: Reading,
    message: Message | None,
    sector: str | None = None,
    exclude_problem_id: int | None = None,
) -> MatchedEvent:
    """Match a message to the problems and lone tickets that are open. Holds the "problems" lock until commit."""
    matcher = ctx.municipality.understanding.event_matcher
    signature = ctx.signature(text, reading)
    await ctx.uow.lock(LOCK_KEY)
    found = await ctx.uow.problems.list_candidates(
        _candidate_query(ctx, matcher, signature, reading, sector, exclude_problem_id, message), MAX_CANDIDATES
    )
    candidates = (
        found if reading.urgency is None else [one for one in found if not _is_graver_than_answered(one, reading)]
    )
    events = matcher.load_events((candidate.lead_id, candidate.fingerprint) for candidate in candidates)
    post = build_post(ctx, text, message)
    signature = matcher.with_known_streets(signature, events)
    event, _ = matcher.match(
        post, reading, signature, events, await _find_replied_event(ctx, message, candidates, events)
    )
    candidate = None if event is None else next(one for one in candidates if one.lead_id == event.number)
    return MatchedEvent(matcher, post, signature, candidate)


def _is_graver_than_answered(candidate: Candidate, reading: Reading) -> bool:
    """Return whether the text reports something graver than what was answered, so that a person must see it."""
    if not candidate.answered or reading.urgency is None:
        return False
    return reading.urgency.is_graver_than(candidate.urgency)


async def suggest_problems(
    ctx: UseCaseContext, text: str, reading: Reading, message: Message | None
) -> list[Candidate]:
    """List problems and single tickets that a person may want to merge a ticket with, the likeliest first."""
    if ctx.municipality.problem_window is None:
        return []
    matcher = ctx.municipality.understanding.event_matcher
    signature = matcher.signature(text, reading)
    query = CandidateQuery(
        (), ctx.now - ctx.municipality.problem_window, ctx.now - ctx.municipality.problem_window, None
    )
    candidates = await ctx.uow.problems.list_candidates(query, MAX_CANDIDATES)
    events = matcher.load_events((candidate.lead_id, candidate.fingerprint) for candidate in candidates)
    ranked = matcher.rank_events(
        build_post(ctx, text, message), reading, matcher.with_known_streets(signature, events), events
    )
    by_lead = {candidate.lead_id: candidate for candidate in candidates}
    best = [by_lead[event.number] for event in ranked]
    return best + [candidate for candidate in candidates if candidate not in best]


def _candidate_query(
    ctx: UseCaseContext,
    matcher: EventMatcher,
    signature: Signature,
    reading: Reading,
    sector: str | None,
    exclude_problem_id: int | None = None,
    message: Message | None = None,
) -> CandidateQuery:
    is_guess = signature.is_pointing or signature.is_carrier  # its topic excludes no problem
    subjects = frozenset[str]() if is_guess else signature.subjects
    window = ctx.municipality.problem_window or timedelta()
    # A fallen pole with live wires comes with the dark, but it must not be lost among those who sit in it.
    return CandidateQuery(
        subject_families=matcher.families_of(subjects, with_told_together=reading.urgency in (None, Urgency.OUTAGE)),
        since=ctx.now - timedelta(seconds=matcher.open_seconds(subjects, window.total_seconds())),
        lone_since=ctx.now - ECHO_WINDOW if signature.is_pointing or signature.is_me_too else None,
        sector=sector,
        exclude_problem_id=exclude_problem_id,
        exclude_author=author_key(message.account, message.author_id) if message is not None else None,
    )


def build_post(ctx: UseCaseContext, text: str, message: Message | None) -> MessageToMatch:
    """Return the message as the matcher sees it; nobody else reads a private one."""
    if message is None or ChatKind(message.chat_kind) is ChatKind.PRIVATE:
        return MessageToMatch("", ctx.now.timestamp(), "", "", text)
    source = ctx.municipality.sources.get((message.account, message.root))
    author = author_key(message.account, message.author_id)
    title = source.title if source is not None else message.chat_title or ""
    in_group = ChatKind(message.chat_kind) is ChatKind.GROUP  # all comments of a community are one conversation
    chat = f"{message.account}|{message.chat_id if in_group else message.root}"
    return MessageToMatch(str(message.id), ctx.now.timestamp(), author, chat, text, message.reply_to, title)


async def _find_replied_event(
    ctx: UseCaseContext, message: Message | None, candidates: list[Candidate], events: list[OpenEvent]
) -> OpenEvent | None:
    """Return the event of the message that *message* replies to; the post above all comments does not count."""
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
