"""Two processes behind a load balancer take webhooks at once, on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.database import Database
from tests.databases import POSTGRES_URL, DatabasePool
from tests.e2e.balancer import LoadBalancer
from tests.e2e.harness import GROUP, TIMEOUT_SECONDS
from tests.e2e.messengers.test_webhook import SECRET, free_port
from tests.e2e.process import BotProcess
from tests.e2e.reliability.test_kill import FIRST_CITIZEN, StationsHarness

pytestmark = pytest.mark.skipif(POSTGRES_URL is None, reason="MCU_TEST_POSTGRES is not set")


@dataclass
class BalancedBots:
    """A workload, two processes of the bot, and the load balancer before them."""

    harness: StationsHarness
    balancer: LoadBalancer
    bots: dict[int, BotProcess]  # by port
    url: str


@pytest.fixture
async def fleet(tmp_path: Path, shelf: DatabasePool) -> AsyncIterator[BalancedBots]:
    ports = [free_port(), free_port()]
    balancer = LoadBalancer(ports)
    address = await balancer.open()
    stations = StationsHarness(tmp_path)
    await stations.open()
    bots: dict[int, BotProcess] = {}
    try:
        async with shelf.borrow_database() as url:
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
                await balancer.wait_for_status(port, 200)
            await stations.sandbox.change_log.wait_until(lambda: _subscribed(stations), TIMEOUT_SECONDS)
            try:
                yield BalancedBots(stations, balancer, bots, url)
            finally:
                for bot in bots.values():
                    await bot.close()
    finally:
        await balancer.close()
        await stations.close()


def _subscribed(stations: StationsHarness) -> bool:
    servers = stations.sandbox.vk.world.communities[500].servers.values()
    heard = any(server.status == "ok" and server.events for server in servers)
    return heard and bool(stations.sandbox.telegram.world.webhook["url"])


async def test_one_ticket_for_each_message_whoever_takes_it_however_often(fleet: BalancedBots) -> None:
    stations, balancer = fleet.harness, fleet.balancer
    await stations.send_complaints(20)
    await stations.wait_for_cards(20)
    balancer.duplicate_posts = True
    await stations.send_complaints(20)
    await stations.wait_for_cards(40)
    assert min(balancer.accepted[port] for port in balancer.ports) >= 20

    balancer.duplicate_posts = False
    for number in range(8):  # one conversation: the first is a ticket, the rest join it in their order
        words = (
            "На станции Снегирь сломана скамейка, жалоба номер 150" if not number else f"и ещё вот что, часть {number}"
        )
        await stations.sandbox.telegram.send_message(GROUP, FIRST_CITIZEN + 150, words)
    await stations.wait_for_cards(41)
    numbers = stations.cards_by_complaint()
    assert sorted(numbers) == [*range(40), 150]
    assert len(set().union(*numbers.values())) == 41
    database = Database(fleet.url)
    try:
        [ticket_id] = numbers[150]
        async with asyncio.timeout(TIMEOUT_SECONDS):
            parts: list[str] = []
            while len(parts) < 8:
                async with database.read() as uow:
                    parts = [one.text for one in await uow.messages.list_for_ticket(ticket_id)]
                await asyncio.sleep(0.1)
        assert [text[-1] for text in parts[1:]] == list("1234567")
        async with database.read() as uow:
            assert set(await uow.inbox.count_by_status()) == {"done"}
    finally:
        await database.close()


async def test_a_process_that_goes_is_drained_and_one_that_dies_is_passed_by(fleet: BalancedBots) -> None:
    stations, balancer = fleet.harness, fleet.balancer
    first, second = balancer.ports
    await stations.send_complaints(4)
    await stations.wait_for_cards(4)
    await fleet.bots[first].kill()
    await stations.send_complaints(8)
    await stations.wait_for_cards(12)

    await fleet.bots[first].start()
    await balancer.wait_for_status(first, 200)

    async def drain() -> None:
        await balancer.wait_for_status(second, 503, 10)
        await stations.send_complaints(4)  # the one that is about to go still takes what the balancer gives it

    code, _ = await asyncio.gather(fleet.bots[second].terminate(), drain())
    assert code == 0
    await stations.send_complaints(4)
    await stations.wait_for_cards(20)
