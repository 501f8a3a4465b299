"""``/find``: Russian words in any case, and signs that a pattern would take for its own."""

import pytest

from bot.domain.ticket_changes import TicketChange
from bot.services.tickets.search import build_search_text
from storage.database import Database
from tests.storage.helpers import add_ticket

TEXTS = (
    "Яма НА УЛИЦЕ Ленина, 45",
    "Ёлка упала на провода",
    "Скидка 100% на вывоз_мусора",
    "Скидка 1000 рублей",
    "Путь C:\\двор\\подъезд",
)


async def search_texts(database: Database, words: str, sectors: list[str] | None = None) -> list[str]:
    async with database.read() as uow:
        tickets = await uow.tickets.search(build_search_text(words).split(), sectors, 50)
    return [ticket.text for ticket in tickets]


@pytest.fixture
async def full(database: Database) -> Database:
    async with database.begin() as uow:
        for text in TEXTS:
            await add_ticket(uow, text, search=build_search_text(text, "мкр. Южный", None, "Мария Ким"))
    return database


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("ЯМА", 0),
        ("яма", 0),
        ("улице ленина", 0),
        ("Ленина яма", 0),
        ("елка", 1),
        ("ЁЛКА", 1),
        ("провод", 1),
        ("100%", 2),
        ("вывоз_мусора", 2),
        ("двор\\под", 4),
    ],
)
async def test_words_are_found_in_any_case(full: Database, words: str, index: int) -> None:
    assert await search_texts(full, words) == [TEXTS[index]]


@pytest.mark.parametrize("words", ["%", "_"])
async def test_signs_of_patterns_mean_themselves(full: Database, words: str) -> None:
    assert await search_texts(full, words) == [TEXTS[2]]


@pytest.mark.parametrize("words", ["яма елка", "'; DROP TABLE ticket; --", "ямаяма"])
async def test_search_finds_nothing_when_absent(full: Database, words: str) -> None:
    assert await search_texts(full, words) == []


async def test_place_and_author_are_looked_through_and_the_newest_comes_first(full: Database) -> None:
    assert await search_texts(full, "южный мария") == list(reversed(TEXTS))


async def test_a_search_stays_within_the_given_sectors(full: Database) -> None:
    assert await search_texts(full, "яма", ["housing"]) == []
    assert await search_texts(full, "яма", []) == []
    assert await search_texts(full, "яма", ["housing", "roads"]) == [TEXTS[0]]


async def test_changed_words_are_found_and_the_old_ones_are_not(full: Database) -> None:
    async with full.begin() as uow:
        [ticket] = await uow.tickets.search(["елка"], None, 50)
        assert await uow.tickets.update(ticket, TicketChange(text="Сосна упала", search="сосна упала"))
    assert await search_texts(full, "сосн") == ["Сосна упала"]
    assert await search_texts(full, "елка") == []


@pytest.mark.parametrize("words", ['"яма"', 'я"м*', "45", "а OR б", "search:яма", "NEAR(яма)"])
async def test_no_sign_is_a_command_of_the_index(full: Database, words: str) -> None:
    assert await search_texts(full, words) == [
        text for text in reversed(TEXTS) if build_search_text(words) in build_search_text(text)
    ]
