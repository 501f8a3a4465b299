"""Whatever citizens write and press after an answer: states follow the table, and returns are counted right."""

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.drafts import Wording
from bot.domain.people import Staff
from bot.domain.rules import Rule, Rules
from bot.domain.sectors import Sector
from bot.domain.sources import AnswerPolicy, Source, SourceKind
from bot.domain.tickets import TRANSITIONS, State, Step
from bot.handlers.router import handle_event
from bot.messengers.events import Author, ButtonPressed, Chat, ChatKind, MessagePosted
from bot.services.answers import answers, satisfaction, silence, submissions
from bot.services.context import Municipality, UseCaseContext
from storage.database import Database
from tests.e2e.harness import build_understanding
from tests.services.municipality import STAFF, municipality_of
from tests.services.town_database import create_town_database

CHAT = Chat("telegram", "77", ChatKind.PRIVATE, "private")
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
QUESTION_ID = "900"

SAYINGS = ("ничего не сделали", "сделали, спасибо", "спасибо", "понятно", "ну как сказать, живём тут")
acts = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(SAYINGS)),
        st.tuples(st.just("press"), st.sampled_from(("77:1:ky:1", "77:1:kn:1", "78:1:kn:1"))),
        st.tuples(st.just("repeat"), st.just("")),
        st.tuples(st.just("answer"), st.just("")),
        st.tuples(st.just("days"), st.sampled_from(("1", "15"))),
    ),
    min_size=4,
    max_size=14,
)


class Town:
    """One ticket, its author, the head who answers it, and the sweeps."""

    def __init__(self, database: Database, municipality: Municipality) -> None:
        self.database, self.municipality = database, municipality
        self.now, self.written, self.last = START, 0, ""

    async def say(self, text: str, message_id: str | None = None) -> None:
        if message_id is None:
            self.written += 1
            message_id = str(self.written)
        self.last = text
        event = MessagePosted(CHAT, message_id, Author("77", "Мария"), self.now, text)
        async with self.database.begin() as uow:
            await handle_event(UseCaseContext(self.municipality, uow, self.now), event)

    async def act(self, kind: str, value: str) -> None:
        self.now += timedelta(minutes=40)
        match kind:
            case "say":
                await self.say(value)
            case "repeat":  # the messenger brings the same update once more
                await self.say(self.last, str(self.written))
            case "press":
                author, _, code = value.partition(":")
                event = ButtonPressed(replace(CHAT, id=author), QUESTION_ID, Author(author), code, f"c{self.now}")
                async with self.database.begin() as uow:
                    await handle_event(UseCaseContext(self.municipality, uow, self.now), event)
            case "answer":
                await self.answer()
            case _:
                self.now += timedelta(days=int(value))
        async with self.database.begin() as uow:
            ctx = UseCaseContext(self.municipality, uow, self.now)
            await satisfaction.ask_due(ctx)
            await silence.close_silent(ctx)

    async def answer(self) -> None:
        async with self.database.begin() as uow:
            ctx = UseCaseContext(self.municipality, uow, self.now)
            ticket = await uow.tickets.get(1)
            head = self.municipality.staff.find_by_id(1)
            assert head is not None
            if ticket is None or ticket.state not in (State.ASSIGNED, State.REOPENED):
                return
            await submissions.submit(ctx, ticket, head, Wording.ANSWER, "Сделали.", ())
            for publication in await uow.answers.list_publications_for_ticket(1):
                await answers.on_published(ctx, publication.id, ["500"])
            await uow.sent_messages.add("telegram", "77", [QUESTION_ID], 1, satisfaction.QUESTION_KIND, self.now)

    async def check(self) -> None:
        async with self.database.read() as uow:
            ticket, solution = await uow.tickets.get(1), await uow.solutions.get(1)
            history = await uow.audit_log.list_for_ticket(1)
        assert ticket is not None
        steps = [row for row in history if row.action in set(Step)]
        for row in steps:
            assert TRANSITIONS[State(row.facts["was"]), Step(row.action)] is State(row.facts["now"])
        assert ticket.state.value == (steps[-1].facts["now"] if steps else State.ASSIGNED.value)
        assert solution.returned == sum(row.action == Step.NOT_SOLVED.value for row in history)
        assert solution.solved_at is None or ticket.state is State.CLOSED
        assert (ticket.ended_at is not None) == (ticket.state is State.CLOSED)


@settings(max_examples=12, deadline=None)
@given(acts)
def test_returns_are_counted_and_states_follow_the_table(done: list[tuple[str, str]]) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            database = create_town_database(Path(folder))
            async with database.begin() as uow:
                staff = await uow.staff.add_all(STAFF)
            town = Town(database, _municipality(municipality_of(Staff(staff))))
            await town.say("На Ленина 45 яма на дороге")
            await town.answer()
            for kind, value in done:
                await town.act(kind, value)
                await town.check()
            await database.close()

    asyncio.run(play())


def _municipality(base: Municipality) -> Municipality:
    sectors = (Sector("roads", "Дороги"), Sector("housing", "ЖКХ"))
    source = Source("telegram", "private", "Личные сообщения", SourceKind.OFFICIAL, AnswerPolicy.BOT)
    return replace(
        base,
        understanding=build_understanding(sectors, 0.6, ()),
        sources={("telegram", "private"): source},
        rules=Rules((Rule(satisfaction=True, reopen_at_most=2),)),
        sectors={sector.code: sector for sector in sectors},
    )
