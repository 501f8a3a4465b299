"""One answer to everybody who wrote about a problem: under each one's own message, in a group chat once for all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.answers import Announced, Answer, Poster, Publication, PublicationState
from bot.domain.messages import Message
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.problems import Spot
from bot.domain.sources import PRIVATE_ROOT
from bot.domain.tickets import State, Ticket
from bot.messengers.events import ChatKind
from bot.services.context import Work
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import problem_members, workflow

FEW = 10
"""Posts; an answer with more of them lets other people's messages pass."""

GATHER_FAILURES = timedelta(seconds=30)
"""What fails together is told together."""

_WHERE = ("account", "chat_id", "chat_kind", "root", "thread", "author_id")

_SPOKEN = (PublicationState.QUEUED, PublicationState.BY_PERSON, PublicationState.KEPT)


@dataclass(frozen=True, slots=True)
class _Way:
    """Where one post is heard by all it concerns (``key``), and who posts it."""

    key: str
    state: PublicationState


async def spread(
    work: Work, lead: Ticket, answer: Answer, person: Person, states: Collection[State], there: Message | None = None
) -> int:
    """Publish *answer* to all members in *states*.

    *there*: a colleague's reply that is the answer already, to all in its group chat or else to *lead* alone; its
    publication is made, too, and is the number returned.
    """
    spots = await work.uow.problems.spots(lead.problem_id or 0, states)
    spots.sort(key=lambda spot: spot.ticket_id != lead.id)
    present: dict[str, str] = {}
    ways = {spot.message_id: await _way(work, spot, present) for spot in spots}
    stands = await _stand_there(work, lead, answer, there) if there is not None else 0
    heard: dict[str, int] = {}
    if there is not None:
        heard = {ways[s.message_id].key: stands for s in spots if _is_heard_there(s, lead, there)}
    speaking = []
    for spot in spots:
        if ways[spot.message_id].key not in heard:
            heard[ways[spot.message_id].key] = 0
            speaking.append(spot)
    made = await _announce(work, answer, speaking, ways)
    heard |= {one.spot or "": one.id for one in made}
    silent = [spot for spot in spots if spot.message_id not in {one.message_id for one in made}]
    wanted = [
        Announced(spot.ticket_id, spot.message_id, way.state, way.key, heard[way.key])
        for spot, way in ((spot, ways[spot.message_id]) for spot in silent)
    ]
    await work.uow.answers.publish_all(answer.id, wanted)
    by_hand = [one for one in made if one.state is PublicationState.BY_PERSON]
    if by_hand:
        await handout.hand_out(work, lead, answer, by_hand, person)
    kept = {spot.ticket_id for spot in spots if ways[spot.message_id].state is PublicationState.KEPT} - {lead.id}
    if kept:
        await problem_members.answered(work, lead.id, sorted(kept))
    return stands


async def _stand_there(work: Work, lead: Ticket, answer: Answer, there: Message) -> int:
    wanted = Announced(lead.id, there.id, PublicationState.BY_PERSON, f"{there.account}|{there.chat_id}|{there.id}")
    [publication_id] = await work.uow.answers.publish_all(answer.id, [wanted])
    return publication_id


def _is_heard_there(spot: Spot, lead: Ticket, there: Message) -> bool:
    same_chat = (spot.account, spot.chat_id) == (there.account, there.chat_id)
    return same_chat and (ChatKind(there.chat_kind) is ChatKind.GROUP or spot.ticket_id == lead.id)


async def correct(work: Work, answer: Answer) -> int | None:
    """Change the published words of *answer* wherever that can be done; a publication where it cannot, if any."""
    posted = await work.uow.answers.corrigible(answer.id)
    number = {publication.message_id: publication for publication in posted}
    drafts, fixed = [], None
    for spot in await work.uow.problems.spots_at(number):
        publication, office = number[spot.message_id], work.centre.offices.get(spot.account)
        ours = publication.external_ids and publication.poster in (None, Poster.BOT)
        if office is None or not ours or ChatKind(spot.chat_kind) not in office.capabilities.edits_in:
            fixed = publication.id
            continue
        draft = await _draft(work, spot, publication.id, crowd=len(posted) > FEW)
        key = f"{OutboxKind.CORRECTION.value}:{publication.id}"
        drafts.append(replace(draft, kind=OutboxKind.CORRECTION, dedupe=key, facts={"was": answer.text}))
    await work.uow.outbox.put_all(drafts, work.now)
    return fixed


async def _announce(
    work: Work, answer: Answer, spots: Sequence[Spot], ways: Mapping[int, _Way]
) -> Sequence[Publication]:
    """Posts under these messages; the bot's own are queued."""
    wanted = [Announced(s.ticket_id, s.message_id, ways[s.message_id].state, ways[s.message_id].key) for s in spots]
    ids = await work.uow.answers.publish_all(answer.id, wanted)
    made = [
        Publication(number, answer.id, one.ticket_id, one.message_id, one.state, (), None, None, None, spot=one.spot)
        for number, one in zip(ids, wanted, strict=True)
    ]
    number = {one.message_id: one.id for one in made if one.state is PublicationState.QUEUED}
    await _send(work, [spot for spot in spots if spot.message_id in number], number)
    return made


async def repeat(work: Work, lead: Ticket, answer: Answer, person: Person) -> int:
    """Try once more what has failed; how many posts that is."""
    failed = await work.uow.answers.failed(answer.id)
    if not failed:
        return 0
    await problem_members.publishing_again(work, lead, person)
    await work.uow.answers.requeue([publication.id for publication in failed])
    spots = await work.uow.problems.spots_at([publication.message_id for publication in failed])
    number = {publication.message_id: publication.id for publication in failed}
    await _send(work, spots, number)
    return len(spots)


async def _send(work: Work, spots: Sequence[Spot], number: Mapping[int, int]) -> None:
    crowd = len(spots) > FEW
    drafts = [await _draft(work, spot, number[spot.message_id], crowd=crowd) for spot in spots]
    await work.uow.outbox.put_all(drafts, work.now)


async def _draft(work: Work, spot: Spot, publication_id: int, *, crowd: bool) -> OutboxDraft:
    is_group = ChatKind(spot.chat_kind) is ChatKind.GROUP
    return OutboxDraft(
        OutboxKind.PUBLICATION,
        spot.account,
        await _present_chat(work, spot) if is_group else spot.chat_id,
        chat_kind=spot.chat_kind,
        thread=spot.thread,
        root=spot.root or PRIVATE_ROOT,
        ticket_id=spot.ticket_id,
        subject_id=publication_id,
        priority=Priority.BULK if crowd and not is_group else Priority.ANSWER,
        dedupe=f"{OutboxKind.PUBLICATION.value}:{publication_id}",
    )


async def _way(work: Work, spot: Spot, present: dict[str, str]) -> _Way:
    """*present*: the ids that groups have by now."""
    state = await handout.who_posts(work, spot)
    if state is PublicationState.BY_PERSON:  # asked for once a place: whoever posts there sees the others, too
        root = "" if ChatKind(spot.chat_kind) is ChatKind.PRIVATE else spot.root
        return _Way(f"{spot.account}|{spot.chat_kind}|{root}", state)
    if ChatKind(spot.chat_kind) is ChatKind.GROUP:
        place = f"{spot.account}|{spot.chat_id}"
        if place not in present:
            present[place] = f"{spot.account}|{await _present_chat(work, spot)}"
        return _Way(present[place], state)
    return _Way(f"{spot.account}|{spot.chat_id}|{spot.thread}|{spot.author_id}"[:300], state)


async def _present_chat(work: Work, spot: Spot) -> str:
    return await work.uow.chronicle.present_id(spot.account, spot.chat_id) or spot.chat_id


async def welcome(work: Work, member: Ticket, message: Message) -> None:
    """Who writes about a problem that has been answered gets that answer at once; in a group chat it is repeated, but
    not too often: in between, who writes can read it there."""
    answer = await work.uow.answers.latest(member.lead_id or 0) if member.state is State.PUBLISHING else None
    if answer is None:
        return
    spot = Spot(member.id, message.id, *(getattr(message, name) for name in _WHERE))
    way = await _way(work, spot, {})
    before = await work.uow.answers.last_at(answer.id, way.key)
    if before is not None and _is_heard(work, before):
        wanted = Announced(member.id, message.id, before.state, way.key, before.id, before.link, before.posted_at)
        await work.uow.answers.publish_all(answer.id, [wanted])
        state = before.state
    else:
        made = await _announce(work, answer, [spot], {message.id: way})
        state = way.state
        if state is PublicationState.BY_PERSON:
            await _hand_out(work, member, answer, made)
    if state in (PublicationState.POSTED, PublicationState.KEPT):
        await problem_members.answered(work, member.lead_id or 0, [member.id])


async def _hand_out(work: Work, member: Ticket, answer: Answer, made: Sequence[Publication]) -> None:
    lead = await workflow.get(work, member.lead_id or 0)
    for person in cards.who_answers(work, lead, answer.person_id):
        await handout.hand_out(work, lead, answer, made, person)


def _is_heard(work: Work, before: Publication) -> bool:
    """Whether who writes now reads that post."""
    if before.state in _SPOKEN:
        return True
    if before.state is not PublicationState.POSTED or before.posted_at is None:
        return False
    return work.now - before.posted_at < work.centre.repeat_after


async def stands(work: Work, publication: Publication, link: str | None) -> None:
    """A post of the answer is there: all whom it speaks to have been answered."""
    await work.uow.answers.set_via(publication.id, PublicationState.POSTED, link=link, posted_at=work.now)
    await problem_members.answered_via(work, publication.id)


async def fails(work: Work, publication: Publication, answer: Answer, reason: str) -> Ticket:
    """A post cannot be made: all whom it was to speak to are back in work. The ticket that leads them."""
    await work.uow.answers.set_via(publication.id, PublicationState.FAILED, error=reason)
    await problem_members.failed_via(work, publication.id)
    await problem_members.show_lead(work, answer.ticket_id)
    return await workflow.get(work, answer.ticket_id)


async def tell_of_failures(work: Work, person: Person, lead: Ticket, publication: Publication) -> None:
    """One note for all that has failed within a while."""
    await notify.tell(
        work,
        person,
        "answers_failed",
        ticket=lead,
        priority=Priority.ANSWER,
        due_at=work.now + GATHER_FAILURES,
        dedupe=f"answers_failed:{publication.answer_id}:{person.id}",
        number=lead.id,
        publication_id=publication.id,
    )
