"""The settlement of a ticket: streets of one name in two villages are two places."""

from datetime import timedelta

from storage.database import Database
from storage.repositories.activity import Dimension
from tests.storage.helpers import NOW, add_ticket


async def test_a_street_is_counted_for_each_settlement(database: Database) -> None:
    async with database.begin() as uow:
        for author, settlement in ((1, "Ключи"), (2, "Ключи"), (3, "Малиновка"), (4, None)):
            await add_ticket(uow, street="Мира", settlement=settlement, author_key=f"telegram:{author}")
    async with database.read() as uow:
        busiest = await uow.activity.busiest(Dimension.STREET, NOW - timedelta(hours=1), 1)
        later = NOW + timedelta(hours=1)
        counts = await uow.activity.count_tickets(Dimension.STREET, ["Ключи, Мира", "Мира"], NOW, later)
    assert [(one.name, one.people) for one in busiest] == [("Ключи, Мира", 2), ("Малиновка, Мира", 1), ("Мира", 1)]
    assert counts == {"Ключи, Мира": 2, "Мира": 1}


async def test_places_of_a_street_are_those_of_its_settlement(database: Database) -> None:
    async with database.begin() as uow:
        for settlement, place in (("Ключи", "с. Ключи, 14 квартал, 5"), (None, "14 квартал"), ("Ключи", None)):
            await add_ticket(uow, street="14 мкр", settlement=settlement, place=place)
    async with database.read() as uow:
        hour_ago = NOW - timedelta(hours=1)
        assert await uow.activity.list_places("Ключи, 14 мкр", hour_ago) == ["с. Ключи, 14 квартал, 5"]
        assert await uow.activity.list_places("14 мкр", hour_ago) == ["14 квартал"]


async def test_address_has_the_settlement_that_was_parsed(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow, street="Мира", house="5", settlement="Ключи")
    async with database.read() as uow:
        assert await uow.author_tickets.get_address(ticket.id) == ("Мира", "5", "Ключи")
