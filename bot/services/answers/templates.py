"""Templates of answers: who keeps them, which fit a ticket, and how their fields are filled."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.audit import changed_facts
from bot.domain.errors import NotAllowed, OutdatedButton
from bot.domain.names import visible_name
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.templates import (
    AUTHOR_FIELD,
    DATE_FIELD,
    NUMBER_FIELD,
    PLACE_FIELD,
    Template,
    fill_fields,
)
from bot.domain.text_normal import fold
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.tickets import workflow
from bot.understanding.answer_check.terms import find_terms
from bot.understanding.similarity import find_similar

MAX_OFFERED = 3
"""Templates and earlier answers under the prompt for an answer."""

_MAX_EARLIER = 200
_MAX_EARLIER_DISTANCE = 20_000


def can_keep(ctx: UseCaseContext, person: Person, sector: str | None) -> bool:
    """Return whether *person* may change the templates of *sector*."""
    return ctx.municipality.staff.has_right(person, Right.TEMPLATES, sector, None)


async def list_kept(ctx: UseCaseContext, person: Person) -> list[Template]:
    """List the templates that *person* may change."""
    return [one for one in await ctx.uow.templates.list_all() if can_keep(ctx, person, one.sector)]


async def get_kept(ctx: UseCaseContext, person: Person, template_id: int) -> Template:
    """Return the template if *person* may change it; refuse otherwise."""
    found = await ctx.uow.templates.get(template_id)
    if found is None:
        raise OutdatedButton()
    if not can_keep(ctx, person, found.sector):
        raise NotAllowed()
    return found


async def add(ctx: UseCaseContext, person: Person, text: str) -> Template:
    """Add a template. A first line that names a topic or a sector says what it is for."""
    first, _, rest = text.partition("\n")
    sector, topic = _read_purpose(ctx, first)
    if (sector or topic) and rest.strip():
        text = rest.strip()
    if not can_keep(ctx, person, sector):
        sector = next((code for code in ctx.municipality.sectors if can_keep(ctx, person, code)), None)
        if sector is None:
            raise NotAllowed()
    return await _store(ctx, person, sector, topic, text)


def _read_purpose(ctx: UseCaseContext, line: str) -> tuple[str | None, str | None]:
    wanted = fold(line.strip(" .:"))
    for code, sector in ctx.municipality.sectors.items():
        if fold(sector.title) == wanted:
            return code, None
    topic = next((name for name in ctx.municipality.understanding.taxonomy.entries if fold(name) == wanted), None)
    return None, topic


async def _store(ctx: UseCaseContext, person: Person, sector: str | None, topic: str | None, text: str) -> Template:
    stored = await ctx.uow.templates.add(sector, topic, text, person.id, ctx.now)
    await _record(ctx, "template_added", person, None, stored)
    return stored


async def change(ctx: UseCaseContext, person: Person, template_id: int, text: str) -> None:
    known = await get_kept(ctx, person, template_id)
    await ctx.uow.templates.update_text(known, text, person.id, ctx.now)
    await _record(ctx, "template_changed", person, known, replace(known, text=text))


async def delete(ctx: UseCaseContext, person: Person, template_id: int) -> None:
    known = await get_kept(ctx, person, template_id)
    await ctx.uow.templates.delete(known, person.id, ctx.now)
    await _record(ctx, "template_deleted", person, known, None)


async def _record(
    ctx: UseCaseContext, action: str, person: Person, before: Template | None, after: Template | None
) -> None:
    """Record a change of a template with its words: a template is the town's own text, about nobody."""
    texts = [{"sector": one.sector, "topic": one.topic, "text": one.text} if one else {} for one in (before, after)]
    known = before or after
    facts = {"template": known.id if known is not None else None} | changed_facts(*texts)
    await ctx.uow.audit_log.record(action, ctx.now, person_id=person.id, facts=facts)


async def list_offered(ctx: UseCaseContext, ticket: Ticket) -> tuple[list[Template], list[tuple[int, str]]]:
    """Return templates for *ticket*, and published answers to similar ones: number of the ticket and text."""
    fitting = await ctx.uow.templates.list_for(ticket.sector, ticket.topic, MAX_OFFERED)
    similar: list[tuple[int, str]] = []
    if len(fitting) < MAX_OFFERED and ticket.sector is not None and ticket.text:
        earlier = await ctx.uow.tickets.list_earlier(ticket, _MAX_EARLIER_DISTANCE, _MAX_EARLIER)
        for number in find_similar(ticket.text, earlier, MAX_OFFERED):
            answer = await ctx.uow.answers.find_latest(number)
            if answer is not None and answer.text and len(fitting) + len(similar) < MAX_OFFERED:
                similar.append((number, generalise(ctx, await ctx.uow.tickets.get(number), answer.text)))
    return fitting, similar


async def text_for(ctx: UseCaseContext, ticket: Ticket, template_id: int) -> str:
    """Return the template's text with the fields that *ticket* fills."""
    found = await ctx.uow.templates.get(template_id)
    if found is None:
        raise OutdatedButton(number=ticket.id)
    return _fill(ticket, found.text)


async def text_like(ctx: UseCaseContext, ticket: Ticket, other_id: int) -> str:
    """Return the answer to a similar ticket of the same sector for *ticket*, without the other one's data."""
    other = await ctx.uow.tickets.get(other_id)
    answer = await ctx.uow.answers.find_latest(other_id)
    if other is None or answer is None or other.sector != ticket.sector:
        raise OutdatedButton(number=ticket.id)
    return _fill(ticket, generalise(ctx, other, answer.text))


def _fill(ticket: Ticket, text: str) -> str:
    name = visible_name(ticket.author_name)
    values = {
        AUTHOR_FIELD: name.split()[0] if name else None,
        PLACE_FIELD: ticket.place,
        NUMBER_FIELD: str(ticket.id),
    }
    return fill_fields(text, values)


async def make_template(ctx: UseCaseContext, person: Person, ticket_id: int) -> Template:
    """«Сделать шаблоном»: keep the published answer for the topic of its ticket, without personal data and days."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.TEMPLATES, ticket)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    if answer is None or ticket.answered_at is None or not answer.text.strip():
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return await _store(ctx, person, ticket.sector, ticket.topic, generalise(ctx, ticket, answer.text))


def generalise(ctx: UseCaseContext, ticket: Ticket | None, text: str) -> str:
    """Return an answer with fields instead of days, the place, the author's name and other personal data."""
    day = ctx.now.astimezone(ctx.municipality.zone).date()
    terms = [one for one in find_terms(text, day) if one.first is not None and one.first == one.last]
    for term in sorted(terms, key=lambda one: -one.start):
        text = f"{text[: term.start]}{{{DATE_FIELD}}}{text[term.end :]}"
    name = visible_name(ticket.author_name) if ticket is not None else None
    for word in name.split() if name else ():
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", f"{{{AUTHOR_FIELD}}}", text)
    for spelling in _spellings(ticket.place) if ticket is not None and ticket.place else ():
        text = re.sub(rf"(?<!\w){re.escape(spelling)}(?!\w)", f"{{{PLACE_FIELD}}}", text)
    masked = ctx.municipality.understanding.redact(text)
    return re.sub(r"\[(имя|телефон|почта|номер|ник|ссылка|дата рождения|о здоровье)\]", r"{\1}", masked)


def _spellings(place: str) -> Sequence[str]:
    """Return the ways in which officials write a place: «ул. Ленина, 45», «Ленина, 45», «Ленина 45»."""
    kind, _, name = place.partition(" ")
    bare = name if kind.endswith(".") and name else place
    return (place, place.replace(",", ""), bare, bare.replace(",", ""))


def describe_purpose(ctx: UseCaseContext, known: Sequence[Template]) -> dict[int, str]:
    """Return what each of *known* is for, in words."""
    return {
        one.id: " · ".join(filter(None, [ctx.municipality.sector_title(one.sector) if one.sector else "", one.topic]))
        or "для любых сообщений"
        for one in known
    }
