"""The upgrade of a database of release 0.1.0, with work in every state (tests/fixtures/v010)."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.bootstrap.analyzer import build_understanding
from bot.bootstrap.messengers import build_messengers
from bot.bootstrap.municipality import build_municipality
from bot.domain.outbox import OutboxKind, OutboxRow
from bot.domain.tickets import State
from bot.messengers.content import Content, Link, Text
from bot.messengers.port import Capabilities, Messenger
from bot.messengers.serialization import pack_media
from bot.outbox import card_data
from bot.outbox.handlers import OUTBOX_HANDLERS
from bot.outbox.outgoing import OutgoingMessage
from bot.services.context import BotAccount, UseCaseContext
from bot.services.staff import directory
from bot.understanding.evaluation.classify_output import reading_to_record
from bot.views.cards import render_card
from bot.views.render_context import RenderContext
from storage import tables
from storage.database import Database
from storage.migrate import migrate
from tests.databases import ON_BOTH, empty_database
from tests.e2e.harness import GROUP, MARIA, ROADS_HEAD
from tests.e2e.operations.v010 import UpgradedHarness, load_dump, moment_of, query, read_expectation, write_config
from tests.manual_clock import ManualClock

pytestmark = ON_BOTH

WAITING_PRESS = "4000000000180"
"""The press on «Принять» that release 0.1.0 has stored but not handled."""


@dataclass(frozen=True)
class UpgradedDatabase:
    """The migrated fixture, and all that rendering needs."""

    database: Database
    capabilities: Mapping[str, Capabilities]
    context: UseCaseContext

    def render_context(self, account: str) -> RenderContext:
        return RenderContext(self.context.municipality.zone, self.context.now, self.capabilities[account])


@asynccontextmanager
async def upgraded_database(url: str, folder: Path, expected: dict[str, Any]) -> AsyncIterator[UpgradedDatabase]:
    """Load and migrate the fixture. No row is changed: a start of the bot would queue command menus."""
    await load_dump(url)
    config, now = write_config(folder, url), moment_of(expected)
    database, messengers = Database(url), build_messengers(config, ManualClock(now))
    try:
        await migrate(database.engine)
        async with database.begin() as uow:
            staff = await directory.open_staff(uow, config.staff)
        municipality = build_municipality(config, staff, build_understanding(config), _bot_accounts(messengers))
        capabilities = {account: messenger.capabilities for account, messenger in messengers.items()}
        async with database.read() as uow:
            yield UpgradedDatabase(database, capabilities, UseCaseContext(municipality, uow, now))
    finally:
        for messenger in messengers.values():
            await messenger.close()
        await database.close()


def _bot_accounts(messengers: Mapping[str, Messenger]) -> dict[str, BotAccount]:
    return {
        account: BotAccount(account, one.title, one.capabilities, one.start_link("{code}"))
        for account, one in messengers.items()
    }


async def read_waiting_rows(database: Database) -> list[OutboxRow]:
    statement = select(*(tables.outbox.c[name] for name in OutboxRow.__dataclass_fields__)).order_by(tables.outbox.c.id)
    async with database.engine.connect() as connection:
        found = await connection.execute(statement.where(tables.outbox.c.status.in_(["queued", "sending"])))
        return [
            OutboxRow(**dict(row) | {"kind": OutboxKind(row["kind"]), "progress": tuple(row["progress"])})
            for row in found.mappings()
        ]


# Documents as make_fixture.py of the fixture writes them.


def describe_content(content: Content) -> dict[str, Any]:
    styles, position = [], 0
    for span in content.spans:
        if not isinstance(span, Text):
            address = [span.url] if isinstance(span, Link) else []
            styles.append([type(span).__name__.lower(), position, len(span.text), *address])
        position += len(span.text)
    buttons = [
        [
            {name: value for name in ("text", "code", "url", "copies") if (value := getattr(button, name))}
            for button in row
        ]
        for row in content.keyboard
    ]
    media = json.loads(json.dumps(pack_media(content.media), default=str))
    document = {"text": content.plain_text, "looks": styles, "buttons": buttons, "media": media}
    if content.whole:
        document["whole"] = True
    return {name: value for name, value in document.items() if value not in ([], "")}


def describe_message(message: OutgoingMessage[Any] | None) -> dict[str, Any] | None:
    if message is None:
        return None
    chat = message.target.chat
    optional = {
        "reply_to": message.target.reply_to,
        "quotes": message.reply_target_gone,
        "message_ids": list(message.message_ids),
        "was": describe_content(message.previous_content) if message.previous_content is not None else None,
        "press_id": message.callback_id,
        "commands": [[command.name, command.description] for command in message.commands],
    }
    return {
        "way": message.operation.value,
        "to": [chat.account, chat.id, chat.kind.value, chat.source_id, chat.thread],
        **describe_content(message.content),
        **{name: value for name, value in optional.items() if value},
        **({"alert": message.alert} if message.callback_id else {}),
    }


def without_quotation(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out what a later release never says: the citizen's words in public, where a reply is impossible."""
    return document and {name: value for name, value in document.items() if name != "quoting"}


def without_private_words(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out what a later release does not quote in notices: words about violence."""
    if document is None or not document.get("text", "").startswith("Просрочено") or "избивает" not in document["text"]:
        return document
    return document | {"text": document["text"].partition("\n")[0]}


def without_later_words(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out the line about deleted messages and the marks, which previews of a later release have."""
    if document is None or "text" not in document:
        return document
    text = document["text"].partition("\n\nℹ️ Если сообщение жителя")[0]
    return with_former_promise(document | {"text": text.partition("🔎 Проверьте:")[0].rstrip("\n")})


def with_former_promise(document: dict[str, Any]) -> dict[str, Any]:
    """Take back what watchers of deadlines are told now: they get lists at set hours."""
    former, later = "О просрочках сообщу сразу.", "О просрочках сообщу списком, об опасности сразу."
    at = document["text"].find(later)
    if at < 0:
        return document
    shorter = len(later) - len(former)
    looks = [[kind, start - shorter * (start > at), *rest] for kind, start, *rest in document["looks"]]
    return document | {"text": document["text"].replace(later, former), "looks": looks}


def without_later_links(rendered: dict[str, Any] | None, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
    """Files know the address of their message now; it is seen only where a file is refused."""
    if rendered is None or wanted is None:
        return rendered
    for item, old in zip(rendered.get("media", ()), wanted.get("media", ()), strict=False):
        if "link" not in old:
            item.pop("link", None)
    return rendered


def without_later_buttons(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out «Ответить» of a card that waits for a sector: coordinators may answer plain questions now."""
    if document is None or "нужно выбрать отрасль" not in document.get("text", ""):
        return document
    rows = [row for row in document["buttons"] if [button["text"] for button in row] != ["✍️ Ответить"]]
    return document | {"buttons": rows}


def without_later_menu(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Take «Ещё» for «История», which a later release has moved into it, and leave out what is new.

    New are «Контроль», the budget in ``/settings``, and the buttons of lists of deadlines and of digests.
    """
    if document is None or "buttons" not in document:
        return document
    is_list = document["text"].startswith(("Просрочено", "⏰", "Пока бот не работал", "📊", "📈"))
    rows = [row for row in document["buttons"] if not (is_list and row[0].get("code", "").startswith("1:o:"))]
    if not rows:
        return {name: value for name, value in document.items() if name != "buttons"}
    later = ("1:kc:", "1:g:0:budget")
    rows = [[button for button in row if not button.get("code", "").startswith(later)] for row in rows]
    history = {"text": "🕘 История", "code": f"1:i:{document['text'].partition('№')[2].partition(' ')[0]}"}
    return document | {"buttons": [[history if one["text"] == "⋯ Ещё" else one for one in row] for row in rows if row]}


FORMER_DATES, LATER_DATES = "25.11.2026 15:00 или 25.11", "25.11, 25.11 10:00, завтра, до пятницы, через 3 дня"
LIST_LINE = re.compile(r"^((?:🔴 )?№\d+ · .*) · [^·\n]*$", re.MULTILINE)


def without_gists(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out what lists say of a message: its gist, where the first words stood. Dates may be typed in words now."""
    if document is None or "text" not in document:
        return document
    text = document["text"].replace(LATER_DATES, FORMER_DATES)
    shorter = LIST_LINE.sub(r"\1", text)
    if shorter == text:
        return document | {"text": text}
    return document | {"text": shorter, "looks": [(kind, *rest) for kind, _, *rest in document.get("looks", ())]}


def by_account(groups: list[dict[str, Any]], accounts: Mapping[str, Any]) -> dict[str, Any]:
    """Expand ``[{"for": accounts, "seen": document}]``."""
    return {account: one["seen"] for one in groups for account in (accounts if one["for"] == "all" else one["for"])}


async def test_rows_of_v010_render_as_before(kind: str, tmp_path: Path) -> None:
    expected = read_expectation(kind)
    async with (
        empty_database(kind, tmp_path) as url,
        upgraded_database(url, tmp_path, expected) as upgraded,
    ):
        rows = await read_waiting_rows(upgraded.database)
        assert [row.id for row in rows] == [row["id"] for row in expected["outbox"]]
        differences = []
        for row, wanted in zip(rows, expected["outbox"], strict=True):
            for account, document in by_account(wanted["parcels"], upgraded.capabilities).items():
                message = await OUTBOX_HANDLERS[row.kind].render(
                    upgraded.context, row, upgraded.render_context(account)
                )
                rendered = without_later_links(
                    without_later_buttons(without_later_words(describe_message(message))), document
                )
                earlier = without_private_words(without_quotation(document))
                if without_gists(without_later_menu(rendered)) != without_gists(without_later_menu(earlier)):
                    differences.append((row.id, row.kind, row.facts, account, document, rendered))
        assert not differences

        tickets = await upgraded.context.uow.tickets.get_many(range(1, 500))
        assert {wanted["ticket"] for wanted in expected["cards"]} == set(tickets)
        for wanted in expected["cards"]:
            for account, document in by_account(wanted["cards"], upgraded.capabilities).items():
                rendered = await _describe_card(upgraded, wanted["ticket"], wanted["person_id"], account)
                if tickets[wanted["ticket"]].assignee_id not in (None, wanted["person_id"]):
                    document = {**document, "buttons": rendered.get("buttons", [])}  # a colleague has taken it
                if without_later_menu(without_later_buttons(rendered)) != without_later_menu(document):
                    differences.append((wanted["ticket"], wanted["person"], account, document, rendered))
        assert not differences


async def _describe_card(upgraded: UpgradedDatabase, number: int, person_id: int, account: str) -> dict[str, Any]:
    ctx = upgraded.context
    ticket = await ctx.uow.tickets.get(number)
    assert ticket is not None
    person = ctx.municipality.staff.find_by_id(person_id)
    assert person is not None
    card = next((one for one in await ctx.uow.cards.list_for_ticket(number) if one.person_id == person_id), None)
    facts = await card_data.card_facts(ctx, ticket, person, card)
    return describe_content(render_card(facts, upgraded.render_context(account)))


@pytest.fixture
async def upgraded_town(kind: str, tmp_path: Path) -> AsyncIterator[UpgradedHarness]:
    """The bot running on the upgraded database."""
    async with empty_database(kind, tmp_path) as url:
        town = UpgradedHarness(tmp_path, database_url=url, expected=read_expectation(kind))
        try:
            await town.open()
            await town.start()
            yield town
        finally:
            await town.close()


async def test_bot_goes_on_with_database_of_v010(upgraded_town: UpgradedHarness) -> None:
    town, url = upgraded_town, upgraded_town.database_url
    assert town.app is not None
    await town.wait_for_inbox()
    town.pass_time(seconds=8)  # a former process has seven to record what it was sending
    await town.wait_for_outbox()

    assert await query(url, "SELECT kind, account FROM outbox WHERE status = 'failed'") == [("publication", "max")]
    assert not await query(url, "SELECT id FROM outbox WHERE status IN ('queued', 'sending')")
    dropped = await query(url, "SELECT DISTINCT kind, error FROM outbox WHERE status = 'dropped'")
    assert dropped == [("press", "expired")]

    numbers = town.expected["tickets"]
    publishing = await query(url, "SELECT id FROM ticket WHERE state = 'publishing'")
    assert publishing == [(numbers["waits to be posted by hand"],)]
    for name in ("publishing, sent in act B", "correction queued in act B"):
        assert await _state_of(town, numbers[name]) is State.ANSWERED
        [(answer,)] = await query(url, f"SELECT text FROM answer WHERE ticket_id = {numbers[name]}")
        assert any(answer[:1000] in text for text in town.bot_texts(GROUP))  # a long one is split
    assert town.sandbox.telegram.callback_answers[WAITING_PRESS]["text"]
    assert await _state_of(town, numbers["assigned, with an addition and an edit"]) is State.ACCEPTED

    number = numbers["assigned, private in Telegram"]
    [(chat_id,)] = await query(url, f"SELECT chat_id FROM message WHERE ticket_id = {number}")
    card_id = await _card_message_id(town, number)
    await town.press_code(ROADS_HEAD, ROADS_HEAD, card_id, f"1:a:{number}")
    await town.wait_for_card(ROADS_HEAD, number, "В работе")
    assert await _state_of(town, number) is State.ACCEPTED

    await town.send_message(ROADS_HEAD, "Слова для ответа, начатого до обновления.")
    preview = await town.wait_for_message(ROADS_HEAD, f"(№{number}):", "Слова для ответа")
    await town.press_button(ROADS_HEAD, preview, "Отправить")
    await town.wait_for_message(int(chat_id), "Слова для ответа, начатого до обновления.")
    await town.wait_for_card(ROADS_HEAD, number, "Отвечено")
    assert await _state_of(town, number) is State.ANSWERED

    [(newest,)] = await query(url, "SELECT max(id) FROM ticket")
    assert newest == max(numbers.values()) + 3  # three messages of citizens waited in the inbox
    await town.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.wait_for_card(ROADS_HEAD, newest + 1, "Ленина")

    understanding = town.app.municipality().understanding
    questions = [json.loads(line) for line in town.expected["model"]["said"]]
    classified = [reading_to_record(one["id"], understanding.read(one["text"])) for one in questions]
    untrained = understanding.with_model(None)
    assert any(
        understanding.read(one["text"]).sector_scores != untrained.read(one["text"]).sector_scores for one in questions
    ), "the model that 0.1.0 has trained is still used"
    assert [(one["id"], one["sector"]) for one in classified] == [
        (one["id"], one["sector"]) for one in town.expected["model"]["classified"]
    ]


async def _state_of(town: UpgradedHarness, number: int) -> State:
    assert town.app is not None
    async with town.app.database.read() as uow:
        ticket = await uow.tickets.get(number)
    assert ticket is not None
    return ticket.state


async def _card_message_id(town: UpgradedHarness, number: int) -> int:
    assert town.app is not None
    person = town.app.municipality().staff.find_by_account("telegram", str(ROADS_HEAD))
    assert person is not None
    async with town.app.database.read() as uow:
        card = await uow.cards.get(person.id, number, "telegram")
        assert card is not None
        assert card.external_id is not None
    return int(card.external_id)
