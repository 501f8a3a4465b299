"""Two processes behind a load balancer take webhooks at once, on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.database import Database
from tests.databases import SERVER, Shelf
from tests.e2e.balancer import Balancer
from tests.e2e.harness import GROUP, PATIENCE
from tests.e2e.messengers.test_webhook import SECRET, free_port
from tests.e2e.process import BotProcess
from tests.e2e.reliability.test_kill import FIRST_CITIZEN, Stations

pytestmark = pytest.mark.skipif(SERVER is None, reason="MCU_TEST_POSTGRES is not set")


@dataclass
class Fleet:
    """The town of stations, two processes of the bot, and what stands before them."""

    stations: Stations
    balancer: Balancer
    bots: dict[int, BotProcess]  # by port
    url: str


@pytest.fixture
async def fleet(tmp_path: Path, shelf: Shelf) -> AsyncIterator[Fleet]:
    ports = [free_port(), free_port()]
    balancer = Balancer(ports)
    address = await balancer.open()
    stations = Stations(tmp_path)
    await stations.open()
    bots: dict[int, BotProcess] = {}
    try:
        async with shelf.database() as url:
            text = stations.bot.config.read_text(encoding="utf-8")
            text = text.replace("sqlite+aiosqlite:///mcu.sqlite3", url)
            for name, more in (("telegram", f'\nsecret = "{SECRET}"'), ("vk", "")):
                mode = f'[{name}]\nmode = "webhook"\nwebhook_url = "{address}/{name}"{more}\n'
                text = text.replace(f"[{name}]\n", mode, 1)
            text = text.replace("id = 500\n", f'id = 500\nsecret = "{SECRET}"\n', 1)
            for port in ports:
                bots[port] = BotProcess(tmp_path / str(port) / "config.toml")
                bots[port].config.parent.mkdir()
                bots[port].config.write_text(f'{text}\n[http]\nlisten = "127.0.0.1:{port}"\n', encoding="utf-8")
                await bots[port].start()
            for port in ports:
                await balancer.until(port, 200)
            await stations.sandbox.journal.until(lambda: _subscribed(stations), PATIENCE)
            try:
                yield Fleet(stations, balancer, bots, url)
            finally:
                for bot in bots.values():
                    await bot.close()
    finally:
        await balancer.close()
        await stations.close()


def _subscribed(stations: Stations) -> bool:
    servers = stations.sandbox.vk.world.communities[500].servers.values()
    heard = any(server.status == "ok" and server.events for server in servers)
    return heard and bool(stations.sandbox.telegram.world.webhook["url"])


async def test_one_ticket_for_each_message_whoever_takes_it_however_often(fleet: Fleet) -> None:
    stations, balancer = fleet.stations, fleet.balancer
    await stations.write(20)
    await stations.until_cards(20)
    balancer.twice = True
    await stations.write(20)
    await stations.until_cards(40)
    assert min(balancer.taken[port] for port in balancer.ports) >= 20

    balancer.twice = False
    for number in range(8):  # one conversation: the first is a ticket, the rest join it in their order
        words = (
            "На станции Снегирь сломана скамейка, жалоба номер 150" if not number else f"и ещё вот что, часть {number}"
        )
        await stations.sandbox.telegram.say(GROUP, FIRST_CITIZEN + 150, words)
    await stations.until_cards(41)
    numbers = stations.cards()
    assert sorted(numbers) == [*range(40), 150]
    assert len(set().union(*numbers.values())) == 41
    database = Database(fleet.url)
    try:
        [ticket_id] = numbers[150]
        async with asyncio.timeout(PATIENCE):
            parts: list[str] = []
            while len(parts) < 8:
                async with database.read() as uow:
                    parts = [one.text for one in await uow.messages.of_ticket(ticket_id)]
                await asyncio.sleep(0.1)
        assert [text[-1] for text in parts[1:]] == list("1234567")
        async with database.read() as uow:
            assert set(await uow.inbox.counts()) == {"done"}
    finally:
        await database.close()


async def test_a_process_that_goes_is_drained_and_one_that_dies_is_passed_by(fleet: Fleet) -> None:
    stations, balancer = fleet.stations, fleet.balancer
    first, second = balancer.ports
    await stations.write(4)
    await stations.until_cards(4)
    await fleet.bots[first].kill()
    await stations.write(8)
    await stations.until_cards(12)

    await fleet.bots[first].start()
    await balancer.until(first, 200)

    async def drain() -> None:
        await balancer.until(second, 503, 10)
        await stations.write(4)  # the one that is about to go still takes what the balancer gives it

    code, _ = await asyncio.gather(fleet.bots[second].terminate(), drain())
    assert code == 0
    await stations.write(4)
    await stations.until_cards(20)
