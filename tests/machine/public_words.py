"""No public word without its approvals: each text of an official that citizens read was released, and read once."""

import re
from collections import Counter

from bot.domain.answers import Answer
from bot.domain.drafts import POST_STEP, Decision, DraftApproval, Wording
from bot.domain.roles import Right
from bot.domain.tickets import State
from tests.machine.screens import Seen, Square
from tests.machine.snapshot import DraftFacts, Snapshot
from tests.machine.town import TownRules

OFFICIAL_MARK = re.compile(r"сл\d{4}")
"""A word that every text of an official holds, each its own; the bot's templates hold none."""

CITIZEN_MARK = re.compile(r"жт\d{4}")

SUBSTITUTES = frozenset({"coordinator", "manager", "administrator", "centre_staff", "deputy", "block_curator"})
"""Roles whose holders may be asked instead of those of a step."""

OWN_RIGHTS = frozenset({Right.ANSWER, Right.CORRECT, Right.REFER})


def check_decisions(before: Snapshot, now: Snapshot, actor: int | None, four_eyes: bool) -> None:
    """Each new decision was made by who pressed in this step, and might decide then; nobody decides twice on a step."""
    for number, draft in now.drafts.items():
        earlier = before.drafts.get(number)
        known = len(earlier.decisions) if earlier is not None else 0
        for one in draft.decisions[known:]:
            assert one.person_id == actor, f"{one} was made by nobody: {actor} has pressed"
            _check_decision(before, draft, earlier, one, four_eyes)


def _check_decision(
    before: Snapshot, draft: DraftFacts, earlier: DraftFacts | None, one: DraftApproval, four_eyes: bool
) -> None:
    person = before.staff.find_by_id(one.person_id)
    assert person is not None, f"{one} was made by somebody who has left"
    people = (person, *before.stands_in_for[person.id])
    assert one.version == draft.row.version, f"{one} is of an older version"
    if four_eyes and one.role != POST_STEP:
        authors = {version.author_id for version in draft.versions.values()}
        assert one.person_id not in authors, f"{one} was made by an author, with four eyes"
    asked = earlier is not None and earlier.row.approver_id == one.person_id
    holds = (
        any(one.role in each.roles for each in people)
        if one.role != POST_STEP
        else before.may(person.id, Right.ANSWER, draft.row.ticket_id)
    )
    if one.role == POST_STEP and not holds:
        members = before.standings[draft.row.ticket_id].responsibility.post.members
        holds = person in members
    asked |= not four_eyes and _is_nobody_elses(before, draft, one)
    assert holds or (asked and person.roles & SUBSTITUTES), f"{one} was made by {person}"


def _is_nobody_elses(before: Snapshot, draft: DraftFacts, one: DraftApproval) -> bool:
    """Return whether an author has taken, with the own text, a step whose holders cannot be asked."""
    ticket = before.tickets[draft.row.ticket_id]
    sector = None if ticket.state is State.TRIAGE else ticket.sector
    holders = {
        each.id
        for each in before.staff.people
        if one.role in each.roles and (not before.staff.roles.is_in_block(one.role) or each.covers(sector))
    }
    authors = {version.author_id for version in draft.versions.values()}
    return one.person_id in authors and not holders & before.available


def check_releases(before: Snapshot, now: Snapshot, actor: int | None, rules: TownRules) -> set[str]:
    """Return the texts that became public in this step; each has passed what the rules ask for."""
    released = set()
    for number, answer in now.answers.items():
        known = before.answers.get(number)
        if known is not None and known.text == answer.text:
            continue
        if known is not None and _is_restored(now, before, answer):
            continue
        released.add(answer.text)
        if not OFFICIAL_MARK.search(answer.text):
            continue  # a colleague's reply in the chat may be any text
        kind = Wording.CORRECTION if known is not None else Wording.ANSWER
        _check_release(before, now, answer, actor, rules, kind)
    return released


def _is_restored(now: Snapshot, before: Snapshot, answer: Answer) -> bool:
    """A correction has failed: the answer has the published text again."""
    return any(row.action == "correction_failed" for row in now.since(before))


def _check_release(
    before: Snapshot, now: Snapshot, answer: Answer, actor: int | None, rules: TownRules, kind: Wording
) -> None:
    assert actor is not None, f"{answer} was released by nobody"
    kinds = {kind} if kind is Wording.CORRECTION else set(Wording) - {Wording.CORRECTION}
    drafts = [one for one in now.drafts.values() if one.row.ticket_id == answer.ticket_id and one.row.kind in kinds]
    published = [one for one in drafts if one.row.state.value == "published"]
    fitting = [one for one in published if one.versions[one.row.version].text == answer.text]
    if not fitting:
        assert not rules.approval, f"{answer} was released without a draft, the rules ask for {rules.approval}"
        may = any(before.may(actor, right, answer.ticket_id) for right in OWN_RIGHTS)
        assert may, f"{answer} was released by {before.staff.find_by_id(actor)}, who may not"
        return
    assert any(_is_approved(one, rules) for one in fitting), f"{answer} lacks approvals of {rules}: {fitting}"


def _is_approved(draft: DraftFacts, rules: TownRules) -> bool:
    """Return whether each step has approved the released version, in order."""
    version = draft.row.version
    given = [one for one in draft.decisions if one.version == version and one.decision is Decision.APPROVED]
    roles = [one.role for one in given]
    chain = list(rules.approval)
    if draft.row.needs_post and roles[:1] == [POST_STEP]:
        chain = [POST_STEP, *chain]
    checked = not draft.row.needs_post or POST_STEP in roles or chain[:1] == ["head"]
    at = iter(roles)
    return checked and all(role in at for role in chain)


def check_said(places: list[tuple[Square, list[Seen]]], released: set[str], now: Snapshot) -> None:
    """Citizens read nothing that was not released, nothing twice, and no words of each other."""
    questions = [one for _, messages in places for one in messages if "Вопрос решён?" in one.text]
    asked = [row for _, row in now.audit if row.action == "asked"]
    assert len(questions) <= len(asked), f"«Вопрос решён?» was asked more often than {asked}: {questions}"
    for place, messages in places:
        said = Counter((one.text, one.reply_to) for one in messages if not one.buttons)
        for (text, reply_to), times in said.items():
            assert times <= _times_allowed(text, now), f"{place} reads {times} times in reply to {reply_to}: {text}"
        for one in messages:
            if marks := set(OFFICIAL_MARK.findall(one.text)):
                fitting = [text for text in released if text in one.text and marks == set(OFFICIAL_MARK.findall(text))]
                assert fitting, f"{place} reads what nobody released: {one}"
            assert not CITIZEN_MARK.search(one.text), f"{place} reads a citizen's words: {one}"


def _times_allowed(text: str, now: Snapshot) -> int:
    """An answer that was published once more, after it had disappeared, is said once more."""
    return max(1, sum(one.text == text for one in now.answers.values()))
