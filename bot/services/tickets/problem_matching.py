"""Is a new ticket about an event that others have written about already? The same judge as ``group`` has, on what the
database knows: so a restart changes nothing, and several processes agree."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.messages import Message
from bot.domain.problems import Candidate
from bot.domain.sources import author_key
from bot.messengers.events import ChatKind
from bot.services.context import Work
from bot.understanding.events.matcher import Event, Judge, Post
from bot.understanding.events.signatures import Signature
from bot.understanding.reading import Reading
from storage.batching.candidate_cache import Wanted

MOST = 60
"""Candidates, of problems and of lone tickets each: the latest count."""

ECHOES = timedelta(minutes=20)
"""«И у нас» is about what was said within this time."""

LOCK = "problems"


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was found: the ``candidate`` that the ticket joins, if any, and the ``event`` with the ticket in it."""

    candidate: Candidate | None
    event: Event
    matter: str


async def foresee(work: Work, authors: Collection[str], texts: Collection[str]) -> None:
    """Fetch at once what :func:`look` will ask, and who counts, for these words of citizens that were read ahead."""
    judge = work.centre.understanding.judge
    known = {text: work.ahead[text, None] for text in texts if (text, None) in work.ahead}
    wanted = [
        _wanted(work, judge, one.seen, one.reading.sector if one.reading.sure else None)
        for text, one in known.items()
        if one.seen is not None and one.reading.appeal and _may_join(work, text, one.reading)
    ]
    if wanted:
        await work.uow.alone(LOCK)
        await work.uow.problems.foresee(authors, wanted, MOST)


def _may_join(work: Work, text: str, reading: Reading) -> bool:
    if work.centre.problems_within is None or reading.noise is not None or not text:
        return False
    return reading.urgency is None or not reading.urgency.needs_duty  # one person's life is not one of many voices


async def look(
    work: Work, text: str, reading: Reading, message: Message | None, sector: str | None, but: int | None = None
) -> Likeness | None:
    """Which problem a new ticket of these words belongs to; ``None``: it can neither join one nor begin one.

    *but*: a problem whose answer the author has had already. Until the transaction ends nobody else looks: otherwise
    two processes would each begin a problem of their own.
    """
    if not _may_join(work, text, reading):
        return None
    judge = work.centre.understanding.judge
    seen = work.look(text, reading)
    await work.uow.alone(LOCK)
    found = await work.uow.problems.candidates(_wanted(work, judge, seen, sector, but, message), MOST)
    candidates = found if reading.urgency is None else [one for one in found if not _is_new_danger(one, reading)]
    events = judge.known_events((candidate.lead_id, candidate.sketch) for candidate in candidates)
    post = _post(work, text, message)
    seen = judge.known(seen, events)
    event, _ = judge.choose(post, reading, seen, events, await _answered(work, message, candidates, events))
    candidate = None if event is None else next(one for one in candidates if one.lead_id == event.number)
    if candidate is None and not judge.begins(reading, seen):
        return None
    event = Event(0, post.at) if candidate is None else Event.of_record(candidate.lead_id, candidate.sketch)
    event.take(post, seen)
    return Likeness(candidate, event, min((judge.matter(subject) for subject in event.subjects), default=""))


def _is_new_danger(candidate: Candidate, reading: Reading) -> bool:
    """Whether the words tell of something graver than what was answered: a person must see them."""
    graver = reading.urgency is not None and reading.urgency.is_graver_than(candidate.urgency)
    return candidate.answered and graver


async def resembling(work: Work, text: str, reading: Reading, message: Message | None) -> list[Candidate]:
    """Problems and lone tickets that people may want to put a ticket to, the likeliest first."""
    if work.centre.problems_within is None:
        return []
    judge = work.centre.understanding.judge
    seen = judge.look(text, reading)
    wide = Wanted((), work.now - work.centre.problems_within, work.now - work.centre.problems_within, None)
    candidates = await work.uow.problems.candidates(wide, MOST)
    events = judge.known_events((candidate.lead_id, candidate.sketch) for candidate in candidates)
    ranked = judge.ranked(_post(work, text, message), reading, judge.known(seen, events), events)
    by_lead = {candidate.lead_id: candidate for candidate in candidates}
    best = [by_lead[event.number] for event in ranked]
    return best + [candidate for candidate in candidates if candidate not in best]


def _wanted(
    work: Work,
    judge: Judge,
    seen: Signature,
    sector: str | None,
    but: int | None = None,
    message: Message | None = None,
) -> Wanted:
    return Wanted(
        matters=sorted(judge.matter(subject) for subject in seen.subjects),
        since=work.now - (work.centre.problems_within or timedelta()),
        lone_since=work.now - ECHOES if seen.echo else None,
        sector=sector,
        but=but,
        author=author_key(message.account, message.author_id) if message is not None else None,
    )


def _post(work: Work, text: str, message: Message | None) -> Post:
    if message is None or ChatKind(message.chat_kind) is ChatKind.PRIVATE:
        return Post("", work.now.timestamp(), "", "", text)
    source = work.centre.sources.get((message.account, message.root))
    author = author_key(message.account, message.author_id)
    title = source.title if source is not None else message.chat_title or ""
    in_group = ChatKind(message.chat_kind) is ChatKind.GROUP  # comments of a whole community are one talk
    chat = f"{message.account}|{message.chat_id if in_group else message.root}"
    return Post(str(message.id), work.now.timestamp(), author, chat, text, message.reply_to, title)


async def _answered(
    work: Work, message: Message | None, candidates: list[Candidate], events: list[Event]
) -> Event | None:
    """The event of the post that *message* replies to; what all comments hang under is no such post."""
    if message is None or message.reply_to in (None, message.thread):
        return None
    replied = await work.uow.problems.replied_to(message.account, message.chat_id, message.reply_to or "")
    if replied is None:
        return None
    ticket_id, problem_id = replied
    for candidate, event in zip(candidates, events, strict=True):
        if candidate.lead_id == ticket_id or (problem_id is not None and candidate.problem_id == problem_id):
            return event
    return None
