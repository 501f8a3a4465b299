"""Between sending and writing down there is one message at a time, unless somebody hangs."""

import asyncio

from bot.outbox.in_flight import InFlightGuard


async def test_exposure_come_one_after_another_in_order() -> None:
    exposure, inside, order = InFlightGuard(), 0, []

    async def send(number: int) -> None:
        nonlocal inside
        async with exposure.acquire("telegram"):
            inside += 1
            assert inside == 1
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(send(number) for number in range(20)))
    assert order == list(range(20))


async def test_accounts_do_not_wait_for_each_other() -> None:
    exposure = InFlightGuard()
    async with exposure.acquire("telegram"), asyncio.timeout(0.5), exposure.acquire("max"):
        pass


async def test_hanging_send_blocks_others_for_a_second_at_most() -> None:
    exposure, hang, sent = InFlightGuard(max_wait_seconds=0.02), asyncio.Event(), []

    async def hangs() -> None:
        async with exposure.acquire("telegram") as message:
            message.mark_begun()
            sent.append("hanging")
            await hang.wait()

    async def sends(number: int) -> None:
        async with exposure.acquire("telegram"):
            sent.append(number)

    async with asyncio.TaskGroup() as group:
        group.create_task(hangs())
        for number in range(3):
            group.create_task(sends(number))
        while len(sent) < 4:
            await asyncio.sleep(0)
        hang.set()
    assert sent == ["hanging", 0, 1, 2]


async def test_confirmed_send_blocks_others_until_recorded() -> None:
    exposure, arrived, written, sent = (
        InFlightGuard(max_wait_seconds=0.02),
        asyncio.Event(),
        asyncio.Event(),
        list[str](),
    )

    async def arrives() -> None:
        async with exposure.acquire("telegram") as mine:
            mine.mark_begun()
            mine.mark_accepted()
            arrived.set()
            await written.wait()
            sent.append("written down")

    async def sends() -> None:
        async with exposure.acquire("telegram"):
            sent.append("the next")

    async with asyncio.TaskGroup() as group:
        group.create_task(arrives())
        await arrived.wait()
        following = group.create_task(sends())
        await asyncio.wait([following], timeout=0.1)
        assert sent == []
        written.set()
    assert sent == ["written down", "the next"]


async def test_message_whose_call_has_not_begun_blocks_others_however_long_that_takes() -> None:
    """A look into a busy database before the call must not let two messages leave together."""
    exposure, entered, goes_on, sent = (
        InFlightGuard(max_wait_seconds=0.02),
        asyncio.Event(),
        asyncio.Event(),
        list[str](),
    )

    async def looks_first() -> None:
        async with exposure.acquire("telegram") as mine:
            entered.set()
            await goes_on.wait()
            mine.mark_begun()
            sent.append("first")

    async def follows() -> None:
        async with exposure.acquire("telegram"):
            sent.append("second")

    async with asyncio.TaskGroup() as group:
        group.create_task(looks_first())
        await entered.wait()
        following = group.create_task(follows())
        await asyncio.wait([following], timeout=0.1)
        assert sent == []
        goes_on.set()
    assert sent == ["first", "second"]


async def test_a_turn_ends_with_its_failure_and_with_its_cancelling() -> None:
    exposure = InFlightGuard(max_wait_seconds=60)

    async def waits() -> None:
        async with exposure.acquire("telegram"):
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(waits())
        await asyncio.sleep(0)
        queued = group.create_task(waits())
        await asyncio.sleep(0)
        queued.cancel()
        task.cancel()
    async with asyncio.timeout(1), exposure.acquire("telegram"):
        pass
